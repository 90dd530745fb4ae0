/* Closed forms of "known" (a create is in the new active's table at takeover).
 *
 * c is the delay from the client's establishment to the create leaving the
 * active: a datagram on the wire at the crash still arrives. p is the loss of one
 * datagram, D the mean of exponential lifetimes, w how long before the crash the
 * run started empty. Times are in seconds, all at least 0. */
#ifndef ANALYSIS_THEORY_H
#define ANALYSIS_THEORY_H

#include <stddef.h>

/* The conditional line: (1-p) times the share of these ages above c. Ages of the
 * run's own cohort, so any lifetime law. Returns a negative number for count 0. */
double theory_known_conditional(double p, double c, const double *ages, size_t count);

/* Exponential lifetimes in equilibrium: (1-p) e^(-c/D). */
double theory_known_equilibrium(double p, double c, double D);

/* Started empty w before the crash: (1-p)(e^(-c/D) - e^(-w/D)) / (1 - e^(-w/D)). */
double theory_known_from_empty(double p, double c, double D, double w);

#endif

/* Neighbours: to whom the hosts of a side send what is for one address, once its owner has
 * changed. Each knows the address by a MAC, and the switch between them knows by which port a
 * MAC is reached. A claim with the MAC that they know leaves their entries right, and the
 * switch alone must learn; one with another MAC must be heard by each (R-1003).
 *
 * Whoever has not heard is astray: what it sends goes to a former owner. Here is neither time
 * nor luck: the caller says who hears what, and when. Listeners are numbered: the neighbours
 * from 0, and behind them the switch. */
#ifndef SIM_NETWORK_NEIGHBOURS_H
#define SIM_NETWORK_NEIGHBOURS_H

#include <stdbool.h>

struct neighbours;

struct neighbours *neighbours_new(unsigned count);
void neighbours_free(struct neighbours *neighbours);

unsigned neighbours_count(const struct neighbours *neighbours);
unsigned neighbours_switch(const struct neighbours *neighbours); /* its number as a listener */

/* The address has another owner, or the same again; nobody has heard of it yet. Who had no
 * entry asks when it needs one, and is never astray. */
void neighbours_claim(struct neighbours *neighbours, void *owner, bool same_mac);

/* A listener learns who owns the address; NULL: its entry is gone, so that it will ask. */
void neighbours_learn(struct neighbours *neighbours, unsigned listener, void *owner);

/* The port of a former owner is dark: the switch forgets what it knows of it. */
void neighbours_forget_port(struct neighbours *neighbours, const void *owner);

bool neighbours_is_astray(const struct neighbours *neighbours, unsigned listener);

/* Whose port the switch believes in; NULL: nobody's, and it floods. */
void *neighbours_port(const struct neighbours *neighbours);

/* The former owner that gets what this neighbour sends; NULL: it goes where the address is. */
void *neighbours_misled(const struct neighbours *neighbours, unsigned neighbour);

#endif

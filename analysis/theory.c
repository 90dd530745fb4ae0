#include "analysis/theory.h"

#include <glib.h>
#include <math.h>

double theory_known_conditional(double p, double c, const double *ages, size_t count)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(c >= 0);
    if (count == 0) {
        return -1;
    }
    size_t older = 0;
    for (size_t i = 0; i < count; i++) {
        older += ages[i] > c;
    }
    return (1 - p) * ((double)older / (double)count);
}

double theory_known_equilibrium(double p, double c, double D)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(c >= 0 && D > 0);
    return (1 - p) * exp(-c / D);
}

/* Ages are truncated at w, so nothing that is open can be older than the run. */
double theory_known_from_empty(double p, double c, double D, double w)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(c >= 0 && D > 0 && w > 0);
    if (c >= w) {
        return 0;
    }
    double youngest = exp(-w / D);
    return (1 - p) * (exp(-c / D) - youngest) / (1 - youngest);
}

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

/* The integral of the survival function: 1 up to the exchange's end, then falling. */
static double lived(double x, double exchange, double D)
{
    return x <= exchange ? x : exchange + D * (1 - exp(-(x - exchange) / D));
}

double theory_known_after_exchange(double p, double c, double exchange, double D, double w)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(c >= 0 && exchange >= 0 && D > 0 && w > 0);
    if (c >= w) {
        return 0;
    }
    double whole = lived(w, exchange, D);
    return (1 - p) * (whole - lived(c, exchange, D)) / whole;
}

double theory_repeated_conditional(double p, double c, struct theory_copies copies,
                                   const double *ages, size_t count)
{
    g_assert(copies.copies >= 1 && copies.spacing >= 0);
    double known = 0, lost_before = 1;
    for (unsigned j = 0; j < copies.copies; j++, lost_before *= p) {
        known += lost_before * theory_known_conditional(p, c + j * copies.spacing, ages, count);
    }
    return known;
}

double theory_repeated_after_exchange(double p, double c, struct theory_copies copies,
                                      double exchange, double D, double w)
{
    g_assert(copies.copies >= 1 && copies.spacing >= 0);
    double known = 0, lost_before = 1;
    for (unsigned j = 0; j < copies.copies; j++, lost_before *= p) {
        known += lost_before
                 * theory_known_after_exchange(p, c + j * copies.spacing, exchange, D, w);
    }
    return known;
}

/* Simpson's rule over strips of equal width, two by two. */
static double integral(double from, double to, double (*survival)(const void *, double),
                       const void *context)
{
    enum { STRIPS = 20000 };
    double width = (to - from) / STRIPS;
    double sum = survival(context, from) + survival(context, to);
    for (unsigned i = 1; i < STRIPS; i++) {
        sum += (i % 2 == 1 ? 4 : 2) * survival(context, from + i * width);
    }
    return sum * width / 3;
}

double theory_known_surviving(double p, double c, double w,
                              double (*survival)(const void *context, double age),
                              const void *context)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(c >= 0 && w > 0);
    if (c >= w) {
        return 0;
    }
    double late = integral(c, w, survival, context);
    return (1 - p) * late / (integral(0, c, survival, context) + late);
}

double theory_ghost_rate(double rate, double p)
{
    g_assert(rate >= 0);
    g_assert(p >= 0 && p <= 1);
    return rate * p * (1 - p);
}

/* g = p (1-p) + p g (s p + 1 - s): the create arrived and the delete was lost; or the create
 * was lost and the old ghost outlives the delete, which matches it only on the same server. */
double theory_ghost_share(double p, double s)
{
    g_assert(p >= 0 && p <= 1);
    g_assert(s >= 0 && s <= 1);
    return p / (1 + p * s);
}

double theory_known_with_ghosts(double p, double s)
{
    return 1 - p + p * theory_ghost_share(p, s) * s;
}

double theory_lost_variance(double p, const unsigned *fills, size_t count)
{
    g_assert(p >= 0 && p <= 1);
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        squares += (double)fills[i] * fills[i];
    }
    return p * (1 - p) * squares;
}

/* ---- form 4: a renewal process of buffers, of two kinds by what the last one ended with */

static const double flush_time = 2, check_period = 1, send_delay = 0.02;

/* A buffer that is flushed at an age, unless it is full before: how long it lasts, the records in
 * it summed over that time, and the chance that it is full. */
struct buffer_life {
    double time, records, full;
};

/* N(t) being Poisson: the integral of P(N = n) over t to H is P(N(H) > n) / rate. */
static struct buffer_life life_of_buffer(double rate, unsigned room, double age)
{
    struct buffer_life life = {0, 0, 1};
    double term = exp(-rate * age);
    for (unsigned n = 0; n < room; n++) {
        life.full -= term;
        life.time += life.full / rate;
        life.records += (n + 1) * life.full / rate;
        term *= rate * age / (n + 1);
    }
    return life;
}

/* One that begins a while after a check: the while is exponential, but for whole periods. */
static struct buffer_life life_after_flush(double rate, unsigned room)
{
    enum { STEPS = 2000 };
    struct buffer_life mean = {0, 0, 0};
    double whole = 0;
    for (unsigned i = 0; i < STEPS; i++) {
        double late = (i + 0.5) * check_period / STEPS;
        double weight = exp(-rate * late);
        struct buffer_life life =
            life_of_buffer(rate, room, flush_time + check_period - late);
        mean.time += weight * life.time;
        mean.records += weight * life.records;
        mean.full += weight * life.full;
        whole += weight;
    }
    return (struct buffer_life){mean.time / whole, mean.records / whole, mean.full / whole};
}

double theory_buffered(double rate, unsigned room)
{
    g_assert(rate > 0 && room > 0);
    struct buffer_life behind_full = life_of_buffer(rate, room, flush_time + send_delay);
    struct buffer_life behind_flush = life_after_flush(rate, room);
    double full = behind_flush.full / (1 - behind_full.full + behind_flush.full);
    double time = full * behind_full.time
                  + (1 - full) * (behind_flush.time + 1 / rate);
    double records = full * behind_full.records + (1 - full) * behind_flush.records;
    double filled = full * behind_full.full + (1 - full) * behind_flush.full;
    /* a full buffer begins with the record that found no room in the one before */
    return (records + filled * room * send_delay) / time;
}

double theory_unexpired(double spacing, double timeout, unsigned period)
{
    g_assert(spacing > 0 && timeout > 0 && period > 0);
    return fmin(1, timeout / (spacing * period));
}

/* ---- conntrackd */

/* The share of the open that are older than an age. */
static double older(double age, double exchange, double D, double w)
{
    return theory_known_after_exchange(0, age, exchange, D, w);
}

/* With h(t) what repeats behind age t make known of who is unknown, all among the open: a repeat
 * comes g later, at age t + g or never. h(t) is the mean over g of (1-p) P(age > t + g) +
 * p h(t + g), which is solved backwards on the lattice of fifths of a second that g is on. */
double theory_refreshed(double p, double c, unsigned refresh, double exchange, double D, double w)
{
    enum { FIFTHS = 5, FIRST = FIFTHS + 1 };
    g_assert(p >= 0 && p <= 1 && refresh > 0);
    unsigned steps = (unsigned)((w - c) * FIFTHS) + 1, choices = FIFTHS * refresh;
    double *beyond = g_new0(double, steps + choices + FIRST + 1); /* sums from each place on */
    double repeated = 0;
    for (unsigned k = steps; k-- > 0;) {
        repeated = (beyond[k + FIRST] - beyond[k + FIRST + choices]) / choices;
        double age = c + (double)k / FIFTHS;
        beyond[k] = beyond[k + 1] + (1 - p) * older(age, exchange, D, w) + p * repeated;
    }
    g_free(beyond);
    return (1 - p) + p * ((1 - p) * older(c, exchange, D, w) + p * repeated);
}

/* The n-th answer to a nack is the first to arrive, and the k-th alive, of those n that arrived, was
 * the latest of them. */
static double answered_after(double p, unsigned n, unsigned k)
{
    double ways = lgamma(k) - lgamma(n) - lgamma(k - n + 1);
    return exp(ways + (k - 1) * log(p) + (n + 1) * log(1 - p));
}

double theory_asked_for(double p, double c, double trip, double exchange, double D)
{
    const double alive = 1, w = 1000 * (exchange + D);
    unsigned longest = (unsigned)(20 * (exchange + D));
    double repaired = 0;
    g_assert(p >= 0 && p < 1 && trip >= 0);
    for (unsigned k = 1; p > 0 && k <= longest; k++) {
        for (unsigned n = 1; n <= k; n++) {
            double age = c + k * alive + n * trip;
            repaired += answered_after(p, n, k) * older(age, exchange, D, w);
        }
    }
    return (1 - p) + p * ((1 - p) * older(c, exchange, D, w) + p * repaired);
}

double theory_stall(double before, double outage, double rto)
{
    const double longest = 120;
    g_assert(outage >= 0);
    g_assert(rto > 0);
    double sent = -before;
    for (double pause = rto; sent < outage; pause = fmin(2 * pause, longest)) {
        sent += pause;
    }
    return sent;
}

double theory_roof(double p, double B, double D)
{
    return theory_roof_older(p, B, D, 0);
}

double theory_roof_older(double p, double B, double D, double x)
{
    g_assert(p >= 0 && p < 1);
    g_assert(B > 0 && D > 0 && x >= 0);
    return 1 - p * exp(-x / B) * B / (B + D);
}

double theory_patent_bytes(void)
{
    const double ip = 20, udp = 8, header = 8, record = 24; /* */
    return 2 * (ip + udp + header + record);
}

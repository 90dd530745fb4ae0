#include "sim/run/protection.h"

#include "analysis/batch.h"
#include "sim/engine/exact.h"

#include <glib.h>

/* A batch of ten mean ages: two batch means of an exponential lifetime's run then correlate
 * by a twentieth, and the interval is 5 % too narrow at most. */
enum { AGES_IN_A_BATCH = 10 };

/* How many batches there may be; each divides the cells. Fewer than six say too little about
 * their own spread (t is above 2.6 there). */
static const unsigned batch_numbers[] = { 30, 20, 15, 12, 10, 6 };
enum { LEAST_BATCHES = 6 };

struct cell {
    double seen, known;
};

/* One line of cells for each bin, and one for all. */
struct line {
    struct cell cells[PROTECTION_CELLS];
    uint32_t connections, lost;
    double exposed; /* sum over those seen */
};

enum { ALL = PROTECTION_BINS, LINES };

struct protection_tally {
    nstime mean_outage;
    uint32_t instants;
    unsigned cell;
    double ages; /* sum, ns */
    struct line lines[LINES];
};

#define DECADE(unit) (unit), 2 * (unit), 5 * (unit)

static const nstime edges[PROTECTION_BINS] = {
    0,
    DECADE(100 * NSTIME_US),
    DECADE(NSTIME_MS),
    DECADE(10 * NSTIME_MS),
    DECADE(100 * NSTIME_MS),
    DECADE(NSTIME_S),
    DECADE(10 * NSTIME_S),
    DECADE(100 * NSTIME_S),
    DECADE(1000 * NSTIME_S),
    DECADE(10000 * NSTIME_S),
};

nstime protection_edge(unsigned bin)
{
    return bin < PROTECTION_BINS ? edges[bin] : NSTIME_NEVER;
}

unsigned protection_bin(nstime age)
{
    unsigned bin = 0;
    g_assert(age >= 0);
    while (bin + 1 < PROTECTION_BINS && age >= edges[bin + 1])
        bin++;
    return bin;
}

struct protection_tally *protection_tally_new(nstime mean_outage)
{
    struct protection_tally *tally = g_new0(struct protection_tally, 1);
    tally->mean_outage = mean_outage;
    return tally;
}

void protection_tally_free(struct protection_tally *tally)
{
    g_free(tally);
}

void protection_instant(struct protection_tally *tally, unsigned cell)
{
    g_assert(cell < PROTECTION_CELLS);
    tally->instants++;
    tally->cell = cell;
}

/* The chance that an outage under way at the opening has lasted until this age. */
static double exposure(const struct protection_tally *tally, nstime age)
{
    double outages = tally->mean_outage > 0 ? (double)age / (double)tally->mean_outage : 0;
    return outages < 700 ? exact_exp(-outages) : 0;
}

/* One more sight; before is what this line counted of the same connection, or NULL. */
static void add_to_line(struct line *line, unsigned cell, bool known,
                        const struct protection_sight *before)
{
    line->cells[cell].seen++;
    line->cells[cell].known += known;
    line->connections += !before;
    line->lost += !known;
    line->lost -= before && before->lost;
}

void protection_add(struct protection_tally *tally, nstime age, bool known,
                    struct protection_sight *before)
{
    unsigned bin = protection_bin(age);
    struct line *own = &tally->lines[bin], *all = &tally->lines[ALL];
    double exposed = tally->mean_outage > 0 ? exposure(tally, age) : 0;
    add_to_line(own, tally->cell, known, before->bin == bin + 1 ? before : NULL);
    add_to_line(all, tally->cell, known, before->bin > 0 ? before : NULL);
    own->exposed += exposed;
    all->exposed += exposed;
    tally->ages += (double)age;
    *before = (struct protection_sight){ (uint8_t)(bin + 1), !known };
}

/* ---- what it comes to --------------------------------------------------------------- */

static unsigned choose_batches(nstime window, nstime mean_age)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(batch_numbers); i++)
        if (window / batch_numbers[i] >= AGES_IN_A_BATCH * mean_age)
            return batch_numbers[i];
    return 0;
}

nstime protection_window_needed(const struct protection *protection)
{
    return LEAST_BATCHES * AGES_IN_A_BATCH * protection->mean_age;
}

static void finish_line(const struct protection_tally *tally, const struct line *line,
                        unsigned batches, double confidence, struct protection_count *count)
{
    double seen[PROTECTION_CELLS], known[PROTECTION_CELLS];
    for (unsigned i = 0; i < PROTECTION_CELLS; i++) {
        seen[i] = line->cells[i].seen;
        known[i] = line->cells[i].known;
        count->seen += (uint64_t)seen[i];
        count->known += (uint64_t)known[i];
    }
    count->connections = line->connections;
    count->lost = line->lost;
    count->lo = count->hi = -1;
    bool exposed = tally->mean_outage > 0 && count->seen > 0;
    count->exposed = exposed ? line->exposed / (double)count->seen : -1;
    if (batches == 0 || count->seen == 0)
        return;
    struct batch_basis basis = { line->connections, line->lost };
    struct interval interval =
        batch_share(known, seen, PROTECTION_CELLS, batches, confidence, basis);
    count->lo = interval.lo;
    count->hi = interval.hi;
}

static double sum_seen(const struct line *line)
{
    double sum = 0;
    for (unsigned i = 0; i < PROTECTION_CELLS; i++)
        sum += line->cells[i].seen;
    return sum;
}

struct protection *protection_finish(const struct protection_tally *tally, nstime window,
                                     double confidence)
{
    struct protection *protection = g_new0(struct protection, 1);
    double seen = sum_seen(&tally->lines[ALL]);
    protection->instants = tally->instants;
    protection->window = window;
    protection->mean_age = seen > 0 ? (nstime)(tally->ages / seen) : 0;
    protection->batches = seen > 0 ? choose_batches(window, protection->mean_age) : 0;
    for (unsigned i = 0; i < LINES; i++)
        finish_line(tally, &tally->lines[i], protection->batches, confidence,
                    i == ALL ? &protection->all : &protection->bins[i]);
    return protection;
}

/* What virtual crashes buy: processor time for the same half-width of the interval of "known",
 * by real crashes and by virtual ones.
 *
 * One run of each kind is timed. A real crash looks at those open then, of which the known
 * are binomial (the closed form), so that its variance is q(1-q)/N; the variance of virtual
 * ones is read from their own interval, by batch means. Time to a given half-width goes as
 * time times variance. Where datagrams are lost one by one, both look at connections, and the
 * gain is how many more a run of virtual crashes looks at: the length of a real run over the
 * lifetime, so that long-lived connections gain little. Where it is the young that are missing,
 * each instant sees other young ones, and the gain is beyond that. */
#include "analysis/stats.h"
#include "sim/run/run.h"
#include "sim/scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REAL_RUNS = 4, SETS_MAX = 12 };

struct row {
    const char *name;
    const char *both[SETS_MAX]; /* on top of either file; NULL at the end */
    const char *real[SETS_MAX]; /* on top of the one with a crash */
    const char *virtual[SETS_MAX]; /* on top of the one with virtual crashes */
};

#define SHORT "workload.browsers.arrivals=poisson 1000/s"
#define LONG                                                                     \
    "workload.browsers.arrivals=poisson 200/s",                                   \
        "workload.browsers.requests-per-connection=8 geometric",                 \
        "workload.browsers.think-time=600ms exponential", "real-defaults.service-time=20ms"
#define LONG_WINDOW "scenario.duration=400s", "scenario.virtual-crashes=4000 from 30s"
#define LEAN                                                                     \
    "scenario.duration=2010ms", "faults.crash-a=at 2s crash active",             \
        "failover.detector=oracle", "scenario.roll-call=no", "scenario.drain=1ms"

static const struct row rows[] = {
    {"0.1 % lost, 0.1 s lifetimes", {SHORT, "link.replication.loss=0.1%"}, {NULL}, {NULL}},
    {" the same, leanest real runs", {SHORT, "link.replication.loss=0.1%"}, {LEAN}, {NULL}},
    {"0.1 % lost, 5 s lifetimes", {LONG, "link.replication.loss=0.1%"}, {NULL}, {LONG_WINDOW}},
    {"0.1 % too young, 5 s lifetimes",
     {LONG, "link.replication.loss=0%", "options.active-on=ack", "link.clients.delay=5ms"},
     {NULL},
     {LONG_WINDOW}},
};

static void add(GArray *overrides, const char *const *sets)
{
    for (unsigned i = 0; i < SETS_MAX && sets[i]; i++) {
        const char *equals = strchr(sets[i], '=');
        struct override override = { g_strndup(sets[i], (gsize)(equals - sets[i])),
                                     g_strdup(equals + 1) };
        g_array_append_val(overrides, override);
    }
}

static struct scenario *read(const char *path, const char *const *both, const char *const *more)
{
    GError *error = NULL;
    GArray *overrides = g_array_new(FALSE, FALSE, sizeof(struct override));
    add(overrides, both);
    add(overrides, more);
    struct scenario_file *file = scenario_file_read(
        path, (const struct override *)(void *)overrides->data, overrides->len, NULL, &error);
    if (!file) {
        fprintf(stderr, "bench_virtual: %s\n", error->message);
        exit(EXIT_FAILURE);
    }
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    g_array_free(overrides, TRUE);
    return scenario;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct effort {
    double seconds;
    double open; /* at a real crash */
    double lost; /* share */
    double half; /* of the interval of virtual ones */
};

static struct effort by_virtual(const struct row *row)
{
    struct scenario *scenario = read("scenarios/rare-loss.scn", row->both, row->virtual);
    double begin = cpu_seconds();
    struct run_result *result = run_execute(scenario, 0, 0, false, NULL);
    struct effort effort = { .seconds = cpu_seconds() - begin };
    const struct protection_count *all = &result->protection->all;
    effort.lost = 1 - (double)all->known / (double)all->seen;
    effort.half = (all->hi - all->lo) / 2;
    run_result_free(result);
    scenario_free(scenario);
    return effort;
}

static struct effort by_real(const struct row *row)
{
    struct scenario *scenario = read("scenarios/rare-loss-crash.scn", row->both, row->real);
    struct effort effort = { 0 };
    double begin = cpu_seconds();
    for (uint32_t i = 0; i < REAL_RUNS; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        effort.open += (double)result->counted / REAL_RUNS;
        run_result_free(result);
    }
    effort.seconds = (cpu_seconds() - begin) / REAL_RUNS;
    scenario_free(scenario);
    return effort;
}

static void measure(const struct row *row)
{
    struct effort virtual = by_virtual(row), real = by_real(row);
    double t = stats_t_quantile(0.975, 1e6);
    double variance = t * t * virtual.lost * (1 - virtual.lost) / real.open;
    double ratio = real.seconds * variance / (virtual.seconds * virtual.half * virtual.half);
    printf("%-32s %7.4f%% +- %.4f%% in %5.2f s; a real run: %4.0f open, %5.3f s; %7.1f times\n",
           row->name, 100 * virtual.lost, 100 * virtual.half, virtual.seconds, real.open,
           real.seconds, ratio);
}

int main(void)
{
    puts("share not known, by virtual crashes in one run; what a real crash costs; and how many\n"
         "times more processor time real crashes take to the same interval");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        fflush(stdout);
        measure(&rows[i]);
    }
    return EXIT_SUCCESS;
}

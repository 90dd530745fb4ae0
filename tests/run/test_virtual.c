/* Virtual crashes against real ones: the same connections known, one by one; and what is on
 * the wire, applied as the standby itself applies it. */
#include "analysis/stats.h"
#include "sim/run/virtual_crash.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#include <string.h>

/* ---- at the same instants ------------------------------------------------------------ */

/* Creates and deletes overtake each other on a slow link that doubles and loses, so that
 * at each instant much is on the wire. */
#define ROUGH                                                                             \
    "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\nreplicate = yes\n"              \
    "[virtual files]\naddress = 192.0.2.81:80\nbind = r1 r2\nreplicate = yes\n"            \
    "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"                 \
    "[failover]\ndetector = oracle\ndetection-time = 200ms\n"                              \
    "[link replication]\nloss = 20%\ndelay = 40ms 15ms\nduplicate = 10%\n"                 \
    "[link clients]\ndelay = 5ms\n"                                                        \
    "[workload a]\nclients = 2\nclient-network = 198.18.0.0/24\narrivals = poisson 300/s\n" \
    "requests-per-connection = 2\nthink-time = 60ms exponential\nresponse-size = 1kb\n"     \
    "half-close = yes\n"                                                                   \
    "[workload b]\nvirtual = files\nclients = 2\nclient-network = 198.18.1.0/24\n"          \
    "arrivals = poisson 100/s\nresponse-size = 1kb\nthink-time = 60ms exponential\n"

enum { INSTANTS = 200, CONNECTIONS_MAX = 1000 };

enum sight { UNSEEN, LOST, KNOWN };

struct sights {
    unsigned count;
    nstime instants[INSTANTS];
    uint8_t of[INSTANTS][CONNECTIONS_MAX]; /* enum sight */
};

static void note_sight(void *context, nstime instant, const struct connection *connection,
                       bool known)
{
    struct sights *sights = context;
    if (sights->count == 0 || sights->instants[sights->count - 1] != instant)
        sights->instants[sights->count++] = instant;
    ck_assert_uint_le(sights->count, INSTANTS);
    ck_assert_uint_lt(connection->number, CONNECTIONS_MAX);
    sights->of[sights->count - 1][connection->number] = known ? KNOWN : LOST;
}

static struct scenario *rough_scenario(const char *beginning, const char *faults)
{
    char *text = g_strconcat("[scenario]\nduration = 1500ms\ndrain = 1ms\nroll-call = no\n",
                             beginning, ROUGH, faults, NULL);
    struct scenario *scenario = scenario_from_text(text);
    g_free(text);
    return scenario;
}

static struct sights *look(void)
{
    struct sights *sights = g_new0(struct sights, 1);
    struct virtual_crash_watch watch = { sights, note_sight };
    struct scenario *scenario =
        rough_scenario("virtual-crashes = 200 from 300ms to 1200ms\n", "");
    struct world *world = world_new(scenario, 0, NULL, (struct world_listeners){ NULL, NULL });
    world_watch_virtual_crashes(world, &watch);
    world_run(world);
    world_free(world);
    scenario_free(scenario);
    return sights;
}

/* The real crash at that instant: who counts and who is known is the same. */
static unsigned exceptions(const struct sights *sights, unsigned number, struct scenario *scenario)
{
    struct fault_spec *crash = g_ptr_array_index(scenario->faults, 0);
    crash->at = sights->instants[number];
    struct run_result *result = run_execute(scenario, 0, 0, false, NULL);
    unsigned differ = 0, seen = 0;
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
        seen += sights->of[number][i] != UNSEEN;
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        enum sight sight = state_counts(row->state) ? row->known ? KNOWN : LOST : UNSEEN;
        differ += sights->of[number][row->connection] != sight;
        seen -= sight != UNSEEN;
    }
    run_result_free(result);
    return differ + seen;
}

/* An open-loop protocol on a link that loses, doubles, delays and reorders: at each of 200
 * instants the virtual crash and the real one know the same connections, without exception. */
START_TEST(a_virtual_crash_knows_whom_a_real_one_knows)
{
    struct sights *sights = look();
    struct scenario *scenario = rough_scenario("", "[faults]\ncrash = at 1s crash active\n");
    unsigned known = 0, lost = 0;
    ck_assert_uint_eq(sights->count, INSTANTS);
    for (unsigned i = 0; i < INSTANTS; i++) {
        ck_assert_uint_eq(exceptions(sights, i, scenario), 0);
        for (unsigned c = 0; c < CONNECTIONS_MAX; c++) {
            known += sights->of[i][c] == KNOWN;
            lost += sights->of[i][c] == LOST;
        }
    }
    ck_assert_uint_gt(known, 1000);
    ck_assert_uint_gt(lost, 1000);
    scenario_free(scenario);
    g_free(sights);
}
END_TEST

/* ---- what a run says ------------------------------------------------------------------ */

static struct protection *protection_of(struct run_result *result)
{
    struct protection *protection = g_steal_pointer(&result->protection);
    run_result_free(result);
    ck_assert_ptr_nonnull(protection);
    return protection;
}

static double share_known(const struct protection_count *count)
{
    return (double)count->known / (double)count->seen;
}

/* Asking disturbs nothing: events, connections and counts are those of the run without. */
START_TEST(asking_disturbs_nothing)
{
    struct scenario *without = scenario_shipped("first", NULL);
    struct scenario *with = scenario_shipped("first", "scenario.virtual-crashes=500", NULL);
    struct run_result *plain = run_once(without), *asked = run_once(with);
    ck_assert_ptr_null(plain->protection);
    ck_assert_uint_eq(asked->protection->instants, 500);
    ck_assert_str_eq(plain->events, asked->events);
    ck_assert_uint_eq(plain->row_count, asked->row_count);
    for (uint32_t i = 0; i < plain->row_count; i++) {
        ck_assert_uint_eq(plain->rows[i].outcome, asked->rows[i].outcome);
        ck_assert_int_eq(plain->rows[i].stall, asked->rows[i].stall);
    }
    run_result_free(plain);
    run_result_free(asked);
    scenario_free(without);
    scenario_free(with);
}
END_TEST

/* Real and virtual crashes of the pair rare-loss, at a loss that real ones can see: over eight
 * runs the pooled count of the known lies where the binomial law puts it around what the
 * virtual crashes of the same runs say, and so does the loss itself. */
START_TEST(real_crashes_agree)
{
    struct scenario *scenario =
        scenario_shipped("rare-loss-crash", "link.replication.loss=5%", "scenario.duration=8s",
                         "workload.browsers.arrivals=poisson 2000/s", "scenario.drain=1ms",
                         "faults.crash-a=at 5s +-500ms crash active", "scenario.roll-call=no",
                         "scenario.virtual-crashes=300 from 1s", NULL);
    uint64_t counted = 0, known = 0;
    double virtual[8], mean = 0;
    for (uint32_t i = 0; i < 8; i++) {
        struct run_result *result = run_execute(scenario, 0, i, false, NULL);
        counted += result->counted;
        known += result->known;
        struct protection *protection = protection_of(result);
        virtual[i] = share_known(&protection->all);
        mean += virtual[i] / 8;
        ck_assert_uint_ge(protection->batches, 6);
        g_free(protection);
    }
    struct interval interval = stats_mean(virtual, 8, 0.999);
    ck_assert_uint_gt(counted, 1000);
    ck_assert(stats_binomial_inside(known, counted, mean, 0.999));
    ck_assert_double_le(interval.lo, 0.95);
    ck_assert_double_ge(interval.hi, 0.95);
    scenario_free(scenario);
}
END_TEST

/* One run's interval by batch means, of 95 %, covers the truth in about as many of 60 runs. */
START_TEST(the_interval_covers)
{
    struct scenario *scenario =
        scenario_shipped("rare-loss", "link.replication.loss=5%", "scenario.duration=16s",
                         "workload.browsers.arrivals=poisson 200/s",
                         "scenario.virtual-crashes=600 from 1s", NULL);
    unsigned covered = 0;
    for (uint32_t i = 0; i < 60; i++) {
        struct protection *protection =
            protection_of(run_execute(scenario, 0, i, false, NULL));
        covered += protection->all.lo <= 0.95 && protection->all.hi >= 0.95;
        g_free(protection);
    }
    ck_assert_uint_ge(covered, 52); /* 57 expected; fewer than 52 once in a hundred */
    scenario_free(scenario);
}
END_TEST

/* Ages in bins add up to the whole; where the window is short against ages, there is no
 * interval, and what it takes is said. */
START_TEST(ages_add_up)
{
    struct scenario *scenario = scenario_shipped("first", "scenario.virtual-crashes=200", NULL);
    struct protection *protection = protection_of(run_once(scenario));
    uint64_t seen = 0, known = 0;
    for (unsigned bin = 0; bin < PROTECTION_BINS; bin++) {
        const struct protection_count *count = &protection->bins[bin];
        ck_assert_uint_le(count->known, count->seen);
        ck_assert_uint_le(count->lost, count->connections);
        seen += count->seen;
        known += count->known;
        ck_assert_uint_eq(protection_bin(protection_edge(bin)), bin);
        ck_assert_int_lt(protection_edge(bin), protection_edge(bin + 1));
    }
    ck_assert_uint_eq(seen, protection->all.seen);
    ck_assert_uint_eq(known, protection->all.known);
    ck_assert_uint_eq(protection->batches, 0);
    ck_assert_double_lt(protection->all.lo, 0);
    ck_assert_int_eq(protection->window, 5 * NSTIME_S);
    ck_assert_int_gt(protection_window_needed(protection), protection->window);
    g_free(protection);
    scenario_free(scenario);
}
END_TEST

/* The roof that bursts set to any protocol (form 13): exponential lifetimes of mean D, a link
 * off for a share p of the time and B at a stretch: who is open is still in the outage that it
 * opened in with p B/(B+D). The patent stays under it. */
START_TEST(bursts_set_a_roof)
{
    struct scenario *scenario =
        scenario_shipped("rare-loss", "link.replication.loss=outage 20% 250ms",
                         "real-defaults.service-time=1s exponential",
                         "workload.browsers.arrivals=poisson 500/s", "scenario.duration=40s",
                         "scenario.virtual-crashes=2000 from 10s", NULL);
    struct run_result *result = run_execute(scenario, 0, 0, false, NULL);
    ck_assert_double_eq_tol(result->mean_loss, 0.2, 1e-9);
    struct protection *protection = protection_of(result);
    double roof = 1 - 0.2 * protection->all.exposed;
    ck_assert_double_eq_tol(roof, 1 - 0.2 * 0.25 / (0.25 + 1), 0.002);
    ck_assert_double_lt(share_known(&protection->all), roof);
    g_free(protection);
    scenario_free(scenario);
}
END_TEST

/* protection.scn: nobody younger than 20 ms is known, above it 99 % or 90 %; the roof of long
 * outages is 90 % for the just opened, and everybody for the old. */
START_TEST(protection_curve)
{
    static const struct {
        const char *loss;
        double known, tolerance, young_roof;
    } rows[] = { { "link.replication.loss=1%", 0.99, 0.01, -1 },
                 { "link.replication.loss=10%", 0.9, 0.02, -1 },
                 { "link.replication.loss=outage 10% 50ms", 0.9, 0.05, 0.9 } };
    struct scenario *scenario =
        scenario_shipped("protection", rows[_i].loss, "scenario.duration=80s", NULL);
    struct protection *protection = protection_of(run_execute(scenario, 0, 0, false, NULL));
    for (unsigned bin = 0; bin < PROTECTION_BINS; bin++) {
        const struct protection_count *count = &protection->bins[bin];
        if (protection_edge(bin) < 20 * NSTIME_MS)
            ck_assert_uint_eq(count->known, 0);
        else if (count->connections > 1000)
            ck_assert_double_eq_tol(share_known(count), rows[_i].known, rows[_i].tolerance);
    }
    const struct protection_count *young = &protection->bins[protection_bin(NSTIME_MS)];
    const struct protection_count *old = &protection->bins[protection_bin(2 * NSTIME_S)];
    ck_assert((young->exposed < 0) == (rows[_i].young_roof < 0));
    if (rows[_i].young_roof > 0) {
        ck_assert_double_eq_tol(1 - 0.1 * young->exposed, rows[_i].young_roof, 0.005);
        ck_assert_double_eq_tol(old->exposed, 0, 1e-6);
    }
    g_free(protection);
    scenario_free(scenario);
}
END_TEST

/* Nobody would take over: nobody is known from then on, to a virtual crash as to a real one. */
START_TEST(without_a_standby_nobody_is_known)
{
    struct scenario *scenario = scenario_pair("[faults]\nb = at 2s crash standby\n");
    scenario->measure = -1;
    scenario->virtual_crashes = (struct virtual_crashes_spec){ 100, NSTIME_S, 3 * NSTIME_S };
    struct protection *protection = protection_of(run_once(scenario));
    ck_assert_uint_gt(protection->all.known, protection->all.seen / 4);
    ck_assert_uint_lt(protection->all.known, protection->all.seen / 2);
    g_free(protection);
    scenario_free(scenario);
}
END_TEST

Suite *virtual_suite(void)
{
    Suite *suite = suite_create("run/virtual");
    TCase *tcase = tcase_create("virtual crashes");
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, a_virtual_crash_knows_whom_a_real_one_knows);
    tcase_add_test(tcase, asking_disturbs_nothing);
    tcase_add_test(tcase, real_crashes_agree);
    tcase_add_test(tcase, the_interval_covers);
    tcase_add_test(tcase, ages_add_up);
    tcase_add_test(tcase, bursts_set_a_roof);
    tcase_add_loop_test(tcase, protection_curve, 0, 3);
    tcase_add_test(tcase, without_a_standby_nobody_is_known);
    suite_add_tcase(suite, tcase);
    return suite;
}

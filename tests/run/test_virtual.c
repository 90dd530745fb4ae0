/* Virtual crashes against real ones: the same connections known, one by one; and what is on
 * the wire, applied as the standby itself applies it. */
#include "analysis/batch.h"
#include "sim/run/virtual_crash.h"
#include "sim/run/wire.h"
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
    struct world *world = world_new(scenario, 0, NULL, NULL);
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

Suite *virtual_suite(void)
{
    Suite *suite = suite_create("run/virtual");
    TCase *tcase = tcase_create("against real crashes");
    tcase_add_test(tcase, a_virtual_crash_knows_whom_a_real_one_knows);
    suite_add_tcase(suite, tcase);
    return suite;
}

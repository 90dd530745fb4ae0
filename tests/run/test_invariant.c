/* What must hold, looked at after every event of whole runs, and the
 * correspondence of the two tables whenever nothing is under way. */
#include "core/director.h"
#include "sim/node/unit.h"
#include "sim/run/world_internal.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

#define FTP                                                                                    \
    "[virtual web]\naddress = 192.0.2.80:21\nbind = r1 r2\nreplicate = yes\nsticky = 10s\n"    \
    "slowstart = 3s\n"                                                                         \
    "[virtual data]\naddress = 192.0.2.80:20\nbind = d1 d2\nreplicate = yes\n"                 \
    "[real r1]\naddress = 10.0.1.1:21\n[real r2]\naddress = 10.0.1.2:21\n"                     \
    "[real d1]\naddress = 10.0.1.1:20\n[real d2]\naddress = 10.0.1.2:20\n"                     \
    "[workload control]\nvirtual = web\nclients = 30\narrivals = poisson 8/s\n"                \
    "requests-per-connection = 3\nthink-time = 300ms exponential\n"                            \
    "[workload transfers]\nvirtual = data\nbeside = control\nrequests-per-connection = 2\n"    \
    "think-time = 400ms exponential\n"

static const char *const perfect =
    "[scenario]\nduration = 8s\ndrain = 60s\nmeasure = none\n[failover]\nhello-time = 1s\n" FTP
    "[faults]\nout = at 2s command A \"out-of-service 10.0.1.2:21\"\n"
    "in = at 4s command A \"in-service 10.0.1.2:21\"\n";

static const char *const troubled =
    "[scenario]\nduration = 14s\ndrain = 60s\nmeasure = first\n[failover]\nhello-time = 1s\n" FTP
    "[replication]\nbulk-sync = 20/s\n"
    "[link replication]\nloss = 20%\nduplicate = 5%\ndelay = 3ms 3ms\n"
    "[faults]\nfirst = at 4s crash A\nback = at 7s restart A\nagain = at 10s crash B\n";

/* One event, and then every director that runs must be whole. */
static bool step(struct world *world, nstime limit)
{
    if (!engine_step(world->engine, limit))
        return false;
    for (unsigned i = 0; i < world->unit_count; i++) {
        const struct director *director = unit_director(world->units[i]);
        const char *broken = director != NULL ? director_check(director) : NULL;
        ck_assert_msg(broken == NULL, "unit %u at %lld ns: %s", i,
                      (long long)engine_now(world->engine), broken);
    }
    return true;
}

/* FTP under loss, with a crash, a return, a bulk transfer and a second crash, and without any
 * of it: after each event of the run counters equal flagged connections, names and keys are
 * found, rings are closed. */
START_TEST(holds_after_every_event)
{
    struct scenario *scenario = scenario_from_text(_i == 0 ? perfect : troubled);
    struct world *world = world_new(scenario, (uint32_t)_i, NULL,
                                    (struct world_listeners){ 0 });
    unsigned events = 0;
    traffic_start(world->traffic);
    while (step(world, scenario->duration))
        events++;
    ck_assert_uint_gt(events, 2000);
    ck_assert_uint_gt(traffic_count(world->traffic).opened, 100);
    world_free(world);
    scenario_free(scenario);
}
END_TEST

static void assert_same(const struct connection_view *view, const struct connection_view *copy)
{
    ck_assert(address_equal(view->real, copy->real));
    ck_assert_uint_eq(view->bind_id, copy->bind_id);
    ck_assert_int_eq(view->pm_counted, copy->pm_counted);
    ck_assert_int_eq(view->vm_counted, copy->vm_counted);
}

static struct flow flow_of(const struct connection_view *view)
{
    return (struct flow){view->foreign, view->virtual, view->protocol};
}

/* The told conns of the active and those of the standby are one to one; each pair of
 * neighbours in the order of making are buddies here if they are there. */
static unsigned compare(const struct director *active, const struct director *standby)
{
    struct connection_view view, copy, before = {0};
    uint32_t cursor = 0;
    unsigned told = 0;
    while (director_next(active, &cursor, &view)) {
        if (!view.create_sent)
            continue;
        struct flow flow = flow_of(&view), neighbour = flow_of(&before);
        ck_assert(director_find(standby, &flow, &copy));
        assert_same(&view, &copy);
        if (told++ > 0)
            ck_assert_int_eq(director_buddies(active, &flow, &neighbour),
                             director_buddies(standby, &flow, &neighbour));
        before = view;
    }
    ck_assert_uint_eq(director_connections(standby), told);
    return told;
}

/* Every record that was sent has been accepted: none is under way. */
static bool is_quiet(const struct director *active, const struct director *standby)
{
    uint64_t sent = director_count(active, NOTE_CREATE_SENT)
                    + director_count(active, NOTE_DELETE_SENT)
                    + director_count(active, NOTE_BUDDY_ADDED)
                    + director_count(active, NOTE_CREATE_REPEATED);
    return sent == director_refusals(standby, REFUSAL_NONE);
}

/* Nothing is lost: whenever no record is under way, after each event of a run of FTP with a
 * server that goes and comes, the standby's connections correspond one to one to those that
 * the active has told of: same keys, machine, flags and buddies. */
START_TEST(corresponds_when_nothing_is_under_way)
{
    struct scenario *scenario = scenario_from_text(perfect);
    struct world *world = world_new(scenario, (uint32_t)_i, NULL,
                                    (struct world_listeners){ 0 });
    unsigned compared = 0, most = 0;
    traffic_start(world->traffic);
    while (engine_step(world->engine, scenario->duration)) {
        const struct director *active = unit_director(world->units[0]);
        const struct director *standby = unit_director(world->units[1]);
        if (!is_quiet(active, standby))
            continue;
        most = MAX(most, compare(active, standby));
        compared++;
    }
    ck_assert_uint_gt(compared, 1000);
    ck_assert_uint_gt(most, 10);
    world_free(world);
    scenario_free(scenario);
}
END_TEST

Suite *invariant_suite(void)
{
    Suite *suite = suite_create("run/invariant");
    TCase *tcase = tcase_create("invariant");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, holds_after_every_event, 0, 2);
    tcase_add_loop_test(tcase, corresponds_when_nothing_is_under_way, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}

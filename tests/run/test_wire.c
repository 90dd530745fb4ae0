/* What is on the wire, applied as a standby applies it: the standby itself is the judge. */
#include "core/record.h"
#include "sim/engine/chance.h"
#include "sim/run/carrier.h"
#include "sim/run/wire.h"
#include "tests/run/suites.h"
#include "tests/run/support.h"

/* ---- fixture: a standby, and a wire towards it ------------------------------------------ */

static struct scenario *scenario;
static struct wire *wire;
static struct director *standby;
static struct effects effects;

/* Three virtuals on the same two servers, so that one client and one server meet at more
 * than one of them. */
static void set_up(void)
{
    scenario = scenario_from_text(
        "[virtual a]\naddress = 192.0.2.80:80\nbind = r1 r2\nreplicate = yes\n"
        "[virtual b]\naddress = 192.0.2.81:80\nbind = r1 r2\nreplicate = yes\n"
        "[virtual c]\naddress = 192.0.2.82:80\nbind = r1 r2\nreplicate = yes\n"
        "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"
        "[workload w]\n");
    wire = wire_new(scenario);
    struct director_config config = { .rank = RANK_SECONDARY, .initial_role = ROLE_STANDBY,
                                      .own_ip = carrier_unit_ip(1),
                                      .peers = { { carrier_unit_ip(0), RANK_PRIMARY } } };
    standby = director_new(&config, 0);
    effects_init(&effects);
    for (guint i = 0; i < scenario->commands->len; i++)
        director_step(standby, 0,
                      &(struct event){ .kind = EVENT_COMMAND,
                                       .command = g_ptr_array_index(scenario->commands, i) },
                      &effects);
}

static void tear_down(void)
{
    effects_clear(&effects);
    director_free(standby);
    wire_free(wire);
    scenario_free(scenario);
}

/* ---- helpers -------------------------------------------------------------------------- */

enum { CLIENTS = 3, VIRTUALS = 3, SERVERS = 2 };

struct word {
    unsigned client, virtual, server;
    bool is_delete;
};

static struct address client_of(unsigned client)
{
    return (struct address){ 0xC6120001, (uint16_t)(40000 + client) };
}

static struct record_mark mark_of(struct word word)
{
    const struct real_spec *real = g_ptr_array_index(scenario->reals, word.server);
    return (struct record_mark){
        .flow = standing_flow(scenario, word.virtual, client_of(word.client)),
        .real = { real->ip, real->port },
        .tag = 1,
        .is_delete = word.is_delete,
    };
}

static void deliver(struct word word)
{
    struct record_mark mark = mark_of(word);
    uint8_t flags = word.is_delete ? RECORD_DELETE : RECORD_PM_COUNTED | RECORD_VM_COUNTED;
    struct record record = { .real = mark.real, .foreign = mark.flow.foreign,
                             .virtual = mark.flow.local, .protocol = mark.flow.protocol,
                             .flags = flags };
    uint8_t bytes[RECORD_DATAGRAM_MAX];
    size_t length = record_encode(&record, 1, bytes);
    director_step(standby, 0,
                  &(struct event){ .kind = EVENT_DATAGRAM,
                                   .datagram = { .channel = CHANNEL_REPLICATION,
                                                 .source_ip = carrier_unit_ip(0),
                                                 .bytes = bytes,
                                                 .length = length } },
                  &effects);
}

static void send(struct word word, nstime arrival)
{
    struct record_mark mark = mark_of(word);
    wire_add(wire, &mark, arrival);
}

static bool will_stand(struct word word)
{
    return wire_stands(wire, standby,
                       (struct claimant){ .client = client_of(word.client),
                                          .virtual = word.virtual,
                                          .server = (int)word.server });
}

static bool stands_now(struct word word)
{
    return standing(scenario, standby,
                    (struct claimant){ .client = client_of(word.client),
                                       .virtual = word.virtual,
                                       .server = (int)word.server });
}

/* ---- tests ---------------------------------------------------------------------------- */

/* The delete of an earlier connection of the tuple, overtaken by the create of the later one
 * (A-06c): the record stands now, and will not when all has arrived. The other way round it
 * does. */
START_TEST(a_delete_under_way_takes_the_later_record)
{
    struct word create = { 0, 0, 0, false }, delete = { 0, 0, 0, true };
    deliver(create);
    ck_assert(stands_now(create));
    send(delete, 10);
    wire_settle(wire);
    ck_assert(!will_stand(create));
    wire_clear(wire);
    send(create, 20); /* sent first, arrives last */
    send(delete, 10);
    wire_settle(wire);
    ck_assert(will_stand(create));
}
END_TEST

/* A create under way makes known; of another server it takes the record away. */
START_TEST(a_create_under_way_decides_the_server)
{
    struct word first = { 0, 0, 0, false }, second = { 0, 0, 1, false };
    send(first, 10);
    wire_settle(wire);
    ck_assert(will_stand(first));
    ck_assert(!will_stand(second));
    send(second, 11);
    wire_settle(wire);
    ck_assert(will_stand(second));
    ck_assert(!will_stand(first));
}
END_TEST

static struct word draw_word(uint64_t key)
{
    return (struct word){ (unsigned)(chance_fold(key, 0) % CLIENTS),
                          (unsigned)(chance_fold(key, 1) % VIRTUALS),
                          (unsigned)(chance_fold(key, 2) % SERVERS),
                          chance_fold(key, 3) % 2 == 0 };
}

/* Any table, any ten records under way in any order: what is foretold of each claimant is
 * what the standby holds when they have arrived, deletes that fit by the server alone
 * included. */
START_TEST(what_is_foretold_comes_true)
{
    enum { UNDER_WAY = 10, CLAIMANTS = CLIENTS * VIRTUALS * SERVERS };
    bool foretold[CLAIMANTS];
    struct word words[UNDER_WAY];
    uint64_t key = chance_fold(2026, (uint64_t)_i);
    for (unsigned i = 0; i < UNDER_WAY; i++)
        deliver(draw_word(chance_fold(key, i)));
    for (unsigned i = 0; i < UNDER_WAY; i++)
        words[i] = draw_word(chance_fold(key, UNDER_WAY + i));
    for (unsigned i = UNDER_WAY; i-- > 0;)
        send(words[i], i); /* the last to arrive is sent first */
    wire_settle(wire);
    for (unsigned i = 0; i < CLAIMANTS; i++)
        foretold[i] = will_stand((struct word){ i % CLIENTS, i / CLIENTS % VIRTUALS,
                                                i / CLIENTS / VIRTUALS, false });
    for (unsigned i = 0; i < UNDER_WAY; i++)
        deliver(words[i]);
    for (unsigned i = 0; i < CLAIMANTS; i++)
        ck_assert(foretold[i] == stands_now((struct word){ i % CLIENTS, i / CLIENTS % VIRTUALS,
                                                           i / CLIENTS / VIRTUALS, false }));
    ck_assert_ptr_null(director_check(standby));
}
END_TEST

Suite *wire_suite(void)
{
    Suite *suite = suite_create("run/wire");
    TCase *tcase = tcase_create("the standby is the judge");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_delete_under_way_takes_the_later_record);
    tcase_add_test(tcase, a_create_under_way_decides_the_server);
    tcase_add_loop_test(tcase, what_is_foretold_comes_true, 0, 100);
    suite_add_tcase(suite, tcase);
    return suite;
}

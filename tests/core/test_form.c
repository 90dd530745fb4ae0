#include "tests/core/dice.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- fixture: the active unit of a pair */

static struct rig rig;
static struct rig_unit *unit;

static void set_up(void)
{
    rig_set_up(&rig);
    unit = &rig.units[0];
}

static void tear_down(void)
{
    rig_check(unit);
    rig_tear_down(&rig);
}

/* ---- tests: two forms of one thing */

static void step_both(struct rig_unit *units, const struct event *event)
{
    for (unsigned i = 0; i < 2; i++)
        director_step(units[i].director, rig.now, event, &units[i].effects);
    rig_assert_same_effects(&units[0], &units[1]);
}

/* A random packet of few clients and both sides, most of them where a connection is. */
static struct packet random_packet(struct dice *dice, enum side side)
{
    static const uint8_t flags[] = {TCP_SYN, TCP_SYN, TCP_ACK, TCP_ACK, TCP_FIN | TCP_ACK,
                                    TCP_RST, TCP_SYN | TCP_ACK, TCP_SYN | TCP_ACK};
    uint8_t flag = flags[dice_below(dice, G_N_ELEMENTS(flags))];
    uint32_t near = 1000 + dice_below(dice, 3);
    unsigned client = dice_below(dice, 4);
    uint16_t port = (uint16_t)(RIG_PORT + dice_below(dice, 4));
    return side == SIDE_OUTSIDE
               ? rig_from_client(client, port, flag, near, near)
               : rig_from_server(1 + dice_below(dice, 3), client, port, flag, near, near);
}

/* Two units in the same role get the same thousands of random packets, datagrams and
 * deadlines; one stores real addresses, the other reads them through its machines. Not
 * a byte of what comes out differs, nor of what went into a third, standby pair made
 * of the first two's datagrams. */
START_TEST(is_the_same_in_both_forms)
{
    struct dice dice = {(uint64_t)_i};
    rig_start(&rig, 1, ROLE_ACTIVE);
    struct rig_unit standby[2] = {{.rig = &rig, .number = 0}, {.rig = &rig, .number = 1}};
    rig_command(unit, "real 10.0.1.3:0"); /* for all ports */
    rig_command(unit, "bind 192.0.2.80:80 10.0.1.3:0");
    for (unsigned i = 0; i < 2; i++) { /* twins but for the form */
        struct director_config config = {
            .rank = RANK_PRIMARY,
            .peers = {{RIG_UNIT_IP, RANK_SECONDARY}},
        };
        const char *form = i == 0 ? "option conn-real direct" : "option conn-real pointer";
        char *commands = director_print_configuration(unit->director);
        char **lines = g_strsplit(commands, "\n", -1);
        effects_init(&standby[i].effects);
        director_free(rig.units[i].director);
        config.initial_role = ROLE_ACTIVE;
        rig.units[i].director = director_new(&config, 0);
        config.initial_role = ROLE_STANDBY;
        standby[i].director = director_new(&config, 0);
        for (unsigned k = 0; lines[k] != NULL; k++) {
            rig_command(&rig.units[i], lines[k]);
            rig_command(&standby[i], lines[k]);
        }
        rig_command(&rig.units[i], form);
        rig_command(&rig.units[i], "failover hellotime 60min"); /* nobody is missed */
        rig_command(&standby[i], form);
        g_strfreev(lines);
        g_free(commands);
    }
    for (unsigned round = 0; round < 4500; round++) {
        rig.now += dice_below(&dice, (unsigned)NSTIME_S);
        enum side side = dice_below(&dice, 2) != 0 ? SIDE_OUTSIDE : SIDE_INSIDE;
        struct packet packet = random_packet(&dice, side);
        struct event event = {.kind = EVENT_PACKET, .packet = {side, &packet}};
        if (dice_below(&dice, 50) == 0)
            event = (struct event){.kind = EVENT_DEADLINE};
        step_both(rig.units, &event);
        const struct effect *effect;
        for (unsigned i = 0; (effect = rig_effect(unit, EFFECT_DATAGRAM, i)) != NULL; i++) {
            struct event datagram = {
                .kind = EVENT_DATAGRAM,
                .datagram = {effect->datagram.channel, RIG_UNIT_IP,
                             effect_bytes(&unit->effects, effect), effect->datagram.length}};
            if (effect->datagram.channel == CHANNEL_REPLICATION && dice_below(&dice, 4) != 0)
                step_both(standby, &datagram);
        }
        rig_check(&rig.units[1]);
        rig_check(&standby[1]);
    }
    ck_assert_uint_gt(director_count(standby[0].director, NOTE_OVERWRITTEN)
                          + director_count(standby[0].director, NOTE_DELETE_APPLIED), 20);
    for (unsigned i = 0; i < 2; i++) {
        director_free(standby[i].director);
        effects_clear(&standby[i].effects);
    }
}
END_TEST

Suite *form_suite(void)
{
    Suite *suite = suite_create("form");
    TCase *tcase = tcase_create("form");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_loop_test(tcase, is_the_same_in_both_forms, 0, 5);
    suite_add_tcase(suite, tcase);
    return suite;
}

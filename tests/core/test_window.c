/* The window check: what a strict filter lets pass, and what it makes of a takeover. */
#include "core/window.h"
#include "tests/core/rig.h"
#include "tests/core/suites.h"

/* ---- one connection: the client has sent up to 1100, the server up to 5200, all of it
 * acknowledged */

static struct conn known_conn(void)
{
    struct conn conn = {.state = CONN_ACTIVE, .protocol = PROTOCOL_TCP};
    conn_learn(&conn, SIDE_OUTSIDE, (struct conn_half){.next = 1100, .acked = 5200});
    conn_learn(&conn, SIDE_INSIDE, (struct conn_half){.next = 5200, .acked = 1100});
    return conn;
}

static bool accepts(const struct conn *conn, enum side from, uint8_t flags, uint32_t sequence,
                    uint16_t payload, uint32_t acknowledgement)
{
    struct packet packet = {.protocol = PROTOCOL_TCP,
                            .flags = flags,
                            .sequence = sequence,
                            .payload_length = payload,
                            .acknowledgement = acknowledgement};
    return window_accepts(conn, from, &packet);
}

static const struct {
    uint8_t flags;
    uint32_t sequence;
    uint16_t payload;
    uint32_t acknowledgement;
    bool fits;
} segments[] = {
    {TCP_ACK, 1100, 400, 5200, true},              /* the next */
    {TCP_ACK, 1100, 65535, 5200, true},            /* the whole window */
    {TCP_ACK, 1101, 65535, 5200, false},           /* and one byte more */
    {TCP_FIN | TCP_ACK, 1100, 65535, 5200, false}, /* a FIN is one, too */
    {TCP_ACK, 1000, 100, 5200, true},              /* repeated */
    {TCP_ACK, 1100u - 65535, 0, 5200, true},        /* as old as a window */
    {TCP_ACK, 1099u - 65535, 0, 5200, false},
    {TCP_ACK, 1100, 0, 5201, false},               /* acknowledges what nobody sent */
    {TCP_ACK, 1100, 0, 5200u - 65535, true},
    {TCP_ACK, 1100, 0, 5199u - 65535, false},
    {TCP_RST, 1100, 0, 0, true},                   /* without ACK its number means nothing */
    {TCP_RST, 900000, 0, 0, false},
    {TCP_SYN, 900000, 0, 0, true},                 /* begins anew */
    {TCP_SYN | TCP_ACK, 900000, 0, 77, true},
};

/* Either side's segments are held against what is known of both: nothing beyond a window of
 * 65,535 bytes, nothing older than one, no acknowledgement of what was not sent (RFC 9293). */
START_TEST(a_segment_fits)
{
    struct conn conn = known_conn();
    ck_assert_int_eq(accepts(&conn, SIDE_OUTSIDE, segments[_i].flags, segments[_i].sequence,
                             segments[_i].payload, segments[_i].acknowledgement),
                     segments[_i].fits);
    /* and the same, seen from the server */
    ck_assert_int_eq(accepts(&conn, SIDE_INSIDE, segments[_i].flags,
                             segments[_i].sequence + 4100, segments[_i].payload,
                             segments[_i].acknowledgement - 4100),
                     segments[_i].fits);
}
END_TEST

/* Of a connection whose numbers nobody has told nothing passes but a new beginning. */
START_TEST(nothing_is_picked_up)
{
    struct conn conn = {.state = CONN_ACTIVE, .protocol = PROTOCOL_TCP};
    ck_assert(!accepts(&conn, SIDE_OUTSIDE, TCP_ACK, 1100, 400, 5200));
    ck_assert(!accepts(&conn, SIDE_INSIDE, TCP_RST, 5200, 0, 0));
    ck_assert(accepts(&conn, SIDE_INSIDE, TCP_SYN | TCP_ACK, 5200, 0, 1100));
}
END_TEST

/* ---- a director */

/* A strict standby that takes over: what the patent's record told is known and refused
 * silently, and a handshake that it sees itself is served (R-1014). */
START_TEST(a_takeover_is_refused)
{
    struct rig rig;
    rig_set_up(&rig);
    struct rig_unit *heir = &rig.units[1];
    rig_command_both(&rig, "option window-check strict");
    unsigned server = rig_open(&rig.units[0], RIG_CLIENT, RIG_PORT);
    rig_deliver(&rig.units[0]);
    rig_command(heir, "failover active");
    nstime before = rig_view(heir).last_activity;
    rig.now += NSTIME_S;
    rig_client(heir, TCP_ACK, 1001, 5001);
    rig_assert_dropped(heir, NOTE_DROPPED, DROP_WINDOW);
    rig_server(heir, server, TCP_ACK, 5001, 1001);
    rig_assert_dropped(heir, NOTE_DROPPED, DROP_WINDOW);
    ck_assert_int_eq(rig_view(heir).last_activity, before);
    rig_open(heir, RIG_CLIENT, RIG_PORT + 1);
    struct packet next = rig_from_client(RIG_CLIENT, RIG_PORT + 1, TCP_ACK, 1001, 5001);
    rig_packet(heir, SIDE_OUTSIDE, &next);
    ck_assert_ptr_nonnull(rig_forwarded(heir, SIDE_INSIDE));
    next.sequence += 70000;
    rig_packet(heir, SIDE_OUTSIDE, &next);
    rig_assert_dropped(heir, NOTE_DROPPED, DROP_WINDOW);
    rig_check(heir);
    rig_tear_down(&rig);
}
END_TEST

Suite *window_suite(void)
{
    Suite *suite = suite_create("window");
    TCase *tcase = tcase_create("window");
    tcase_add_loop_test(tcase, a_segment_fits, 0, G_N_ELEMENTS(segments));
    tcase_add_test(tcase, nothing_is_picked_up);
    tcase_add_test(tcase, a_takeover_is_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* The protocol "alarm": conntrackd's mode ALARM (src/sync-alarm.c, cache_timer.c of conntrack-tools
 * 1.4; the wire is core/conntrackd_message.h's, the daemon core/conntrackd_node.h).
 *
 *   SYN  SYN-ACK  ACK                                              FIN ...  destroyed
 *    *      *      * - 1.2 to 16 s - * - 1.2 to 16 s - *            *  *  *     *
 *    update each                  repeated                        update      delete
 *
 * Soft state: each event is told once, and what lives is told of again and again, so that what was
 * lost comes later, and a standby that joins late fills by itself. From each event, and each
 * repeat, the next is (random mod "refresh-time") + 1 s and one of 0.2, 0.4 .. 1.0 s, less a
 * microsecond, away: with 15 s, some 8.6 s in the mean, for each connection that is open, however
 * long. The standby forgets what it has not heard of for "cache-timeout". Who takes over repeats
 * what he has, each in its time.
 *
 * Nothing is acknowledged, asked for or numbered in earnest: a message that comes late overwrites
 * what is newer, and one with any flag is refused. Nothing but a repeat repairs a loss.
 *
 * Simpler than the daemon: chance is a hash of the connection and the instant; the channel feeds
 * one standby, not a group; a reset ends the active's entry at once, not with a message of state
 * CLOSE and one 10 s later; a datagram with a message that is not understood is refused whole. */
#include "core/conntrackd_node.h"
#include "core/expiry.h"
#include "core/mix.h"

struct alarm {
    struct conntrackd daemon;
    struct expiry repeats; /* by slot: when each is told of again */
};

static void *alarm_new(const struct director *director)
{
    struct alarm *alarm = g_new0(struct alarm, 1);
    conntrackd_init(&alarm->daemon, director->now);
    expiry_init(&alarm->repeats);
    return alarm;
}

static void alarm_free(void *state)
{
    struct alarm *alarm = state;
    conntrackd_clear(&alarm->daemon);
    expiry_clear(&alarm->repeats);
    g_free(alarm);
}

/* ---- repeats */

static nstime wait_of(const struct director *director, nstime now, const struct conn *conn)
{
    enum { FIFTHS = 5 };
    struct flow flow = conn_forward_key(conn);
    uint64_t seconds = MAX((uint64_t)(director->settings.refresh_time / NSTIME_S), 1);
    uint64_t chance = mix64(flow_hash(&flow) ^ mix64(director->config.seed ^ (uint64_t)now));
    nstime fifths = (nstime)(chance / seconds % FIFTHS) + 1;
    return ((nstime)(chance % seconds) + 1) * NSTIME_S + fifths * (NSTIME_S / FIFTHS) - NSTIME_US;
}

static void arm(struct director *director, struct alarm *alarm, nstime now,
                const struct conn *conn)
{
    expiry_fit(&alarm->repeats, conn->slot);
    expiry_set(&alarm->repeats, conn->slot, now + wait_of(director, now, conn));
}

static void repeat(struct director *director, struct alarm *alarm, nstime now)
{
    const struct expiry_entry *first;
    while ((first = expiry_first(&alarm->repeats)) != NULL && first->deadline <= now) {
        struct conn *conn = conn_table_at(director->connections, first->number);
        arm(director, alarm, now, conn);
        conntrackd_tell(&alarm->daemon, now, conn);
    }
}

/* ---- hooks */

static bool packet(struct director *director, void *state, nstime now, struct conn *conn,
                   enum side from, const struct packet *packet, struct effects *effects)
{
    struct alarm *alarm = state;
    (void)effects;
    if (conntrackd_packet(director, &alarm->daemon, now, conn, from, packet))
        arm(director, alarm, now, conn);
    return false;
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    struct alarm *alarm = state;
    (void)effects;
    if (conntrackd_established(director, &alarm->daemon, now, conn))
        arm(director, alarm, now, conn);
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct alarm *alarm = state;
    (void)director, (void)effects;
    conntrackd_destroyed(&alarm->daemon, now, conn);
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    struct alarm *alarm = state;
    (void)director;
    expiry_set(&alarm->repeats, conn->slot, NSTIME_NEVER);
    conntrackd_gone(&alarm->daemon, conn);
}

static nstime standby_span(const struct director *director, const void *state,
                           const struct conn *conn)
{
    (void)state, (void)conn;
    return director->settings.cache_timeout;
}

static nstime active_span(const struct director *director, const void *state,
                          const struct conn *conn)
{
    const struct alarm *alarm = state;
    (void)director;
    return conntrackd_span(&alarm->daemon, conn);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct conntrackd_message messages[CONNTRACKD_MESSAGES_MAX];
    struct alarm *alarm = state;
    unsigned count;
    enum record_refusal refusal = conntrackd_decode(bytes, length, messages, &count);
    (void)source_ip;
    for (unsigned i = 0; i < count; i++)
        if (messages[i].flags != 0)
            refusal = REFUSAL_BAD_FLAGS;
    if (refusal != REFUSAL_NONE) {
        director_refuse(director, effects, refusal, NULL);
        return;
    }
    for (unsigned i = 0; i < count; i++)
        conntrackd_apply(director, &alarm->daemon, now, &messages[i], effects);
}

static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct alarm *alarm = state;
    (void)effects;
    if (director->group.role != ROLE_ACTIVE)
        return;
    conntrackd_take_over(director, &alarm->daemon, now);
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        if (conn->create_sent)
            arm(director, alarm, now, conn);
}

static void new_standby(struct director *director, void *state, nstime now,
                        struct effects *effects)
{
    struct alarm *alarm = state;
    (void)now, (void)effects;
    conntrackd_meet(director, &alarm->daemon);
}

static nstime deadline(const void *state)
{
    const struct alarm *alarm = state;
    const struct expiry_entry *first = expiry_first(&alarm->repeats);
    return MIN(alarm->daemon.queues.turn_at, first != NULL ? first->deadline : NSTIME_NEVER);
}

static void is_due(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct alarm *alarm = state;
    repeat(director, alarm, now);
    conntrackd_turn(director, &alarm->daemon, effects);
}

const struct replication_protocol replication_alarm = {
    .name = "alarm",
    .essence = "conntrackd's ALARM: each event once, and what is open again every 9 s or so",
    .open_loop = true,
    .state_new = alarm_new,
    .state_free = alarm_free,
    .on_established = established,
    .on_destroyed = destroyed,
    .on_gone = gone,
    .on_packet = packet,
    .standby_span = standby_span,
    .active_span = active_span,
    .on_datagram = datagram,
    .on_role = role,
    .on_new_standby = new_standby,
    .deadline = deadline,
    .on_deadline = is_due,
};

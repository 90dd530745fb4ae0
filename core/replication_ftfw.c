/* The protocol "ftfw": conntrackd's mode FTFW (src/sync-ftfw.c, network.c of conntrack-tools 1.4;
 * the wire is core/conntrackd_message.h's, the daemon core/conntrackd_node.h).
 *
 *   sender    7   8   9 (lost)   10              9, as it is now: 11
 *               \   \   x          \             ^          \
 *   receiver     ok  ok             gap: ack 7-8, nack 9-9    ok
 *
 * Each message has a number. The receiver acknowledges after "ack-window" of them, and where there
 * is a gap it acknowledges what was before and asks for what is in it, once: it goes on behind the
 * gap. What comes later with a number from before, late or again, is dropped whole. What was asked
 * for again goes with the state that is so now and a new number. There is no timer for what is not
 * answered: who has sent nothing for 1 s sends an ack, if he owes one, or an alive, each with a
 * number, in which the other may find a gap (seed F11: until then nobody knows that the last
 * message was lost). Acks and nacks wait for their own acks, so that one that was lost is asked for
 * again.
 *
 * What is not acknowledged waits in the resend queue, "resend-queue" objects; where it is full, the
 * oldest cannot be asked for any more (seed F12).
 *
 * A daemon that starts says hello in each message until it gets a hello back. A hello lets its
 * number pass, whatever it is, and empties the resend queue of who gets it: what was lost before
 * is forgotten (seed F13), and while hellos go to and fro losses are not seen. A unit that becomes
 * standby, or starts as one, asks for all connections; that request is sent once. Who takes over
 * tells of all his connections.
 *
 * Numbers begin with the clock's second. Who has sent more than one message a second and starts
 * anew begins with one that is old, and passes by his hello alone (seed F42).
 *
 * The standby keeps what it has for ever: a delete that never comes leaves an entry until the
 * takeover gives it its time-out (seed F36).
 *
 * Simpler than the daemon: the channel feeds one standby, not a group; the netlink socket is
 * never overrun; the caches' purge 60 s after a demotion is at once, as with every unit here; a
 * reset ends the active's entry at once, not with a message of state CLOSE and one 10 s later; a
 * datagram with a message that is not understood is refused whole; an "ack-window" of 1, which the
 * daemon's arithmetic takes for 2^32, is not offered; marks of 0 do not travel. */
#include "core/conntrackd_node.h"

#define ALIVE_INTERVAL NSTIME_S

struct ftfw {
    struct conntrackd daemon;
    nstime alive_at;   /* when the next alive is due, or an ack in its place */
    bool has_latest;
    uint32_t latest;   /* the number taken last */
    bool owes_ack;     /* of what came from ack_from on */
    uint32_t ack_from;
    unsigned unpaid;   /* how much of the window is used up; an alive's ack leaves that as it is */
};

static void *ftfw_new(const struct director *director)
{
    struct ftfw *ftfw = g_new0(struct ftfw, 1);
    conntrackd_init(&ftfw->daemon, director->now);
    ftfw->daemon.greets = true;
    ftfw->alive_at = director->now + ALIVE_INTERVAL;
    if (director->group.role == ROLE_STANDBY)
        conntrackd_control(&ftfw->daemon, director->now, CONNTRACKD_RESYNC, 0, 0);
    return ftfw;
}

static void ftfw_free(void *state)
{
    struct ftfw *ftfw = state;
    conntrackd_clear(&ftfw->daemon);
    g_free(ftfw);
}

/* ---- sending */

static nstime deadline(const void *state)
{
    const struct ftfw *ftfw = state;
    return MIN(ftfw->daemon.queues.turn_at, ftfw->alive_at);
}

static void pay_ack(struct ftfw *ftfw, nstime now, uint32_t last)
{
    conntrackd_control(&ftfw->daemon, now, CONNTRACKD_ACK, ftfw->ack_from, last);
    ftfw->owes_ack = false;
}

/* do_alive_alarm; an alive, as every message, puts the next one off. */
static void is_due(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct ftfw *ftfw = state;
    ftfw->daemon.queues.resend_max = director->settings.resend_queue;
    if (ftfw->alive_at <= now && ftfw->owes_ack)
        pay_ack(ftfw, now, ftfw->latest);
    else if (ftfw->alive_at <= now)
        conntrackd_control(&ftfw->daemon, now, CONNTRACKD_ALIVE, 0, 0);
    if (conntrackd_turn(director, &ftfw->daemon, effects))
        ftfw->alive_at = now + ALIVE_INTERVAL;
}

/* ---- numbers */

enum order { ORDER_HELLO, ORDER_NEXT, ORDER_GAP, ORDER_PAST };

/* nethdr_track_seq. A daemon that has taken none takes any. */
static enum order order_of(const struct ftfw *ftfw, uint32_t number)
{
    if (!ftfw->has_latest || number == ftfw->latest + 1)
        return ORDER_NEXT;
    return conntrackd_before(number, ftfw->latest + 1) ? ORDER_PAST : ORDER_GAP;
}

/* digest_hello: a start of the other's daemon, or its answer to ours. */
static bool is_hello(struct ftfw *ftfw, const struct conntrackd_message *message)
{
    bool hello = (message->flags & CONNTRACKD_HELLO) != 0;
    if (hello)
        ftfw->daemon.greets_back = true;
    if ((message->flags & CONNTRACKD_HELLO_BACK) != 0 && ftfw->daemon.has_greeted)
        ftfw->daemon.greets = false;
    return hello;
}

static void begin_window(struct ftfw *ftfw, uint32_t number)
{
    ftfw->owes_ack = true;
    ftfw->ack_from = number;
    ftfw->unpaid = 1;
}

/* What is owed to who has started anew is nothing to him. */
static void take_hello(struct ftfw *ftfw, uint32_t number)
{
    if (ftfw->owes_ack && conntrackd_before(number, ftfw->ack_from))
        begin_window(ftfw, number);
    conntrackd_forget_sent(&ftfw->daemon.queues);
}

static void take_next(struct ftfw *ftfw, const struct director *director, nstime now,
                      uint32_t number)
{
    if (!ftfw->owes_ack)
        ftfw->ack_from = number;
    ftfw->owes_ack = true;
    ftfw->unpaid++;
    if (ftfw->unpaid < director->settings.ack_window)
        return;
    pay_ack(ftfw, now, number);
    ftfw->unpaid = 0;
}

static void take_gap(struct ftfw *ftfw, nstime now, uint32_t number)
{
    uint32_t expected = ftfw->latest + 1;
    if (ftfw->owes_ack)
        pay_ack(ftfw, now, ftfw->latest);
    conntrackd_control(&ftfw->daemon, now, CONNTRACKD_NACK, expected, number - 1);
    begin_window(ftfw, number);
}

/* ---- receiving */

/* digest_msg: what a control message asks for. */
static void obey(struct director *director, struct ftfw *ftfw, nstime now,
                 const struct conntrackd_message *message)
{
    struct conntrackd_queues *queues = &ftfw->daemon.queues;
    if ((message->flags & CONNTRACKD_ACK) != 0)
        conntrackd_acked(queues, message->first, message->last);
    else if ((message->flags & CONNTRACKD_NACK) != 0)
        conntrackd_nacked(queues, now, message->first, message->last);
    else if ((message->flags & CONNTRACKD_RESYNC) != 0)
        conntrackd_tell_all(director, &ftfw->daemon, now);
    director_accept(director);
}

static void take(struct director *director, struct ftfw *ftfw, nstime now,
                 const struct conntrackd_message *message, struct effects *effects)
{
    enum order order = is_hello(ftfw, message) ? ORDER_HELLO : order_of(ftfw, message->number);
    if (order == ORDER_PAST) {
        bool is_state = message->type != CONNTRACKD_CONTROL;
        director_refuse(director, effects, REFUSAL_STALE, is_state ? &message->record : NULL);
        return;
    }
    if (order == ORDER_HELLO)
        take_hello(ftfw, message->number);
    if (message->type == CONNTRACKD_CONTROL)
        obey(director, ftfw, now, message);
    if (order == ORDER_GAP)
        take_gap(ftfw, now, message->number);
    else
        take_next(ftfw, director, now, message->number);
    ftfw->latest = message->number;
    ftfw->has_latest = true;
    if (message->type != CONNTRACKD_CONTROL)
        conntrackd_apply(director, &ftfw->daemon, now, message, effects);
}

static void datagram(struct director *director, void *state, nstime now, uint32_t source_ip,
                     const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct conntrackd_message messages[CONNTRACKD_MESSAGES_MAX];
    struct ftfw *ftfw = state;
    unsigned count;
    enum record_refusal refusal = conntrackd_decode(bytes, length, messages, &count);
    if (refusal != REFUSAL_NONE) {
        director_refuse(director, effects, refusal, NULL);
        return;
    }
    ftfw->daemon.peer_ip = source_ip;
    for (unsigned i = 0; i < count; i++)
        take(director, ftfw, now, &messages[i], effects);
}

/* ---- the other hooks */

static bool packet(struct director *director, void *state, nstime now, struct conn *conn,
                   enum side from, const struct packet *packet, struct effects *effects)
{
    struct ftfw *ftfw = state;
    (void)effects;
    conntrackd_packet(director, &ftfw->daemon, now, conn, from, packet);
    return false;
}

static void established(struct director *director, void *state, nstime now, struct conn *conn,
                        struct effects *effects)
{
    struct ftfw *ftfw = state;
    (void)effects;
    conntrackd_established(director, &ftfw->daemon, now, conn);
}

static void destroyed(struct director *director, void *state, nstime now, struct conn *conn,
                      struct effects *effects)
{
    struct ftfw *ftfw = state;
    (void)director, (void)effects;
    conntrackd_destroyed(&ftfw->daemon, now, conn);
}

static void gone(struct director *director, void *state, struct conn *conn)
{
    struct ftfw *ftfw = state;
    (void)director;
    conntrackd_gone(&ftfw->daemon, conn);
}

static nstime standby_span(const struct director *director, const void *state,
                           const struct conn *conn)
{
    (void)director, (void)state, (void)conn;
    return NSTIME_NEVER;
}

static nstime active_span(const struct director *director, const void *state,
                          const struct conn *conn)
{
    const struct ftfw *ftfw = state;
    (void)director;
    return conntrackd_span(&ftfw->daemon, conn);
}

static void role(struct director *director, void *state, nstime now, struct effects *effects)
{
    struct ftfw *ftfw = state;
    (void)effects;
    if (director->group.role == ROLE_ACTIVE) {
        conntrackd_take_over(director, &ftfw->daemon, now);
        conntrackd_tell_all(director, &ftfw->daemon, now);
        return;
    }
    conntrackd_queues_bury(&ftfw->daemon.queues);
    conntrackd_control(&ftfw->daemon, now, CONNTRACKD_RESYNC, 0, 0);
}

static void new_standby(struct director *director, void *state, nstime now,
                        struct effects *effects)
{
    struct ftfw *ftfw = state;
    (void)now, (void)effects;
    conntrackd_meet(director, &ftfw->daemon);
}

const struct replication_protocol replication_ftfw = {
    .name = "ftfw",
    .essence = "conntrackd's FTFW: numbers and acks; a gap is asked for at once, a lost tail "
               "within a second",
    .state_new = ftfw_new,
    .state_free = ftfw_free,
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

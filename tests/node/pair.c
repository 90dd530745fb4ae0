#include "tests/node/pair.h"

enum { ADDRESS = 0x0A000001, PORT = 4000 };

struct flight {
    struct pair *pair;
    unsigned to;
    struct packet packet;
};

static void over(struct pair *pair, unsigned end, unsigned report)
{
    struct tcp *tcp = &pair->ends[end];
    if (report & TCP_FINISHED && tcp->state == TCP_TIME_WAIT) {
        tcp_flush(tcp);
        time_waits_add(&pair->waits[end], tcp, 60 * NSTIME_S);
    }
    tcp_dispose(tcp);
    pair->alive[end] = false;
    pair->over_at[end] = engine_now(pair->engine);
}

/* The little application of both ends. */
static void act(struct pair *pair, unsigned end)
{
    struct tcp *tcp = &pair->ends[end];
    uint32_t own = end == 0 ? pair->asks : pair->answers;
    uint32_t others = end == 0 ? pair->answers : pair->asks;
    if (!(pair->reports[end] & TCP_OPENED))
        return;
    bool all_here = tcp->received - pair->base[end] >= others;
    if (!pair->written[end] && (end == 0 || all_here)) {
        pair->written[end] = true;
        tcp_write(tcp, own);
    }
    bool done = pair->written[end] && all_here
                && (end == 0 || pair->reports[1] & TCP_PEER_DONE);
    if (pair->closes && done && !tcp->orphan)
        tcp_close(tcp);
}

static void react(struct pair *pair, unsigned end, unsigned report)
{
    if (end == 0 && report & TCP_OPENED)
        pair->base[0] = pair->ends[0].received;
    pair->reports[end] |= report;
    if (report & TCP_OVER) {
        over(pair, end, report);
        return;
    }
    act(pair, end);
    tcp_flush(&pair->ends[end]);
}

static void wake(void *object, uint64_t number)
{
    (void)number;
    struct tcp *tcp = object;
    struct pair *pair = tcp->stack->owner;
    react(pair, tcp == &pair->ends[0] ? 0 : 1, tcp_wake(tcp));
}

void pair_deliver(struct pair *pair, unsigned to, const struct packet *packet)
{
    if (pair->alive[to]) {
        react(pair, to, tcp_receive(&pair->ends[to], packet));
    } else if (time_waits_receive(&pair->waits[to], packet) == TIME_WAIT_TAKEN) {
        return;
    } else if (to == 1 && packet_is_request(packet)) {
        tcp_accept(&pair->ends[1], &pair->stacks[1], packet, 1);
        pair->alive[1] = true;
        pair->base[1] = pair->ends[1].received;
        tcp_flush(&pair->ends[1]);
    } else if (!(packet->flags & TCP_RST)) {
        tcp_refuse(&pair->stacks[to], packet);
    }
}

static void arrive(void *object, uint64_t number)
{
    (void)number;
    struct flight *flight = object;
    pair_deliver(flight->pair, flight->to, &flight->packet);
}

static bool is_lost(const struct pair *pair)
{
    int64_t number = (int64_t)pair->log->len;
    nstime now = engine_now(pair->engine);
    return (number >= pair->lose_first && number < pair->lose_first + pair->lose_run)
           || (number == pair->lose_also && number > 0)
           || (now >= pair->cut_from && now < pair->cut_to);
}

static void send_packet(void *network, enum side from, const struct packet *packet)
{
    struct pair *pair = network;
    struct pair_packet entry = {
        .at = engine_now(pair->engine), .from = from, .lost = is_lost(pair), .packet = *packet,
    };
    g_array_append_val(pair->log, entry);
    if (entry.lost)
        return;
    struct flight *flight = g_new(struct flight, 1);
    *flight = (struct flight){ pair, 1u - from, *packet };
    g_ptr_array_add(pair->flying, flight);
    engine_schedule(pair->engine, entry.at + pair->delay, arrive, flight, 0);
}

void pair_init(struct pair *pair)
{
    *pair = (struct pair){
        .engine = engine_new(),
        .delay = NSTIME_MS,
        .log = g_array_new(FALSE, FALSE, sizeof(struct pair_packet)),
        .flying = g_ptr_array_new_with_free_func(g_free),
        .cut_from = NSTIME_NEVER,
        .cut_to = NSTIME_NEVER,
    };
    for (unsigned end = 0; end < 2; end++) {
        pair->stacks[end] = (struct tcp_stack){
            .engine = pair->engine, .side = (enum side)end, .key = end + 5, .network = pair,
            .send = send_packet, .wake = wake, .owner = pair,
        };
        time_waits_init(&pair->waits[end], &pair->stacks[end]);
    }
}

void pair_clear(struct pair *pair)
{
    engine_free(pair->engine);
    time_waits_clear(&pair->waits[0]);
    time_waits_clear(&pair->waits[1]);
    g_array_unref(pair->log);
    g_ptr_array_unref(pair->flying);
}

void pair_connect(struct pair *pair)
{
    struct socket socket = {
        .local_ip = ADDRESS, .local_port = PORT, .remote_ip = ADDRESS + 1, .remote_port = 80,
        .tag = 1,
    };
    tcp_connect(&pair->ends[0], &pair->stacks[0], &socket, 0);
    pair->alive[0] = true;
    tcp_flush(&pair->ends[0]);
}

void pair_run(struct pair *pair, nstime until)
{
    engine_run(pair->engine, until);
}

void pair_open(struct pair *pair)
{
    pair_connect(pair);
    pair_run(pair, engine_now(pair->engine) + 4 * pair->delay);
    ck_assert_int_eq(pair->ends[0].state, TCP_ESTABLISHED);
    ck_assert_int_eq(pair->ends[1].state, TCP_ESTABLISHED);
}

struct packet pair_forge(const struct pair *pair, unsigned from, unsigned flags)
{
    const struct tcp *tcp = &pair->ends[from];
    return (struct packet){
        .source_ip = ADDRESS + from,
        .destination_ip = ADDRESS + 1 - from,
        .source_port = from == 0 ? PORT : 80,
        .destination_port = from == 0 ? 80 : PORT,
        .sequence = tcp->highest,
        .acknowledgement = tcp->received,
        .protocol = PROTOCOL_TCP,
        .flags = (uint8_t)flags,
        .tag = 1,
        .serial = 1000,
    };
}

const struct pair_packet *pair_sent(const struct pair *pair, unsigned from, guint first,
                                    unsigned n)
{
    for (guint i = first; i < pair->log->len; i++) {
        const struct pair_packet *entry = &g_array_index(pair->log, struct pair_packet, i);
        if (entry->from == from && n-- == 0)
            return entry;
    }
    return NULL;
}

unsigned pair_count(const struct pair *pair, unsigned from, guint first)
{
    unsigned count = 0;
    for (guint i = first; i < pair->log->len; i++)
        count += g_array_index(pair->log, struct pair_packet, i).from == from;
    return count;
}

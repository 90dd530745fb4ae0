#include "core/probe.h"

#include "core/conn_table.h"
#include "core/director_internal.h"
#include "core/life.h"
#include "core/maglev.h"
#include "core/translate.h"

#include <glib.h>

/* Whose counter pays. */
enum share { SHARE_ALL, SHARE_NEIGHBOURS, SHARES };

struct probe {
    nstime spent[SHARES][PROBE_BUCKETS]; /* until when each network's share is */
    uint32_t *networks; /* those of the table, plus 1; 0: a free place */
    uint32_t room;      /* a power of two */
    uint32_t count;
    uint32_t turn;      /* where the next round of machines begins */
};

enum { FIRST_ROOM = 64 };

/* ---- networks of clients */

static uint32_t network_of(uint32_t ip)
{
    return ip >> 8;
}

static uint64_t mix(uint64_t key, uint32_t network)
{
    struct flow flow = {.foreign = {network, (uint16_t)key},
                        .local = {(uint32_t)(key >> 32), (uint16_t)(key >> 16)}};
    return flow_hash(&flow);
}

static uint32_t *place_of(const struct probe *probe, uint32_t network)
{
    uint32_t at = (uint32_t)mix(0, network) & (probe->room - 1);
    while (probe->networks[at] != 0 && probe->networks[at] != network + 1)
        at = (at + 1) & (probe->room - 1);
    return &probe->networks[at];
}

static void add_network(struct probe *probe, uint32_t network)
{
    uint32_t *place = place_of(probe, network);
    probe->count += *place == 0;
    *place = network + 1;
}

static void grow(struct probe *probe)
{
    uint32_t *networks = probe->networks;
    uint32_t room = probe->room;
    probe->room = 2 * room;
    probe->networks = g_new0(uint32_t, probe->room);
    probe->count = 0;
    for (uint32_t i = 0; i < room; i++)
        if (networks[i] != 0)
            add_network(probe, networks[i] - 1);
    g_free(networks);
}

struct probe *probe_new(const struct director *director)
{
    struct probe *probe = g_new0(struct probe, 1);
    probe->room = FIRST_ROOM;
    probe->networks = g_new0(uint32_t, FIRST_ROOM);
    for (const struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        add_network(probe, network_of(conn->foreign.ip));
        if (2 * probe->count > probe->room)
            grow(probe);
    }
    return probe;
}

void probe_free(struct probe *probe)
{
    if (probe == NULL)
        return;
    g_free(probe->networks);
    g_free(probe);
}

/* ---- limits: each counter is the time until which its share is spent */

static nstime burst(nstime cost)
{
    return MAX(NSTIME_S / 10, PROBE_CANDIDATES * cost);
}

static bool has_room(nstime spent, nstime now, nstime cost, unsigned count)
{
    return MAX(spent, now) + count * cost <= now + burst(cost);
}

static void pay(nstime *spent, nstime now, nstime cost, unsigned count)
{
    *spent = MAX(*spent, now) + count * cost;
}

/* How many a round may be. */
static unsigned round_of(const struct virtual *virtual)
{
    unsigned count = 0;
    for (const struct link *link = virtual->links; link != NULL && count < PROBE_CANDIDATES;
         link = link->next)
        count++;
    return count;
}

/* The counters that a packet's probes are paid from. */
struct account {
    nstime *network, *virtual;
    nstime network_cost, virtual_cost;
};

/* A neighbour has the half that is kept, and where that is spent the other. */
static struct account account_of(struct director *director, struct probe *probe, nstime now,
                                 struct virtual *virtual, uint32_t ip)
{
    const struct settings *settings = &director->settings;
    uint32_t network = network_of(ip);
    bool neighbour = *place_of(probe, network) != 0;
    uint32_t bucket = (uint32_t)mix(director->config.seed, network) % PROBE_BUCKETS;
    struct account account = {
        .network = &probe->spent[neighbour ? SHARE_NEIGHBOURS : SHARE_ALL][bucket],
        .virtual = &virtual->probes_spent[neighbour ? SHARE_NEIGHBOURS : SHARE_ALL],
        .network_cost = NSTIME_S / settings->probe_source_limit,
        .virtual_cost = NSTIME_S / settings->probe_limit * (probe->count > 0 ? 2 : 1),
    };
    if (neighbour && !has_room(*account.virtual, now, account.virtual_cost, round_of(virtual)))
        account.virtual = &virtual->probes_spent[SHARE_ALL];
    return account;
}

static enum probe_limit limit_of(const struct account *account, nstime now, unsigned count)
{
    if (!has_room(*account->network, now, account->network_cost, count))
        return PROBE_LIMIT_SOURCE;
    return has_room(*account->virtual, now, account->virtual_cost, count) ? PROBE_LIMIT_NONE
                                                                        : PROBE_LIMIT_VIRTUAL;
}

/* ---- machines to ask */

struct round {
    const struct director *director;
    struct flow flow; /* foreign and virtual address */
    const struct physical *but;
    struct physical *machines[PROBE_CANDIDATES];
    unsigned count;
};

/* One that has another conn with this client would answer through that. */
static void add_candidate(struct round *round, struct physical *physical)
{
    struct flow reverse = round->flow;
    if (physical == NULL || physical == round->but || round->count == PROBE_CANDIDATES
        || (physical->state != MACHINE_IN_SERVICE && physical->state != MACHINE_TESTING))
        return;
    for (unsigned i = 0; i < round->count; i++)
        if (round->machines[i] == physical)
            return;
    reverse.local = life_real_address(physical, reverse.local);
    if (conn_table_find_reverse(round->director->connections, &reverse) == NULL)
        round->machines[round->count++] = physical;
}

/* First where the client was last known, then where the table would have it, then all in turn;
 * who comes again meets others, if they are more than a round. */
static void gather(struct round *round, nstime now, struct virtual *virtual, struct probe *probe)
{
    uint32_t bound = 0;
    add_candidate(round, sticky_machine(round->director->sticky, now, virtual,
                                        round->flow.foreign.ip));
    if (virtual->predictor == PREDICTOR_MAGLEV)
        add_candidate(round, maglev_machine(virtual, &round->flow));
    for (const struct link *link = virtual->links; link != NULL; link = link->next)
        bound++;
    uint32_t skip = bound > 0 ? probe->turn % bound : 0, number = 0;
    for (unsigned half = 0; half < 2; half++, number = 0)
        for (const struct link *link = virtual->links; link != NULL; link = link->next)
            if ((number++ < skip) == (half == 1))
                add_candidate(round, link->physical);
    probe->turn += PROBE_CANDIDATES;
}

static void ask(struct director *director, const struct round *round, struct physical *physical,
                const struct packet *packet, struct effects *effects)
{
    struct address real = life_real_address(physical, round->flow.local);
    struct note note = {
        .code = NOTE_PROBE_SENT, .tag = packet->tag, .flow = round->flow, .real = real};
    director_note(director, effects, &note);
    struct effect *effect = effects_add(effects, EFFECT_PROBE);
    effect->packet.side = SIDE_INSIDE;
    effect->packet.packet = *packet; /* the host's own fields stay */
    struct packet *probe = &effect->packet.packet;
    probe->destination_ip = real.ip;
    probe->destination_port = real.port;
    probe->sequence = packet->sequence - 1;
    probe->flags = TCP_ACK;
    probe->payload_length = 0;
    probe->payload = 0;
}

static void note_limit(struct director *director, const struct packet *packet,
                       enum probe_limit limit, struct effects *effects)
{
    struct note note = {
        .code = NOTE_PROBE_LIMITED,
        .detail = limit,
        .tag = packet->tag,
        .flow = translate_key(SIDE_OUTSIDE, packet),
    };
    director_note(director, effects, &note);
}

/* There must be room for a whole round before anybody is looked up: so a flood is refused by two
 * comparisons. */
void probe_ask(struct director *director, nstime now, struct virtual *virtual,
               const struct packet *packet, const struct physical *but, struct effects *effects)
{
    g_assert(packet->protocol == PROTOCOL_TCP && (packet->flags & (TCP_SYN | TCP_RST)) == 0);
    if ((packet->flags & TCP_ACK) == 0 || virtual->out_of_service)
        return;
    if (director->unknown.probe == NULL)
        director->unknown.probe = probe_new(director); /* the option came behind the takeover */
    struct probe *probe = director->unknown.probe;
    struct account account = account_of(director, probe, now, virtual, packet->source_ip);
    struct round round = {
        .director = director, .flow = translate_key(SIDE_OUTSIDE, packet), .but = but};
    enum probe_limit limit = limit_of(&account, now, round_of(virtual));
    if (limit != PROBE_LIMIT_NONE) {
        note_limit(director, packet, limit, effects);
        return;
    }
    gather(&round, now, virtual, probe);
    pay(account.network, now, account.network_cost, round.count);
    pay(account.virtual, now, account.virtual_cost, round.count);
    for (unsigned i = 0; i < round.count; i++)
        ask(director, &round, round.machines[i], packet, effects);
}

bool probe_is_answer(const struct packet *packet)
{
    return packet->payload_length == 0
           && (packet->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK)) == TCP_ACK;
}

#include "tests/core/genuine.h"

#include "core/replication.h"

#include <string.h>

enum { WEB = 80, CONTROL = 21, DATA = 20, CLIENTS = 3 };

/* Services, and what makes protocols talk; an option of another protocol is harmless. Machine 1
 * takes no more than two connections, so that some are not where a Maglev table says. */
static const char *const configuration[] = {
    "real 10.0.1.3",
    "virtual 192.0.2.80",
    "bind 192.0.2.80:0 10.0.1.3",
    "replicate 192.0.2.80:0",
    "predictor 192.0.2.80:80 roundrobin",
    "maxconns 10.0.1.1:80 1",
    "maxconns 10.0.1.2:80 3",
    "sticky 192.0.2.80:80 5min",
    "failover hellotime 60min",
    "failover hellomisses 100",
    "option exceptions yes",
    "option defer yes",
    "option pfsync-buckets 1",
};

static void configure(struct rig *rig, enum replication_kind kind)
{
    char line[64];
    g_snprintf(line, sizeof line, "option replication %s", replication_word(kind));
    for (unsigned i = 0; i < G_N_ELEMENTS(configuration); i++)
        rig_command_both(rig, configuration[i]);
    rig_command_both(rig, line);
}

/* ---- what is said is written down, and arrives at once */

struct story {
    struct rig *rig;
    GArray *told;
    unsigned stop; /* the number of the datagram that does not arrive; there the story ends */
};

static bool is_over(const struct story *story)
{
    return story->told->len > story->stop;
}

static void write_down(struct story *story, const struct rig_unit *from,
                       const struct effect *effect)
{
    struct genuine_datagram datagram = {.at = story->rig->now, .to = 1 - from->number,
                                        .length = effect->datagram.length};
    memcpy(datagram.bytes, effect_bytes(&from->effects, effect), datagram.length);
    g_array_append_val(story->told, datagram);
}

/* What a unit has sent arrives, and is answered. */
static void hear(struct story *story, struct rig_unit *from)
{
    guint first = story->told->len;
    for (unsigned i = 0; rig_effect(from, EFFECT_DATAGRAM, i) != NULL; i++)
        if (rig_effect(from, EFFECT_DATAGRAM, i)->datagram.channel == CHANNEL_REPLICATION)
            write_down(story, from, rig_effect(from, EFFECT_DATAGRAM, i));
    for (guint i = first, last = story->told->len; i < last && i < story->stop; i++) {
        struct genuine_datagram datagram =
            g_array_index(story->told, struct genuine_datagram, i);
        struct rig_unit *to = &story->rig->units[datagram.to];
        rig_datagram(to, CHANNEL_REPLICATION, datagram.bytes, datagram.length);
        hear(story, to);
    }
}

static void run(struct story *story, nstime by)
{
    struct rig *rig = story->rig;
    nstime then = rig->now + by;
    while (!is_over(story)) {
        nstime first = director_deadline(rig->units[0].director);
        nstime second = director_deadline(rig->units[1].director);
        if (MIN(first, second) > then)
            break;
        struct rig_unit *unit = &rig->units[first <= second ? 0 : 1];
        rig->now = MAX(rig->now, MIN(first, second));
        rig_deadline(unit);
        hear(story, unit);
    }
    if (!is_over(story))
        rig->now = then;
}

/* ---- the story */

struct party {
    unsigned client, server;
    uint16_t port, service;
};

static void client_sends(struct story *story, const struct party *party, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct rig_unit *active = &story->rig->units[0];
    struct packet packet =
        rig_from_client(party->client, party->port, flags, sequence, acknowledgement);
    packet.destination_port = party->service;
    if (is_over(story))
        return;
    rig_packet(active, SIDE_OUTSIDE, &packet);
    hear(story, active);
    run(story, 10 * NSTIME_MS);
}

static void server_sends(struct story *story, const struct party *party, uint8_t flags,
                         uint32_t sequence, uint32_t acknowledgement)
{
    struct rig_unit *active = &story->rig->units[0];
    struct packet packet = rig_from_server(party->server, party->client, party->port, flags,
                                           sequence, acknowledgement);
    packet.source_port = party->service;
    if (is_over(story))
        return;
    rig_packet(active, SIDE_INSIDE, &packet);
    hear(story, active);
    run(story, 10 * NSTIME_MS);
}

/* With a third and a fourth packet of the client, for those who wait for them. */
static struct party open_one(struct story *story, unsigned client, uint16_t port,
                             uint16_t service)
{
    struct party party = {.client = client, .port = port, .service = service};
    struct flow flow = rig_flow(client, port);
    struct connection_view view;
    flow.local.port = service;
    client_sends(story, &party, TCP_SYN, 1000, 0);
    if (director_find(story->rig->units[0].director, &flow, &view))
        party.server = view.real.ip - RIG_REAL_IP;
    server_sends(story, &party, TCP_SYN | TCP_ACK, 5000, 1001);
    client_sends(story, &party, TCP_ACK, 1001, 5001);
    client_sends(story, &party, TCP_ACK, 1001, 5001);
    return party;
}

static void close_one(struct story *story, const struct party *party)
{
    client_sends(story, party, TCP_FIN | TCP_ACK, 1001, 5001);
    server_sends(story, party, TCP_FIN | TCP_ACK, 5001, 1002);
    client_sends(story, party, TCP_ACK, 1002, 5002);
}

/* Whoever is with another machine is an exception from now on (protocol hash). */
static void move_rows(struct story *story)
{
    if (is_over(story))
        return;
    rig_command_both(story->rig, "weight 10.0.1.1:80 1000");
    run(story, 4 * NSTIME_S);
}

static void tell(struct story *story)
{
    struct party clients[CLIENTS];
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = open_one(story, i + 1, RIG_PORT, WEB);
    open_one(story, RIG_CLIENT, RIG_PORT, CONTROL);
    open_one(story, RIG_CLIENT, RIG_PORT + 1, DATA);
    move_rows(story);
    for (unsigned i = 0; i < CLIENTS; i++)
        close_one(story, &clients[i]);
    run(story, 95 * NSTIME_S);
}

static GArray *tell_until(struct rig *rig, enum replication_kind kind, unsigned stop)
{
    struct story story = {.rig = rig, .stop = stop,
                          .told = g_array_new(FALSE, FALSE, sizeof(struct genuine_datagram))};
    rig_set_up(rig);
    rig_run_both(rig, 2 * NSTIME_S);
    configure(rig, kind);
    tell(&story);
    return story.told;
}

GArray *genuine_tell(enum replication_kind kind)
{
    struct rig rig;
    GArray *told = tell_until(&rig, kind, UINT_MAX);
    rig_tear_down(&rig);
    return told;
}

void genuine_set_up(struct rig *rig, enum replication_kind kind, unsigned number)
{
    g_array_unref(tell_until(rig, kind, number));
}

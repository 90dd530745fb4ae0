#include "sim/run/carrier.h"

#include "sim/engine/chance.h"
#include "sim/network/pool.h"
#include "sim/network/segment.h"

#include <string.h>

enum {
    TCP_IP_HEADERS = 40,
    UDP_IP_HEADERS = 28,
    DATAGRAM_MAX = 1472,
    UNITS = 2,
};

/* A copy made by the network is a packet of its own on the next link. */
#define SERIAL_OF_A_COPY UINT32_C(0x80000000)

struct packet_parcel {
    struct packet packet;
    uint8_t link;
    uint8_t direction;
};

struct datagram {
    uint8_t channel;
    uint8_t sender; /* number of the unit */
    uint16_t length;
    uint16_t mark_count;
    const struct record_mark *marks;
    const uint8_t *bytes;
};

/* A datagram on its way, its marks and then its bytes in the room behind it. Hellos and
 * single records are almost all there is, so they have a small room. */
struct datagram_parcel {
    struct datagram datagram;
    struct record_mark room[];
};

enum {
    SMALL_ROOM = sizeof(struct record_mark) + 64,
    LARGE_ROOM = UNIT_RECORDS_MAX * sizeof(struct record_mark) + DATAGRAM_MAX,
};

struct carrier {
    const struct scenario *scenario;
    struct engine *engine;
    struct observer *observer;
    struct journal *journal;
    struct run_story *story;
    struct traffic *traffic;
    struct unit *units[UNITS];
    struct link *links[LINK_COUNT];
    struct segment *segment;
    struct pool *packets;
    struct pool *small_datagrams;
    struct pool *large_datagrams;
    uint64_t hellos_sent[UNITS]; /* whatever carries no record: numbered */
    struct replication_count replication;
    const struct datagram *at_hand;
    uint8_t epoch;
};

/* ---- packets --------------------------------------------------------------- */

static enum place place_of(const struct unit *unit)
{
    return unit_number(unit) == 0 ? PLACE_UNIT_0 : PLACE_UNIT_1;
}

static struct unit *active_owner(const struct carrier *carrier)
{
    return segment_owner(carrier->segment, carrier->scenario->active_ip);
}

static void tell_packet(const struct carrier *carrier, const struct packet *packet,
                        enum place from, enum place to, enum side sender, const char *fate)
{
    if (story_wants(carrier->story, packet->tag))
        story_tell_packet(carrier->story, engine_now(carrier->engine), from, to,
                          sender == SIDE_OUTSIDE, packet, fate);
}

/* A packet came to the units' end of a link: whoever owns the active address gets
 * it, on the side it came from. */
static void reach_units(struct carrier *carrier, enum side side, const struct packet *packet)
{
    enum place from = side == SIDE_OUTSIDE ? PLACE_CLIENT : PLACE_SERVER;
    struct unit *owner = active_owner(carrier);
    if (!owner) {
        tell_packet(carrier, packet, from, PLACE_NOWHERE, side, "  nobody owns the address");
        return;
    }
    bool dead = unit_health(owner) != UNIT_UP;
    tell_packet(carrier, packet, from, place_of(owner), side, dead ? "  (not running)" : "");
    unit_packet(owner, side, packet);
}

static void packet_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct packet_parcel *parcel = (void *)(uintptr_t)number;
    struct packet packet = parcel->packet;
    bool forward = parcel->direction == DIRECTION_FORWARD;
    bool clients = parcel->link == LINK_CLIENTS;
    pool_give(carrier->packets, parcel);
    if (clients && forward)
        reach_units(carrier, SIDE_OUTSIDE, &packet);
    else if (clients)
        traffic_deliver_client(carrier->traffic, &packet);
    else if (forward)
        traffic_deliver_server(carrier->traffic, &packet);
    else
        reach_units(carrier, SIDE_INSIDE, &packet);
}

static uint64_t packet_identity(const struct packet *packet)
{
    return chance_fold((uint64_t)packet->tag << 32 | packet->serial, packet->flags);
}

static void tell_loss(const struct carrier *carrier, const struct packet *packet,
                      enum link_role role, enum direction direction, enum passage_loss loss)
{
    char fate[64];
    if (!story_wants(carrier->story, packet->tag))
        return;
    bool outward = direction == DIRECTION_REVERSE; /* from the servers to the clients */
    enum place origin = role == LINK_CLIENTS && !outward  ? PLACE_CLIENT
                        : role == LINK_SERVERS && outward ? PLACE_SERVER
                                                          : PLACE_NOWHERE;
    g_snprintf(fate, sizeof fate, "  lost on %s (%s)", link_role_word(role), passage_word(loss));
    tell_packet(carrier, packet, origin, PLACE_NOWHERE, outward ? SIDE_INSIDE : SIDE_OUTSIDE,
                fate);
}

static void carry_packet(struct carrier *carrier, enum link_role role, enum direction direction,
                         const struct packet *packet)
{
    struct passage passage;
    link_pass(carrier->links[role], direction, engine_now(carrier->engine),
              packet_identity(packet), TCP_IP_HEADERS + packet->payload_length, &passage);
    if (passage.copies == 0)
        tell_loss(carrier, packet, role, direction, passage.loss);
    for (unsigned i = 0; i < passage.copies; i++) {
        struct packet_parcel *parcel = pool_take(carrier->packets);
        parcel->packet = *packet;
        parcel->packet.serial |= i > 0 ? SERIAL_OF_A_COPY : 0;
        parcel->link = (uint8_t)role;
        parcel->direction = (uint8_t)direction;
        engine_schedule(carrier->engine, passage.arrival[i], packet_came, carrier,
                        (uintptr_t)parcel);
    }
}

void carrier_send(void *context, enum side from, const struct packet *packet)
{
    if (from == SIDE_OUTSIDE)
        carry_packet(context, LINK_CLIENTS, DIRECTION_FORWARD, packet);
    else
        carry_packet(context, LINK_SERVERS, DIRECTION_REVERSE, packet);
}

void carrier_forward(void *context, struct unit *unit, enum side side,
                     const struct packet *packet)
{
    struct carrier *carrier = context;
    struct packet crossed = *packet;
    crossed.epoch = carrier->epoch;
    if (side == SIDE_OUTSIDE)
        tell_packet(carrier, packet, place_of(unit), PLACE_CLIENT, SIDE_INSIDE, "");
    else
        tell_packet(carrier, packet, place_of(unit), PLACE_SERVER, SIDE_OUTSIDE, "");
    if (side == SIDE_OUTSIDE)
        carry_packet(carrier, LINK_CLIENTS, DIRECTION_REVERSE, &crossed);
    else
        carry_packet(carrier, LINK_SERVERS, DIRECTION_FORWARD, &crossed);
}

/* ---- datagrams ------------------------------------------------------------------ */

/* What happens to a record: whom it is reported to, and how it is told. */
struct record_fate {
    void (*report)(struct observer *observer, const struct record_mark *mark); /* or NULL */
    const char *event; /* in the journal */
    const char *phrase; /* in a story */
};

static const struct record_fate fate_sent = { observer_record_sent, "record-sent", "leaves" };
static const struct record_fate fate_lost = { NULL, "record-lost", "is lost" };
static const struct record_fate fate_arrived = { observer_record_arrived, "record-arrived",
                                                 "arrives" };

static void report_records(const struct carrier *carrier, const struct datagram *datagram,
                           const struct record_fate *fate, const char *where)
{
    nstime now = engine_now(carrier->engine);
    for (unsigned i = 0; i < datagram->mark_count; i++) {
        const struct record_mark *mark = &datagram->marks[i];
        const char *record = mark->is_delete ? "delete" : "create";
        if (fate->report)
            fate->report(carrier->observer, mark);
        journal_record(carrier->journal, now, fate->event, mark->tag - 1, record);
        if (story_wants(carrier->story, mark->tag))
            story_tell(carrier->story, now, datagram->sender == 0 ? PLACE_UNIT_0 : PLACE_UNIT_1,
                       datagram->sender == 0 ? PLACE_UNIT_1 : PLACE_UNIT_0, "%s %s%s", record,
                       fate->phrase, where);
    }
}

static size_t room_of(const struct datagram *datagram)
{
    return datagram->mark_count * sizeof(struct record_mark) + datagram->length;
}

static struct pool *pool_for(const struct carrier *carrier, const struct datagram *datagram)
{
    return room_of(datagram) <= SMALL_ROOM ? carrier->small_datagrams
                                           : carrier->large_datagrams;
}

static void deliver_datagram(struct carrier *carrier, const struct datagram *datagram)
{
    struct unit *receiver = carrier->units[1 - datagram->sender];
    bool replication = datagram->channel == CHANNEL_REPLICATION;
    carrier->at_hand = replication ? datagram : NULL;
    bool taken = receiver
                 && unit_datagram(receiver, datagram->channel, INTERFACE_PEER,
                                  carrier_unit_ip(datagram->sender), datagram->bytes,
                                  datagram->length);
    carrier->at_hand = NULL;
    if (replication && taken)
        report_records(carrier, datagram, &fate_arrived, "");
    else if (replication) {
        carrier->replication.lost++;
        report_records(carrier, datagram, &fate_lost, ": the machine is not running");
    }
}

static void datagram_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct datagram_parcel *parcel = (void *)(uintptr_t)number;
    deliver_datagram(carrier, &parcel->datagram);
    pool_give(pool_for(carrier, &parcel->datagram), parcel);
}

static void send_copy(struct carrier *carrier, const struct datagram *datagram, nstime arrival)
{
    struct datagram_parcel *parcel = pool_take(pool_for(carrier, datagram));
    uint8_t *bytes = (uint8_t *)(parcel->room + datagram->mark_count);
    memcpy(parcel->room, datagram->marks, datagram->mark_count * sizeof *datagram->marks);
    memcpy(bytes, datagram->bytes, datagram->length);
    parcel->datagram = *datagram;
    parcel->datagram.marks = parcel->room;
    parcel->datagram.bytes = bytes;
    engine_schedule(carrier->engine, arrival, datagram_came, carrier, (uintptr_t)parcel);
}

/* Records are named by whose they are and which kind, so that two protocols that
 * send the same record meet the same luck; whatever has no record is numbered. */
static uint64_t datagram_identity(const struct carrier *carrier,
                                  const struct datagram *datagram)
{
    uint64_t identity = chance_fold(datagram->channel, datagram->sender);
    if (datagram->mark_count == 0)
        return chance_fold(identity, carrier->hellos_sent[datagram->sender]);
    for (unsigned i = 0; i < datagram->mark_count; i++)
        identity = chance_fold(identity, (uint64_t)datagram->marks[i].tag << 1
                                             | datagram->marks[i].is_delete);
    return identity;
}

static enum link_role link_of(const struct carrier *carrier, enum channel channel)
{
    return channel == CHANNEL_HELLO && !carrier->scenario->hello_on_replication
               ? LINK_HELLO
               : LINK_REPLICATION;
}

/* Hellos are counted apart: by nobody. */
static void count_datagram(struct carrier *carrier, const struct datagram *datagram,
                           enum link_role role, const struct passage *passage)
{
    if (datagram->channel != CHANNEL_REPLICATION)
        return;
    carrier->replication.datagrams++;
    carrier->replication.bytes += UDP_IP_HEADERS + datagram->length;
    report_records(carrier, datagram, &fate_sent, "");
    if (passage->copies > 0)
        return;
    char where[64];
    g_snprintf(where, sizeof where, " on %s (%s)", link_role_word(role),
               passage_word(passage->loss));
    carrier->replication.lost++;
    report_records(carrier, datagram, &fate_lost, where);
}

static void carry_datagram(struct carrier *carrier, const struct datagram *datagram)
{
    enum link_role role = link_of(carrier, datagram->channel);
    struct passage passage;
    link_pass(carrier->links[role], datagram->sender == 0 ? DIRECTION_FORWARD : DIRECTION_REVERSE,
              engine_now(carrier->engine), datagram_identity(carrier, datagram),
              (uint32_t)(UDP_IP_HEADERS + datagram->length), &passage);
    count_datagram(carrier, datagram, role, &passage);
    for (unsigned i = 0; i < passage.copies; i++)
        send_copy(carrier, datagram, passage.arrival[i]);
}

void carrier_datagram(void *context, struct unit *unit, enum channel channel,
                      const uint8_t *bytes, size_t length, const struct record_mark *marks,
                      unsigned mark_count)
{
    struct carrier *carrier = context;
    g_assert(length <= DATAGRAM_MAX && mark_count <= UNIT_RECORDS_MAX);
    struct datagram datagram = {
        .channel = (uint8_t)channel,
        .sender = (uint8_t)unit_number(unit),
        .length = (uint16_t)length,
        .mark_count = (uint16_t)mark_count,
        .marks = marks,
        .bytes = bytes,
    };
    carrier->hellos_sent[datagram.sender] += mark_count == 0;
    carry_datagram(carrier, &datagram);
}

const struct record_mark *carrier_mark_at_hand(const struct carrier *carrier,
                                               const struct flow *flow)
{
    const struct datagram *datagram = carrier->at_hand;
    if (!datagram || datagram->mark_count == 0)
        return NULL;
    for (unsigned i = 1; i < datagram->mark_count; i++)
        if (flow_equal(&datagram->marks[i].flow, flow))
            return &datagram->marks[i];
    return datagram->marks;
}

/* ---- addresses, links, life -------------------------------------------------------- */

void carrier_claim(struct carrier *carrier, struct unit *unit, uint32_t ip)
{
    segment_claim(carrier->segment, ip, unit);
}

void carrier_release(struct carrier *carrier, struct unit *unit, uint32_t ip)
{
    segment_release(carrier->segment, ip, unit);
}

struct unit *carrier_owner(const struct carrier *carrier, uint32_t ip)
{
    return segment_owner(carrier->segment, ip);
}

struct link *carrier_link(const struct carrier *carrier, enum link_role role)
{
    return carrier->links[role];
}

struct replication_count carrier_replication_count(const struct carrier *carrier)
{
    return carrier->replication;
}

void carrier_set_epoch(struct carrier *carrier, uint8_t epoch)
{
    carrier->epoch = epoch;
}

void carrier_set_traffic(struct carrier *carrier, struct traffic *traffic)
{
    carrier->traffic = traffic;
}

void carrier_set_unit(struct carrier *carrier, unsigned number, struct unit *unit)
{
    g_assert(number < UNITS);
    carrier->units[number] = unit;
}

uint32_t carrier_unit_ip(unsigned number)
{
    g_assert(number < UNITS);
    return UINT32_C(0xA9FE0001) + number; /* 169.254.0.1 and .2: of that link alone */
}

struct carrier *carrier_new(const struct scenario *scenario, uint64_t run_key,
                            struct engine *engine, struct observer *observer,
                            struct journal *journal, struct run_story *story)
{
    struct carrier *carrier = g_new0(struct carrier, 1);
    carrier->scenario = scenario;
    carrier->engine = engine;
    carrier->observer = observer;
    carrier->journal = journal;
    carrier->story = story;
    carrier->segment = segment_new();
    carrier->packets = pool_new(sizeof(struct packet_parcel));
    carrier->small_datagrams = pool_new(sizeof(struct datagram_parcel) + SMALL_ROOM);
    carrier->large_datagrams = pool_new(sizeof(struct datagram_parcel) + LARGE_ROOM);
    for (unsigned role = 0; role < LINK_COUNT; role++)
        carrier->links[role] = link_new(link_role_word(role), run_key,
                                        &scenario->links[role].forward,
                                        &scenario->links[role].reverse);
    return carrier;
}

void carrier_free(struct carrier *carrier)
{
    for (unsigned role = 0; role < LINK_COUNT; role++)
        link_free(carrier->links[role]);
    pool_free(carrier->large_datagrams);
    pool_free(carrier->small_datagrams);
    pool_free(carrier->packets);
    segment_free(carrier->segment);
    g_free(carrier);
}

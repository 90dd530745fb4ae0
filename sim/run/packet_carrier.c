#include "sim/network/throttle.h"
#include "sim/node/flood.h"
#include "sim/run/carrier_internal.h"

#include "sim/engine/chance.h"

/* A copy made by the network is a packet of its own on the next link. */
#define SERIAL_OF_A_COPY UINT32_C(0x80000000)

struct packet_parcel {
    struct packet packet;
    uint8_t link;
    uint8_t direction;
};

/* One that waits in a unit. */
struct packet_waiting {
    struct throttle_item item;
    struct packet packet;
    uint8_t unit;
    uint8_t side;
};

void packet_carrier_init(struct carrier *carrier)
{
    carrier->packets = pool_new(sizeof(struct packet_parcel));
    carrier->packets_waiting = pool_new(sizeof(struct packet_waiting));
    for (guint i = 0; i < carrier->scenario->virtuals->len; i++) {
        const struct virtual_spec *virtual = g_ptr_array_index(carrier->scenario->virtuals, i);
        carrier->any_direct |= virtual->direct;
    }
}

void packet_carrier_clear(struct carrier *carrier)
{
    pool_free(carrier->packets_waiting);
    pool_free(carrier->packets);
}

static uint64_t packet_identity(const struct packet *packet)
{
    return chance_fold((uint64_t)packet->tag << 32 | packet->serial, packet->flags);
}

static enum place place_of(const struct unit *unit)
{
    return story_unit_place(unit_number(unit));
}

static unsigned interface_of(enum side side)
{
    return side == SIDE_OUTSIDE ? INTERFACE_OUTSIDE : INTERFACE_INSIDE;
}

static struct unit *active_owner(const struct carrier *carrier, enum side side)
{
    return segment_owner(carrier->segments[interface_of(side)], carrier->scenario->active_ip);
}

/* Whoever its sender holds for the owner. */
static struct unit *receiver_of(const struct carrier *carrier, enum side side,
                                const struct packet *packet)
{
    return carrier->garp[interface_of(side)].used
               ? garp_carrier_receiver(carrier, interface_of(side), packet->source_ip)
               : active_owner(carrier, side);
}

static void tell_packet(const struct carrier *carrier, const struct packet *packet,
                        enum place from, enum place to, enum side sender, const char *fate)
{
    if (story_wants(carrier->story, packet->tag))
        story_tell_packet(carrier->story, engine_now(carrier->engine), from, to,
                          sender == SIDE_OUTSIDE, packet, fate);
}

static enum place origin_of(enum side side)
{
    return side == SIDE_OUTSIDE ? PLACE_CLIENT : PLACE_SERVER;
}

static void take_from_backlog(void *object, struct throttle_item *item, bool served)
{
    struct carrier *carrier = object;
    struct packet_waiting waiting = *(struct packet_waiting *)item;
    enum side side = (enum side)waiting.side;
    pool_give(carrier->packets_waiting, item);
    if (served)
        unit_packet(carrier->units[waiting.unit], side, &waiting.packet);
    else
        tell_packet(carrier, &waiting.packet, origin_of(side), story_unit_place(waiting.unit),
                    side, "  (it waited in a machine that is down)");
}

static bool is_dropped(struct carrier *carrier, const struct unit *unit, enum way way,
                       const struct packet *packet)
{
    unsigned number = unit_number(unit);
    return carrier_is_lossy(carrier, number)
           && carrier_unit_loses(carrier, number, way, packet_identity(packet));
}

static void drop(struct carrier *carrier, const struct unit *unit, enum side side,
                 const struct packet *packet, enum drop_place place)
{
    carrier->drops[place]++;
    tell_packet(carrier, packet, origin_of(side), place_of(unit), side,
                place == DROP_LOSSY ? "  lost: the machine drops it"
                                    : "  lost: the backlog is full");
}

/* It waits its turn in a unit that has a capacity, where there is room. */
static void take_in(struct carrier *carrier, struct unit *unit, enum side side,
                    const struct packet *packet)
{
    struct throttle *backlog = carrier->queues[unit_number(unit)].backlog;
    if (is_dropped(carrier, unit, WAY_IN, packet)) {
        drop(carrier, unit, side, packet, DROP_LOSSY);
        return;
    }
    if (throttle_is_open(backlog)) {
        unit_packet(unit, side, packet);
        return;
    }
    struct packet_waiting *waiting = pool_take(carrier->packets_waiting);
    *waiting = (struct packet_waiting){
        .item = { .take = take_from_backlog, .work = 1, .size = 1 },
        .packet = *packet,
        .unit = (uint8_t)unit_number(unit),
        .side = (uint8_t)side,
    };
    if (throttle_put(backlog, &waiting->item))
        return;
    pool_give(carrier->packets_waiting, waiting);
    drop(carrier, unit, side, packet, DROP_BACKLOG);
}

/* A packet came to the units' end of a link: whoever owns the active address gets it, on the
 * side it came from, or a former owner, if its sender has not heard of another. */
static void reach_units(struct carrier *carrier, enum side side, const struct packet *packet)
{
    enum place from = origin_of(side);
    struct unit *owner = receiver_of(carrier, side, packet);
    if (!owner) {
        tell_packet(carrier, packet, from, PLACE_NOWHERE, side, "  nobody owns the address");
        return;
    }
    bool dead = unit_health(owner) != UNIT_UP;
    bool cut = carrier_is_cut(carrier, unit_number(owner), interface_of(side));
    tell_packet(carrier, packet, from, place_of(owner), side,
                dead  ? "  (not running)"
                : cut ? "  (interface down)"
                      : "");
    if (cut)
        return;
    if (!dead && side == SIDE_OUTSIDE && packet_is_request(packet)
        && owner == active_owner(carrier, side))
        observer_request(carrier->observer);
    if (!dead)
        take_in(carrier, owner, side, packet);
}

static void carry_packet(struct carrier *carrier, enum link_role role, enum direction direction,
                         const struct packet *packet);

static bool binds(const struct scenario *scenario, const struct virtual_spec *virtual,
                  uint32_t real_ip)
{
    for (guint i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        if (virtual->bound[i] && real->ip == real_ip)
            return true;
    }
    return false;
}

/* Direct routing. The virtual machine as which its server answers it, or NULL: as itself. A
 * connection that its client has forgotten leaves its server's address to tell. */
static const struct virtual_spec *answers_as(const struct carrier *carrier,
                                             const struct packet *packet)
{
    const GPtrArray *virtuals = carrier->scenario->virtuals;
    const struct connection *connection = traffic_by_tag(carrier->traffic, packet->tag);
    if (connection) {
        const struct virtual_spec *virtual = g_ptr_array_index(virtuals, connection->virtual);
        return virtual->direct ? virtual : NULL;
    }
    for (guint i = 0; i < virtuals->len; i++) {
        const struct virtual_spec *virtual = g_ptr_array_index(virtuals, i);
        if (virtual->direct && virtual->protocol == packet->protocol
            && binds(carrier->scenario, virtual, packet->source_ip))
            return virtual;
    }
    return NULL;
}

/* It left its server with the virtual address, which the server has as well; what is told of it
 * since the failure needs no director. */
static void pass_by(struct carrier *carrier, const struct virtual_spec *virtual,
                    const struct packet *packet)
{
    struct packet past = *packet;
    past.source_ip = virtual->ip;
    past.source_port = virtual->port;
    past.epoch = carrier->epoch;
    tell_packet(carrier, &past, PLACE_SERVER, PLACE_CLIENT, SIDE_INSIDE,
                "  (past the director)");
    carry_packet(carrier, LINK_CLIENTS, DIRECTION_REVERSE, &past);
}

static void came_from_server(struct carrier *carrier, const struct packet *packet)
{
    const struct virtual_spec *virtual =
        carrier->any_direct ? answers_as(carrier, packet) : NULL;
    if (virtual)
        pass_by(carrier, virtual, packet);
    else
        reach_units(carrier, SIDE_INSIDE, packet);
}

static void packet_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct packet_parcel *parcel = (void *)(uintptr_t)number;
    struct packet packet = parcel->packet;
    bool forward = parcel->direction == DIRECTION_FORWARD;
    bool clients = parcel->link == LINK_CLIENTS;
    pool_give(carrier->packets, parcel);
    carrier_note_delivery(carrier, (uint64_t)packet.tag << 32 | packet.serial);
    if (clients && forward)
        reach_units(carrier, SIDE_OUTSIDE, &packet);
    else if (clients && packet.tag == 0 && flood_uses(packet.destination_ip))
        carrier->backscatter++; /* nobody is there */
    else if (clients)
        traffic_deliver_client(carrier->traffic, &packet);
    else if (forward)
        traffic_deliver_server(carrier->traffic, &packet);
    else
        came_from_server(carrier, &packet);
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
    uint32_t headers = packet->protocol == PROTOCOL_UDP ? UDP_IP_HEADERS : TCP_IP_HEADERS;
    link_pass(carrier->links[role][0], direction, engine_now(carrier->engine),
              packet_identity(packet), headers + packet->payload_length, &passage);
    passage_check(&passage);
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

void carrier_hand_on(void *context, const struct packet *packet)
{
    tell_packet(context, packet, PLACE_SERVER, PLACE_SERVER, SIDE_OUTSIDE, "  (handed on)");
    carry_packet(context, LINK_SERVERS, DIRECTION_FORWARD, packet);
}

void carrier_forward(struct carrier *carrier, struct unit *unit, enum side side,
                     const struct packet *packet)
{
    struct packet crossed = *packet;
    bool cut = carrier_is_cut(carrier, unit_number(unit), interface_of(side));
    bool lost = is_dropped(carrier, unit, WAY_OUT, packet);
    const char *fate = cut    ? "  lost: its interface is down"
                       : lost ? "  lost: the machine drops it"
                              : "";
    crossed.epoch = carrier->epoch;
    if (side == SIDE_OUTSIDE)
        tell_packet(carrier, packet, place_of(unit), PLACE_CLIENT, SIDE_INSIDE, fate);
    else
        tell_packet(carrier, packet, place_of(unit), PLACE_SERVER, SIDE_OUTSIDE, fate);
    carrier->drops[DROP_LOSSY] += lost && !cut;
    if (cut || lost)
        return;
    carrier_note_frame(carrier, unit_number(unit), interface_of(side));
    if (side == SIDE_OUTSIDE)
        carry_packet(carrier, LINK_CLIENTS, DIRECTION_REVERSE, &crossed);
    else
        carry_packet(carrier, LINK_SERVERS, DIRECTION_FORWARD, &crossed);
}

uint64_t carrier_backscatter(const struct carrier *carrier)
{
    return carrier->backscatter;
}

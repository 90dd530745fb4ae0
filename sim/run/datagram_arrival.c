/* Datagrams on their way in: the interface, the backlog, the receive buffer, the director. */
#include "sim/run/datagram.h"

/* ---- the director -------------------------------------------------------------------- */

static void apply(struct carrier *carrier, const struct datagram *datagram)
{
    struct unit *receiver = carrier->units[datagram->receiver];
    bool replication = datagram->channel == CHANNEL_REPLICATION;
    carrier->at_hand = replication ? datagram : NULL;
    bool taken = receiver
                 && unit_datagram(receiver, datagram->channel, datagram->interface,
                                  carrier_unit_ip(datagram->sender), datagram->bytes,
                                  datagram->length);
    carrier->at_hand = NULL;
    if (replication && taken)
        datagram_arrived(carrier, datagram);
    else
        datagram_lost(carrier, datagram, ": the machine is not running");
}

static void reach_director(struct carrier *carrier, struct datagram_parcel *parcel)
{
    if (!parcel->datagram.husk)
        apply(carrier, &parcel->datagram);
    datagram_parcel_free(carrier, parcel);
}

void datagram_arrival_at_once(struct carrier *carrier, struct datagram_parcel *parcel)
{
    reach_director(carrier, parcel);
}

static const struct record_mark *mark_of(const struct datagram *datagram,
                                         const struct flow *flow)
{
    if (datagram->mark_count == 0 || datagram->damaged)
        return NULL; /* what a damaged one says is nobody's record */
    for (unsigned i = 1; i < datagram->mark_count; i++)
        if (flow_equal(&datagram->marks[i].flow, flow))
            return &datagram->marks[i];
    return datagram->marks;
}

struct record_at_hand carrier_at_hand(const struct carrier *carrier, const struct flow *flow)
{
    const struct datagram *datagram = carrier->at_hand;
    if (!datagram)
        return (struct record_at_hand){ 0 };
    return (struct record_at_hand){
        .mark = mark_of(datagram, flow),
        .author = datagram->mark_count > 0 ? datagram->marks[0].tag : 0,
        .in = datagram->name,
    };
}

/* ---- places to wait in --------------------------------------------------------------- */

/* A place in a unit: what it counts, and who comes next. */
struct place_to_wait {
    enum drop_place drop;
    const char *full;
    throttle_taker *next;
};

static void lose(struct carrier *carrier, struct datagram_parcel *parcel, const char *where)
{
    datagram_lost(carrier, &parcel->datagram, where);
    datagram_parcel_free(carrier, parcel);
}

/* One that is saved goes past all that wait: those behind it wait as they would without it. */
static void wait_in(struct carrier *carrier, struct throttle *throttle,
                    const struct place_to_wait *place, struct datagram_parcel *parcel)
{
    parcel->item.take = place->next;
    if (!parcel->datagram.saved && throttle_put(throttle, &parcel->item))
        return;
    if (datagram_save(carrier, &parcel->datagram)) {
        place->next(carrier, &parcel->item, true);
        return;
    }
    carrier->drops[place->drop]++;
    lose(carrier, parcel, place->full);
}

/* ---- the receive buffer -------------------------------------------------------------- */

static void read_from_buffer(void *object, struct throttle_item *item, bool served)
{
    struct datagram_parcel *parcel = (struct datagram_parcel *)item;
    if (served)
        reach_director(object, parcel);
    else
        lose(object, parcel, ": it waited in the receive buffer of a machine that is down");
}

/* Linux's truesize of a received datagram: its descriptor (256 bytes), and a block of a power
 * of two that holds headroom (64), the Ethernet header, the packet and the block's own end
 * (320). 768 bytes for a record or two, 2,304 for a full frame. */
static uint32_t truesize(const struct datagram *datagram)
{
    uint32_t needed = 64 + 14 + UDP_IP_HEADERS + datagram->length + 320, block = 512;
    while (block < needed)
        block *= 2;
    return 256 + block;
}

/* A kernel's buffer is read in order, whatever role the director has taken meanwhile: what
 * waits there at a takeover is applied after it, and comes late. */
static void reach_buffer(struct carrier *carrier, struct datagram_parcel *parcel)
{
    static const struct place_to_wait place = { DROP_RECEIVE_BUFFER,
                                                ": the receive buffer is full",
                                                read_from_buffer };
    const struct datagram *datagram = &parcel->datagram;
    struct throttle *buffer = carrier->queues[datagram->receiver].buffer;
    if (datagram->channel != CHANNEL_REPLICATION || throttle_is_open(buffer)) {
        reach_director(carrier, parcel);
        return;
    }
    parcel->item.work = MAX(datagram->mark_count, 1);
    parcel->item.size = truesize(datagram);
    wait_in(carrier, buffer, &place, parcel);
}

/* ---- the interface ------------------------------------------------------------------- */

static void take_from_backlog(void *object, struct throttle_item *item, bool served)
{
    struct datagram_parcel *parcel = (struct datagram_parcel *)item;
    if (served)
        reach_buffer(object, parcel);
    else
        lose(object, parcel, ": it waited in the backlog of a machine that is down");
}

static void reach_backlog(struct carrier *carrier, struct datagram_parcel *parcel)
{
    static const struct place_to_wait place = { DROP_BACKLOG, ": the backlog is full",
                                                take_from_backlog };
    struct throttle *backlog = carrier->queues[parcel->datagram.receiver].backlog;
    if (throttle_is_open(backlog)) {
        reach_buffer(carrier, parcel);
        return;
    }
    parcel->item.work = parcel->item.size = 1;
    wait_in(carrier, backlog, &place, parcel);
}

void datagram_arrival(struct carrier *carrier, struct datagram_parcel *parcel)
{
    struct datagram *datagram = &parcel->datagram;
    const struct unit *receiver = carrier->units[datagram->receiver];
    if (carrier_is_cut(carrier, datagram->receiver, datagram->interface)
        && !datagram_save(carrier, datagram))
        lose(carrier, parcel, ": an interface is down");
    else if (!receiver || unit_health(receiver) != UNIT_UP)
        lose(carrier, parcel, ": the machine is not running");
    else if (datagram_unit_loses(carrier, datagram, datagram->receiver, WAY_IN))
        lose(carrier, parcel, ": the machine drops it");
    else
        reach_backlog(carrier, parcel);
}

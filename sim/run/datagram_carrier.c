/* Datagrams on their way out: their turn, if a unit has a budget, and the link. */
#include "sim/run/chosen_fate.h"
#include "sim/run/datagram.h"

static void datagram_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct datagram_parcel *parcel = (void *)(uintptr_t)number;
    carrier_note_delivery(carrier, parcel->datagram.length);
    if (parcel->datagram.mark_count > 0)
        datagram_take_from_wire(carrier, parcel);
    datagram_arrival(carrier, parcel);
}

/* ---- the link ----------------------------------------------------------------------- */

static void flip_bit(uint8_t *bytes, size_t length, uint64_t chance)
{
    uint64_t bit = (chance >> 1) % (8 * length);
    bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

static void send_copy(struct carrier *carrier, const struct datagram *datagram, nstime arrival,
                      uint64_t damage)
{
    struct datagram_parcel *parcel = datagram_parcel_new(carrier, datagram);
    parcel->datagram.damaged = damage != 0;
    if (damage != 0)
        flip_bit((uint8_t *)(parcel->room + datagram->mark_count), datagram->length, damage);
    parcel->arrival = arrival;
    if (datagram->mark_count > 0)
        datagram_put_on_wire(carrier, parcel);
    engine_schedule(carrier->engine, arrival, datagram_came, carrier, (uintptr_t)parcel);
}

/* The configuration goes with the hellos: it is the units' business with each other, and
 * what is lost of the records must not decide when a machine becomes known. */
static enum link_role link_of(const struct carrier *carrier, enum channel channel)
{
    return channel != CHANNEL_REPLICATION && !carrier->scenario->hello_on_replication
               ? LINK_HELLO
               : LINK_REPLICATION;
}

/* When it would have come is what tells a loss that mattered from one that did not. */
static void lose_on_link(struct carrier *carrier, const struct datagram *datagram,
                         enum link_role role, enum passage_loss loss, nstime safe_arrival)
{
    char where[64];
    g_snprintf(where, sizeof where, " on %s (%s)", link_role_word(role), passage_word(loss));
    datagram_lost(carrier, datagram, where);
    for (unsigned i = 0; i < datagram->mark_count; i++)
        observer_record_lost(carrier->observer, &datagram->marks[i], datagram->receiver,
                             safe_arrival);
}

/* What a link makes of a datagram, and when it would have let it arrive. */
struct transit {
    struct passage passage;
    nstime safe_arrival;
};

/* The link has its say about one that it has had to do with, so that its memory is what it is
 * without a rescue; one that was lost before is none of its business. */
static struct transit transit_of(struct carrier *carrier, struct datagram *datagram,
                                 enum link_role role)
{
    unsigned from = datagram->sender, to = datagram->receiver;
    struct link *link = carrier_pair_link(carrier, role, from, to);
    enum direction way = carrier_way(from, to);
    nstime now = engine_now(carrier->engine);
    uint64_t identity = datagram_identity(carrier, datagram);
    uint32_t bytes = datagram_ip_bytes(carrier, datagram);
    struct transit transit = { .passage.loss = PASSED, .safe_arrival = now };
    struct passage *passage = &transit.passage;
    if (datagram->mark_count > 0)
        transit.safe_arrival = link_safe_arrival(link, way, now, identity, bytes);
    if (!datagram->saved)
        link_pass(link, way, now, identity, bytes, passage);
    chosen_fate_befall(carrier->scenario, datagram, passage);
    datagram_come_between(carrier, datagram, passage);
    if (carrier->scenario->udp_checksum)
        passage_check(passage);
    if (passage->copies == 0 && datagram_save(carrier, datagram))
        *passage = (struct passage){
            .copies = 1, .arrival = { transit.safe_arrival }, .loss = PASSED };
    return transit;
}

static void pass_link(struct carrier *carrier, struct datagram *datagram)
{
    enum link_role role = link_of(carrier, datagram->channel);
    carrier->numbered[datagram->sender][datagram->receiver][datagram->channel] +=
        datagram_is_numbered(datagram);
    struct transit transit = transit_of(carrier, datagram, role);
    const struct passage *passage = &transit.passage;
    if (passage->copies == 0)
        lose_on_link(carrier, datagram, role, passage->loss, transit.safe_arrival);
    for (unsigned i = 0; i < passage->copies; i++) {
        datagram->copied = i > 0;
        send_copy(carrier, datagram, passage->arrival[i], passage->damage[i]);
    }
}

/* Hellos on a side go by its switch; all else has a network of its own, whatever the
 * number of the interface that leads there. */
static void hand_over(struct carrier *carrier, struct datagram *datagram)
{
    datagram_left(carrier, datagram);
    if (carrier_is_cut(carrier, datagram->sender, datagram->interface)
        && !datagram_save(carrier, datagram))
        datagram_lost(carrier, datagram, ": its interface is down");
    else if (datagram->channel == CHANNEL_HELLO && datagram->interface != INTERFACE_PEER) {
        carrier_note_frame(carrier, datagram->sender, datagram->interface);
        send_copy(carrier, datagram, engine_now(carrier->engine) + SWITCH_DELAY, 0);
    } else
        pass_link(carrier, datagram);
}

/* ---- the sender's turn ------------------------------------------------------------- */

static void turn_came(void *object, struct throttle_item *item, bool served)
{
    struct carrier *carrier = object;
    struct datagram_parcel *parcel = (struct datagram_parcel *)item;
    if (served)
        hand_over(carrier, &parcel->datagram);
    else
        datagram_forgotten(carrier, &parcel->datagram,
                           ": it waited in the send queue of a machine that is down");
    datagram_parcel_free(carrier, parcel);
}

static void drop(struct carrier *carrier, const struct datagram *datagram)
{
    carrier->drops[DROP_SEND_QUEUE]++;
    datagram_dropped(carrier, datagram, ": the send queue is full");
}

static void tell_waiting(struct carrier *carrier, const struct datagram *datagram,
                         size_t before)
{
    char where[64];
    g_snprintf(where, sizeof where, " in the send queue, behind %" G_GSIZE_FORMAT, before);
    datagram_waits(carrier, datagram, where);
}

/* One that is saved from a full queue leaves past those in it, and takes nobody's turn. */
static void wait_for_turn(struct carrier *carrier, struct throttle *queue,
                          const struct datagram *datagram)
{
    size_t before = throttle_count(queue);
    struct datagram_parcel *parcel = datagram_parcel_new(carrier, datagram);
    parcel->item = (struct throttle_item){
        .take = turn_came,
        .work = MAX(datagram->mark_count, 1),
        .size = 1,
    };
    if (throttle_put(queue, &parcel->item)) {
        tell_waiting(carrier, datagram, before);
        return;
    }
    if (datagram_save(carrier, &parcel->datagram))
        hand_over(carrier, &parcel->datagram);
    else
        drop(carrier, &parcel->datagram);
    datagram_parcel_free(carrier, parcel);
}

/* ---- the unit ----------------------------------------------------------------------- */

static void came_at_once(void *object, uint64_t number)
{
    datagram_arrival_at_once(object, (struct datagram_parcel *)(uintptr_t)number);
}

/* A late one is delivered now, past all that it waited for; what waited goes on without its
 * records, so that all others wait as before. */
static void rescue(struct carrier *carrier, struct datagram *datagram)
{
    for (unsigned i = 0; i < datagram->mark_count; i++)
        g_array_append_val(carrier->rescue->riders, datagram->marks[i].tag);
    if (carrier->rescue->deed != RESCUE_DELIVERS_AT_ONCE)
        return;
    carrier->rescue->changed = true;
    datagram_left(carrier, datagram);
    engine_schedule(carrier->engine, engine_now(carrier->engine), came_at_once, carrier,
                    (uintptr_t)datagram_parcel_new(carrier, datagram));
    datagram->husk = true;
}

/* Each unit has a queue for records only: hellos and the configuration have their own. */
static void send(struct carrier *carrier, struct datagram *datagram)
{
    struct throttle *queue = carrier->queues[datagram->sender].send;
    if (datagram_unit_loses(carrier, datagram, datagram->sender, WAY_OUT))
        datagram_dropped(carrier, datagram, ": the machine drops it");
    else if (datagram->channel == CHANNEL_REPLICATION && !throttle_is_open(queue))
        wait_for_turn(carrier, queue, datagram);
    else
        hand_over(carrier, datagram);
}

void carrier_datagram(struct carrier *carrier, struct unit *unit,
                      const struct unit_datagram *sent)
{
    g_assert(sent->mark_count <= UNIT_RECORDS_MAX);
    struct datagram datagram = {
        .channel = (uint8_t)sent->channel,
        .sender = (uint8_t)unit_number(unit),
        .receiver = (uint8_t)(sent->destination_ip - carrier_unit_ip(0)),
        .interface = (uint8_t)sent->interface,
        .early = carrier->epoch == 0,
        .length = (uint16_t)sent->length,
        .mark_count = (uint16_t)sent->mark_count,
        .marks = sent->marks,
        .bytes = sent->bytes,
    };
    g_assert(datagram.receiver < carrier->scenario->units->len);
    carrier->handed_out += datagram.early && datagram.channel == CHANNEL_REPLICATION;
    if (datagram.channel == CHANNEL_REPLICATION)
        datagram.name = (struct datagram_name){ ++carrier->named, engine_now(carrier->engine) };
    if (datagram_is_concerned(carrier, &datagram))
        rescue(carrier, &datagram);
    send(carrier, &datagram);
}

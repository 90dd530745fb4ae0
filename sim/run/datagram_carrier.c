#include "sim/run/carrier_internal.h"

#include "sim/engine/chance.h"

#include <string.h>

enum { DATAGRAM_MAX = 1472 };

struct datagram {
    uint8_t channel;
    uint8_t sender; /* numbers of units */
    uint8_t receiver;
    uint8_t interface;
    bool damaged;
    uint16_t length;
    uint16_t mark_count;
    const struct record_mark *marks;
    const uint8_t *bytes;
};

/* A datagram on its way, its marks and then its bytes in the room behind it. Hellos and
 * single records are almost all there is, so they have a small room. */
struct datagram_parcel {
    struct datagram datagram;
    nstime arrival;
    struct datagram_parcel *before, *after; /* on the wire; records only */
    struct record_mark room[];
};

enum {
    SMALL_ROOM = sizeof(struct record_mark) + 64,
    LARGE_ROOM = UNIT_RECORDS_MAX * sizeof(struct record_mark) + DATAGRAM_MAX,
};

void datagram_carrier_init(struct carrier *carrier)
{
    carrier->small_datagrams = pool_new(sizeof(struct datagram_parcel) + SMALL_ROOM);
    carrier->large_datagrams = pool_new(sizeof(struct datagram_parcel) + LARGE_ROOM);
}

void datagram_carrier_clear(struct carrier *carrier)
{
    pool_free(carrier->large_datagrams);
    pool_free(carrier->small_datagrams);
}

/* ---- what is on the wire ----------------------------------------------------------- */

static void put_on_wire(struct carrier *carrier, struct datagram_parcel *parcel)
{
    parcel->before = carrier->last_on_wire;
    parcel->after = NULL;
    if (parcel->before)
        parcel->before->after = parcel;
    else
        carrier->first_on_wire = parcel;
    carrier->last_on_wire = parcel;
}

static void take_from_wire(struct carrier *carrier, struct datagram_parcel *parcel)
{
    if (parcel->before)
        parcel->before->after = parcel->after;
    else
        carrier->first_on_wire = parcel->after;
    if (parcel->after)
        parcel->after->before = parcel->before;
    else
        carrier->last_on_wire = parcel->before;
}

void carrier_on_wire(const struct carrier *carrier, unsigned receiver,
                     carrier_record_taker *take, void *context)
{
    for (const struct datagram_parcel *parcel = carrier->first_on_wire; parcel;
         parcel = parcel->after) {
        const struct datagram *datagram = &parcel->datagram;
        bool arrives = datagram->receiver == receiver && !datagram->damaged
                       && !carrier_is_cut(carrier, receiver, datagram->interface);
        for (unsigned i = 0; arrives && i < datagram->mark_count; i++)
            take(context, &datagram->marks[i], parcel->arrival);
    }
}

/* ---- the rescue ------------------------------------------------------------------- */

void carrier_set_rescue(struct carrier *carrier, struct rescue *rescue)
{
    g_assert(carrier->replication.datagrams == 0 && rescue->receiver < UNITS_MAX);
    carrier->rescue = rescue;
}

static bool is_rescued(const struct carrier *carrier, const struct datagram *datagram)
{
    const struct rescue *rescue = carrier->rescue;
    if (!rescue || datagram->channel != CHANNEL_REPLICATION
        || datagram->receiver != rescue->receiver)
        return false;
    for (unsigned i = 0; i < datagram->mark_count; i++)
        if (datagram->marks[i].tag == rescue->tag && !datagram->marks[i].is_delete)
            return true;
    return false;
}

/* ---- there and back --------------------------------------------------------------- */

/* What happens to a record: whom it is reported to, and how it is told. */
struct record_fate {
    void (*report)(struct observer *observer, const struct record_mark *mark,
                   unsigned receiver); /* or NULL */
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
            fate->report(carrier->observer, mark, datagram->receiver);
        journal_record(carrier->journal, now, fate->event, mark->tag - 1, record);
        if (story_wants(carrier->story, mark->tag))
            story_tell(carrier->story, now, story_unit_place(datagram->sender),
                       story_unit_place(datagram->receiver), "%s %s%s", record, fate->phrase,
                       where);
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

static void lose_records(struct carrier *carrier, const struct datagram *datagram,
                         const char *where)
{
    if (datagram->channel != CHANNEL_REPLICATION)
        return;
    carrier->replication.lost++;
    report_records(carrier, datagram, &fate_lost, where);
}

static void deliver_datagram(struct carrier *carrier, const struct datagram *datagram)
{
    struct unit *receiver = carrier->units[datagram->receiver];
    bool replication = datagram->channel == CHANNEL_REPLICATION;
    bool cut = carrier_is_cut(carrier, datagram->receiver, datagram->interface)
               && !is_rescued(carrier, datagram);
    carrier->at_hand = replication ? datagram : NULL;
    bool taken = receiver && !cut
                 && unit_datagram(receiver, datagram->channel, datagram->interface,
                                  carrier_unit_ip(datagram->sender), datagram->bytes,
                                  datagram->length);
    carrier->at_hand = NULL;
    if (replication && taken)
        report_records(carrier, datagram, &fate_arrived, "");
    else
        lose_records(carrier, datagram,
                     cut ? ": an interface is down" : ": the machine is not running");
}

static void datagram_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct datagram_parcel *parcel = (void *)(uintptr_t)number;
    carrier_note_delivery(carrier, parcel->datagram.length);
    if (parcel->datagram.mark_count > 0)
        take_from_wire(carrier, parcel);
    deliver_datagram(carrier, &parcel->datagram);
    pool_give(pool_for(carrier, &parcel->datagram), parcel);
}

static void flip_bit(uint8_t *bytes, size_t length, uint64_t chance)
{
    uint64_t bit = (chance >> 1) % (8 * length);
    bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
}

static void send_copy(struct carrier *carrier, const struct datagram *datagram, nstime arrival,
                      uint64_t damage)
{
    struct datagram_parcel *parcel = pool_take(pool_for(carrier, datagram));
    uint8_t *bytes = (uint8_t *)(parcel->room + datagram->mark_count);
    memcpy(parcel->room, datagram->marks, datagram->mark_count * sizeof *datagram->marks);
    memcpy(bytes, datagram->bytes, datagram->length);
    parcel->datagram = *datagram;
    parcel->datagram.marks = parcel->room;
    parcel->datagram.bytes = bytes;
    parcel->datagram.damaged = damage != 0;
    if (damage != 0)
        flip_bit(bytes, datagram->length, damage);
    parcel->arrival = arrival;
    if (datagram->mark_count > 0)
        put_on_wire(carrier, parcel);
    engine_schedule(carrier->engine, arrival, datagram_came, carrier, (uintptr_t)parcel);
}

/* Records are named by whose they are and which kind, so that two protocols that
 * send the same record meet the same luck; whatever has no record is numbered. */
static uint64_t datagram_identity(const struct carrier *carrier,
                                  const struct datagram *datagram)
{
    uint64_t identity = chance_fold(datagram->channel, datagram->sender);
    if (datagram->mark_count == 0)
        return chance_fold(identity, carrier->numbered[datagram->sender][datagram->receiver]
                                                      [datagram->channel]);
    for (unsigned i = 0; i < datagram->mark_count; i++)
        identity = chance_fold(identity, (uint64_t)datagram->marks[i].tag << 1
                                             | datagram->marks[i].is_delete);
    return identity;
}

/* The configuration goes with the hellos: it is the units' business with each other, and
 * what is lost of the records must not decide when a machine becomes known. */
static enum link_role link_of(const struct carrier *carrier, enum channel channel)
{
    return channel != CHANNEL_REPLICATION && !carrier->scenario->hello_on_replication
               ? LINK_HELLO
               : LINK_REPLICATION;
}

/* Hellos are counted apart: by nobody. */
static void count_datagram(struct carrier *carrier, const struct datagram *datagram)
{
    if (datagram->channel != CHANNEL_REPLICATION)
        return;
    carrier->replication.datagrams++;
    carrier->replication.bytes += UDP_IP_HEADERS + datagram->length;
    report_records(carrier, datagram, &fate_sent, "");
}

static void lose_on_link(struct carrier *carrier, const struct datagram *datagram,
                         enum link_role role, enum passage_loss loss)
{
    char where[64];
    g_snprintf(where, sizeof where, " on %s (%s)", link_role_word(role), passage_word(loss));
    lose_records(carrier, datagram, where);
}

/* The link has its say all the same, so that its memory is what it is without a rescue. */
static void rescue_datagram(struct carrier *carrier, const struct datagram *datagram,
                            nstime safe_arrival, struct passage *passage)
{
    struct rescue *rescue = carrier->rescue;
    for (unsigned i = 0; i < datagram->mark_count; i++)
        g_array_append_val(rescue->riders, datagram->marks[i].tag);
    nstime arrival = rescue->at_once ? engine_now(carrier->engine) : safe_arrival;
    if (rescue->at_once || passage->copies == 0)
        *passage = (struct passage){ .copies = 1, .arrival = { arrival }, .loss = PASSED };
}

static struct passage passage_of(struct carrier *carrier, const struct datagram *datagram,
                                 enum link_role role)
{
    unsigned from = datagram->sender, to = datagram->receiver;
    struct link *link = carrier_pair_link(carrier, role, from, to);
    enum direction way = carrier_way(from, to);
    nstime now = engine_now(carrier->engine), safe_arrival = now;
    uint64_t identity = datagram_identity(carrier, datagram);
    uint32_t bytes = UDP_IP_HEADERS + datagram->length;
    bool rescued = is_rescued(carrier, datagram);
    struct passage passage;
    if (rescued)
        safe_arrival = link_safe_arrival(link, way, now, identity, bytes);
    link_pass(link, way, now, identity, bytes, &passage);
    if (carrier->scenario->udp_checksum)
        passage_check(&passage);
    if (rescued)
        rescue_datagram(carrier, datagram, safe_arrival, &passage);
    return passage;
}

static void pass_link(struct carrier *carrier, const struct datagram *datagram)
{
    enum link_role role = link_of(carrier, datagram->channel);
    carrier->numbered[datagram->sender][datagram->receiver][datagram->channel] +=
        datagram->mark_count == 0;
    struct passage passage = passage_of(carrier, datagram, role);
    if (passage.copies == 0)
        lose_on_link(carrier, datagram, role, passage.loss);
    for (unsigned i = 0; i < passage.copies; i++)
        send_copy(carrier, datagram, passage.arrival[i], passage.damage[i]);
}

/* Hellos on a side go by its switch; all else has a network of its own, whatever the
 * number of the interface that leads there. */
static void carry_datagram(struct carrier *carrier, const struct datagram *datagram)
{
    count_datagram(carrier, datagram);
    if (carrier_is_cut(carrier, datagram->sender, datagram->interface)
        && !is_rescued(carrier, datagram))
        lose_records(carrier, datagram, ": its interface is down");
    else if (datagram->channel == CHANNEL_HELLO && datagram->interface != INTERFACE_PEER) {
        carrier_note_frame(carrier, datagram->sender, datagram->interface);
        send_copy(carrier, datagram, engine_now(carrier->engine) + SWITCH_DELAY, 0);
    } else
        pass_link(carrier, datagram);
}

void carrier_datagram(struct carrier *carrier, struct unit *unit,
                      const struct unit_datagram *sent)
{
    g_assert(sent->length <= DATAGRAM_MAX && sent->mark_count <= UNIT_RECORDS_MAX);
    struct datagram datagram = {
        .channel = (uint8_t)sent->channel,
        .sender = (uint8_t)unit_number(unit),
        .receiver = (uint8_t)(sent->destination_ip - carrier_unit_ip(0)),
        .interface = (uint8_t)sent->interface,
        .length = (uint16_t)sent->length,
        .mark_count = (uint16_t)sent->mark_count,
        .marks = sent->marks,
        .bytes = sent->bytes,
    };
    g_assert(datagram.receiver < carrier->scenario->units->len);
    carry_datagram(carrier, &datagram);
}

const struct record_mark *carrier_mark_at_hand(const struct carrier *carrier,
                                               const struct flow *flow)
{
    const struct datagram *datagram = carrier->at_hand;
    if (!datagram || datagram->mark_count == 0 || datagram->damaged)
        return NULL; /* what a damaged one says is nobody's record */
    for (unsigned i = 1; i < datagram->mark_count; i++)
        if (flow_equal(&datagram->marks[i].flow, flow))
            return &datagram->marks[i];
    return datagram->marks;
}

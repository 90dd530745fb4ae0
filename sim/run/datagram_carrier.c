#include "sim/run/carrier_internal.h"

#include "sim/engine/chance.h"

#include <string.h>

enum { UDP_IP_HEADERS = 28, DATAGRAM_MAX = 1472 };

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
            story_tell(carrier->story, now, story_unit_place(datagram->sender),
                       story_unit_place(1 - datagram->sender), "%s %s%s", record, fate->phrase,
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

#include "sim/run/datagram.h"

#include <string.h>

enum { DATAGRAM_MAX = 1480 }; /* behind an IP header alone */

/* Hellos and single records are almost all there is, so they have a small room. */
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

static size_t room_of(const struct datagram *datagram)
{
    return datagram->mark_count * sizeof(struct record_mark) + datagram->length;
}

static struct pool *pool_for(const struct carrier *carrier, const struct datagram *datagram)
{
    return room_of(datagram) <= SMALL_ROOM ? carrier->small_datagrams
                                           : carrier->large_datagrams;
}

struct datagram_parcel *datagram_parcel_new(struct carrier *carrier,
                                            const struct datagram *datagram)
{
    g_assert(room_of(datagram) <= LARGE_ROOM);
    struct datagram_parcel *parcel = pool_take(pool_for(carrier, datagram));
    uint8_t *bytes = (uint8_t *)(parcel->room + datagram->mark_count);
    memcpy(parcel->room, datagram->marks, datagram->mark_count * sizeof *datagram->marks);
    memcpy(bytes, datagram->bytes, datagram->length);
    parcel->datagram = *datagram;
    parcel->datagram.marks = parcel->room;
    parcel->datagram.bytes = bytes;
    return parcel;
}

void datagram_parcel_free(struct carrier *carrier, struct datagram_parcel *parcel)
{
    pool_give(pool_for(carrier, &parcel->datagram), parcel);
}

/* ---- what is on the wire ----------------------------------------------------------- */

void datagram_put_on_wire(struct carrier *carrier, struct datagram_parcel *parcel)
{
    parcel->before = carrier->last_on_wire;
    parcel->after = NULL;
    if (parcel->before)
        parcel->before->after = parcel;
    else
        carrier->first_on_wire = parcel;
    carrier->last_on_wire = parcel;
}

void datagram_take_from_wire(struct carrier *carrier, struct datagram_parcel *parcel)
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

static bool concerns(const struct rescue *rescue, const struct record_mark *mark)
{
    return rescue->deed == RESCUE_WITHHOLDS_DELETES
               ? mark->is_delete && flow_equal(&mark->flow, &rescue->flow)
               : !mark->is_delete && mark->tag == rescue->tag;
}

bool datagram_is_concerned(const struct carrier *carrier, const struct datagram *datagram)
{
    const struct rescue *rescue = carrier->rescue;
    if (!rescue || datagram->husk || datagram->channel != CHANNEL_REPLICATION
        || datagram->receiver != rescue->receiver)
        return false;
    for (unsigned i = 0; i < datagram->mark_count; i++)
        if (concerns(rescue, &datagram->marks[i]))
            return true;
    return false;
}

static bool is_delivered(const struct rescue *rescue)
{
    return rescue->deed == RESCUE_DELIVERS || rescue->deed == RESCUE_DELIVERS_AT_ONCE;
}

bool datagram_save(struct carrier *carrier, struct datagram *datagram)
{
    bool rescued = datagram_is_concerned(carrier, datagram) && is_delivered(carrier->rescue);
    if (rescued)
        carrier->rescue->changed = datagram->saved = true;
    return datagram->saved;
}

void datagram_come_between(struct carrier *carrier, const struct datagram *datagram,
                           struct passage *passage)
{
    struct rescue *rescue = carrier->rescue;
    if (!datagram_is_concerned(carrier, datagram))
        return;
    if (!is_delivered(rescue)) {
        rescue->changed |= passage->copies > 0;
        *passage = (struct passage){ .copies = 0, .loss = LOST_RANDOM };
    }
    for (unsigned i = 0; i < passage->copies; i++) {
        rescue->changed |= passage->damage[i] != 0;
        passage->damage[i] = 0;
    }
}

static uint64_t mark_identity(const struct record_mark *mark)
{
    return (uint64_t)mark->copy << 33 | (uint64_t)mark->tag << 1 | mark->is_delete;
}

bool datagram_is_numbered(const struct datagram *datagram)
{
    bool numbered = datagram->mark_count == 0;
    for (unsigned i = 0; i < datagram->mark_count && !numbered; i++)
        numbered = datagram->marks[i].copy == RECORD_COPY_ANOTHER;
    return numbered;
}

/* Records are named by whose they are, which kind and the how-manieth copy, so that two
 * protocols that send the same record meet the same luck; whatever has no record, or one more
 * copy of it, is numbered. */
uint64_t datagram_identity(const struct carrier *carrier, const struct datagram *datagram)
{
    uint64_t identity = chance_fold(datagram->channel, datagram->sender);
    if (datagram_is_numbered(datagram))
        return chance_fold(identity, carrier->numbered[datagram->sender][datagram->receiver]
                                                      [datagram->channel]);
    for (unsigned i = 0; i < datagram->mark_count; i++)
        identity = chance_fold(identity, mark_identity(&datagram->marks[i]));
    return identity;
}

/* A hello goes several ways at once: its way and its instant are what it is. */
static uint64_t identity_in_unit(const struct carrier *carrier, const struct datagram *datagram)
{
    if (datagram->mark_count > 0)
        return datagram_identity(carrier, datagram);
    uint64_t ends = (uint64_t)datagram->sender << 8 | datagram->receiver;
    uint64_t identity = chance_fold((uint64_t)datagram->channel << 8 | datagram->interface, ends);
    return chance_fold(identity, (uint64_t)engine_now(carrier->engine));
}

bool datagram_unit_loses(struct carrier *carrier, struct datagram *datagram, unsigned unit,
                         enum way way)
{
    if (!carrier_is_lossy(carrier, unit)
        || !carrier_unit_loses(carrier, unit, way, identity_in_unit(carrier, datagram))
        || datagram_save(carrier, datagram))
        return false;
    carrier->drops[DROP_LOSSY]++;
    return true;
}

/* ---- what is told of records -------------------------------------------------------- */

/* What happens to a record: whom it is reported to, and how it is told. */
struct record_fate {
    void (*report)(struct observer *observer, const struct record_mark *mark,
                   unsigned receiver, struct datagram_name in); /* or NULL */
    const char *event; /* in the journal */
    const char *phrase; /* in a story */
};

static void report_records(const struct carrier *carrier, const struct datagram *datagram,
                           const struct record_fate *fate, const char *where)
{
    nstime now = engine_now(carrier->engine);
    for (unsigned i = 0; i < datagram->mark_count && !datagram->husk; i++) {
        const struct record_mark *mark = &datagram->marks[i];
        const char *record = mark->is_delete ? "delete" : "create";
        if (fate->report)
            fate->report(carrier->observer, mark, datagram->receiver, datagram->name);
        if (mark->tag != 0) /* nobody's: of a flood */
            journal_record(carrier->journal, now, fate->event, mark->tag - 1, record);
        if (story_wants(carrier->story, mark->tag))
            story_tell(carrier->story, now, story_unit_place(datagram->sender),
                       story_unit_place(datagram->receiver), "%s %s%s", record, fate->phrase,
                       where);
    }
}

uint32_t datagram_ip_bytes(const struct carrier *carrier, const struct datagram *datagram)
{
    unsigned headers = carrier->scenario->protocol->headers;
    bool own = datagram->channel == CHANNEL_REPLICATION && headers > 0;
    return (own ? headers : UDP_IP_HEADERS) + datagram->length;
}

/* Hellos are counted apart: by nobody. */
static bool is_counted(const struct datagram *datagram)
{
    return datagram->channel == CHANNEL_REPLICATION;
}

/* One whose copy arrives is not lost, but both may be. */
static void count_unapplied(struct carrier *carrier, const struct datagram *datagram)
{
    carrier->unapplied += datagram->early && !datagram->copied;
}

void datagram_waits(struct carrier *carrier, const struct datagram *datagram, const char *where)
{
    static const struct record_fate fate = { NULL, "record-waits", "waits" };
    report_records(carrier, datagram, &fate, where);
}

static bool is_from_standby(const struct carrier *carrier, const struct datagram *datagram)
{
    const struct unit *sender = carrier->units[datagram->sender];
    const struct director *director = sender ? unit_director(sender) : NULL;
    return director && director_role(director) == ROLE_STANDBY;
}

void datagram_left(struct carrier *carrier, const struct datagram *datagram)
{
    static const struct record_fate fate = { observer_record_sent, "record-sent", "leaves" };
    if (!is_counted(datagram))
        return;
    bool back = is_from_standby(carrier, datagram);
    carrier->replication.datagrams++;
    carrier->replication.bytes += datagram_ip_bytes(carrier, datagram);
    carrier->replication.back_datagrams += back;
    carrier->replication.back_bytes += back ? datagram_ip_bytes(carrier, datagram) : 0;
    report_records(carrier, datagram, &fate, "");
}

void datagram_dropped(struct carrier *carrier, const struct datagram *datagram,
                      const char *where)
{
    static const struct record_fate fate = { observer_record_sent, "record-lost", "is lost" };
    if (!is_counted(datagram))
        return;
    count_unapplied(carrier, datagram);
    report_records(carrier, datagram, &fate, where);
}

void datagram_forgotten(struct carrier *carrier, const struct datagram *datagram,
                        const char *where)
{
    static const struct record_fate fate = { NULL, "record-unsent", "never leaves" };
    count_unapplied(carrier, datagram);
    report_records(carrier, datagram, &fate, where);
}

void datagram_lost(struct carrier *carrier, const struct datagram *datagram, const char *where)
{
    static const struct record_fate fate = { NULL, "record-lost", "is lost" };
    if (!is_counted(datagram))
        return;
    carrier->replication.lost++;
    count_unapplied(carrier, datagram);
    report_records(carrier, datagram, &fate, where);
}

void datagram_arrived(struct carrier *carrier, const struct datagram *datagram)
{
    static const struct record_fate fate = { observer_record_arrived, "record-arrived",
                                             "arrives" };
    report_records(carrier, datagram, &fate, "");
}

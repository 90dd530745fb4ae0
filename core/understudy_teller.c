#include "core/understudy_teller.h"

#include <glib.h>
#include <string.h>

enum {
    RESEND = 3,         /* round trips without an answer: given up */
    OVERTAKEN = 2,      /* so many later ones were answered: given up at once */
    PATIENCE_MORE = 3,  /* so many more at most, one for each two that had no answer */
    PACE = 4,           /* creates leave a quarter of a round trip apart, or together */
    HEADERS = 28,       /* UDP's and IP's */
};

/* ---- slots */

static struct teller_slot *slot_at(struct teller *teller, uint32_t slot)
{
    return slot_array_at(&teller->slots, slot);
}

const struct teller_slot *teller_slot(const struct teller *teller, uint32_t slot)
{
    return slot_array_look(&teller->slots, slot);
}

static struct slot_record record_of(uint32_t number, const struct teller_slot *slot)
{
    return (struct slot_record){number, slot->version, slot->full, slot->told, slot->record};
}

void teller_init(struct teller *teller)
{
    *teller = (struct teller){.slots = slot_array_of(sizeof(struct teller_slot)),
                              .base = 1,
                              .next = 1,
                              .digest_at = NSTIME_NEVER};
}

void teller_free(struct teller *teller)
{
    slot_queue_free(&teller->creates);
    slot_queue_free(&teller->deletes);
    slot_array_clear(&teller->slots);
}

/* ---- what is due */

static void create_due(struct teller *teller, nstime now, uint32_t number)
{
    struct teller_slot *slot = slot_at(teller, number);
    if (!slot->due)
        slot_queue_push(&teller->creates, number, now);
    slot->due = true;
}

static void delete_due(struct teller *teller, nstime due, uint32_t number)
{
    struct teller_slot *slot = slot_at(teller, number);
    if (!slot->late)
        slot_queue_push(&teller->deletes, number, due);
    slot->late = true;
}

static void change(struct teller *teller, uint32_t number, bool full)
{
    struct teller_slot *slot = slot_at(teller, number);
    slot->version = (uint16_t)(slot->version + 1 + (slot->version == UINT16_MAX));
    slot->full = full;
    slot->told = false;
    struct slot_record record = record_of(number, slot);
    slot->hash = understudy_hash(&record);
    teller->slots_used = MAX(teller->slots_used, number + 1);
}

void teller_fill(struct teller *teller, nstime now, uint32_t slot, const struct record *record,
                 uint32_t tag)
{
    slot_at(teller, slot)->record = *record;
    slot_at(teller, slot)->tag = tag;
    change(teller, slot, true);
    create_due(teller, now, slot);
}

void teller_empty(struct teller *teller, nstime now, uint32_t slot,
                  const struct teller_pace *pace)
{
    change(teller, slot, false);
    delete_due(teller, now + pace->delete_delay, slot);
}

/* A slot that waits in a queue whose kind it has left is passed over there. */
static void drop_stale(struct teller *teller)
{
    while (teller->deletes.count > 0) {
        uint32_t number = slot_queue_first(&teller->deletes)->slot;
        struct teller_slot *slot = slot_at(teller, number);
        if (!slot->full)
            return;
        slot_queue_pop(&teller->deletes);
        slot->late = false;
    }
}

static void reset_queue(struct teller *teller, struct slot_queue *queue)
{
    while (queue->count > 0) {
        struct teller_slot *slot = slot_at(teller, slot_queue_pop(queue));
        slot->due = slot->late = false;
    }
}

void teller_begin(struct teller *teller, nstime now, uint16_t epoch,
                  const struct teller_pace *pace)
{
    reset_queue(teller, &teller->creates);
    reset_queue(teller, &teller->deletes);
    for (uint32_t i = 0; i < teller->slots_used; i++) {
        struct teller_slot *slot = slot_at(teller, i);
        slot->under_way = 0;
        slot->told = false;
    }
    teller->epoch = epoch;
    teller->base = teller->next = 1;
    teller->walk = 1;
    teller->walk_at = now;
    teller->round_trip = pace->round_trip;
    teller->unanswered = 0;
    teller->answered = false;
    teller->digest_at = now + pace->round_trip;
    teller->digest_page = 0;
    teller->proved = teller->doubted = false;
}

/* ---- the window */

static struct under_way *under_way(struct teller *teller, uint32_t sequence)
{
    return &teller->window[sequence % UNDERSTUDY_WINDOW];
}

static bool is_full(const struct teller *teller)
{
    return teller->next - teller->base == UNDERSTUDY_WINDOW;
}

/* So many given up, and no answer. */
static bool is_blackout(const struct teller *teller, const struct teller_pace *pace)
{
    return teller->unanswered >= pace->blackout;
}

/* What the slot held then is what the standby holds now; or it must be told again, unless it
 * has changed since, for then it is due anyway. */
static void answer_slot(struct teller *teller, nstime now, uint32_t number, uint16_t version,
                        bool acknowledged, const struct teller_pace *pace)
{
    struct teller_slot *slot = slot_at(teller, number);
    if (slot->under_way > 0)
        slot->under_way--;
    if (acknowledged || version != slot->version)
        return;
    if (slot->full)
        create_due(teller, now, number);
    else
        delete_due(teller, now + pace->delete_delay / 25, number);
}

static void answer(struct teller *teller, nstime now, uint32_t sequence, bool acknowledged,
                   const struct teller_pace *pace)
{
    struct under_way *datagram = under_way(teller, sequence);
    if (datagram->answered)
        return;
    datagram->answered = true;
    teller->unanswered += !acknowledged;
    for (unsigned i = 0; i < datagram->count; i++)
        answer_slot(teller, now, datagram->slots[i].slot, datagram->slots[i].version,
                    acknowledged, pace);
}

static void move_base(struct teller *teller)
{
    while (teller->base != teller->next && under_way(teller, teller->base)->answered)
        teller->base++;
}

/* Ever longer, while nothing is heard: what is sent into an outage is wasted. Never so short that
 * an answer, which the standby may hold back for half of the round trip that is set, cannot come:
 * the one measured may be far less. */
static nstime patience(const struct teller *teller, const struct teller_pace *pace)
{
    unsigned more = MIN(teller->unanswered / 2, PATIENCE_MORE);
    nstime answer = teller->round_trip + teller->round_trip / 4 + pace->round_trip / 2;
    if (pace->without == UNDERSTUDY_PATIENCE)
        more = 0;
    return MAX((RESEND + more) * teller->round_trip, answer);
}

static void give_up(struct teller *teller, nstime now, const struct teller_pace *pace)
{
    for (uint32_t sequence = teller->base; sequence != teller->next; sequence++) {
        const struct under_way *datagram = under_way(teller, sequence);
        if (!datagram->answered && datagram->sent + patience(teller, pace) > now)
            break;
        answer(teller, now, sequence, false, pace);
    }
    move_base(teller);
}

/* ---- datagrams */

static void add(struct teller *teller, uint32_t number, struct understudy_data *data,
                size_t *size)
{
    struct teller_slot *slot = slot_at(teller, number);
    struct under_way *datagram = under_way(teller, data->sequence);
    data->records[data->count++] = record_of(number, slot);
    *size += understudy_record_size(&data->records[data->count - 1]);
    datagram->slots[datagram->count].slot = number;
    datagram->slots[datagram->count++].version = slot->version;
    slot->under_way++;
    slot->told = true;
}

static bool has_room(const struct understudy_data *data, size_t size)
{
    return data->count < UNDERSTUDY_RECORDS_MAX
           && size + UNDERSTUDY_FULL <= UNDERSTUDY_DATAGRAM_MAX;
}

/* Creates first, then every delete that waits: it costs eight bytes in company. A slot that
 * changed while it waited goes as what it holds now. */
static void add_due(struct teller *teller, struct understudy_data *data, size_t *size)
{
    while (teller->creates.count > 0 && has_room(data, *size)) {
        uint32_t number = slot_queue_pop(&teller->creates);
        slot_at(teller, number)->due = false;
        if (slot_at(teller, number)->full)
            add(teller, number, data, size);
    }
    for (drop_stale(teller); teller->deletes.count > 0 && has_room(data, *size);
         drop_stale(teller)) {
        uint32_t number = slot_queue_pop(&teller->deletes);
        slot_at(teller, number)->late = false;
        add(teller, number, data, size);
    }
}

/* The rest of the datagram is for a standby that joins, as fast as it may be told. */
static void add_walk(struct teller *teller, nstime now, const struct teller_pace *pace,
                     struct understudy_data *data, size_t *size)
{
    size_t before = *size;
    if (teller->walk == 0 || teller->walk_at > now)
        return;
    while (teller->walk < teller->slots_used && has_room(data, *size)) {
        const struct teller_slot *slot = slot_at(teller, teller->walk);
        if (slot->full && !slot->told && !slot->due)
            add(teller, teller->walk, data, size);
        teller->walk++;
    }
    if (teller->walk >= teller->slots_used)
        teller->walk = 0;
    teller->walk_at = MAX(teller->walk_at, now - teller->round_trip)
                      + (nstime)((*size - before + HEADERS) * 8 * NSTIME_S / pace->walk_bits);
}

/* In a blackout one datagram at a time: a probe, with what it has room for. */
static bool is_probe_due(const struct teller *teller, nstime now)
{
    return teller->base == teller->next && teller->sent_at + teller->round_trip <= now;
}

/* When the queues want a datagram. */
static nstime wanted_at(const struct teller *teller, const struct teller_pace *pace)
{
    nstime apart = pace->without == UNDERSTUDY_PACE ? 0 : teller->round_trip / PACE;
    nstime at = NSTIME_NEVER;
    if (teller->creates.count > 0)
        at = teller->sent_at + apart;
    if (teller->deletes.count > 0)
        at = MIN(at, slot_queue_first(&teller->deletes)->due);
    if (teller->walk != 0)
        at = MIN(at, teller->walk_at);
    return at;
}

static bool is_due(const struct teller *teller, nstime now, const struct teller_pace *pace)
{
    if (is_blackout(teller, pace))
        return is_probe_due(teller, now);
    return !is_full(teller) && wanted_at(teller, pace) <= now;
}

bool teller_next(struct teller *teller, nstime now, const struct teller_pace *pace,
                 struct understudy_data *data)
{
    size_t size = UNDERSTUDY_DATA_HEADER;
    give_up(teller, now, pace);
    drop_stale(teller);
    if (!is_due(teller, now, pace))
        return false;
    *data = (struct understudy_data){
        .epoch = teller->epoch,
        .first = !teller->answered,
        .sequence = teller->next,
        .base = teller->base,
    };
    *under_way(teller, data->sequence) = (struct under_way){.sent = now};
    teller->next++;
    teller->sent_at = now;
    add_due(teller, data, &size);
    add_walk(teller, now, pace, data, &size);
    return true;
}

/* ---- answers */

static void measure(struct teller *teller, nstime now, uint32_t echo,
                    const struct teller_pace *pace)
{
    if (teller->next - echo - 1 >= UNDERSTUDY_WINDOW || echo == 0)
        return; /* not one of ours, or so old that its place was taken */
    nstime trip = now - under_way(teller, echo)->sent - pace->round_trip / 2;
    teller->round_trip += (MAX(trip, NSTIME_US) - teller->round_trip) / 8;
}

static bool has_come(const struct understudy_ack *ack, uint32_t sequence)
{
    return sequence <= ack->all_to
           || (sequence - ack->all_to <= UNDERSTUDY_WINDOW
               && (ack->bitmap >> (sequence - ack->all_to - 1) & 1) != 0);
}

/* One that later ones have overtaken is lost, and need not be waited for. */
static void take_overtaken(struct teller *teller, nstime now, const struct understudy_ack *ack,
                           const struct teller_pace *pace)
{
    unsigned later = 0;
    for (uint32_t sequence = teller->next; sequence-- != teller->base;) {
        if (has_come(ack, sequence))
            later++;
        else if (later >= OVERTAKEN)
            answer(teller, now, sequence, false, pace);
    }
}

bool teller_ack(struct teller *teller, nstime now, const struct understudy_ack *ack,
                const struct teller_pace *pace)
{
    bool ours = ack->epoch == teller->epoch && ack->all_to < teller->next
                && (ack->bitmap == 0
                    || ack->all_to + 64 - (unsigned)__builtin_clzll(ack->bitmap) < teller->next);
    if (!ours)
        return false;
    measure(teller, now, ack->echo, pace);
    for (uint32_t sequence = teller->base; sequence != teller->next; sequence++)
        if (has_come(ack, sequence))
            answer(teller, now, sequence, true, pace);
    if (pace->without != UNDERSTUDY_OVERTAKING)
        take_overtaken(teller, now, ack, pace);
    teller->answered = true;
    teller->unanswered = 0;
    move_base(teller);
    return true;
}

/* ---- digests */

static bool is_settled(const struct teller *teller, uint32_t page, uint64_t *digest)
{
    *digest = 0;
    for (unsigned i = 0; i < UNDERSTUDY_PAGE; i++) {
        const struct teller_slot *slot = teller_slot(teller, page * UNDERSTUDY_PAGE + i);
        if (slot == NULL)
            break;
        if (slot->due || slot->late || slot->under_way > 0)
            return false;
        *digest ^= slot->hash;
    }
    return true;
}

static uint32_t pages_used(const struct teller *teller)
{
    return (teller->slots_used + UNDERSTUDY_PAGE - 1) / UNDERSTUDY_PAGE;
}

/* With the end of a round in which no page was found to differ, the table is proved. */
static void go_round(struct teller *teller)
{
    if (teller->digest_page < pages_used(teller))
        return;
    teller->proved = !teller->doubted;
    teller->doubted = false;
    teller->digest_page = 0;
}

bool teller_digest(struct teller *teller, nstime now, const struct teller_pace *pace,
                   struct understudy_digest *digest)
{
    if (teller->digest_at > now || teller->walk != 0 || is_blackout(teller, pace)
        || pages_used(teller) == 0)
        return false;
    *digest = (struct understudy_digest){.epoch = teller->epoch, .page = teller->digest_page};
    for (unsigned i = 0; i < UNDERSTUDY_PAGES && digest->page + i < pages_used(teller); i++)
        if (is_settled(teller, digest->page + i, &digest->digests[i]))
            digest->mask |= UINT64_C(1) << i;
    teller->digest_at = now + (teller->proved ? pace->digest_interval : 2 * teller->round_trip);
    if (digest->mask == 0)
        teller->digest_page += UNDERSTUDY_PAGES;
    go_round(teller);
    return digest->mask != 0;
}

/* All that a page has ever held is told again. */
static void tell_page(struct teller *teller, nstime now, uint32_t page)
{
    for (unsigned i = 0; i < UNDERSTUDY_PAGE; i++) {
        uint32_t number = page * UNDERSTUDY_PAGE + i;
        if (number >= teller->slots_used || slot_at(teller, number)->version == 0)
            continue;
        if (slot_at(teller, number)->full)
            create_due(teller, now, number);
        else
            delete_due(teller, now, number);
    }
}

bool teller_verdict(struct teller *teller, nstime now, const struct understudy_verdict *verdict)
{
    if (verdict->epoch != teller->epoch || verdict->page != teller->digest_page)
        return false;
    for (unsigned i = 0; i < UNDERSTUDY_PAGES; i++)
        if ((verdict->differs >> i & 1) != 0)
            tell_page(teller, now, verdict->page + i);
    teller->doubted |= verdict->differs != 0;
    teller->digest_page += UNDERSTUDY_PAGES;
    go_round(teller);
    return true;
}

/* ---- time */

nstime teller_deadline(const struct teller *teller, const struct teller_pace *pace)
{
    nstime at = NSTIME_NEVER;
    if (teller->base != teller->next)
        at = teller->window[teller->base % UNDERSTUDY_WINDOW].sent + patience(teller, pace);
    if (is_blackout(teller, pace))
        return teller->base != teller->next ? at : teller->sent_at + teller->round_trip;
    if (!is_full(teller))
        at = MIN(at, wanted_at(teller, pace));
    if (teller->walk == 0 && pages_used(teller) > 0)
        at = MIN(at, teller->digest_at);
    return at;
}

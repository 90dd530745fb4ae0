#include "core/understudy_sender.h"

#include <glib.h>
#include <string.h>

enum {
    RESEND = 2,         /* round trips without an answer: given up */
    OVERTAKEN = 2,      /* so many later ones were answered: given up at once */
    PATIENCE_MORE = 6,  /* so many more at most, one for each two that had no answer */
    PACE = 4,           /* creates leave a quarter of a round trip apart, or together */
    HEADERS = 28,       /* UDP's and IP's */
};

/* ---- slots */

static struct sender_slot *slot_at(struct sender *sender, uint32_t slot)
{
    return slot_array_at(&sender->slots, slot);
}

const struct sender_slot *sender_slot(const struct sender *sender, uint32_t slot)
{
    return slot_array_look(&sender->slots, slot);
}

static struct slot_record record_of(uint32_t number, const struct sender_slot *slot)
{
    return (struct slot_record){number, slot->version, slot->full, slot->told, slot->record};
}

void sender_init(struct sender *sender)
{
    *sender = (struct sender){.slots = slot_array_of(sizeof(struct sender_slot)),
                              .base = 1,
                              .next = 1,
                              .digest_at = NSTIME_NEVER};
}

void sender_free(struct sender *sender)
{
    slot_queue_free(&sender->creates);
    slot_queue_free(&sender->deletes);
    slot_array_clear(&sender->slots);
}

/* ---- what is due */

static void create_due(struct sender *sender, nstime now, uint32_t number)
{
    struct sender_slot *slot = slot_at(sender, number);
    if (!slot->due)
        slot_queue_push(&sender->creates, number, now);
    slot->due = true;
}

static void delete_due(struct sender *sender, nstime due, uint32_t number)
{
    struct sender_slot *slot = slot_at(sender, number);
    if (!slot->late)
        slot_queue_push(&sender->deletes, number, due);
    slot->late = true;
}

static void change(struct sender *sender, uint32_t number, bool full)
{
    struct sender_slot *slot = slot_at(sender, number);
    slot->version = (uint16_t)(slot->version + 1 + (slot->version == UINT16_MAX));
    slot->full = full;
    slot->told = false;
    struct slot_record record = record_of(number, slot);
    slot->hash = understudy_hash(&record);
    sender->slots_used = MAX(sender->slots_used, number + 1);
}

void sender_fill(struct sender *sender, nstime now, uint32_t slot, const struct record *record,
                 uint32_t tag)
{
    slot_at(sender, slot)->record = *record;
    slot_at(sender, slot)->tag = tag;
    change(sender, slot, true);
    create_due(sender, now, slot);
}

void sender_empty(struct sender *sender, nstime now, uint32_t slot,
                  const struct sender_pace *pace)
{
    change(sender, slot, false);
    delete_due(sender, now + pace->delete_delay, slot);
}

/* A slot that waits in a queue whose kind it has left is passed over there. */
static void drop_stale(struct sender *sender)
{
    while (sender->deletes.count > 0) {
        uint32_t number = slot_queue_first(&sender->deletes)->slot;
        struct sender_slot *slot = slot_at(sender, number);
        if (!slot->full)
            return;
        slot_queue_pop(&sender->deletes);
        slot->late = false;
    }
}

static void reset_queue(struct sender *sender, struct slot_queue *queue)
{
    while (queue->count > 0) {
        struct sender_slot *slot = slot_at(sender, slot_queue_pop(queue));
        slot->due = slot->late = false;
    }
}

void sender_begin(struct sender *sender, nstime now, uint16_t epoch,
                  const struct sender_pace *pace)
{
    reset_queue(sender, &sender->creates);
    reset_queue(sender, &sender->deletes);
    for (uint32_t i = 0; i < sender->slots_used; i++) {
        struct sender_slot *slot = slot_at(sender, i);
        slot->under_way = 0;
        slot->told = false;
    }
    sender->epoch = epoch;
    sender->base = sender->next = 1;
    sender->walk = 1;
    sender->walk_at = now;
    sender->round_trip = pace->round_trip;
    sender->unanswered = 0;
    sender->answered = false;
    sender->digest_at = now + pace->round_trip;
    sender->digest_page = 0;
    sender->proved = sender->doubted = false;
}

/* ---- the window */

static struct under_way *under_way(struct sender *sender, uint32_t sequence)
{
    return &sender->window[sequence % UNDERSTUDY_WINDOW];
}

static bool is_full(const struct sender *sender)
{
    return sender->next - sender->base == UNDERSTUDY_WINDOW;
}

/* So many given up, and no answer. */
static bool is_blackout(const struct sender *sender, const struct sender_pace *pace)
{
    return sender->unanswered >= pace->blackout;
}

/* What the slot held then is what the standby holds now; or it must be told again, unless it
 * has changed since, for then it is due anyway. */
static void answer_slot(struct sender *sender, nstime now, uint32_t number, uint16_t version,
                        bool acknowledged, const struct sender_pace *pace)
{
    struct sender_slot *slot = slot_at(sender, number);
    if (slot->under_way > 0)
        slot->under_way--;
    if (acknowledged || version != slot->version)
        return;
    if (slot->full)
        create_due(sender, now, number);
    else
        delete_due(sender, now + pace->delete_delay / 25, number);
}

static void answer(struct sender *sender, nstime now, uint32_t sequence, bool acknowledged,
                   const struct sender_pace *pace)
{
    struct under_way *datagram = under_way(sender, sequence);
    if (datagram->answered)
        return;
    datagram->answered = true;
    sender->unanswered += !acknowledged;
    for (unsigned i = 0; i < datagram->count; i++)
        answer_slot(sender, now, datagram->slots[i].slot, datagram->slots[i].version,
                    acknowledged, pace);
}

static void move_base(struct sender *sender)
{
    while (sender->base != sender->next && under_way(sender, sender->base)->answered)
        sender->base++;
}

/* Ever longer, while nothing is heard: what is sent into an outage is wasted. */
static nstime patience(const struct sender *sender)
{
    unsigned trips = RESEND + MIN(sender->unanswered / 2, PATIENCE_MORE);
    return trips * sender->round_trip;
}

static void give_up(struct sender *sender, nstime now, const struct sender_pace *pace)
{
    for (uint32_t sequence = sender->base; sequence != sender->next; sequence++) {
        const struct under_way *datagram = under_way(sender, sequence);
        if (!datagram->answered && datagram->sent + patience(sender) > now)
            break;
        answer(sender, now, sequence, false, pace);
    }
    move_base(sender);
}

/* ---- datagrams */

static void add(struct sender *sender, uint32_t number, struct understudy_data *data,
                size_t *size)
{
    struct sender_slot *slot = slot_at(sender, number);
    struct under_way *datagram = under_way(sender, data->sequence);
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
static void add_due(struct sender *sender, struct understudy_data *data, size_t *size)
{
    while (sender->creates.count > 0 && has_room(data, *size)) {
        uint32_t number = slot_queue_pop(&sender->creates);
        slot_at(sender, number)->due = false;
        if (slot_at(sender, number)->full)
            add(sender, number, data, size);
    }
    for (drop_stale(sender); sender->deletes.count > 0 && has_room(data, *size);
         drop_stale(sender)) {
        uint32_t number = slot_queue_pop(&sender->deletes);
        slot_at(sender, number)->late = false;
        add(sender, number, data, size);
    }
}

/* The rest of the datagram is for a standby that joins, as fast as it may be told. */
static void add_walk(struct sender *sender, nstime now, const struct sender_pace *pace,
                     struct understudy_data *data, size_t *size)
{
    size_t before = *size;
    if (sender->walk == 0 || sender->walk_at > now)
        return;
    while (sender->walk < sender->slots_used && has_room(data, *size)) {
        const struct sender_slot *slot = slot_at(sender, sender->walk);
        if (slot->full && !slot->told && !slot->due)
            add(sender, sender->walk, data, size);
        sender->walk++;
    }
    if (sender->walk >= sender->slots_used)
        sender->walk = 0;
    sender->walk_at = MAX(sender->walk_at, now - sender->round_trip)
                      + (nstime)((*size - before + HEADERS) * 8 * NSTIME_S / pace->walk_bits);
}

static bool is_probe_due(const struct sender *sender, nstime now, const struct sender_pace *pace)
{
    return is_blackout(sender, pace) && sender->base == sender->next
           && sender->sent_at + sender->round_trip <= now;
}

/* When the queues want a datagram. */
static nstime wanted_at(const struct sender *sender)
{
    nstime at = NSTIME_NEVER;
    if (sender->creates.count > 0)
        at = sender->sent_at + sender->round_trip / PACE;
    if (sender->deletes.count > 0)
        at = MIN(at, slot_queue_first(&sender->deletes)->due);
    if (sender->walk != 0)
        at = MIN(at, sender->walk_at);
    return at;
}

static bool is_due(const struct sender *sender, nstime now, const struct sender_pace *pace)
{
    if (is_blackout(sender, pace))
        return is_probe_due(sender, now, pace);
    return !is_full(sender) && wanted_at(sender) <= now;
}

bool sender_next(struct sender *sender, nstime now, const struct sender_pace *pace,
                 struct understudy_data *data)
{
    size_t size = UNDERSTUDY_DATA_HEADER;
    give_up(sender, now, pace);
    drop_stale(sender);
    if (!is_due(sender, now, pace))
        return false;
    *data = (struct understudy_data){
        .epoch = sender->epoch,
        .first = !sender->answered,
        .sequence = sender->next,
        .base = sender->base,
    };
    *under_way(sender, data->sequence) = (struct under_way){.sent = now};
    sender->next++;
    sender->sent_at = now;
    if (is_blackout(sender, pace))
        return true;
    add_due(sender, data, &size);
    add_walk(sender, now, pace, data, &size);
    return true;
}

/* ---- answers */

static void measure(struct sender *sender, nstime now, uint32_t echo,
                    const struct sender_pace *pace)
{
    if (echo - sender->base >= sender->next - sender->base)
        return;
    nstime trip = now - under_way(sender, echo)->sent - pace->round_trip / 2;
    sender->round_trip += (MAX(trip, NSTIME_US) - sender->round_trip) / 8;
}

static bool has_come(const struct understudy_ack *ack, uint32_t sequence)
{
    return sequence <= ack->all_to
           || (sequence - ack->all_to <= UNDERSTUDY_WINDOW
               && (ack->bitmap >> (sequence - ack->all_to - 1) & 1) != 0);
}

/* One that later ones have overtaken is lost, and need not be waited for. */
static void take_overtaken(struct sender *sender, nstime now, const struct understudy_ack *ack,
                           const struct sender_pace *pace)
{
    unsigned later = 0;
    for (uint32_t sequence = sender->next; sequence-- != sender->base;) {
        if (has_come(ack, sequence))
            later++;
        else if (later >= OVERTAKEN)
            answer(sender, now, sequence, false, pace);
    }
}

bool sender_ack(struct sender *sender, nstime now, const struct understudy_ack *ack,
                const struct sender_pace *pace)
{
    bool ours = ack->epoch == sender->epoch && ack->all_to < sender->next
                && (ack->bitmap == 0
                    || ack->all_to + 64 - (unsigned)__builtin_clzll(ack->bitmap) < sender->next);
    if (!ours)
        return false;
    measure(sender, now, ack->echo, pace);
    for (uint32_t sequence = sender->base; sequence != sender->next; sequence++)
        if (has_come(ack, sequence))
            answer(sender, now, sequence, true, pace);
    take_overtaken(sender, now, ack, pace);
    sender->answered = true;
    sender->unanswered = 0;
    move_base(sender);
    return true;
}

/* ---- digests */

static bool is_settled(const struct sender *sender, uint32_t page, uint64_t *digest)
{
    *digest = 0;
    for (unsigned i = 0; i < UNDERSTUDY_PAGE; i++) {
        const struct sender_slot *slot = sender_slot(sender, page * UNDERSTUDY_PAGE + i);
        if (slot == NULL)
            break;
        if (slot->due || slot->late || slot->under_way > 0)
            return false;
        *digest ^= slot->hash;
    }
    return true;
}

static uint32_t pages_used(const struct sender *sender)
{
    return (sender->slots_used + UNDERSTUDY_PAGE - 1) / UNDERSTUDY_PAGE;
}

/* With the end of a round in which no page was found to differ, the table is proved. */
static void go_round(struct sender *sender)
{
    if (sender->digest_page < pages_used(sender))
        return;
    sender->proved = !sender->doubted;
    sender->doubted = false;
    sender->digest_page = 0;
}

bool sender_digest(struct sender *sender, nstime now, const struct sender_pace *pace,
                   struct understudy_digest *digest)
{
    if (sender->digest_at > now || sender->walk != 0 || is_blackout(sender, pace)
        || pages_used(sender) == 0)
        return false;
    *digest = (struct understudy_digest){.epoch = sender->epoch, .page = sender->digest_page};
    for (unsigned i = 0; i < UNDERSTUDY_PAGES && digest->page + i < pages_used(sender); i++)
        if (is_settled(sender, digest->page + i, &digest->digests[i]))
            digest->mask |= UINT64_C(1) << i;
    sender->digest_at = now + (sender->proved ? pace->digest_interval : 2 * sender->round_trip);
    if (digest->mask == 0)
        sender->digest_page += UNDERSTUDY_PAGES;
    go_round(sender);
    return digest->mask != 0;
}

/* All that a page has ever held is told again. */
static void tell_page(struct sender *sender, nstime now, uint32_t page)
{
    for (unsigned i = 0; i < UNDERSTUDY_PAGE; i++) {
        uint32_t number = page * UNDERSTUDY_PAGE + i;
        if (number >= sender->slots_used || slot_at(sender, number)->version == 0)
            continue;
        if (slot_at(sender, number)->full)
            create_due(sender, now, number);
        else
            delete_due(sender, now, number);
    }
}

bool sender_verdict(struct sender *sender, nstime now, const struct understudy_verdict *verdict)
{
    if (verdict->epoch != sender->epoch || verdict->page != sender->digest_page)
        return false;
    for (unsigned i = 0; i < UNDERSTUDY_PAGES; i++)
        if ((verdict->differs >> i & 1) != 0)
            tell_page(sender, now, verdict->page + i);
    sender->doubted |= verdict->differs != 0;
    sender->digest_page += UNDERSTUDY_PAGES;
    go_round(sender);
    return true;
}

/* ---- time */

nstime sender_deadline(const struct sender *sender, const struct sender_pace *pace)
{
    nstime at = NSTIME_NEVER;
    if (sender->base != sender->next)
        at = sender->window[sender->base % UNDERSTUDY_WINDOW].sent + patience(sender);
    if (is_blackout(sender, pace))
        return sender->base != sender->next ? at : sender->sent_at + sender->round_trip;
    if (!is_full(sender))
        at = MIN(at, wanted_at(sender));
    if (sender->walk == 0 && pages_used(sender) > 0)
        at = MIN(at, sender->digest_at);
    return at;
}

#include "core/understudy_receiver.h"

#include <glib.h>

void receiver_init(struct receiver *receiver)
{
    *receiver = (struct receiver){.slots = slot_array_of(sizeof(struct receiver_slot)),
                                  .owners = slot_array_of(sizeof(uint32_t)),
                                  .ack_at = NSTIME_NEVER};
}

void receiver_free(struct receiver *receiver)
{
    slot_array_clear(&receiver->slots);
    slot_array_clear(&receiver->owners);
}

void receiver_begin(struct receiver *receiver, uint16_t epoch, uint32_t active_ip)
{
    receiver_free(receiver);
    receiver_init(receiver);
    receiver->begun = true;
    receiver->epoch = epoch;
    receiver->active_ip = active_ip;
}

struct receiver_slot *receiver_slot(struct receiver *receiver, uint32_t slot)
{
    return slot_array_at(&receiver->slots, slot);
}

uint32_t *receiver_owner(struct receiver *receiver, uint32_t conn_slot)
{
    return slot_array_at(&receiver->owners, conn_slot);
}

/* Everything up to a number has come, or will not. */
static void advance(struct receiver *receiver, uint32_t all_to)
{
    while (receiver->all_to < all_to || (receiver->bitmap & 1) != 0) {
        if (receiver->bitmap == 0 && receiver->all_to < all_to) {
            receiver->all_to = all_to;
            return;
        }
        receiver->all_to++;
        receiver->bitmap >>= 1;
    }
}

static void owe_ack(struct receiver *receiver, nstime now, uint32_t sequence, nstime ack_delay)
{
    if (receiver->ack_at != NSTIME_NEVER)
        return;
    receiver->ack_at = now + ack_delay;
    receiver->echo = sequence;
}

bool receiver_take(struct receiver *receiver, nstime now, const struct understudy_data *data,
                   nstime ack_delay)
{
    g_assert(receiver->begun && data->epoch == receiver->epoch);
    owe_ack(receiver, now, data->sequence, ack_delay);
    advance(receiver, data->base - 1);
    if (data->sequence <= receiver->all_to
        || data->sequence - receiver->all_to > UNDERSTUDY_WINDOW)
        return false;
    uint64_t bit = UINT64_C(1) << (data->sequence - receiver->all_to - 1);
    if ((receiver->bitmap & bit) != 0)
        return false;
    receiver->bitmap |= bit;
    advance(receiver, receiver->all_to);
    return true;
}

struct understudy_ack receiver_ack(struct receiver *receiver)
{
    receiver->ack_at = NSTIME_NEVER;
    return (struct understudy_ack){receiver->epoch, receiver->all_to, receiver->bitmap,
                                   receiver->echo};
}

static uint64_t digest_of(const struct receiver *receiver, uint32_t page)
{
    uint64_t digest = 0;
    for (unsigned i = 0; i < UNDERSTUDY_PAGE; i++) {
        const struct receiver_slot *slot =
            slot_array_look(&receiver->slots, page * UNDERSTUDY_PAGE + i);
        digest ^= slot != NULL ? slot->hash : 0;
    }
    return digest;
}

struct understudy_verdict receiver_compare(const struct receiver *receiver,
                                           const struct understudy_digest *digest)
{
    struct understudy_verdict verdict = {digest->epoch, digest->page, digest->mask, 0};
    for (unsigned i = 0; i < UNDERSTUDY_PAGES; i++)
        if ((digest->mask >> i & 1) != 0
            && digest_of(receiver, digest->page + i) != digest->digests[i])
            verdict.differs |= UINT64_C(1) << i;
    return verdict;
}

/* The serial line in the failover cable, between the first two units. What a unit says at
 * once, a block, comes as a whole or not at all; blocks are numbered, for the keyed draws. */
#include "sim/run/carrier_internal.h"

#include "core/serial.h"
#include "sim/engine/chance.h"

#include <string.h>

/* With a start and a stop bit a byte takes ten bits of the line's rate. */
enum { BITS_A_BYTE = 10 };

struct block_parcel {
    unsigned receiver;
    size_t length;
    uint8_t bytes[SERIAL_BLOCK_MAX];
};

void serial_carrier_init(struct carrier *carrier)
{
    carrier->blocks = pool_new(sizeof(struct block_parcel));
}

void serial_carrier_clear(struct carrier *carrier)
{
    pool_free(carrier->blocks);
}

static void block_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct block_parcel *parcel = (void *)(uintptr_t)number;
    struct unit *receiver = carrier->units[parcel->receiver];
    if (receiver && !carrier->cable_pulled)
        unit_serial(receiver, parcel->bytes, parcel->length);
    pool_give(carrier->blocks, parcel);
}

void carrier_serial(void *context, struct unit *unit, const uint8_t *bytes, size_t length)
{
    struct carrier *carrier = context;
    unsigned sender = unit_number(unit);
    if (sender > 1)
        return; /* the cable has two ends */
    g_assert(length <= SERIAL_BLOCK_MAX);
    struct passage passage;
    link_pass(carrier->links[LINK_SERIAL][0], carrier_way(sender, 1 - sender),
              engine_now(carrier->engine), chance_fold(sender, ++carrier->blocks_sent[sender]),
              (uint32_t)(length * BITS_A_BYTE + 7) / 8, &passage);
    for (unsigned i = 0; i < passage.copies; i++) {
        struct block_parcel *parcel = pool_take(carrier->blocks);
        parcel->receiver = 1 - sender;
        parcel->length = length;
        memcpy(parcel->bytes, bytes, length);
        engine_schedule(carrier->engine, passage.arrival[i], block_came, carrier,
                        (uintptr_t)parcel);
    }
}

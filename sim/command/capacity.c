#include "sim/command/capacity.h"

#include "core/line.h"
#include "core/record.h"
#include "sim/network/link.h"

#include <glib.h>

enum { RECORDS_A_CONNECTION = 2 };

/* What one record takes, as the encoder writes it. */
static size_t record_length(void)
{
    const struct record record = {.flags = RECORD_DELETE};
    uint8_t bytes[RECORD_DATAGRAM_MAX];

    return record_encode(&record, 1, bytes);
}

static size_t block_length(enum serial_kind kind, size_t text)
{
    const struct serial_block block = {.kind = kind,
                                       .length = (uint8_t)(LINE_HEADER_SIZE + text)};
    uint8_t bytes[SERIAL_BLOCK_MAX];

    return serial_encode(&block, bytes);
}

double capacity_serial(const struct impairment *direction)
{
    g_assert(direction->rate > 0);
    size_t there_and_back = block_length(SERIAL_DATA, LINE_TEXT_MAX) + block_length(SERIAL_ACK, 0);
    double on_the_line = (double)(there_and_back * SERIAL_BITS_A_BYTE) / (double)direction->rate;
    double trip = on_the_line + 2 * (double)direction->delay / (double)NSTIME_S;
    double records_a_block = (double)LINE_TEXT_MAX / (double)record_length();

    return records_a_block / trip / RECORDS_A_CONNECTION;
}

double capacity_datagrams(uint64_t rate)
{
    size_t bits = 8 * (record_length() + UDP_IP_HEADERS) * RECORDS_A_CONNECTION;

    return (double)rate / (double)bits;
}

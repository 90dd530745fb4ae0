#include "core/hello.h"

#include "core/wire.h"

enum { INTERFACES_KNOWN = 1 << INTERFACE_PEER | 1 << INTERFACE_OUTSIDE | 1 << INTERFACE_INSIDE };

void hello_encode(const struct hello *hello, uint8_t bytes[HELLO_SIZE])
{
    uint8_t *at = wire_put16(bytes, HELLO_MAGIC);
    *at++ = HELLO_VERSION;
    *at++ = (uint8_t)hello->kind;
    *at++ = (uint8_t)hello->rank;
    *at++ = hello->role == ROLE_ACTIVE;
    *at++ = hello->replica;
    *at++ = hello->priority;
    at = wire_put32(at, hello->sequence);
    at = wire_put32(at, hello->generation);
    *at++ = hello->group;
    *at++ = hello->failed;
    *at++ = hello->interfaces_failed;
    *at++ = hello->interfaces_tested;
    at = wire_put32(at, hello->standby_ip);
    at = wire_put16(at, hello->appointment);
    at = wire_put16(at, (uint16_t)(hello->mac >> 32));
    at = wire_put32(at, (uint32_t)hello->mac);
    wire_put32(at, hello->held_ip);
}

static bool is_well_formed(const uint8_t *bytes, size_t length)
{
    return length == HELLO_SIZE && wire_get16(bytes) == HELLO_MAGIC && bytes[2] == HELLO_VERSION
           && bytes[3] >= HELLO_HELLO && bytes[3] <= HELLO_YIELD && bytes[4] <= RANK_SPARE
           && bytes[5] <= 1 && bytes[6] <= 1 && bytes[17] <= 1
           && ((bytes[18] | bytes[19]) & ~INTERFACES_KNOWN) == 0;
}

bool hello_decode(const uint8_t *bytes, size_t length, struct hello *hello)
{
    if (!is_well_formed(bytes, length))
        return false;
    *hello = (struct hello){
        .kind = (enum hello_kind)bytes[3],
        .rank = (enum unit_rank)bytes[4],
        .role = bytes[5] != 0 ? ROLE_ACTIVE : ROLE_STANDBY,
        .replica = bytes[6] != 0,
        .priority = bytes[7],
        .sequence = wire_get32(bytes + 8),
        .generation = wire_get32(bytes + 12),
        .group = bytes[16],
        .failed = bytes[17] != 0,
        .interfaces_failed = bytes[18],
        .interfaces_tested = bytes[19],
        .standby_ip = wire_get32(bytes + 20),
        .appointment = wire_get16(bytes + 24),
        .mac = (uint64_t)wire_get16(bytes + 26) << 32 | wire_get32(bytes + 28),
        .held_ip = wire_get32(bytes + 32),
    };
    return true;
}

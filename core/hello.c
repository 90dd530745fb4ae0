#include "core/hello.h"

#include "core/wire.h"

void hello_encode(const struct hello *hello, uint8_t bytes[HELLO_SIZE])
{
    uint8_t *at = wire_put16(bytes, HELLO_MAGIC);
    *at++ = HELLO_VERSION;
    *at++ = (uint8_t)hello->kind;
    *at++ = hello->rank == RANK_SECONDARY;
    *at++ = hello->role == ROLE_ACTIVE;
    *at++ = hello->replica;
    *at++ = hello->priority;
    at = wire_put32(at, hello->sequence);
    wire_put32(at, hello->generation);
}

static bool is_well_formed(const uint8_t *bytes, size_t length)
{
    return length == HELLO_SIZE && wire_get16(bytes) == HELLO_MAGIC && bytes[2] == HELLO_VERSION
           && bytes[3] >= HELLO_HELLO && bytes[3] <= HELLO_RESIGN && bytes[4] <= 1
           && bytes[5] <= 1 && bytes[6] <= 1;
}

bool hello_decode(const uint8_t *bytes, size_t length, struct hello *hello)
{
    if (!is_well_formed(bytes, length))
        return false;
    *hello = (struct hello){
        .kind = (enum hello_kind)bytes[3],
        .rank = bytes[4] != 0 ? RANK_SECONDARY : RANK_PRIMARY,
        .role = bytes[5] != 0 ? ROLE_ACTIVE : ROLE_STANDBY,
        .replica = bytes[6] != 0,
        .priority = bytes[7],
        .sequence = wire_get32(bytes + 8),
        .generation = wire_get32(bytes + 12),
    };
    return true;
}

/* Numbers on the wire: network byte order, written and read byte by byte, so that
 * neither alignment nor the machine's order matters. */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stdint.h>

static inline uint8_t *wire_put16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return bytes + 2;
}

static inline uint8_t *wire_put32(uint8_t *bytes, uint32_t value)
{
    return wire_put16(wire_put16(bytes, (uint16_t)(value >> 16)), (uint16_t)value);
}

static inline uint16_t wire_get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static inline uint32_t wire_get32(const uint8_t *bytes)
{
    return (uint32_t)wire_get16(bytes) << 16 | wire_get16(bytes + 2);
}

#endif

/* The key of a connection: who is outside, what it talks to here, by which
 * protocol.
 *
 * The forward key names the virtual machine's address as local, the reverse
 * key the real machine's. */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
    uint32_t ip;
    uint16_t port;
};

struct flow {
    struct address foreign;
    struct address local;
    uint8_t protocol;
};

static inline bool address_equal(struct address a, struct address b)
{
    return a.ip == b.ip && a.port == b.port;
}

static inline bool flow_equal(const struct flow *a, const struct flow *b)
{
    return address_equal(a->foreign, b->foreign) && address_equal(a->local, b->local)
           && a->protocol == b->protocol;
}

/* A 64-bit hash of all fields; the same on every machine. */
uint64_t flow_hash(const struct flow *flow);

enum { ADDRESS_TEXT_SIZE = 22, FLOW_TEXT_SIZE = 56 };

/* Write "10.0.0.1:80"; text holds ADDRESS_TEXT_SIZE bytes. Returns text. */
char *address_print(struct address address, char *text);

/* Write "198.51.100.7:40000 > 192.0.2.80:80 tcp"; text holds FLOW_TEXT_SIZE
 * bytes. Returns text. */
char *flow_print(const struct flow *flow, char *text);

#endif

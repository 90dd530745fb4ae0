/* Sockets found by their four-tuple: a chained hash table whose links lie in the
 * sockets, so that finding, adding and removing allocate nothing. */
#ifndef SIM_NODE_SOCKET_TABLE_H
#define SIM_NODE_SOCKET_TABLE_H

#include "core/packet.h"

#include <stddef.h>
#include <stdint.h>

/* The first member of everything that can be found: struct tcp, struct time_wait. */
struct socket {
    struct socket *chain; /* the table's own */
    uint32_t local_ip;
    uint32_t remote_ip;
    uint16_t local_port;
    uint16_t remote_port;
    uint32_t tag; /* carried by every packet of this socket */
};

struct socket_table {
    struct socket **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
    unsigned longest; /* chains may become that long on average */
};

/* Short chains cost memory, long ones time: longest 2 where each packet asks, more where
 * hardly any does. */
void socket_table_init(struct socket_table *table, unsigned longest);
void socket_table_clear(struct socket_table *table);

/* The socket of this tuple, as its owner sees it, or NULL. */
struct socket *socket_table_find(const struct socket_table *table, uint32_t local_ip,
                                 uint16_t local_port, uint32_t remote_ip, uint16_t remote_port);

/* The socket that a packet is for, or NULL. */
static inline struct socket *socket_table_receiver(const struct socket_table *table,
                                                   const struct packet *packet)
{
    return socket_table_find(table, packet->destination_ip, packet->destination_port,
                             packet->source_ip, packet->source_port);
}

/* Add a socket whose tuple is not in the table; remove one that is. */
void socket_table_add(struct socket_table *table, struct socket *socket);
void socket_table_remove(struct socket_table *table, struct socket *socket);

#endif

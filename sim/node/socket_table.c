#include "sim/node/socket_table.h"

#include "sim/engine/chance.h"

#include <glib.h>

enum { FIRST_BUCKETS = 256 };

void socket_table_init(struct socket_table *table, unsigned longest)
{
    g_assert(longest >= 1);
    *table = (struct socket_table){
        .buckets = g_new0(struct socket *, FIRST_BUCKETS),
        .bucket_count = FIRST_BUCKETS,
        .longest = longest,
    };
}

void socket_table_clear(struct socket_table *table)
{
    g_free(table->buckets);
    *table = (struct socket_table){ 0 };
}

static struct socket **bucket(const struct socket_table *table, uint32_t local_ip,
                              uint16_t local_port, uint32_t remote_ip, uint16_t remote_port)
{
    uint64_t addresses = (uint64_t)local_ip << 32 | remote_ip;
    uint64_t ports = (uint64_t)local_port << 16 | remote_port;
    uint64_t hash = chance_mix(addresses ^ chance_mix(ports));
    return &table->buckets[hash & (table->bucket_count - 1)];
}

static struct socket **bucket_of(const struct socket_table *table, const struct socket *socket)
{
    return bucket(table, socket->local_ip, socket->local_port, socket->remote_ip,
                  socket->remote_port);
}

struct socket *socket_table_find(const struct socket_table *table, uint32_t local_ip,
                                 uint16_t local_port, uint32_t remote_ip, uint16_t remote_port)
{
    struct socket *socket = *bucket(table, local_ip, local_port, remote_ip, remote_port);
    while (socket != NULL
           && (socket->remote_port != remote_port || socket->remote_ip != remote_ip
               || socket->local_port != local_port || socket->local_ip != local_ip))
        socket = socket->chain;
    return socket;
}

static void link_in(struct socket_table *table, struct socket *socket)
{
    struct socket **head = bucket_of(table, socket);
    socket->chain = *head;
    *head = socket;
}

/* Twice the buckets; the work is spread over the additions that made it necessary. */
static void grow(struct socket_table *table)
{
    struct socket **old = table->buckets;
    size_t old_count = table->bucket_count;
    table->bucket_count = 2 * old_count;
    table->buckets = g_new0(struct socket *, table->bucket_count);
    for (size_t i = 0; i < old_count; i++) {
        for (struct socket *socket = old[i], *next; socket != NULL; socket = next) {
            next = socket->chain;
            link_in(table, socket);
        }
    }
    g_free(old);
}

void socket_table_add(struct socket_table *table, struct socket *socket)
{
    if (table->count == table->longest * table->bucket_count)
        grow(table);
    link_in(table, socket);
    table->count++;
}

void socket_table_remove(struct socket_table *table, struct socket *socket)
{
    struct socket **link = bucket_of(table, socket);
    while (*link != socket) {
        g_assert(*link != NULL);
        link = &(*link)->chain;
    }
    *link = socket->chain;
    table->count--;
}

/* The live clients, by number of opening: an intrusive chained hash table, so that its
 * memory is bounded by what is open and not by what was ever opened.
 *
 * A number's bucket is its remainder: connections that are opened one after the other
 * stand side by side, and a walk in order of opening just asks for the next number. */
#ifndef SIM_NODE_CLIENT_TABLE_H
#define SIM_NODE_CLIENT_TABLE_H

#include <stdint.h>

struct client;

struct client_table {
    struct client **buckets;
    uint32_t bucket_count; /* a power of two */
    uint32_t count;
    uint32_t opened; /* the next number */
};

void client_table_init(struct client_table *table);
void client_table_clear(struct client_table *table);

/* Add a client and number it; take one out. */
void client_table_add(struct client_table *table, struct client *client);
void client_table_remove(struct client_table *table, struct client *client);

/* The client of this number, and the first of this number or a later one; NULL when
 * there is none. */
struct client *client_table_find(const struct client_table *table, uint32_t number);
struct client *client_table_from(const struct client_table *table, uint32_t number);

#endif

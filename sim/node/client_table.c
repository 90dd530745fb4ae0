#include "sim/node/client_table.h"

#include "sim/node/client.h"

enum { FIRST_BUCKETS = 256, LONGEST_CHAIN = 2 };

void client_table_init(struct client_table *table)
{
    *table = (struct client_table){
        .buckets = g_new0(struct client *, FIRST_BUCKETS),
        .bucket_count = FIRST_BUCKETS,
    };
}

void client_table_clear(struct client_table *table)
{
    g_free(table->buckets);
    *table = (struct client_table){ 0 };
}

static struct client **bucket(const struct client_table *table, uint32_t number)
{
    return &table->buckets[number & (table->bucket_count - 1)];
}

static void link_in(struct client_table *table, struct client *client)
{
    struct client **head = bucket(table, client->connection.number);
    client->chain = *head;
    *head = client;
}

/* Twice the buckets: each chain is dealt out to two. */
static void grow(struct client_table *table)
{
    struct client **old = table->buckets;
    uint32_t old_count = table->bucket_count;
    table->bucket_count = 2 * old_count;
    table->buckets = g_new0(struct client *, table->bucket_count);
    for (uint32_t i = 0; i < old_count; i++) {
        for (struct client *client = old[i], *next; client != NULL; client = next) {
            next = client->chain;
            link_in(table, client);
        }
    }
    g_free(old);
}

void client_table_add(struct client_table *table, struct client *client)
{
    g_assert(table->opened < UINT32_MAX - 1); /* a tag is the number + 1 */
    if (table->count == LONGEST_CHAIN * table->bucket_count)
        grow(table);
    client->connection.number = table->opened++;
    link_in(table, client);
    table->count++;
}

void client_table_remove(struct client_table *table, struct client *client)
{
    struct client **link = bucket(table, client->connection.number);
    while (*link != client) {
        g_assert(*link != NULL);
        link = &(*link)->chain;
    }
    *link = client->chain;
    table->count--;
}

struct client *client_table_find(const struct client_table *table, uint32_t number)
{
    struct client *client = *bucket(table, number);
    while (client != NULL && client->connection.number != number)
        client = client->chain;
    return client;
}

struct client *client_table_from(const struct client_table *table, uint32_t number)
{
    struct client *client = NULL;
    while (client == NULL && number < table->opened)
        client = client_table_find(table, number++);
    return client;
}

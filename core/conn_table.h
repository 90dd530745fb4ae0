/* The connection table: all conns of a director, found by both keys (R-116,
 * R-409), walked in the order of their making, and told which falls due. A conn stays
 * at its address until it is removed.
 *
 * The reverse key need not be unique: a standby that lost a delete may hold two
 * conns with one foreign and one real address. The newest is found first. */
#ifndef CORE_CONN_TABLE_H
#define CORE_CONN_TABLE_H

#include "core/conn.h"
#include "core/expiry.h"

struct conn_table;

/* What a new conn is made of. */
struct conn_birth {
    struct flow flow;    /* foreign and virtual address */
    struct address real; /* as chosen, with R-411 applied */
    struct virtual *virtual;
    struct physical *physical;
    bool by_pointer;  /* R-117, where the machine has this address */
    bool from_inside; /* */
    uint32_t tag;
    nstime now;
};

/* A table for at most max conns, max in 1..2^30. It starts small and
 * grows with need; what it has, it keeps for later conns. */
struct conn_table *conn_table_new(uint32_t max);
void conn_table_free(struct conn_table *table);

/* Make a conn in state CONN_SYN_SEEN as R-414 says, not yet counted. The forward key
 * must not be in the table. NULL when the table or the memory is full. */
struct conn *conn_table_insert(struct conn_table *table, const struct conn_birth *birth);

/* Take a conn out; it must have been counted down before. */
void conn_table_remove(struct conn_table *table, struct conn *conn);

/* Give the conn, which its machine must have counted down before, to another machine
 * real with R-411 applied. Nothing is known of the new one's numbers. */
void conn_table_move(struct conn_table *table, struct conn *conn, struct physical *physical,
                     struct address real);

/* By forward key, by reverse key; NULL when there is none. */
struct conn *conn_table_find(const struct conn_table *table, const struct flow *forward);
struct conn *conn_table_find_reverse(const struct conn_table *table, const struct flow *reverse);

/* The next older conn with the same reverse key, or NULL. */
struct conn *conn_table_next_reverse(const struct conn_table *table, const struct conn *conn);

/* In order of making: the first, the last, and the one after. */
struct conn *conn_table_first(const struct conn_table *table);
struct conn *conn_table_last(const struct conn_table *table);
struct conn *conn_table_next(const struct conn_table *table, const struct conn *conn);

/* The conn of a slot number; NULL for 0. */
struct conn *conn_table_at(const struct conn_table *table, uint32_t slot);

uint32_t conn_table_count(const struct conn_table *table);

/* How many there may be; slots are numbered from 1 to it. */
uint32_t conn_table_max(const struct conn_table *table);

/* Deadlines by slot. Removing a conn takes its deadline away. */
struct expiry *conn_table_expiry(struct conn_table *table);

#endif

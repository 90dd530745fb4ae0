/* Bulk-sync (R-1106, A-18): a standby that has just joined is told of the connections
 * that were there before it, at most so many records a second as the option "bulk-sync"
 * says. An extension, off by default: the patent's standby learns of later events only. */
#ifndef CORE_BULK_H
#define CORE_BULK_H

#include "core/effect.h"
#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

struct director;
struct conn;

/* A walk over the conns in order of their making, from the oldest to what was the newest
 * when it began: who is established later announces himself. It costs no memory, whatever
 * their number, and what traffic does to them costs it two comparisons. */
struct bulk {
    bool under_way;
    uint32_t at;      /* slot of the conn to look at next; 0: none is left */
    uint32_t last;    /* slot of the conn the walk ends with */
    uint32_t records; /* sent so far */
    uint16_t joined;  /* how many hellos had come when it began */
    nstime due;       /* when the next batch goes */
};

/* A standby joined, or is heard again: begin with the oldest conn, if the option says so. */
void bulk_begin(struct director *director, nstime now, struct effects *effects);

/* The unit is active no longer: end it. */
void bulk_stop(struct director *director, struct effects *effects);

/* The conn is about to go; to be called while it stands in its place. */
void bulk_forget(struct director *director, const struct conn *conn);

/* When the next batch is due, or NSTIME_NEVER: with no standby to hear it, it waits. */
nstime bulk_deadline(const struct director *director);
void bulk_due(struct director *director, nstime now, struct effects *effects);

#endif

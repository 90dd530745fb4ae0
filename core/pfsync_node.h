/* A unit of protocol pfsync: its states' names, its buckets, and how these send. For the protocol's
 * own files. */
#ifndef CORE_PFSYNC_NODE_H
#define CORE_PFSYNC_NODE_H

#include "core/conn.h"
#include "core/director_internal.h"
#include "core/pfsync_bucket.h"
#include "core/slot_array.h"

#include <glib.h>

enum { PFSYNC_BUCKETS_MAX = 64 };

/* Of a conn: what pf has in its state. All zero: it has no name yet, nothing was told of it. */
struct pfsync_entry {
    struct pfsync_id id;
    nstime peer_at;   /* when the peer spoke of it last, 0: never */
    unsigned held;    /* its packet's number in the ring, where is_held */
    uint8_t queue;    /* enum pfsync_queue */
    uint8_t updates;  /* while it has been queued */
    uint8_t records;  /* which copy of what makes it known comes next: 0, RECORD_COPY_ANOTHER */
    uint8_t timeout;  /* enum pfsync_timeout, as armed last */
    bool is_held;     /* PFSTATE_ACK */
    bool outbound;    /* its source is inside */
};

/* The joiner's side of a bulk transfer, and the sender's: core/pfsync_bulk.h. */
struct pfsync_bulk_state {
    nstime asked_at; /* 0: no request is out */
    nstime retry_at; /* NSTIME_NEVER: nothing to wait for */
    unsigned tries;
    bool done;       /* whole, or given up: PFSYNCF_OK */
    nstime received_at; /* as the sender: when the request came */
    nstime next_at;     /* when the next packet of states goes; NSTIME_NEVER: none is due */
    uint32_t next;      /* slot of the next state, 0: none */
};

struct pfsync {
    struct slot_array entries; /* struct pfsync_entry */
    GHashTable *names;         /* name to slot; asked, never walked */
    struct pfsync_bucket *buckets[PFSYNC_BUCKETS_MAX]; /* made when first needed */
    unsigned bucket_count;
    uint32_t creator, made;
    uint32_t peer_ip; /* who spoke last: answers go there */
    uint32_t joiner_ip; /* who asked for all, and was not heard of otherwise yet; 0: nobody */
    struct pfsync_bulk_state bulk;
};

struct pfsync *pfsync_new(const struct director *director);
void pfsync_free(struct pfsync *pfsync);

struct pfsync_entry *pfsync_entry(struct pfsync *pfsync, const struct conn *conn);

/* Name the conn, which has none: as one of ours, or as it is called by who made it. */
void pfsync_name(struct pfsync *pfsync, const struct conn *conn, struct pfsync_id id);
struct pfsync_id pfsync_next_id(struct pfsync *pfsync);

/* Can it be a name? The conn of a name, or NULL. */
bool pfsync_is_name(struct pfsync_id id);
struct conn *pfsync_find(const struct director *director, const struct pfsync *pfsync,
                         struct pfsync_id id);

/* The conn goes: out of its queue, its packet with it, its name forgotten. */
void pfsync_forget(const struct director *director, struct pfsync *pfsync,
                   const struct conn *conn);

struct pfsync_bucket *pfsync_bucket_of(const struct director *director, struct pfsync *pfsync,
                                       const struct pfsync_entry *entry);

/* Put the conn into a queue, from whichever it is in; what is full is sent. */
void pfsync_enqueue(struct director *director, struct pfsync *pfsync, struct conn *conn,
                    enum pfsync_queue queue, struct effects *effects);

/* Its delete, by name; an update of a name that is not known here, asked for at once. */
void pfsync_enqueue_delete(struct director *director, struct pfsync *pfsync,
                           const struct conn *conn, struct effects *effects);
void pfsync_request(struct director *director, struct pfsync *pfsync, struct pfsync_id id,
                    struct effects *effects);

/* pfsync_update_state: the conn has moved on; queue it, or send at once where that is due. */
void pfsync_update(struct director *director, struct pfsync *pfsync, nstime now,
                   struct conn *conn, struct effects *effects);

/* Send what is under construction, if anything is. */
void pfsync_push(struct director *director, struct pfsync *pfsync, struct pfsync_bucket *bucket,
                 struct effects *effects);

/* Send one message alone to a peer: of a bulk transfer. */
void pfsync_send_to(struct director *director, uint32_t peer_ip,
                    const struct pfsync_message *message, struct effects *effects);

/* Its held packet goes on, if it has one, and with it what is under construction. */
void pfsync_undefer(struct director *director, struct pfsync *pfsync, const struct conn *conn,
                    struct effects *effects);

#endif

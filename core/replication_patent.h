/* The messages of the protocol "patent", for the protocols that say the same more often.
 *
 * copy counts from 0: it goes into the notes, so that a host can tell copies apart. */
#ifndef CORE_REPLICATION_PATENT_H
#define CORE_REPLICATION_PATENT_H

#include "core/conn.h"
#include "core/effect.h"
#include "core/record.h"

struct director;

/* What is said of a conn that has gone: its record, and whose it was. */
struct last_words {
    struct record record;
    uint32_t tag;
};

struct last_words patent_last_words(const struct conn *conn);

/* Tell the standby of a conn that is established, and of its buddies; sets create_sent. */
void patent_tell_create(struct director *director, struct conn *conn, unsigned copy,
                        struct effects *effects);

/* Tell it that one has ended. */
void patent_tell_delete(struct director *director, const struct last_words *words, unsigned copy,
                        struct effects *effects);

/* On the standby: a datagram came, figure 7. */
void patent_datagram(struct director *director, nstime now, const uint8_t *bytes, size_t length,
                     struct effects *effects);

#endif

/* What IPVS keeps of a connection beside its addresses, and when that is told to the backup
 * (ip_vs_sync_conn_needed of Linux 6.1). */
#ifndef CORE_IPVS_ENTRY_H
#define CORE_IPVS_ENTRY_H

#include "core/ipvs_record.h"
#include "core/ipvs_state.h"
#include "core/settings.h"

/* All zero: no packet has been here, nor a record. */
struct ipvs_entry {
    nstime timeout;   /* of its state, or as the record said: never 0 afterwards */
    nstime told_end;  /* the end that the latest record spoke of; at first when it was made */
    uint32_t packets; /* from the client */
    uint8_t state, told_state; /* enum ipvs_state; UDP: 0 */
    uint8_t retries; /* that followed the latest record */
    uint8_t records; /* made here, up to the last number that a copy may have */
};

/* How long an entry of a protocol stands in a state. */
nstime ipvs_timeout(const struct settings *settings, uint8_t protocol, enum ipvs_state state);

/* A packet came, and is counted if it is the client's. */
void ipvs_entry_move(struct ipvs_entry *entry, const struct settings *settings,
                     enum ipvs_direction direction, const struct packet *packet, nstime now);

/* Is it to be told, behind a client's packet? If so, it knows that it is. */
bool ipvs_entry_is_due(struct ipvs_entry *entry, const struct settings *settings,
                       uint8_t protocol, nstime now);

/* What a record says of it on the backup. */
void ipvs_entry_learn(struct ipvs_entry *entry, const struct settings *settings,
                      const struct ipvs_record *record, nstime now);

#endif

/* What a director consists of, for the files that are its parts. Each part owns the
 * fields named after it; the others look. */
#ifndef CORE_DIRECTOR_INTERNAL_H
#define CORE_DIRECTOR_INTERNAL_H

#include "core/bulk.h"
#include "core/conn_table.h"
#include "core/detect.h"
#include "core/fitness.h"
#include "core/ftp.h"
#include "core/group.h"
#include "core/interface_test.h"
#include "core/machine.h"
#include "core/replication.h"
#include "core/record.h"
#include "core/serial.h"
#include "core/settings.h"
#include "core/sticky.h"
#include "core/unknown.h"

struct mirror;

enum { INTERFACES_MAX = 256 };

struct director {
    struct director_config config;
    struct settings settings;
    struct machines *machines;
    struct conn_table *connections;
    struct ftp *ftp;
    const struct replication_protocol *protocol;
    void *protocol_state;
    struct mirror *mirror;

    struct group group; /* role.c */
    struct detector detector;
    struct bulk bulk; /* bulk.c */
    struct serial_receiver serial; /* blocks from the peer's end of the line */
    nstime grows_at; /* slow_start.c: when the next machine's share does */
    struct sticky *sticky;
    nstime retry_at; /* health.c: when the next failed machine is tried */

    bool interface_down[INTERFACES_MAX];
    struct interface_test tests[INTERFACES_WATCHED];
    enum cable_sign cable;
    struct fitness fitness;
    struct unknown unknown; /* unknown.c */
    nstime now; /* of the latest step: time never runs backwards */
    uint64_t notes[NOTE_COUNT];
    uint64_t refusals[REFUSAL_COUNT];
    struct replication_work work;
};

/* Make a note and count it. */
void director_note(struct director *director, struct effects *effects, const struct note *note);

/* A note about a conn, about a record, about the unit. */
void director_note_conn(struct director *director, struct effects *effects, enum note_code code,
                        uint32_t detail, const struct conn *conn);
void director_note_unit(struct director *director, struct effects *effects, enum note_code code,
                        uint32_t detail);

/* Send bytes to the standby on a channel, out of the replication interface. */
void director_send(struct director *director, struct effects *effects, enum channel channel,
                   const uint8_t *bytes, size_t length);

/* The same on the replication channel to a peer, whatever its role: an answer. */
void director_send_to(struct director *director, struct effects *effects, uint32_t peer_ip,
                      const uint8_t *bytes, size_t length);

/* Count what became of a datagram; a refused one is noted, with the record it held
 * if one could be read. */
void director_refuse(struct director *director, struct effects *effects,
                     enum record_refusal refusal, const struct record *record);
void director_accept(struct director *director);

#endif

/* Replication: the interface behind which every replication protocol stands.
 *
 * The director reports facts; a protocol answers with datagrams (effects) and
 * with changes of the standby's table through core/standby.h. One protocol is one
 * file with its wire picture and its timers in prose at the top. A protocol that
 * has no use for a hook leaves it NULL.
 *
 * What it keeps for each conn stands in a slot_array of its own (core/slot_array.h), which
 * on_gone clears. Settings are read when they are needed: commands that come after
 * "option replication" may change them. */
#ifndef CORE_REPLICATION_H
#define CORE_REPLICATION_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/packet.h"
#include "core/settings.h"

struct director;
struct conn;

struct replication_protocol {
    const char *name;
    const char *essence; /* a line for a user who chooses */

    /* Each create leaves in a datagram of its own when its connection is established, and
     * stands until its delete: closed form 1 (with copies, 3) says what a standby knows. */
    bool at_once;

    /* The standby applies what comes as it comes and answers nothing, so that the loss of one
     * datagram changes no other. */
    bool open_loop;

    /* Bytes of headers before each of its datagrams: 0 where these are IP's and UDP's. */
    unsigned headers;

    /* State of its own, one per director; NULL state is fine. */
    void *(*state_new)(const struct director *director);
    void (*state_free)(void *state);

    /* Facts on the active. on_established: the conn became active and its virtual
     * machine is replicated; the hook sets conn->create_sent when the standby
     * is told, or will be. on_destroyed: it is about to go, still whole, and the
     * standby was told of it. */
    void (*on_established)(struct director *director, void *state, nstime now, struct conn *conn,
                           struct effects *effects);
    void (*on_destroyed)(struct director *director, void *state, nstime now, struct conn *conn,
                         struct effects *effects);

    /* A conn goes from this unit's table, whatever the role and the reason, behind
     * on_destroyed: what is kept for its slot is to be cleared. */
    void (*on_gone)(struct director *director, void *state, struct conn *conn);

    /* On the active: a packet of a conn is about to be forwarded, its first included; the conn
     * knows it already (state, numbers, FINs). True: the protocol keeps it back, and will let
     * it out by traffic_release(), or never. */
    bool (*on_packet)(struct director *director, void *state, nstime now, struct conn *conn,
                      enum side from, const struct packet *packet, struct effects *effects);

    /* How long a conn stands on the standby without a word, in place of "standby-timeout";
     * life_rearm() when the answer changes. NULL: the option. */
    nstime (*standby_span)(const struct director *director, const void *state,
                           const struct conn *conn);

    /* The same on the active, whatever the conn's state, in place of the virtual machine's idle
     * time, the half-open time and the delay of what is closed; a takeover does not renew it.
     * NULL: these. */
    nstime (*active_span)(const struct director *director, const void *state,
                          const struct conn *conn);

    /* Two conns became buddies, of which the standby was told before. */
    void (*on_linked)(struct director *director, void *state, nstime now, struct conn *conn,
                      struct conn *buddy, struct effects *effects);

    /* A datagram came on the replication channel from the unit at source_ip, a peer, in any
     * role. What it does not understand in whole it refuses (director_refuse()). */
    void (*on_datagram)(struct director *director, void *state, nstime now, uint32_t source_ip,
                        const uint8_t *bytes, size_t length, struct effects *effects);

    /* The role changed; a new standby is there, and the create_sent bits of what
     * only the old one can have heard were cleared (R-1101). */
    void (*on_role)(struct director *director, void *state, nstime now, struct effects *effects);
    void (*on_new_standby)(struct director *director, void *state, nstime now,
                           struct effects *effects);

    /* An operator's command has been carried out here: machines may have come or gone. */
    void (*on_machines)(struct director *director, void *state, nstime now,
                        struct effects *effects);

    /* Does this standby have all that it is to have? Until then it does not preempt. NULL: yes. */
    bool (*is_whole)(const void *state);

    /* Timers of its own: when next, and that it has come. */
    nstime (*deadline)(const void *state);
    void (*on_deadline)(struct director *director, void *state, nstime now,
                        struct effects *effects);
};

extern const struct replication_protocol replication_none, replication_patent,
    replication_repeat, replication_ipvs, replication_hash, replication_peers, replication_delayed,
    replication_pfsync, replication_inline, replication_understudy,
    replication_alarm, replication_ftfw;

/* How many there are: the kinds count from 0. */
unsigned replication_protocols(void);

/* The protocol for a kind; never NULL. */
const struct replication_protocol *replication_protocol(enum replication_kind kind);

/* Its word as in "option replication patent", and back; false if unknown. */
const char *replication_word(enum replication_kind kind);
bool replication_parse(const char *word, enum replication_kind *kind);

#endif

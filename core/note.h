/* Notes: what the core did and why, one reason code with its subject.
 *
 * Every log line and every count is made from notes; the core keeps no log.
 * note_word() gives the code's name as it stands in logs and tables. */
#ifndef CORE_NOTE_H
#define CORE_NOTE_H

#include "core/flow.h"

#include <stdint.h>

/* code, word, what it says */
#define NOTE_LIST(X)                                                                            \
    X(NOTE_OPENED, "opened", "a connection was made for a request, its machine chosen")         \
    X(NOTE_ESTABLISHED, "established", "a connection became active (R-407)")                    \
    X(NOTE_DITCHED, "ditched", "a machine left a request unanswered; enum ditch_reason")        \
    X(NOTE_REASSIGNED, "reassigned", "a request goes to another machine from now on (R-502)")   \
    X(NOTE_ENDED, "ended", "a connection was destroyed; detail is enum end_reason")             \
    X(NOTE_REFUSED, "refused", "a request found no machine; detail is enum drop_reason")        \
    X(NOTE_DROPPED, "dropped", "a packet was not forwarded; detail is enum drop_reason")        \
    X(NOTE_PASSED, "passed", "a packet of nobody's went as it was; detail is enum drop_reason") \
    X(NOTE_CREATE_SENT, "create-sent", "it is in the next datagram effect; detail: which copy") \
    X(NOTE_DELETE_SENT, "delete-sent", "a delete is in the next datagram effect")               \
    X(NOTE_UNSENT, "unsent", "a record had no peer or no interface to go to (R-809)")           \
    X(NOTE_CREATE_APPLIED, "create-applied", "a record made a connection here")                 \
    X(NOTE_CREATE_REFRESHED, "create-refreshed", "a record found its connection here (R-910)")  \
    X(NOTE_DELETE_APPLIED, "delete-applied", "a record deleted a connection here")              \
    X(NOTE_DELETE_UNKNOWN, "delete-unknown", "a delete found no connection (R-907)")            \
    X(NOTE_OVERWRITTEN, "overwritten", "a stale connection gave way to a create (R-910)")       \
    X(NOTE_RECORD_REFUSED, "record-refused", "detail is enum record_refusal")                   \
    X(NOTE_AGED_OUT, "aged-out", "the standby's own timeout removed a connection (R-610)")      \
    X(NOTE_HELLO_MISSED, "hello-missed", "a hello was due and did not come; detail counts")     \
    X(NOTE_PEER_SILENT, "peer-silent", "a peer is held to have failed; detail: which")          \
    X(NOTE_PEER_HEARD, "peer-heard", "the peer speaks again")                                   \
    X(NOTE_BECAME_ACTIVE, "became-active", "role: active; detail is enum role_reason")          \
    X(NOTE_BECAME_STANDBY, "became-standby", "role: standby; detail is enum role_reason")       \
    X(NOTE_BOTH_ACTIVE, "both-active", "the peer claims to be active as well (R-1017)")         \
    X(NOTE_MACHINE_STATE, "machine-state", "a machine changed state; detail is old << 8 | new") \
    X(NOTE_TABLE_FULL, "table-full", "no room for a connection (R-121)")                        \
    X(NOTE_BUDDY_ADDED, "buddy-added", "a buddy's create is in the next datagram (R-803)")      \
    X(NOTE_CREATE_REPEATED, "create-repeated", "a datagram more, to name whose buddy it holds") \
    X(NOTE_BUDDIES, "buddies", "a connection joined the ring of another (R-603)")               \
    X(NOTE_BULK_BEGAN, "bulk-began", "a standby is told of old connections; detail counts them") \
    X(NOTE_BULK_ENDED, "bulk-ended", "so it was, or it stopped; detail counts records")         \
    X(NOTE_STANDBY_CHOSEN, "standby-chosen", "records go to another standby; detail: which")    \
    X(NOTE_PATH_SILENT, "path-silent", "a peer is heard on other paths; detail: which not")     \
    X(NOTE_INTERFACE_TESTED, "interface-tested", "its test begins; detail: which (R-1006)")     \
    X(NOTE_INTERFACE_GOOD, "interface-good", "a frame came, or the line is up; detail: which")  \
    X(NOTE_INTERFACE_FAILED, "interface-failed", "no frame, or the line is down; detail: which") \
    X(NOTE_NO_SWITCH, "no-switch", "the role stays; detail is enum no_switch")                  \
    X(NOTE_POWER_LOST, "power-lost", "the cable shows the peer without power (R-1007)")         \
    X(NOTE_CABLE_PULLED, "cable-pulled", "the cable is no path any longer (fact F-718)")        \
    X(NOTE_RECOVERED, "recovered", "the unit has left the failed state by itself (R-1103)")   \
    X(NOTE_MIRRORED, "mirrored", "a command of the active's was carried out here (R-1202)")     \
    X(NOTE_CONFIGURED, "configured", "the active's configuration is here; 1: it was another")   \
    X(NOTE_NOT_MIRRORED, "not-mirrored", "a command was entered on the standby alone (F-724)")  \
    X(NOTE_MIRROR_REFUSED, "mirror-refused", "detail is enum mirror_refusal")                   \
    X(NOTE_MIRROR_FULL, "mirror-full", "no room for what the standby is to be told")            \
    X(NOTE_SCHEDULED, "scheduled", "an unknown connection was given a machine, as a new one")   \
    X(NOTE_HASHED, "hashed", "an unknown connection was given the machine of the table")        \
    X(NOTE_LEARNED, "learned", "an unknown connection was rebuilt from its machine's packet")   \
    X(NOTE_PROBE_SENT, "probe-sent", "a machine is asked whether a connection is its own")      \
    X(NOTE_PROBE_LIMITED, "probe-limited", "nobody was asked; detail is enum probe_limit")      \
    X(NOTE_PROBED, "probed", "a machine's answer and its client agree: the connection stands")  \
    X(NOTE_BULK_DONE, "bulk-done", "protocol pfsync: all states were told, or so it is held")   \
    X(NOTE_BULK_GIVEN_UP, "bulk-given-up", "no end came, and that is taken for one; tries")     \
    X(NOTE_BUFFER_DROPPED, "buffer-dropped", "a queue was full; detail: records lost so") \
    X(NOTE_SECOND_CHANCE, "second-chance", "its row's former machine answers: it has it")

enum note_code {
#define NOTE_CODE(code, word, text) code,
    NOTE_LIST(NOTE_CODE)
#undef NOTE_CODE
    NOTE_COUNT
};

/* Why a connection ended. */
#define END_LIST(X)                                               \
    X(END_RESET, "reset")                                         \
    X(END_CLOSED, "closed")                                       \
    X(END_IDLE, "idle")                                           \
    X(END_HALF_OPEN, "half-open")                                 \
    X(END_OPERATOR, "operator")                                   \
    X(END_MACHINE_REMOVED, "machine-removed")                     \
    X(END_NEW_INCARNATION, "new-incarnation")                     \
    X(END_FLUSHED, "flushed") /* the unit entered standby (A-18) */

/* How a machine ditched a connection (fact F-503). */
#define DITCH_LIST(X)                                          \
    X(DITCH_NO_ANSWER, "no-answer") /* R-502 */                \
    X(DITCH_RESET, "reset")         /* R-504 */

/* Why a packet was not forwarded, or a request not served. */
#define DROP_LIST(X)                                                        \
    X(DROP_STANDBY, "standby") /* R-412 */                                  \
    X(DROP_NO_VIRTUAL, "no-virtual")                                        \
    X(DROP_OUT_OF_SERVICE, "out-of-service")                                \
    X(DROP_NO_MACHINE, "no-machine")                                        \
    X(DROP_COLLISION, "collision") /* the reverse key is taken (R-409) */   \
    X(DROP_UNKNOWN_INBOUND, "unknown-inbound") /* R-405 */                  \
    X(DROP_UNKNOWN_OUTBOUND, "unknown-outbound")                            \
    X(DROP_TABLE_FULL, "table-full")                                        \
    X(DROP_PROTOCOL, "protocol")                                            \
    X(DROP_WINDOW, "window") /* core/window.h */                            \
    X(DROP_PROBE_ANSWER, "probe-answer") /* core/probe.h */                 \
    X(DROP_UNFIT, "unfit") /* core/unknown.h */

/* Why a replication datagram or its record was refused. */
#define REFUSAL_LIST(X)                               \
    X(REFUSAL_NONE, "none")                           \
    X(REFUSAL_WRONG_SIZE, "wrong-size")               \
    X(REFUSAL_BAD_MAGIC, "bad-magic")                 \
    X(REFUSAL_BAD_VERSION, "bad-version")             \
    X(REFUSAL_BAD_COUNT, "bad-count")                 \
    X(REFUSAL_BAD_FLAGS, "bad-flags")                 \
    X(REFUSAL_BAD_RESERVED, "bad-reserved")           \
    X(REFUSAL_BAD_PROTOCOL, "bad-protocol")           \
    X(REFUSAL_UNKNOWN_MACHINE, "unknown-machine")     \
    X(REFUSAL_TABLE_FULL, "table-full")               \
    X(REFUSAL_NOT_STANDBY, "not-standby")             \
    X(REFUSAL_WRONG_SENDER, "wrong-sender")           \
    X(REFUSAL_PAST, "past") /* the end of what has been replaced */ \
    X(REFUSAL_EXISTS, "exists") /* protocol pfsync: there is a state of this key or name */ \
    X(REFUSAL_NOT_ACTIVE, "not-active") /* an answer, and nothing was asked here */ \
    X(REFUSAL_STALE, "stale") /* a number that was taken, or of another epoch */ \
    X(REFUSAL_BAD_TYPE, "bad-type") /* conntrackd: a message of no known kind */ \
    X(REFUSAL_BAD_VALUE, "bad-value") /* and an attribute that cannot be so */

/* Why the role is what it is now. */
#define ROLE_REASON_LIST(X)                                                      \
    X(ROLE_START, "start")                 /* R-1009, configured at the start */ \
    X(ROLE_PEER_FAILED, "peer-failed")     /* R-1002 */                          \
    X(ROLE_PEER_STANDBY, "peer-standby")   /* both standby: the primary serves */ \
    X(ROLE_TOLD_FAILED, "told-failed")     /* R-1017, "you have failed" */       \
    X(ROLE_BOTH_ACTIVE, "both-active")     /* R-1017, the secondary yields */ \
    X(ROLE_OPERATOR, "operator")           /* R-1019, "failover active" */       \
    X(ROLE_HANDED_OVER, "handed-over")     /* a planned switchover */            \
    X(ROLE_PREEMPTED, "preempted")         /* vrrp: the higher priority */ \
    X(ROLE_PEER_OFF, "peer-off")           /* R-1007, its power is gone */ \
    X(ROLE_INTERFACE_FAILED, "interface-failed") /* R-1006, one of the active's */ \
    X(ROLE_HEALTHIER, "healthier")         /* R-1104, "option health-switch on" */

/* Why a standby did not become active when it might have. */
#define NO_SWITCH_LIST(X)                                                        \
    X(NO_SWITCH_NONE, "none")                                                    \
    X(NO_SWITCH_FAILOVER_OFF, "failover-off")                                    \
    X(NO_SWITCH_UNIT_FAILED, "unit-failed")     /* R-1103 */                     \
    X(NO_SWITCH_NOTHING_HEARD, "nothing-heard") /* R-1006 */                     \
    X(NO_SWITCH_BOTH_IMPAIRED, "both-impaired") /* R-1104 */

/* Why what came over the mirror was not carried out. */
#define MIRROR_REFUSAL_LIST(X)                                                  \
    X(MIRROR_NOT_STANDBY, "not-standby") /* the active obeys nobody (R-1206) */ \
    X(MIRROR_BAD_COMMAND, "bad-command") /* refused here */                     \
    X(MIRROR_BAD_CONFIGURATION, "bad-configuration") /* a line of a whole one */

/* The detail of the notes that announce a record: which copy it is, from 0; or one more, which
 * has no number. A host names a copy's luck by its number, and other ones' by their order. */
enum { RECORD_COPY_ANOTHER = 255 };

#define ENUM_CODE(code, word) code,
enum end_reason { END_LIST(ENUM_CODE) END_COUNT };
enum ditch_reason { DITCH_LIST(ENUM_CODE) DITCH_COUNT };
enum drop_reason { DROP_LIST(ENUM_CODE) DROP_COUNT };
enum record_refusal { REFUSAL_LIST(ENUM_CODE) REFUSAL_COUNT };
enum role_reason { ROLE_REASON_LIST(ENUM_CODE) ROLE_REASON_COUNT };
enum no_switch { NO_SWITCH_LIST(ENUM_CODE) NO_SWITCH_COUNT };
enum mirror_refusal { MIRROR_REFUSAL_LIST(ENUM_CODE) MIRROR_REFUSALS };
#undef ENUM_CODE

struct note {
    enum note_code code;
    uint32_t detail;
    uint32_t tag;        /* of the connection concerned, 0 if none is known */
    struct flow flow;    /* foreign and virtual address */
    struct address real; /* of the machine, or zero */
};

/* The word for a code; never NULL. The code must be in range. */
const char *note_word(enum note_code code);
const char *end_word(enum end_reason reason);
const char *ditch_word(enum ditch_reason reason);
const char *drop_word(enum drop_reason reason);
const char *refusal_word(enum record_refusal refusal);
const char *role_reason_word(enum role_reason reason);
const char *no_switch_word(enum no_switch reason);
const char *mirror_refusal_word(enum mirror_refusal refusal);

/* The word for a note's detail, or NULL where detail is a number or unused. */
const char *note_detail_word(const struct note *note);

#endif

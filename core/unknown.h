/* What becomes of a packet that no connection here explains, most of all at the unit
 * that has just taken over: "option unknown-connection".
 *
 *   drop       silence: the client repeats it until its time runs out
 *   reset      the client hears at once that its connection is gone
 *   schedule   a TCP packet in the middle makes a conn at a machine that the predictor chooses
 *              (sloppy_tcp of IPVS): right one time in n, else that machine's RST ends it
 *   hash       likewise, at the machine that the Maglev table names (core/maglev.h), and
 *              perhaps at that of its row's past (core/second_chance.h)
 *   probe      the machines are asked whose it is: core/probe.h
 *   learn      (beside any of these) what a bound machine says of itself, neither a SYN nor a
 *              RST, rebuilds its conn; the virtual side is that of its binding, if only one
 *              explains it. Nothing from outside can bring that about.
 *
 * schedule and hash hold at all times; learn and probe only after a takeover, until the longest
 * idle time of a virtual machine has passed (what was not heard of by then is over), or until a
 * protocol knows that its table is whole: otherwise the late packets of connections that have
 * ended would raise the dead.
 *
 * A conn that a machine's word alone has rebuilt is *unproven*. The word gave the machine's own
 * numbers: next, which it will send, and acked, which it expects. The client's first packet with
 * the number S and the acknowledgement A proves it when both fit:
 *
 *      |S - acked| <= UNKNOWN_WINDOW   and   |A - next| <= UNKNOWN_WINDOW
 *
 * What does not fit is dropped: the socket that spoke is a stale one, left at this machine by an
 * earlier connection of the same tuple. The client's numbers are then kept, and the machine whose
 * answer fits these takes the conn over. An unproven conn is told to no standby. */
#ifndef CORE_UNKNOWN_H
#define CORE_UNKNOWN_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/packet.h"

struct conn;
struct conn_birth;
struct director;
struct probe;

/* Above what Linux lets be under way in either direction (tcp_rmem and tcp_wmem end at 6 MB), so
 * that a living connection always fits; a stale socket of random numbers does so with a chance
 * of (2^24 / 2^32)^2, one in 65536. */
#define UNKNOWN_WINDOW (UINT32_C(1) << 23)

/* The part of a director that this is about. */
struct unknown {
    nstime until; /* learn and probe hold before it */
    struct probe *probe; /* probe.c: what its limits need to know; NULL while it is not needed */
};

/* The words of a set of enum unknown_connection ("learn+probe"), to be freed; and back: false
 * for what is no set. Words stand between '+' or blanks. */
char *unknown_words(unsigned set);
bool unknown_parse(const char *words, unsigned *set);

/* The unit became active, or ceased to be. */
void unknown_change_role(struct director *director, nstime now);

/* A protocol's peers agree that this table lacks nothing: whatever is unknown is over. */
void unknown_is_over(struct director *director);

/* Do learn and probe hold now? */
bool unknown_is_open(const struct director *director, nstime now);

void unknown_clear(struct director *director);

/* A conn for a packet that met none and asks for none: of the machine that is given it, or that
 * sent it. NULL: it stays unknown. */
struct conn *unknown_rebuild(struct director *director, nstime now, enum side from,
                             const struct packet *packet, struct effects *effects);

/* What explains the packet of a machine, as the birth of a conn: false when no binding does, or
 * several do. */
bool unknown_explain(const struct director *director, nstime now, const struct packet *packet,
                     struct conn_birth *birth);

/* What becomes of a packet to a virtual machine that stays unknown, beside being dropped. */
void unknown_refuse(struct director *director, nstime now, const struct packet *packet,
                    struct effects *effects);

/* Is the conn unproven? A packet of such a one, not a SYN, asks whether it may go on: false if
 * it was swallowed, and the conn perhaps ended. */
bool unknown_is_unproven(const struct conn *conn);
bool unknown_admits(struct director *director, nstime now, struct conn *conn, enum side from,
                    const struct packet *packet, struct effects *effects);

#endif

/* Probing: to ask the machines of a virtual machine whose an unknown connection is ("option
 * unknown-connection probe", core/unknown.h).
 *
 *   client                 director                     machines 1 .. n, n <= 8
 *     | S, A, flags, bytes    |                              |
 *     |---------------------->|  S-1, A, ACK, no bytes       |   written with the client's address,
 *     |                       |----------------------------->|   one to each
 *     |                       |   RST                        |   a wrong one: it has no such socket
 *     |                       |<-----------------------------|   swallowed: it has no conn
 *     |                       |   next, acked, ACK           |   the right one
 *     |                       |<-----------------------------|   rebuilds the conn, goes no further
 *     | S, A, ... (repeated)  |                              |
 *     |---------------------->|----------------------------->|   fits both numbers: proven
 *
 * Why it is answered. Let r be what the machine expects next. What a client repeats begins at or
 * below r (it repeats the first byte that is not acknowledged, and r is never below that); so
 * S-1 < r, the segment lies before the window, and RFC 9293, 3.10.7.4, wants an acknowledgement
 * for it, whatever A is: the number is looked at before the acknowledgement. That is how a
 * keepalive works, and Linux answers each (at most one in 500 ms for a socket). With a hole before
 * S the probe lies in the window, and is met by silence; the client repeats what is below.
 *
 * Why nothing is kept. The answer says from whom (the machine's address), to whom (the client's)
 * and with which numbers; it makes a conn that is unproven, and the client's next retransmission
 * is held against it. The director remembers neither that it asked nor what. So a flood of forged
 * packets leaves nothing behind: conns come from machines that have a socket for the tuple.
 *
 * What a sender learns: nothing. Neither an answer nor a RST is let out because of a probe; the
 * conn that an answer makes lets only a client's fitting packet through, and what its machine
 * says unasked. For the machine, a probe is not more than a forged segment that it could have
 * been sent without a director; a server under SYN cookies may take one for the end of a handshake
 * (a chance of some 2^-24, RFC 4987, 3.6). Such a socket knows no more than its probe told it, so
 * an answer that only returns the probe's two numbers proves nothing, nor does one with a SYN.
 *
 * Its limits, in probes (packets to machines):
 * - "probe-limit" a second for a virtual machine, half of it kept for sources of networks (/24)
 *   that had a conn in the table at the takeover: a flood of forged sources does not starve who
 *   is known to be a neighbour of clients. Without any such, all of it is everybody's.
 * - "probe-source-limit" a second for each /24, in PROBE_BUCKETS counters which networks share by
 *   a keyed hash; those of the table have counters of their own.
 * A tenth of a second's worth may go at once. All machines are asked or none. */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include "core/effect.h"
#include "core/machine.h"
#include "core/nstime.h"
#include "core/packet.h"

struct director;

enum { PROBE_CANDIDATES = 8, PROBE_BUCKETS = 4096 };

/* The detail of NOTE_PROBE_LIMITED. */
enum probe_limit { PROBE_LIMIT_NONE, PROBE_LIMIT_VIRTUAL, PROBE_LIMIT_SOURCE };

struct probe;

/* What the limits need to know, of the table as it is now. */
struct probe *probe_new(const struct director *director);
void probe_free(struct probe *probe);

/* Ask, if the limits allow. The packet came from outside, is TCP, and neither a SYN nor a RST.
 * One machine is not asked: who has answered for this tuple, but does not fit; NULL. */
void probe_ask(struct director *director, nstime now, struct virtual *virtual,
               const struct packet *packet, const struct physical *but, struct effects *effects);

/* Has it the shape of an answer: a bare acknowledgement? */
bool probe_is_answer(const struct packet *packet);

#endif

/* A link: two directions, each with an impairment and the little state it needs.
 *
 * A link decides only; the caller carries the packet. The fate of a packet is a
 * keyed draw on (run, link, direction, what the packet is): identity is that last
 * part, and two packets that are to have their own luck need two identities. */
#ifndef SIM_NETWORK_LINK_H
#define SIM_NETWORK_LINK_H

#include "core/nstime.h"
#include "sim/network/impairment.h"

#include <stdint.h>

enum direction { DIRECTION_FORWARD, DIRECTION_REVERSE };

enum passage_loss {
    PASSED, LOST_RANDOM, LOST_DOWN, LOST_QUEUE, LOST_OUTAGE, LOST_DAMAGED, LOST_CHOSEN,
    PASSAGE_COUNT
};

/* What became of one packet: copies 0..2, each with its instant of arrival, and 0 or,
 * where it was damaged on the way, a keyed draw to choose the flipped bit by.
 * copies 0 means lost, and why stands in loss. */
struct passage {
    unsigned copies;
    nstime arrival[2];
    uint64_t damage[2];
    enum passage_loss loss;
};

/* Bytes of a packet before its payload. */
enum { UDP_IP_HEADERS = 28, TCP_IP_HEADERS = 40 };

struct link;

/* A link of one run; run_key is chance_root()'s. name tells its draws from other
 * links'. forward and reverse are copied. */
struct link *link_new(const char *name, uint64_t run_key, const struct impairment *forward,
                      const struct impairment *reverse);
void link_free(struct link *link);

const char *link_name(const struct link *link);

/* The impairment of a direction, to be changed in place by a fault; draws of
 * packets already on their way are not touched. */
struct impairment *link_impairment(struct link *link, enum direction direction);

/* Send a packet of so many bytes (IP length) at now. Calls for one direction come
 * in the order of time. */
void link_pass(struct link *link, enum direction direction, nstime now, uint64_t identity,
               uint32_t bytes, struct passage *passage);

/* When such a packet would arrive if nothing befell it: its own delay, behind what waits for
 * the line now. Asking changes nothing, so no other packet's luck. */
nstime link_safe_arrival(const struct link *link, enum direction direction, nstime now,
                         uint64_t identity, uint32_t bytes);

/* When the outage of its loss model began that lasts now, NSTIME_NEVER: there is none. Asking
 * changes nothing. */
nstime link_outage_since(const struct link *link, enum direction direction, nstime now);

/* What a receiver's checksum does: damaged copies are taken out. Were there no others, it
 * is a loss, LOST_DAMAGED. The link itself does not know who checks. */
void passage_check(struct passage *passage);

/* Packets and bytes handed to the link, and lost on it, in a direction so far. */
struct link_count {
    uint64_t packets;
    uint64_t bytes;
    uint64_t lost;
    uint64_t lost_to_limit; /* of these, because too many waited */
};
struct link_count link_count(const struct link *link, enum direction direction);

/* A word for a loss, as in "lost on link replication (outage)". */
const char *passage_word(enum passage_loss loss);

#endif

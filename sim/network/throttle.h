/* A throttle: whatever passes takes its turn, at so many units of work a second, and waits
 * for it where there is room. First come, first served; the time of service is fixed.
 *
 * A link's queue (waiting.h) knows at once when each packet leaves. Here a machine may stop,
 * slow down or die while things wait, so the one in hand has an event, and the others have
 * none. Nothing is allocated: items stand in what the owner passes. */
#ifndef SIM_NETWORK_THROTTLE_H
#define SIM_NETWORK_THROTTLE_H

#include "sim/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct throttle;
struct throttle_item;

/* An item has had its service, or is lost with all that waited. The item is the taker's
 * again; object is the throttle's. */
typedef void throttle_taker(void *object, struct throttle_item *item, bool served);

/* To be the first member of what waits. */
struct throttle_item {
    struct throttle_item *next;
    throttle_taker *take;
    uint32_t work;
    uint32_t size; /* of the room */
};

/* rate: units of work a second, 0: no limit. room: for those that wait, the one in hand
 * not counted. object goes to the takers. */
struct throttle *throttle_new(struct engine *engine, uint64_t rate, uint64_t room,
                              void *object);
void throttle_free(struct throttle *throttle); /* what waits is its owner's, and not told */

/* Whether an item would pass at once, so that there is no need to put it in. */
bool throttle_is_open(const struct throttle *throttle);

/* Put an item behind the others: it is taken when it has been served, which may be now.
 * False: there is no room, and it stays the caller's. */
bool throttle_put(struct throttle *throttle, struct throttle_item *item);

/* From the next item on. */
void throttle_set_rate(struct throttle *throttle, uint64_t rate);

/* Service stops, and goes on where it stopped. Each is harmless where it does not apply. */
void throttle_stop(struct throttle *throttle);
void throttle_go(struct throttle *throttle);

/* All that wait and the one in hand are lost, in order; service goes on if it had stopped. */
void throttle_flush(struct throttle *throttle);

/* How many wait, the one in hand included. */
size_t throttle_count(const struct throttle *throttle);

#endif

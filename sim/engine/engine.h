/* The engine: a clock and a queue of events, and nothing else.
 *
 * An event is a handler, the object it concerns and one number. Events run in
 * order of (time, order of scheduling); that order is total and is part of every
 * result. One engine is one run's and belongs to one thread. */
#ifndef SIM_ENGINE_ENGINE_H
#define SIM_ENGINE_ENGINE_H

#include "core/nstime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;

typedef void event_handler(void *object, uint64_t number);

/* Names one scheduled event until it runs or is cancelled; 0 names none. A stale
 * handle is recognised, not followed. */
typedef uint64_t event_handle;

struct engine *engine_new(void);
void engine_free(struct engine *engine);

nstime engine_now(const struct engine *engine);

/* Run handler(object, number) at an instant, which must not lie in the past. */
event_handle engine_schedule(struct engine *engine, nstime at, event_handler *handler,
                             void *object, uint64_t number);

/* Take an event back. Harmless for 0 and for an event that has run already. */
void engine_cancel(struct engine *engine, event_handle handle);

/* Run the next event; false when there is none, or the next lies after limit
 * (the clock then stands at the last event run). */
bool engine_step(struct engine *engine, nstime limit);

/* Run all events up to and including limit, then set the clock to limit. */
void engine_run(struct engine *engine, nstime limit);

/* Stop engine_run() after the event that is running now; the clock stays there. */
void engine_stop(struct engine *engine);

/* For reports: events run, waiting now, most that ever waited, bytes held. */
uint64_t engine_events(const struct engine *engine);
size_t engine_pending(const struct engine *engine);
size_t engine_peak_pending(const struct engine *engine);
size_t engine_memory(const struct engine *engine);

#endif

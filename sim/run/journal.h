/* The journal: what happened in a run, one JSON object a line, for events.jsonl.
 * Times are integers in nanoseconds, first in each line. A journal that is not
 * wanted is NULL, and every call on it does nothing. */
#ifndef SIM_RUN_JOURNAL_H
#define SIM_RUN_JOURNAL_H

#include "core/nstime.h"

#include <stdint.h>

struct journal;

struct journal *journal_new(uint32_t run);
/* Its lines; the caller frees them with g_free(). The journal is gone. NULL gives NULL. */
char *journal_finish(struct journal *journal);

/* {"t":at,"run":run,"unit":"A","event":"crash"}; detail adds "detail":"..." unless NULL. */
void journal_unit(struct journal *journal, nstime at, const char *unit, const char *event,
                  const char *detail);

/* {"t":..,"run":..,"event":event,"count":count} */
void journal_count(struct journal *journal, nstime at, const char *event, uint64_t count);

/* {"t":..,"run":..,"event":"record-lost","connection":12,"record":"create"} */
void journal_record(struct journal *journal, nstime at, const char *event, uint32_t connection,
                    const char *record);

#endif

#include "core/bulk.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/succession.h"

#include <glib.h>

/* A step sends what the rate allows in PERIOD, at least one record, and looks at no more
 * than so many conns, told already or not: then traffic has its turn. */
#define PERIOD (10 * NSTIME_MS)
enum { PERIODS_A_SECOND = 100, LOOKS_MAX = 2000 };

static bool speaks(const struct director *director)
{
    return director->settings.bulk_sync > 0 && director->protocol->on_established != NULL;
}

void bulk_stop(struct director *director, struct effects *effects)
{
    struct bulk *bulk = &director->bulk;
    if (!bulk->under_way)
        return;
    director_note_unit(director, effects, NOTE_BULK_ENDED, bulk->records);
    *bulk = (struct bulk){0};
}

void bulk_begin(struct director *director, nstime now, struct effects *effects)
{
    const struct conn_table *table = director->connections;
    g_assert(director->group.role == ROLE_ACTIVE);
    bulk_stop(director, effects); /* what it has told, it told another table */
    if (conn_table_count(table) == 0 || !speaks(director))
        return;
    director->bulk = (struct bulk){
        .under_way = true,
        .at = conn_table_first(table)->slot,
        .last = conn_table_last(table)->slot,
        .joined = succession_standby(director)->hellos,
        .due = now + PERIOD,
    };
    director_note_unit(director, effects, NOTE_BULK_BEGAN, conn_table_count(table));
}

/* The one behind, or 0 behind the last. */
static uint32_t next_slot(const struct director *director, const struct conn *conn)
{
    return conn->slot != director->bulk.last
               ? conn_table_next(director->connections, conn)->slot
               : 0;
}

void bulk_forget(struct director *director, const struct conn *conn)
{
    struct bulk *bulk = &director->bulk;
    if (conn->slot == bulk->at)
        bulk->at = next_slot(director, conn);
    if (conn->slot == bulk->last)
        bulk->last = conn->older;
}

nstime bulk_deadline(const struct director *director)
{
    const struct bulk *bulk = &director->bulk;
    return bulk->under_way && detect_has_standby(director) ? bulk->due : NSTIME_NEVER;
}

static uint64_t records_sent(const struct director *director)
{
    return director->notes[NOTE_CREATE_SENT] + director->notes[NOTE_CREATE_REPEATED]
           + director->notes[NOTE_BUDDY_ADDED];
}

/* Has this standby been told for certain? What was told between the latest hello of the
 * table before and the first of its own, either may have heard; a record too many
 * does no harm (A-06a). */
static bool is_told(const struct director *director, const struct conn *conn)
{
    return conn->create_sent && conn->told != director->bulk.joined;
}

/* The records that this conn cost: several when buddies go along. */
static uint64_t tell(struct director *director, nstime now, struct conn *conn,
                     struct effects *effects)
{
    uint64_t before = records_sent(director);
    if (life_is_established(director, conn) && !is_told(director, conn))
        life_announce(director, now, conn, effects);
    return records_sent(director) - before;
}

void bulk_due(struct director *director, nstime now, struct effects *effects)
{
    struct bulk *bulk = &director->bulk;
    uint64_t rate = director->settings.bulk_sync;
    uint64_t batch = (rate + PERIODS_A_SECOND - 1) / PERIODS_A_SECOND;
    uint64_t sent = 0;
    for (unsigned looks = 0;
         looks < LOOKS_MAX && sent < batch && bulk->at != 0 && speaks(director); looks++) {
        struct conn *conn = conn_table_at(director->connections, bulk->at);
        bulk->at = next_slot(director, conn);
        sent += tell(director, now, conn, effects);
    }
    bulk->records += (uint32_t)sent;
    if (bulk->at == 0 || !speaks(director))
        bulk_stop(director, effects);
    else
        bulk->due = now + MAX(PERIOD, (nstime)((sent * NSTIME_S + rate - 1) / rate));
}

#include "core/buddy.h"

#include <glib.h>

struct conn *buddy_next(const struct conn_table *table, const struct conn *conn)
{
    return conn_table_at(table, conn->buddy);
}

/* A conn without buddies is a ring of its own: it comes before itself. */
static struct conn *previous(const struct conn_table *table, struct conn *conn)
{
    struct conn *before = conn;
    while (before->buddy != 0 && before->buddy != conn->slot)
        before = conn_table_at(table, before->buddy);
    return before;
}

bool buddy_are(const struct conn_table *table, const struct conn *one, const struct conn *other)
{
    const struct conn *at = one;
    while (at != other) {
        at = buddy_next(table, at);
        if (at == NULL || at == one)
            return false;
    }
    return true;
}

static uint32_t follower(const struct conn *conn)
{
    return conn->buddy != 0 ? conn->buddy : conn->slot;
}

/* Two circles become one when two of their members change followers. */
void buddy_link(const struct conn_table *table, struct conn *one, struct conn *other)
{
    g_assert(one != other);
    if (buddy_are(table, one, other))
        return;
    uint32_t behind = follower(one);
    one->buddy = follower(other);
    other->buddy = behind;
}

static void hand_over(const struct conn_table *table, const struct conn *conn)
{
    for (struct conn *other = buddy_next(table, conn); other != conn;
         other = buddy_next(table, other))
        other->last_activity = MAX(other->last_activity, conn->last_activity);
}

void buddy_leave(const struct conn_table *table, struct conn *conn)
{
    if (conn->buddy == 0)
        return;
    hand_over(table, conn);
    struct conn *before = previous(table, conn);
    g_assert(before != conn);
    before->buddy = conn->buddy != before->slot ? conn->buddy : 0;
    conn->buddy = 0;
}

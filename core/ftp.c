#include "core/ftp.h"

#include "core/packet.h"

#include <glib.h>

enum { CONTROL_PORT = 21, DATA_PORT = 20 }; /* RFC 959 */

/* The newest control connection of each client and pair of machines; older ones hang
 * behind it (control_next). An index that answers, and is never iterated. */
struct ftp {
    GHashTable *newest; /* of struct conn, which are their own keys */
};

/* The pair of machines is told by their addresses: control and data may be served by
 * objects of their own, one for each port. */
static guint hash(gconstpointer key)
{
    const struct conn *conn = key;
    struct flow flow = {
        .foreign = {conn->foreign.ip, conn->virtual->id.bind_id},
        .local = {conn->local.ip, 0},
    };
    return (guint)flow_hash(&flow) ^ conn_real(conn).ip;
}

static gboolean same_pair(gconstpointer one, gconstpointer other)
{
    const struct conn *a = one;
    const struct conn *b = other;
    return a->foreign.ip == b->foreign.ip && a->local.ip == b->local.ip
           && a->virtual->id.bind_id == b->virtual->id.bind_id
           && conn_real(a).ip == conn_real(b).ip;
}

struct ftp *ftp_new(void)
{
    struct ftp *ftp = g_new(struct ftp, 1);
    ftp->newest = g_hash_table_new(hash, same_pair);
    return ftp;
}

void ftp_free(struct ftp *ftp)
{
    g_hash_table_destroy(ftp->newest);
    g_free(ftp);
}

static bool is_control(const struct conn *conn)
{
    return conn->protocol == PROTOCOL_TCP && conn->local.port == CONTROL_PORT
           && !conn->from_inside;
}

static bool is_data(const struct conn *conn)
{
    return conn->protocol == PROTOCOL_TCP
           && (conn->local.port == DATA_PORT || conn->from_inside);
}

void ftp_add(struct ftp *ftp, struct conn *conn)
{
    if (!is_control(conn))
        return;
    const struct conn *older = g_hash_table_lookup(ftp->newest, conn);
    conn->control_next = older != NULL ? older->slot : 0;
    g_hash_table_replace(ftp->newest, conn, conn);
}

static void remove_newest(struct ftp *ftp, const struct conn_table *table, struct conn *conn)
{
    struct conn *older = conn_table_at(table, conn->control_next);
    if (older != NULL)
        g_hash_table_replace(ftp->newest, older, older);
    else
        g_hash_table_remove(ftp->newest, conn);
}

void ftp_remove(struct ftp *ftp, const struct conn_table *table, struct conn *conn)
{
    if (!is_control(conn))
        return;
    struct conn *before = g_hash_table_lookup(ftp->newest, conn);
    g_assert(before != NULL);
    if (before == conn) {
        remove_newest(ftp, table, conn);
        return;
    }
    while (before->control_next != conn->slot)
        before = conn_table_at(table, before->control_next);
    before->control_next = conn->control_next;
}

struct conn *ftp_control_of(const struct ftp *ftp, const struct conn_table *table,
                            const struct conn *data)
{
    if (!is_data(data))
        return NULL;
    struct conn *control = g_hash_table_lookup(ftp->newest, data);
    struct conn *latest = control;
    while (control != NULL) { /* of equals, the newest */
        if (control->last_activity > latest->last_activity)
            latest = control;
        control = conn_table_at(table, control->control_next);
    }
    return latest;
}

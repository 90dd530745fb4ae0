#include "core/second_chance.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/maglev.h"
#include "core/unknown.h"

#include <glib.h>

static bool is_on(const struct director *director)
{
    return director->settings.second_chance == SECOND_CHANCE_YES
           && (director->settings.unknown_connection & UNKNOWN_HASH) != 0;
}

void second_chance_look(struct director *director)
{
    struct virtual *virtual = machines_first_virtual(director->machines);
    for (; virtual != NULL && is_on(director); virtual = virtual->next)
        if (virtual->predictor == PREDICTOR_MAGLEV)
            maglev_refresh(virtual);
}

/* Who else may have it, or NULL. */
static struct physical *second_of(const struct conn *conn)
{
    struct flow flow = conn_forward_key(conn);
    struct physical *former = maglev_former(conn->virtual, &flow);
    return former != conn->physical ? former : NULL;
}

bool second_chance_begin(struct director *director, struct conn *conn, struct effects *effects)
{
    g_assert(conn->state == CONN_SYN_SEEN);
    if (!is_on(director) || second_of(conn) == NULL)
        return false;
    conn->seen[SIDE_INSIDE] |= SEEN_SECOND;
    conn_enter(conn, CONN_ACTIVE);
    life_rearm(director, conn);
    director_note_conn(director, effects, NOTE_ESTABLISHED, 0, conn);
    return true;
}

void second_chance_name(const struct conn *conn, struct packet *packet)
{
    const struct physical *second = second_of(conn);
    if (second == NULL)
        return;
    struct address real = life_real_address(second, conn->local);
    packet->second_ip = real.ip;
    packet->second_port = real.port;
}

void second_chance_settle(struct director *director, nstime now, struct conn *conn,
                          struct effects *effects)
{
    conn->seen[SIDE_INSIDE] &= (uint8_t)~SEEN_SECOND;
    life_announce(director, now, conn, effects);
}

struct conn *second_chance_take(struct director *director, nstime now,
                                const struct packet *packet, struct effects *effects)
{
    struct conn_birth birth;
    if (!is_on(director) || packet->protocol != PROTOCOL_TCP
        || !unknown_explain(director, now, packet, &birth))
        return NULL;
    struct conn *conn = conn_table_find(director->connections, &birth.flow);
    if (conn == NULL || !second_chance_is_open(conn) || second_of(conn) != birth.physical)
        return NULL;
    life_move(director, conn, birth.physical, birth.real);
    director_note_conn(director, effects, NOTE_SECOND_CHANCE, 0, conn);
    second_chance_settle(director, now, conn, effects);
    return conn;
}

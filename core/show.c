#include "core/show.h"

#include "core/balance.h"
#include "core/director_internal.h"

static void show_virtuals(const struct director *director, GString *text)
{
    char id[MACHINE_TEXT_SIZE];
    for (const struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next)
        g_string_append_printf(text, "%s %s %s connections %u%s\n", machine_print(one->id, id),
                               machine_state_word(virtual_state(one)),
                               balance_word(one->predictor), one->connections,
                               one->replicate ? " replicate" : "");
}

static void show_physicals(const struct director *director, GString *text)
{
    char id[MACHINE_TEXT_SIZE];
    for (const struct physical *one = machines_first_physical(director->machines); one != NULL;
         one = one->next)
        g_string_append_printf(text, "%s %s weight %u connections %u\n",
                               machine_print(one->id, id), machine_state_word(one->state),
                               one->weight, one->connections);
}

static void show_bindings(const struct director *director, GString *text)
{
    char id[MACHINE_TEXT_SIZE];
    for (const struct virtual *one = machines_first_virtual(director->machines); one != NULL;
         one = one->next) {
        g_string_append(text, machine_print(one->id, id));
        for (const struct link *link = one->links; link != NULL; link = link->next)
            g_string_append_printf(text, " %s", machine_print(link->physical->id, id));
        g_string_append_c(text, '\n');
    }
}

static void show_connections(const struct director *director, GString *text)
{
    static const char *const states[] = {
        [CONN_SYN_SEEN] = "syn-seen", [CONN_SYNACK_SEEN] = "synack-seen",
        [CONN_ACTIVE] = "active", [CONN_CLOSING] = "closing",
    };
    char keys[FLOW_TEXT_SIZE];
    char real[ADDRESS_TEXT_SIZE];
    for (const struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn)) {
        const struct flow flow = conn_forward_key(conn);
        g_string_append_printf(text, "%s %s %s%s%s\n", flow_print(&flow, keys),
                               address_print(conn_real(conn), real), states[conn->state],
                               conn->create_sent ? " replicated" : "",
                               conn->buddy != 0 ? " buddies" : "");
    }
}

static const char *const ranks[] = {
    [RANK_PRIMARY] = "primary", [RANK_SECONDARY] = "secondary", [RANK_SPARE] = "spare",
};

static void show_address(uint32_t ip, GString *text)
{
    if (ip != 0)
        g_string_append_printf(text, " address %u.%u.%u.%u", ip >> 24, ip >> 16 & 0xFF,
                               ip >> 8 & 0xFF, ip & 0xFF);
}

/* Failed is a state of its own, though what the unit does in it is a standby's (R-1103). */
static const char *role_shown(enum role role, bool failed)
{
    if (role == ROLE_ACTIVE)
        return "active";
    return failed ? "failed" : "standby";
}

static void show_interfaces(const char *whose, unsigned failed, unsigned tested, GString *text)
{
    static const char *const names[] = {
        [INTERFACE_OUTSIDE] = "outside", [INTERFACE_INSIDE] = "inside",
    };
    for (unsigned i = INTERFACE_OUTSIDE; i <= INTERFACE_INSIDE; i++)
        g_string_append_printf(text, "%s unit interface %s %s\n", whose, names[i],
                               (failed & 1u << i) != 0   ? "failed"
                               : (tested & 1u << i) != 0 ? "testing"
                                                         : "normal");
}

static const char *cable_shown(enum cable_sign sign)
{
    static const char *const words[] = {
        [CABLE_NORMAL] = "normal", [CABLE_PEER_OFF] = "peer-off", [CABLE_PULLED] = "pulled",
    };
    return words[sign];
}

static void show_this_unit(const struct director *director, GString *text)
{
    g_string_append_printf(text, "this unit %s %s\n", ranks[director->config.rank],
                           role_shown(director->group.role, director->fitness.failed));
    g_string_append_printf(text, "this unit for %" G_GINT64_FORMAT " s",
                           (director->now - director->group.since) / NSTIME_S);
    show_address(director->group.held_ip, text);
    g_string_append_c(text, '\n');
    if (interfaces_are_watched(director))
        show_interfaces("this", interfaces_failed(director), interfaces_tested(director), text);
}

static void show_peer(const struct peer *peer, GString *text)
{
    const struct hello *hello = &peer->latest;
    g_string_append_printf(text, "other unit %s\n",
                           peer->silent  ? "failed"
                           : peer->known ? "heard"
                                         : "not heard yet");
    if (!peer->known)
        return;
    g_string_append_printf(text, "other unit %s %s", ranks[hello->rank],
                           role_shown(hello->role, hello->failed));
    show_address(hello->held_ip, text);
    g_string_append_c(text, '\n');
    if (hello->interfaces_failed != 0 || hello->interfaces_tested != 0)
        show_interfaces("other", hello->interfaces_failed, hello->interfaces_tested, text);
}

/* Fact F-725. */
static void show_failover(const struct director *director, GString *text)
{
    g_string_append_printf(text, "failover %s\n", director->settings.failover ? "on" : "off");
    g_string_append_printf(text, "cable %s\n", cable_shown(director->cable));
    show_this_unit(director, text);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (i == 0 || director->detector.peers[i].ip != 0)
            show_peer(&director->detector.peers[i], text);
    g_string_append_printf(text, "replication %s\n", director->protocol->name);
}

static void show_statistics(const struct director *director, GString *text)
{
    g_string_append_printf(text, "connections %u\n", conn_table_count(director->connections));
    for (unsigned code = 0; code < NOTE_COUNT; code++)
        g_string_append_printf(text, "%s %" G_GUINT64_FORMAT "\n", note_word(code),
                               director->notes[code]);
    for (unsigned code = 0; code < REFUSAL_COUNT; code++)
        g_string_append_printf(text, "datagrams %s %" G_GUINT64_FORMAT "\n",
                               code == REFUSAL_NONE ? "accepted" : refusal_word(code),
                               director->refusals[code]);
}

static void show_configuration(const struct director *director, GString *text)
{
    char *commands = command_print(director->machines, &director->settings);
    g_string_append(text, commands);
    g_free(commands);
}

char *show_print(const struct director *director, enum command_show what)
{
    static void (*const shows[])(const struct director *, GString *) = {
        [SHOW_VIRTUAL] = show_virtuals,       [SHOW_REAL] = show_physicals,
        [SHOW_BIND] = show_bindings,          [SHOW_CONNECTIONS] = show_connections,
        [SHOW_FAILOVER] = show_failover,      [SHOW_STATISTICS] = show_statistics,
        [SHOW_CONFIGURATION] = show_configuration,
    };
    g_assert((unsigned)what < G_N_ELEMENTS(shows));
    GString *text = g_string_new(NULL);
    shows[what](director, text);
    return g_string_free(text, FALSE);
}

#include "core/unknown.h"

#include "core/director_internal.h"
#include "core/life.h"
#include "core/probe.h"
#include "core/second_chance.h"
#include "core/traffic.h"
#include "core/translate.h"

#include <glib.h>
#include <string.h>

/* After this long a bare acknowledgement from a machine is no answer to a probe, but its own. */
#define ANSWER_TIME NSTIME_S

/* ---- the option */

static const struct {
    const char *word;
    unsigned bit;
} policies[] = {
    {"drop", UNKNOWN_DROP},         {"reset", UNKNOWN_RESET}, {"schedule", UNKNOWN_SCHEDULE},
    {"hash", UNKNOWN_HASH},         {"learn", UNKNOWN_LEARN}, {"probe", UNKNOWN_PROBE},
};

char *unknown_words(unsigned set)
{
    GString *words = g_string_new(NULL);
    for (unsigned i = 0; i < G_N_ELEMENTS(policies); i++)
        if ((set & policies[i].bit) != 0)
            g_string_append_printf(words, "%s%s", words->len > 0 ? "+" : "", policies[i].word);
    if (set == UNKNOWN_DROP)
        g_string_append(words, "drop");
    return g_string_free(words, FALSE);
}

static bool add_policy(const char *word, unsigned *set)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(policies); i++) {
        if (strcmp(word, policies[i].word) == 0) {
            bool again = (*set & policies[i].bit) != 0;
            *set |= policies[i].bit;
            return !again;
        }
    }
    return false;
}

/* Of what is done to a client's packet, one thing at most. */
bool unknown_parse(const char *words, unsigned *set)
{
    char **parts = g_strsplit_set(words, "+ ", -1);
    bool known = parts[0] != NULL;
    *set = 0;
    for (unsigned i = 0; parts[i] != NULL && known; i++)
        known = add_policy(parts[i], set);
    g_strfreev(parts);
    unsigned inbound = *set & ~(unsigned)UNKNOWN_LEARN;
    return known && (inbound & (inbound - 1)) == 0;
}

static bool has(const struct director *director, enum unknown_connection policy)
{
    return (director->settings.unknown_connection & policy) != 0;
}

/* ---- when */

static nstime longest_idle_time(const struct director *director)
{
    nstime longest = 0;
    const struct virtual *virtual = machines_first_virtual(director->machines);
    for (; virtual != NULL; virtual = virtual->next)
        longest = MAX(longest, virtual->idle_time);
    return longest;
}

void unknown_change_role(struct director *director, nstime now)
{
    unknown_clear(director);
    if (director->group.role != ROLE_ACTIVE)
        return;
    director->unknown.until = now + longest_idle_time(director);
    if (has(director, UNKNOWN_PROBE))
        director->unknown.probe = probe_new(director);
}

void unknown_is_over(struct director *director)
{
    unknown_clear(director);
}

bool unknown_is_open(const struct director *director, nstime now)
{
    return now < director->unknown.until;
}

void unknown_clear(struct director *director)
{
    probe_free(director->unknown.probe);
    director->unknown = (struct unknown){0};
}

static bool probes(const struct director *director, nstime now)
{
    return has(director, UNKNOWN_PROBE) && unknown_is_open(director, now);
}

/* ---- from outside: schedule, hash, probe */

/* In the middle of a connection; a SYN-ACK is in the middle of nothing here. */
static bool is_midstream(const struct packet *packet)
{
    return packet->protocol == PROTOCOL_TCP && (packet->flags & (TCP_SYN | TCP_RST)) == 0;
}

static void begin(struct director *director, nstime now, struct conn *conn, enum note_code code,
                  struct effects *effects)
{
    conn->replica = true; /* no request of its own was seen here */
    director_note_conn(director, effects, code, 0, conn);
    if (code != NOTE_HASHED || !second_chance_begin(director, conn, effects))
        life_establish(director, now, conn, effects);
}

static struct conn *schedule(struct director *director, nstime now, struct virtual *virtual,
                             const struct packet *packet, struct effects *effects)
{
    enum drop_reason unused;
    struct conn *conn = life_open(director, now, virtual, packet, &unused, effects);
    if (conn != NULL)
        begin(director, now, conn, NOTE_SCHEDULED, effects);
    return conn;
}

static struct conn *place_by_table(struct director *director, nstime now,
                                   struct virtual *virtual, const struct packet *packet,
                                   struct effects *effects)
{
    struct conn_birth birth = {
        .flow = translate_key(SIDE_OUTSIDE, packet),
        .virtual = virtual,
        .tag = packet->tag,
        .now = now,
    };
    enum drop_reason unused;
    birth.physical = life_choose_by_table(director, virtual, &birth.flow);
    if (birth.physical == NULL)
        return NULL;
    birth.real = life_real_address(birth.physical, birth.flow.local);
    struct conn *conn = life_make(director, birth, &unused, effects);
    if (conn != NULL)
        begin(director, now, conn, NOTE_HASHED, effects);
    return conn;
}

static struct conn *place_client(struct director *director, nstime now,
                                 const struct packet *packet, struct effects *effects)
{
    struct virtual *virtual = traffic_virtual(director, packet);
    if (virtual != NULL && has(director, UNKNOWN_SCHEDULE))
        return schedule(director, now, virtual, packet, effects);
    if (virtual != NULL && has(director, UNKNOWN_HASH))
        return place_by_table(director, now, virtual, packet, effects);
    return NULL;
}

void unknown_refuse(struct director *director, nstime now, const struct packet *packet,
                    struct effects *effects)
{
    struct virtual *virtual = traffic_virtual(director, packet);
    if (virtual != NULL && is_midstream(packet) && probes(director, now))
        probe_ask(director, now, virtual, packet, NULL, effects);
}

/* ---- from a machine: learn, and the answers to probes */

/* What a machine's packet says, as conn_track() reads it. */
static struct conn_half half_of(const struct packet *packet)
{
    return (struct conn_half){.next = packet->sequence + packet->payload_length,
                              .acked = packet->acknowledgement};
}

static bool is_near(uint32_t a, uint32_t b)
{
    return a - b <= UNKNOWN_WINDOW || b - a <= UNKNOWN_WINDOW;
}

/* Both numbers of the client against the machine's. Who only returns what a probe for this
 * packet told it is a socket that the probe has made (RFC 4987, 3.6). */
static bool fits(struct conn_half machine, uint32_t sequence, uint32_t acknowledgement)
{
    bool echoes = machine.acked == sequence - 1 && machine.next == acknowledgement;
    return is_near(sequence, machine.acked) && is_near(acknowledgement, machine.next) && !echoes;
}

/* The virtual address that a bound machine serves at this address of its own: known if both
 * ports are, or if they are the same. */
static bool serves_as(const struct link *link, const struct packet *packet,
                      struct address *local)
{
    struct machine_id virtual = link->virtual->id, real = link->physical->id;
    bool same_port = real.port == 0; /* */
    if (virtual.protocol != packet->protocol || (virtual.port == 0 && !same_port)
        || (virtual.port != 0 && same_port && virtual.port != packet->source_port))
        return false;
    *local = (struct address){virtual.ip, virtual.port != 0 ? virtual.port : packet->source_port};
    return true;
}

static struct physical *machine_at(const struct director *director, const struct packet *packet)
{
    struct machine_id id = {packet->source_ip, packet->source_port, 0, packet->protocol};
    struct physical *physical = machines_find_physical(director->machines, id);
    id.port = 0;
    return physical != NULL ? physical : machines_find_physical(director->machines, id);
}

bool unknown_explain(const struct director *director, nstime now, const struct packet *packet,
                     struct conn_birth *birth)
{
    struct physical *physical = machine_at(director, packet);
    const struct link *link = physical != NULL ? physical->bound : NULL;
    unsigned explanations = 0;
    bool bind0_none = director->settings.bind0 == BIND0_NONE;
    *birth = (struct conn_birth){
        .flow = translate_key(SIDE_INSIDE, packet),
        .real = {packet->source_ip, packet->source_port},
        .physical = physical,
        .tag = packet->tag,
        .now = now,
    };
    for (; link != NULL; link = link->bound_next) {
        struct address local;
        if (!serves_as(link, packet, &local)
            || machines_serve(director->machines, packet->destination_ip, local,
                              packet->protocol, bind0_none) != link->virtual)
            continue;
        birth->virtual = link->virtual;
        birth->flow.local = local;
        explanations++;
    }
    return explanations == 1;
}

static void prove(struct director *director, nstime now, struct conn *conn,
                  struct effects *effects)
{
    if ((conn->seen[SIDE_INSIDE] & SEEN_ASKED) != 0)
        director_note_conn(director, effects, NOTE_PROBED, 0, conn);
    conn->seen[SIDE_INSIDE] &= (uint8_t) ~(SEEN_ALONE | SEEN_ASKED);
    life_announce(director, now, conn, effects);
}

/* Has the client spoken, and does it fit a machine with these numbers? */
static bool client_awaits(const struct conn *conn, struct conn_half machine)
{
    struct conn_half client = conn->half[SIDE_OUTSIDE];
    return (conn->seen[SIDE_OUTSIDE] & SEEN_SEQUENCE) != 0
           && fits(machine, client.next, client.acked);
}

/* Another machine spoke first, and the client did not fit it: does it fit this one? */
static struct conn *move_to(struct director *director, nstime now, struct conn *conn,
                            const struct conn_birth *birth, const struct packet *packet)
{
    if (!unknown_is_unproven(conn) || !client_awaits(conn, half_of(packet)))
        return NULL;
    life_move(director, conn, birth->physical, birth->real);
    conn->seen[SIDE_INSIDE] = SEEN_ALONE | SEEN_ASKED;
    conn->last_activity = now;
    return conn;
}

static struct conn *rebuild(struct director *director, nstime now, const struct packet *packet,
                            struct effects *effects)
{
    struct conn_birth birth;
    enum drop_reason unused;
    if (!unknown_explain(director, now, packet, &birth))
        return NULL;
    struct conn *conn = conn_table_find(director->connections, &birth.flow);
    if (conn != NULL)
        return move_to(director, now, conn, &birth, packet);
    conn = life_make(director, birth, &unused, effects);
    if (conn == NULL)
        return NULL;
    conn->replica = true;
    conn_enter(conn, CONN_ACTIVE);
    life_rearm(director, conn);
    conn->seen[SIDE_INSIDE] = SEEN_ALONE | SEEN_ASKED;
    return conn;
}

struct conn *unknown_rebuild(struct director *director, nstime now, enum side from,
                             const struct packet *packet, struct effects *effects)
{
    struct conn *conn =
        from == SIDE_INSIDE ? second_chance_take(director, now, packet, effects) : NULL;
    if (conn != NULL || !is_midstream(packet))
        return conn;
    if (from == SIDE_OUTSIDE)
        return place_client(director, now, packet, effects);
    bool speaks = has(director, UNKNOWN_LEARN)
                  || (has(director, UNKNOWN_PROBE) && probe_is_answer(packet));
    return speaks && unknown_is_open(director, now) ? rebuild(director, now, packet, effects)
                                                    : NULL;
}

/* ---- those unproven */

bool unknown_is_unproven(const struct conn *conn)
{
    return (conn->seen[SIDE_INSIDE] & SEEN_ALONE) != 0;
}

/* A RST carries no acknowledgement, and its machine looks at its number itself. */
static bool client_fits(const struct conn *conn, const struct packet *packet)
{
    struct conn_half machine = conn->half[SIDE_INSIDE];
    if ((packet->flags & TCP_RST) != 0)
        return is_near(packet->sequence, machine.acked);
    return fits(machine, packet->sequence, packet->acknowledgement);
}

static bool admits_client(struct director *director, nstime now, struct conn *conn,
                          const struct packet *packet, struct effects *effects)
{
    struct conn_half client = {.next = packet->sequence, .acked = packet->acknowledgement};
    bool fit = client_fits(conn, packet);
    if ((packet->flags & TCP_ACK) != 0)
        conn_learn(conn, SIDE_OUTSIDE, client);
    if (fit) {
        prove(director, now, conn, effects);
        return true;
    }
    traffic_drop(director, SIDE_OUTSIDE, packet, DROP_UNFIT, effects);
    if (is_midstream(packet) && probes(director, now))
        probe_ask(director, now, conn->virtual, packet, conn->physical, effects);
    return false;
}

/* What may be an answer to a probe goes no further: that would tell its sender of a socket. */
static bool admits_machine(struct director *director, nstime now, struct conn *conn,
                           const struct packet *packet, struct effects *effects)
{
    bool resets = (packet->flags & TCP_RST) != 0;
    bool answers = probe_is_answer(packet) && probes(director, now)
                   && now - conn->last_activity < ANSWER_TIME;
    if (resets || answers)
        traffic_drop(director, SIDE_INSIDE, packet, DROP_PROBE_ANSWER, effects);
    if (resets) {
        life_end(director, now, conn, END_RESET, effects);
        return false;
    }
    if (answers) {
        conn_track(conn, SIDE_INSIDE, packet);
        if (client_awaits(conn, conn->half[SIDE_INSIDE]))
            prove(director, now, conn, effects);
        return false;
    }
    if ((conn->seen[SIDE_INSIDE] & SEEN_ASKED) != 0)
        director_note_conn(director, effects,
                           has(director, UNKNOWN_LEARN) ? NOTE_LEARNED : NOTE_PROBED, 0, conn);
    conn->seen[SIDE_INSIDE] &= (uint8_t)~SEEN_ASKED;
    return true;
}

bool unknown_admits(struct director *director, nstime now, struct conn *conn, enum side from,
                    const struct packet *packet, struct effects *effects)
{
    return from == SIDE_OUTSIDE ? admits_client(director, now, conn, packet, effects)
                                : admits_machine(director, now, conn, packet, effects);
}

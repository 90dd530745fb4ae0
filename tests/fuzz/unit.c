#include "tests/fuzz/unit.h"

#include "core/replication.h"
#include "tests/fuzz/targets.h"

enum { WEB = 80, CONTROL = 21, DATA = 20, SMALL_TABLE = 4, DEADLINES_MAX = 400 };

static const char *const configuration[] = {
    "option mirror none",
    "real 10.0.1.1:80",
    "real 10.0.1.2:80",
    "real 10.0.1.3",
    "virtual 192.0.2.80:80",
    "virtual 192.0.2.80",
    "bind 192.0.2.80:80 10.0.1.1:80 10.0.1.2:80",
    "bind 192.0.2.80:0 10.0.1.3",
    "replicate 192.0.2.80:80",
    "replicate 192.0.2.80:0",
    "sticky 192.0.2.80:80 5min",
    "ip address 192.0.2.1",
    "failover ip address 192.0.2.2",
    "failover hellotime 60min",
    "option exceptions yes",
    "option pfsync-buckets 1",
};

static void must_hold(const struct unit *unit)
{
    const char *broken = director_check(unit->director);
    if (broken != NULL)
        g_error("%s", broken);
}

void unit_step(struct unit *unit, const struct event *event)
{
    director_step(unit->director, unit->now, event, &unit->effects);
    must_hold(unit);
}

void unit_command(struct unit *unit, const char *line)
{
    unit_step(unit, &(struct event){.kind = EVENT_COMMAND, .command = line});
}

static void choose(struct unit *unit, uint8_t protocol, uint8_t options)
{
    char line[64];
    unsigned kind = protocol % replication_protocols();
    g_snprintf(line, sizeof line, "option replication %s", replication_word(kind));
    unit_command(unit, line);
    if ((options & FUZZ_LENIENT) != 0) {
        unit_command(unit, "option bad-flags lenient");
        unit_command(unit, "option pfsync-stale overwrite");
    }
    if ((options & FUZZ_DEFER) != 0)
        unit_command(unit, "option defer yes");
    if ((options & FUZZ_POINTER) != 0)
        unit_command(unit, "option conn-real pointer");
}

void unit_init(struct unit *unit, uint8_t protocol, uint8_t options)
{
    struct director_config config = {
        .rank = RANK_SECONDARY,
        .initial_role = (options & FUZZ_ACTIVE) != 0 ? ROLE_ACTIVE : ROLE_STANDBY,
        .own_ip = UNIT_IP,
        .mac = UINT64_C(0x020000000011),
        .peers = {{UNIT_PEER_IP, RANK_PRIMARY}, {UNIT_SPARE_IP, RANK_SPARE}},
        .max_connections = (options & FUZZ_SMALL) != 0 ? SMALL_TABLE : 0,
    };
    *unit = (struct unit){.director = director_new(&config, 0)};
    effects_init(&unit->effects);
    for (unsigned i = 0; i < G_N_ELEMENTS(configuration); i++)
        unit_command(unit, configuration[i]);
    choose(unit, protocol, options);
}

void unit_clear(struct unit *unit)
{
    director_free(unit->director);
    effects_clear(&unit->effects);
}

/* A datagram that was refused as such, not one of its records. */
static bool is_refused(const struct unit *unit)
{
    for (size_t i = 0; i < unit->effects.count; i++) {
        const struct effect *effect = &unit->effects.items[i];
        if (effect->kind == EFFECT_NOTE && effect->note.code == NOTE_RECORD_REFUSED
            && effect->note.flow.protocol == 0)
            return true;
    }
    return false;
}

/* The bytes are copied to where nothing is behind them, for whoever reads too far. What is
 * refused is not applied in part. */
void unit_hear(struct unit *unit, enum channel channel, uint32_t source_ip, const uint8_t *bytes,
               size_t length)
{
    uint8_t *exact = g_memdup2(bytes, length);
    size_t before = director_connections(unit->director);
    uint64_t accepted = director_refusals(unit->director, REFUSAL_NONE);
    unit_step(unit, &(struct event){.kind = EVENT_DATAGRAM,
                                    .datagram = {channel, source_ip, exact, length,
                                                 INTERFACE_PEER}});
    g_free(exact);
    if (is_refused(unit)
        && (director_connections(unit->director) != before
            || director_refusals(unit->director, REFUSAL_NONE) != accepted))
        g_error("a refused datagram was applied in part");
}

void unit_run(struct unit *unit, nstime span)
{
    nstime then = unit->now + span;
    for (unsigned i = 0; i < DEADLINES_MAX && director_deadline(unit->director) <= then; i++) {
        unit->now = MAX(unit->now, director_deadline(unit->director));
        unit_step(unit, &(struct event){.kind = EVENT_DEADLINE});
    }
    unit->now = then;
}

struct flow unit_flow(uint8_t bits)
{
    unsigned service = (bits & FUZZ_CONTROL) != 0 ? CONTROL : (bits & FUZZ_DATA) != 0 ? DATA : WEB;
    unsigned port = (bits & FUZZ_NEXT_PORT) != 0 ? UNIT_PORT + 1 : UNIT_PORT;
    return (struct flow){{UNIT_CLIENT_IP + 1 + bits % FUZZ_CLIENTS, (uint16_t)port},
                         {UNIT_VIRTUAL_IP, (uint16_t)service}, PROTOCOL_TCP};
}

bool unit_find(const struct unit *unit, uint8_t bits, struct connection_view *view)
{
    struct flow flow = unit_flow(bits);
    return director_find(unit->director, &flow, view);
}

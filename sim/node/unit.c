#include "sim/node/unit.h"

#include "sim/engine/chance.h"
#include "sim/node/traffic.h"

#include <string.h>

struct unit {
    struct unit_config config;
    bool interface_down[UNIT_INTERFACES];
    enum cable_sign cable;
    enum unit_health health;
    struct director *director;
    struct effects effects;
    nstime timer_at; /* when the pending event comes, NSTIME_NEVER: none pending */
    event_handle timer;
    /* records noted as sent, waiting for the datagram that carries them */
    struct record_mark marks[UNIT_RECORDS_MAX];
    unsigned mark_count;
};

static void timer_came(void *object, uint64_t number);

/* One pending event is enough: a deadline that moved later is seen when the event
 * comes too early, and only one that moved earlier needs a new event. */
static void arm_timer(struct unit *unit)
{
    nstime deadline = director_deadline(unit->director);
    if (deadline >= unit->timer_at)
        return;
    nstime now = engine_now(unit->config.engine);
    engine_cancel(unit->config.engine, unit->timer);
    unit->timer_at = deadline < now ? now : deadline;
    unit->timer = engine_schedule(unit->config.engine, unit->timer_at, timer_came, unit, 0);
}

static void stop_timer(struct unit *unit)
{
    engine_cancel(unit->config.engine, unit->timer);
    unit->timer = 0;
    unit->timer_at = NSTIME_NEVER;
}

/* Is this the note of a record in the next datagram effect? */
static bool is_record(enum note_code code)
{
    return code == NOTE_CREATE_SENT || code == NOTE_CREATE_REPEATED || code == NOTE_BUDDY_ADDED
           || code == NOTE_DELETE_SENT;
}

static void take_note(struct unit *unit, const struct note *note)
{
    if (is_record(note->code)) {
        g_assert(unit->mark_count < UNIT_RECORDS_MAX);
        unit->marks[unit->mark_count++] =
            (struct record_mark){ .flow = note->flow,
                                  .real = note->real,
                                  .tag = note->tag,
                                  .is_delete = note->code == NOTE_DELETE_SENT,
                                  .copy = (uint8_t)MIN(note->detail, RECORD_COPY_ANOTHER) };
    }
    unit->config.network->note(unit->config.network->context, unit, note);
}

static void send(struct unit *unit, const struct effect *effect)
{
    const struct unit_network *network = unit->config.network;
    struct unit_datagram datagram = {
        .channel = effect->datagram.channel,
        .interface = effect->datagram.interface,
        .destination_ip = effect->datagram.destination_ip,
        .bytes = effect_bytes(&unit->effects, effect),
        .length = effect->datagram.length,
        .marks = unit->marks,
        .mark_count = unit->mark_count,
    };
    network->datagram(network->context, unit, &datagram);
    unit->mark_count = 0;
}

/* Each machine's probe has luck of its own, and is known as one to the server it reaches. */
static void send_probe(struct unit *unit, const struct effect *effect)
{
    struct packet probe = effect->packet.packet;
    uint64_t draw = chance_fold(chance_fold(probe.tag, probe.serial), probe.destination_ip);
    probe.serial = ((uint32_t)draw & (TRAFFIC_PROBE - 1)) | TRAFFIC_PROBE;
    unit->config.network->forward(unit->config.network->context, unit, effect->packet.side,
                                  &probe);
}

static void apply(struct unit *unit, const struct effect *effect)
{
    const struct unit_network *network = unit->config.network;
    switch (effect->kind) {
    case EFFECT_FORWARD:
    case EFFECT_RESET:
        network->forward(network->context, unit, effect->packet.side, &effect->packet.packet);
        break;
    case EFFECT_PROBE:
        send_probe(unit, effect);
        break;
    case EFFECT_DATAGRAM:
        send(unit, effect);
        break;
    case EFFECT_SERIAL:
        network->serial(network->context, unit, effect_bytes(&unit->effects, effect),
                        effect->serial.length);
        break;
    case EFFECT_ARP:
    case EFFECT_PING:
        network->ask(network->context, unit, effect->ask.interface, effect->ask.ip);
        break;
    case EFFECT_CLAIM:
        network->claim(network->context, unit, effect->address.ip, effect->address.mac);
        break;
    case EFFECT_RELEASE:
        network->release(network->context, unit, effect->address.ip);
        break;
    case EFFECT_NOTE:
        take_note(unit, &effect->note);
        break;
    case EFFECT_REPLY:
        break; /* see unit_command(); configurations are checked before a run */
    }
}

static void step(struct unit *unit, const struct event *event)
{
    director_step(unit->director, engine_now(unit->config.engine), event, &unit->effects);
    for (size_t i = 0; i < unit->effects.count; i++)
        apply(unit, &unit->effects.items[i]);
    g_assert(unit->mark_count == 0); /* every record noted as sent went with a datagram */
    arm_timer(unit);
}

static void timer_came(void *object, uint64_t number)
{
    struct unit *unit = object;
    (void)number;
    unit->timer = 0;
    unit->timer_at = NSTIME_NEVER;
    if (unit->health == UNIT_FROZEN)
        return; /* thaw looks at the deadline again */
    if (director_deadline(unit->director) <= engine_now(unit->config.engine))
        step(unit, &(struct event){ .kind = EVENT_DEADLINE });
    else
        arm_timer(unit);
}

static void tell_interface(struct unit *unit, unsigned interface)
{
    step(unit, &(struct event){ .kind = EVENT_INTERFACE,
                                .interface = { interface, !unit->interface_down[interface] } });
}

static void boot(struct unit *unit, enum role role)
{
    const struct unit_config *config = &unit->config;
    struct director_config start = {
        .rank = config->rank,
        .initial_role = role,
        .own_ip = config->own_ip,
        .mac = config->mac,
        .hello_phase = config->hello_phase,
        .seed = config->seed,
    };
    memcpy(start.peers, config->peers, sizeof start.peers);
    unit->director = director_new(&start, engine_now(config->engine));
    unit->health = UNIT_UP;
    for (unsigned i = 0; i < UNIT_INTERFACES; i++)
        if (unit->interface_down[i])
            tell_interface(unit, i);
    if (unit->cable != CABLE_NORMAL)
        step(unit, &(struct event){ .kind = EVENT_CABLE, .cable = unit->cable });
    for (guint i = 0; i < config->commands->len; i++)
        step(unit, &(struct event){ .kind = EVENT_COMMAND,
                                    .command = g_ptr_array_index(config->commands, i) });
    if (config->own_command)
        step(unit, &(struct event){ .kind = EVENT_COMMAND, .command = config->own_command });
}

struct unit *unit_new(const struct unit_config *config)
{
    struct unit *unit = g_new0(struct unit, 1);
    unit->config = *config;
    unit->timer_at = NSTIME_NEVER;
    effects_init(&unit->effects);
    boot(unit, config->rank == RANK_PRIMARY ? ROLE_ACTIVE : ROLE_STANDBY);
    return unit;
}

void unit_free(struct unit *unit)
{
    unit_crash(unit);
    effects_clear(&unit->effects);
    g_free(unit);
}

const char *unit_name(const struct unit *unit)
{
    return unit->config.name;
}

unsigned unit_number(const struct unit *unit)
{
    return unit->config.number;
}

enum unit_health unit_health(const struct unit *unit)
{
    return unit->health;
}

const struct director *unit_director(const struct unit *unit)
{
    return unit->director;
}

bool unit_packet(struct unit *unit, enum side side, const struct packet *packet)
{
    if (unit->health != UNIT_UP)
        return false;
    step(unit, &(struct event){ .kind = EVENT_PACKET,
                                .packet = { .side = side, .packet = packet } });
    return true;
}

bool unit_datagram(struct unit *unit, enum channel channel, unsigned interface,
                   uint32_t source_ip, const uint8_t *bytes, size_t length)
{
    if (unit->health != UNIT_UP)
        return false;
    step(unit, &(struct event){ .kind = EVENT_DATAGRAM,
                                .datagram = { .channel = channel,
                                              .source_ip = source_ip,
                                              .bytes = bytes,
                                              .length = length,
                                              .interface = interface } });
    return true;
}

bool unit_serial(struct unit *unit, const uint8_t *bytes, size_t length)
{
    if (unit->health != UNIT_UP)
        return false;
    step(unit, &(struct event){ .kind = EVENT_SERIAL, .serial = { bytes, length } });
    return true;
}

bool unit_seen(struct unit *unit, unsigned interface)
{
    if (unit->health != UNIT_UP)
        return false;
    step(unit, &(struct event){ .kind = EVENT_SEEN, .seen = interface });
    return true;
}

void unit_set_interface(struct unit *unit, unsigned interface, bool up)
{
    g_assert(interface < UNIT_INTERFACES);
    unit->interface_down[interface] = !up;
    if (unit->health == UNIT_UP)
        tell_interface(unit, interface);
}

void unit_set_cable(struct unit *unit, enum cable_sign sign)
{
    unit->cable = sign;
    if (unit->health == UNIT_UP)
        step(unit, &(struct event){ .kind = EVENT_CABLE, .cable = sign });
}

/* The reply stands among the effects until the next step. */
char *unit_command(struct unit *unit, const char *line)
{
    if (unit->health != UNIT_UP)
        return g_strdup("the unit does not run");
    step(unit, &(struct event){ .kind = EVENT_COMMAND, .command = line });
    for (size_t i = 0; i < unit->effects.count; i++) {
        const struct effect *effect = &unit->effects.items[i];
        if (effect->kind == EFFECT_REPLY && !effect->reply.ok)
            return g_strdup(effect_text(&unit->effects, effect));
    }
    return NULL;
}

void unit_peer_failed(struct unit *unit)
{
    if (unit->health == UNIT_UP)
        step(unit, &(struct event){ .kind = EVENT_PEER_FAILED });
}

void unit_crash(struct unit *unit)
{
    if (unit->health == UNIT_DOWN)
        return;
    stop_timer(unit);
    director_free(unit->director);
    unit->director = NULL;
    unit->health = UNIT_DOWN;
}

void unit_freeze(struct unit *unit)
{
    if (unit->health == UNIT_UP)
        unit->health = UNIT_FROZEN;
}

void unit_thaw(struct unit *unit)
{
    if (unit->health != UNIT_FROZEN)
        return;
    unit->health = UNIT_UP;
    step(unit, &(struct event){ .kind = EVENT_DEADLINE });
}

void unit_restart(struct unit *unit)
{
    unit_crash(unit);
    boot(unit, ROLE_STANDBY);
}

char *unit_check_commands(const GPtrArray *commands)
{
    struct director_config config = { .rank = RANK_PRIMARY, .initial_role = ROLE_STANDBY };
    struct director *director = director_new(&config, 0);
    struct effects effects;
    effects_init(&effects);
    char *refusal = NULL;
    for (guint i = 0; i < commands->len && !refusal; i++) {
        struct event event = { .kind = EVENT_COMMAND, .command = g_ptr_array_index(commands, i) };
        director_step(director, 0, &event, &effects);
        for (size_t k = 0; k < effects.count; k++)
            if (effects.items[k].kind == EFFECT_REPLY && !effects.items[k].reply.ok)
                refusal = g_strdup_printf("%s: %s", event.command,
                                          effect_text(&effects, &effects.items[k]));
    }
    effects_clear(&effects);
    director_free(director);
    return refusal;
}

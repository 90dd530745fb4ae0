#include "tests/node/town.h"

#include <string.h>

/* ---- the wire */

struct flight {
    struct town *town;
    enum side to;
    struct packet packet;
};

static void arrive(void *object, uint64_t number)
{
    (void)number;
    struct flight *flight = object;
    if (flight->to == SIDE_INSIDE)
        traffic_deliver_server(flight->town->traffic, &flight->packet);
    else
        traffic_deliver_client(flight->town->traffic, &flight->packet);
}

void town_inject(struct town *town, enum side to, const struct packet *packet)
{
    struct flight *flight = g_new(struct flight, 1);
    *flight = (struct flight){ town, to, *packet };
    g_ptr_array_add(town->flying, flight);
    engine_schedule(town->engine, engine_now(town->engine) + town->delay, arrive, flight, 0);
}

static bool is_lost(const struct town *town)
{
    int64_t number = (int64_t)town->log->len;
    nstime now = engine_now(town->engine);
    return number == town->lose || (town->lose_every > 0 && number % town->lose_every == 0)
           || (now >= town->cut_from && now < town->cut_to);
}

static uint32_t machine_of(const struct town *town, const struct packet *packet)
{
    return TOWN_REAL_IP + (packet->tag + town->shift) % town->machines;
}

/* As a director does: the virtual address outside, a machine's inside; what comes from
 * a machine that does not have the connection goes nowhere. */
static bool translate(const struct town *town, enum side from, struct packet *packet)
{
    if (from == SIDE_OUTSIDE) {
        packet->destination_ip = machine_of(town, packet);
        return true;
    }
    bool bound = packet->source_ip == machine_of(town, packet);
    packet->source_ip = TOWN_VIRTUAL_IP;
    return bound;
}

static void send_packet(void *network, enum side from, const struct packet *packet)
{
    struct town *town = network;
    struct town_packet entry = {
        .at = engine_now(town->engine), .from = from, .packet = *packet, .lost = is_lost(town),
    };
    g_array_append_val(town->log, entry);
    if (entry.lost || !translate(town, from, &entry.packet))
        return;
    entry.packet.epoch = town->epoch;
    town_inject(town, from == SIDE_OUTSIDE ? SIDE_INSIDE : SIDE_OUTSIDE, &entry.packet);
}

/* ---- the observer */

static void saw_opened(void *context, struct connection *connection)
{
    struct town *town = context;
    ck_assert_int_eq(connection_phase(connection), PHASE_HANDSHAKE);
    town->opened++;
}

static void saw_established(void *context, struct connection *connection)
{
    struct town *town = context;
    ck_assert_int_eq(connection->established, engine_now(town->engine));
    ck_assert_int_ge(connection->server, 0);
    town->established++;
}

static void saw_progressed(void *context, struct connection *connection, uint8_t epoch)
{
    struct town *town = context;
    ck_assert_int_ne(connection_phase(connection), PHASE_HANDSHAKE);
    ck_assert_uint_eq(epoch, town->epoch);
    town->progressed++;
}

static void saw_answered(void *context, struct connection *connection)
{
    struct town *town = context;
    ck_assert_int_eq(connection_phase(connection), PHASE_OPEN_IDLE);
    town->answered++;
}

static void saw_ended(void *context, struct connection *connection, enum connection_end end)
{
    struct town *town = context;
    struct town_end entry = { connection->number, end, engine_now(town->engine) };
    struct traffic_count count = traffic_count(town->traffic);
    ck_assert_uint_eq(count.opened - count.open, town->ends->len + 1);
    g_array_append_val(town->ends, entry);
}

static void saw_strayed(void *context, struct connection *connection, unsigned server)
{
    struct town *town = context;
    ck_assert_int_ne(connection->server, (int)server);
    town->last_stray = server;
    town->strayed++;
}

/* ---- the scenario */

struct workload_spec *town_workload(struct town *town, unsigned number)
{
    return g_ptr_array_index(town->scenario.workloads, number);
}

struct real_spec *town_real(struct town *town, unsigned number)
{
    return g_ptr_array_index(town->scenario.reals, number);
}

static void free_workload(gpointer data)
{
    struct workload_spec *spec = data;
    g_free(spec->name);
    g_free(spec->trace);
    g_free(spec->trace_summary);
    g_free(spec);
}

struct workload_spec *town_add_workload(struct town *town, const char *name)
{
    struct workload_spec *spec = g_new0(struct workload_spec, 1);
    *spec = (struct workload_spec){
        .name = g_strdup(name),
        .arrivals = ARRIVAL_CONSTANT,
        .rate = 1,
        .clients = 4,
        .client_network = TOWN_CLIENT_IP + 64 * town->scenario.workloads->len,
        .client_ports = PORT_COUNT,
        .time_wait = 60 * NSTIME_S,
        .requests = distribution_constant(1),
        .request_size = distribution_constant(400),
        .response_size = distribution_constant(3000),
        .think_time = distribution_constant(5e8),
        .push_size = distribution_constant(400),
        .application_timeout = NSTIME_NEVER,
        .patience = NSTIME_NEVER,
        .reconnect = NSTIME_NEVER,
    };
    g_ptr_array_add(town->scenario.workloads, spec);
    return spec;
}

static void add_real(struct town *town, unsigned number)
{
    struct real_spec *real = g_new0(struct real_spec, 1);
    *real = (struct real_spec){ .ip = TOWN_REAL_IP + number, .port = 80,
                                .protocol = PROTOCOL_TCP,
                                .service_time = distribution_constant(0),
                                .idle_close = NSTIME_NEVER,
                                .time_wait = 60 * NSTIME_S };
    g_ptr_array_add(town->scenario.reals, real);
}

void town_init(struct town *town)
{
    *town = (struct town){
        .engine = engine_new(),
        .delay = NSTIME_MS,
        .log = g_array_new(FALSE, FALSE, sizeof(struct town_packet)),
        .ends = g_array_new(FALSE, FALSE, sizeof(struct town_end)),
        .flying = g_ptr_array_new_with_free_func(g_free),
        .lose = -1,
        .machines = 2,
    };
    town->watch = (struct connection_watch){
        .context = town, .opened = saw_opened, .established = saw_established,
        .progressed = saw_progressed, .answered = saw_answered, .ended = saw_ended,
        .strayed = saw_strayed,
    };
    town->scenario = (struct scenario){
        .duration = 30 * NSTIME_S,
        .virtuals = g_ptr_array_new_with_free_func(g_free),
        .reals = g_ptr_array_new_with_free_func(g_free),
        .workloads = g_ptr_array_new_with_free_func(free_workload),
    };
    struct virtual_spec *virtual = g_new0(struct virtual_spec, 1);
    *virtual = (struct virtual_spec){ .ip = TOWN_VIRTUAL_IP, .port = 80,
                                      .protocol = PROTOCOL_TCP };
    g_ptr_array_add(town->scenario.virtuals, virtual);
    add_real(town, 0);
    add_real(town, 1);
    town_add_workload(town, "web");
}

void town_start(struct town *town)
{
    struct traffic_config config = {
        .engine = town->engine, .scenario = &town->scenario, .run_key = TOWN_KEY,
        .network = town, .send = send_packet, .watch = &town->watch,
    };
    town->traffic = traffic_new(&config);
    traffic_start(town->traffic);
}

void town_clear(struct town *town)
{
    if (town->traffic != NULL)
        traffic_free(town->traffic);
    engine_free(town->engine);
    g_ptr_array_unref(town->scenario.virtuals);
    g_ptr_array_unref(town->scenario.reals);
    g_ptr_array_unref(town->scenario.workloads);
    g_array_unref(town->log);
    g_array_unref(town->ends);
    g_ptr_array_unref(town->flying);
}

void town_run(struct town *town, nstime until)
{
    engine_run(town->engine, until);
}

/* ---- the log */

static bool matches(const struct town_packet *entry, enum side from, unsigned with,
                    unsigned without)
{
    return entry->from == from && (entry->packet.flags & with) == with
           && (entry->packet.flags & without) == 0;
}

const struct town_packet *town_find(const struct town *town, enum side from, unsigned with,
                                    unsigned without, unsigned n)
{
    for (guint i = 0; i < town->log->len; i++) {
        const struct town_packet *entry = &g_array_index(town->log, struct town_packet, i);
        if (matches(entry, from, with, without) && n-- == 0)
            return entry;
    }
    return NULL;
}

unsigned town_count(const struct town *town, enum side from, unsigned with, unsigned without)
{
    unsigned count = 0;
    while (town_find(town, from, with, without, count) != NULL)
        count++;
    return count;
}

const struct town_end *town_ended(const struct town *town, unsigned n)
{
    ck_assert_uint_lt(n, town->ends->len);
    return &g_array_index(town->ends, struct town_end, n);
}

void town_run_for(struct town *town, nstime span)
{
    town_run(town, engine_now(town->engine) + span);
}

struct connection *town_open_first(struct town *town)
{
    town_start(town);
    while (traffic_first(town->traffic) == NULL)
        ck_assert(engine_step(town->engine, NSTIME_NEVER));
    return traffic_first(town->traffic);
}

void town_run_to_phase(struct town *town, enum connection_phase phase)
{
    while (connection_phase(traffic_first(town->traffic)) != phase) {
        ck_assert(engine_step(town->engine, NSTIME_NEVER));
        ck_assert_ptr_nonnull(traffic_first(town->traffic));
    }
}

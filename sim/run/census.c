#include "sim/run/census.h"

#include "sim/run/standing.h"

static bool counts(const struct connection *connection)
{
    enum connection_phase phase = connection_phase(connection);
    return phase != PHASE_HANDSHAKE && phase != PHASE_CLOSING;
}

static struct claimant claimant_of(const struct connection *connection)
{
    return (struct claimant){ .client = { connection->client_ip, connection->client_port },
                              .virtual = connection->virtual,
                              .server = connection->server };
}

static bool stands(const struct scenario *scenario, const struct director *director,
                   const struct connection *connection)
{
    return standing(scenario, director, claimant_of(connection));
}

static bool stands_open(const struct scenario *scenario, const struct director *director,
                        const struct connection *connection)
{
    return stands(scenario, director, connection)
           && !standing_at_its_end(scenario, director, claimant_of(connection));
}

uint32_t census_ghosts(const struct scenario *scenario, const struct traffic *traffic,
                       const struct director *director)
{
    struct connection_view view;
    uint32_t cursor = 0, ghosts = 0;
    while (director_next(director, &cursor, &view))
        ghosts += view.state != CONN_CLOSING;
    for (struct connection *c = traffic_first(traffic); c; c = traffic_next(c))
        ghosts -= stands_open(scenario, director, c);
    return ghosts;
}

/* ---- counters --------------------------------------------------------------------------- */

/* The scenario's machine of an address, or the one past the last. */
static guint real_of(const struct scenario *scenario, const struct connection_view *view)
{
    for (guint i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *spec = g_ptr_array_index(scenario->reals, i);
        if (spec->ip == view->real.ip && spec->protocol == view->protocol
            && (spec->port == 0 || spec->port == view->real.port))
            return i;
    }
    return scenario->reals->len;
}

/* A machine's counter is how many conns carry the flag. */
static void add_counters(const struct scenario *scenario, const struct director *director,
                         int64_t sign, int64_t *counters)
{
    struct connection_view view;
    uint32_t cursor = 0;
    while (director_next(director, &cursor, &view))
        if (view.pm_counted)
            counters[real_of(scenario, &view)] += sign;
}

static uint64_t counter_error(const struct scenario *scenario, const struct director *active,
                              const struct director *standby)
{
    int64_t *counters = g_new0(int64_t, scenario->reals->len + 1);
    uint64_t error = 0;
    add_counters(scenario, active, 1, counters);
    add_counters(scenario, standby, -1, counters);
    for (guint i = 0; i <= scenario->reals->len; i++)
        error += (uint64_t)ABS(counters[i]);
    g_free(counters);
    return error;
}

struct census census_take(const struct scenario *scenario, const struct traffic *traffic,
                          const struct director *active, const struct director *standby)
{
    struct census census = { .taken = active && standby };
    for (struct connection *c = traffic_first(traffic); c; c = traffic_next(c)) {
        census.open += counts(c);
        census.known += census.taken && counts(c) && stands(scenario, standby, c);
    }
    if (census.taken) {
        census.ghosts = census_ghosts(scenario, traffic, standby);
        census.counter_error = counter_error(scenario, active, standby);
    }
    return census;
}

/* ---- load ------------------------------------------------------------------------------ */

/* Of one virtual machine; < 0: none is open. A machine of weight 0 takes nothing new. */
static double imbalance_of(const struct scenario *scenario, guint number,
                           const uint64_t *open)
{
    const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, number);
    double most = 0;
    uint64_t all = 0, weights = 0;
    for (guint i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(scenario->reals, i);
        if (!virtual->bound[i] || real->weight == 0)
            continue;
        most = MAX(most, (double)open[i] / (double)real->weight);
        all += open[i];
        weights += real->weight;
    }
    return all == 0 ? -1 : most * (double)weights / (double)all;
}

double census_imbalance(const struct scenario *scenario, const struct traffic *traffic)
{
    guint reals = scenario->reals->len, virtuals = scenario->virtuals->len;
    uint64_t *open = g_new0(uint64_t, (gsize)reals * virtuals);
    double worst = -1;
    for (struct connection *c = traffic_first(traffic); c; c = traffic_next(c))
        if (counts(c) && c->server >= 0)
            open[(gsize)c->virtual * reals + (gsize)c->server]++;
    for (guint i = 0; i < virtuals; i++)
        worst = MAX(worst, imbalance_of(scenario, i, open + (gsize)i * reals));
    g_free(open);
    return worst;
}

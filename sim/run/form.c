#include "sim/run/form.h"

#include "analysis/theory.h"
#include "core/ipvs_record.h"
#include "sim/network/link.h"
#include "sim/node/tcp.h"

#include <math.h>

static double seconds(nstime time)
{
    return (double)time / (double)NSTIME_S;
}

static const struct workload_spec *workload_of(const struct scenario *scenario)
{
    return g_ptr_array_index(scenario->workloads, 0);
}

static nstime one_way(const struct scenario *scenario, enum link_role role)
{
    return scenario->links[role].forward.delay;
}

/* From a client to its server and back, without what the server does. */
static nstime round_trip(const struct scenario *scenario)
{
    const struct link_spec *clients = &scenario->links[LINK_CLIENTS];
    const struct link_spec *servers = &scenario->links[LINK_SERVERS];
    return clients->forward.delay + servers->forward.delay + servers->reverse.delay
           + clients->reverse.delay;
}

/* The mean of the exponential part of a lifetime, seconds. */
static double wait_of(const struct scenario *scenario)
{
    return distribution_mean(&workload_of(scenario)->think_time) / (double)NSTIME_S;
}

static double servers_of(const struct scenario *scenario)
{
    return scenario->reals->len;
}

/* Both exchanges of a lifetime, seconds. */
static double exchanges_of(const struct scenario *scenario)
{
    const struct real_spec *real = g_ptr_array_index(scenario->reals, 0);
    double service = distribution_mean(&real->service_time);
    return 2 * (seconds(round_trip(scenario)) + service / (double)NSTIME_S);
}

/* ---- each form -------------------------------------------------------------------- */

/* Two exchanges with a wait between; the first is established one round trip after the start. */
static struct form_measure known(const struct scenario *scenario, const struct run_result *result)
{
    double exchanges = exchanges_of(scenario);
    struct theory_copies copies = { scenario->repeats, seconds(scenario->repeat_spacing) };
    double theory = theory_repeated_after_exchange(
        result->mean_loss, seconds(one_way(scenario, LINK_CLIENTS)), copies, exchanges,
        wait_of(scenario), seconds(result->failure - round_trip(scenario)));
    return (struct form_measure){ result->known, result->counted, theory };
}

/* ---- lifetimes of two exchanges and a wait of any law */

struct lifetimes {
    double exchanges; /* seconds of both */
    const struct distribution *wait;
};

/* Of the standard normal law, above x. */
static double normal_above(double x)
{
    return erfc(x / sqrt(2)) / 2;
}

static double wait_above(const struct distribution *wait, double x)
{
    double mean = wait->mean / (double)NSTIME_S;
    if (x <= 0)
        return 1;
    if (wait->kind == DISTRIBUTION_EXPONENTIAL)
        return exp(-x / mean);
    g_assert(wait->kind == DISTRIBUTION_LOGNORMAL);
    double sigma = wait->sigma; /* the mean is the value's, not its logarithm's */
    return normal_above((log(x / mean) + sigma * sigma / 2) / sigma);
}

static double lives_longer(const void *context, double age)
{
    const struct lifetimes *lifetimes = context;
    return wait_above(lifetimes->wait, age - lifetimes->exchanges);
}

/* A create leaves when its connection is replicate-after old for the active. */
static struct form_measure delayed(const struct scenario *scenario,
                                   const struct run_result *result)
{
    struct lifetimes lifetimes = { exchanges_of(scenario), &workload_of(scenario)->think_time };
    double theory = theory_known_surviving(
        result->mean_loss,
        seconds(one_way(scenario, LINK_CLIENTS) + scenario->replicate_after),
        seconds(result->failure - round_trip(scenario)), lives_longer, &lifetimes);
    return (struct form_measure){ result->known, result->counted, theory };
}

static struct form_measure ghost_rate(const struct scenario *scenario,
                                      const struct run_result *result)
{
    (void)scenario;
    return (struct form_measure){ result->ghosts, result->deletes_due,
                                  theory_ghost_rate(1, result->mean_loss) };
}

static struct form_measure ghost_known(const struct scenario *scenario,
                                       const struct run_result *result)
{
    return (struct form_measure){
        result->known, result->counted,
        theory_known_with_ghosts(result->mean_loss, 1 / servers_of(scenario)),
    };
}

static struct form_measure bytes(const struct scenario *scenario, const struct run_result *result)
{
    (void)scenario;
    uint64_t records = result->creates_due + result->deletes_due;
    return (struct form_measure){ result->replication_bytes,
                                  records * (uint64_t)(theory_patent_bytes() / 2), 1 };
}

static struct form_measure balanced_anew(const struct scenario *scenario,
                                         const struct run_result *result)
{
    struct form_measure form = { .theory = 1 / servers_of(scenario) };
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        bool unknown = state_counts(row->state) && !row->known;
        form.of += unknown;
        form.count += unknown && row->outcome == OUTCOME_SURVIVED;
    }
    return form;
}

/* The answer is one segment, so it had waited so long at its first progress: then its request
 * had left. It was sent again after one time-out, three, seven, until somebody served. */
static bool stalls_as_said(const struct scenario *scenario, const struct run_result *result,
                           const struct connection_row *row)
{
    nstime trip = round_trip(scenario);
    nstime served = result->takeover - one_way(scenario, LINK_CLIENTS);
    double said = theory_stall(seconds(row->waited - row->stall), seconds(served),
                               seconds(TCP_RTO_MIN + trip));
    double late = seconds(row->stall - trip) - said;
    return late > -seconds(trip) && late < seconds(trip);
}

/* Those whose request met nobody: what left so late that it was served at once shows nothing. */
static struct form_measure stall(const struct scenario *scenario, const struct run_result *result)
{
    struct form_measure form = { .theory = 1 };
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        bool waited = state_counts(row->state) && row->outcome == OUTCOME_SURVIVED
                      && row->waited > TCP_RTO_MIN;
        form.of += waited;
        form.count += waited && stalls_as_said(scenario, result, row);
    }
    return form;
}

static struct form_measure roof(const struct scenario *scenario, const struct run_result *result)
{
    const struct loss *loss = &scenario->links[LINK_REPLICATION].forward.loss;
    return (struct form_measure){
        result->protection->reachable, result->protection->all.seen,
        theory_roof(result->mean_loss, seconds(loss->outage_mean), wait_of(scenario)),
    };
}

/* Each connection has one record, of a request that comes at once, so that whoever is open and
 * not known is in a buffer. */
static struct form_measure buffered(const struct scenario *scenario,
                                    const struct run_result *result)
{
    const struct protection *protection = result->protection;
    unsigned room = (scenario->sync_maxlen - IPVS_HEADER_SIZE) / IPVS_RECORD_SIZE;
    return (struct form_measure){
        protection->all.seen - protection->all.known, (uint64_t)protection->instants * room,
        theory_buffered(workload_of(scenario)->rate, room) / room,
    };
}

static struct form_measure unexpired(const struct scenario *scenario,
                                     const struct run_result *result)
{
    return (struct form_measure){
        result->known, result->counted,
        theory_unexpired(seconds(workload_of(scenario)->keepalive.time),
                         seconds(scenario->sync_timeout), scenario->sync_period),
    };
}

static struct form_measure refreshed(const struct scenario *scenario,
                                     const struct run_result *result)
{
    double theory = theory_refreshed(
        result->mean_loss, seconds(one_way(scenario, LINK_CLIENTS)),
        (unsigned)(scenario->refresh_time / NSTIME_S), exchanges_of(scenario), wait_of(scenario),
        seconds(result->failure - round_trip(scenario)));
    return (struct form_measure){ result->known, result->counted, theory };
}

static struct form_measure asked_for(const struct scenario *scenario,
                                     const struct run_result *result)
{
    double trip = 2 * seconds(one_way(scenario, LINK_REPLICATION));
    double theory = theory_asked_for(result->mean_loss,
                                     seconds(one_way(scenario, LINK_CLIENTS)), trip,
                                     exchanges_of(scenario), wait_of(scenario));
    return (struct form_measure){ result->protection->all.known, result->protection->all.seen,
                                  theory };
}

/* A link that was full has lost packets of which no form knows. */
static bool lost_to_limits(const struct run_result *result)
{
    uint64_t lost = 0;
    for (unsigned role = 0; role < LINK_COUNT; role++)
        lost += result->lost_to_limit[role];
    return lost > 0;
}

void form_measure(const struct scenario *scenario, struct run_result *result)
{
    static struct form_measure (*const forms[FORM_COUNT])(const struct scenario *,
                                                          const struct run_result *) = {
        [FORM_KNOWN] = known,
        [FORM_GHOST_RATE] = ghost_rate,
        [FORM_GHOST_KNOWN] = ghost_known,
        [FORM_BYTES] = bytes,
        [FORM_BALANCED_ANEW] = balanced_anew,
        [FORM_STALL] = stall,
        [FORM_DELAYED] = delayed,
        [FORM_ROOF] = roof,
        [FORM_BUFFERED] = buffered,
        [FORM_UNEXPIRED] = unexpired,
        [FORM_REFRESHED] = refreshed,
        [FORM_ASKED_FOR] = asked_for,
    };
    if (scenario->form == FORM_NONE)
        return;
    result->form = forms[scenario->form](scenario, result);
    if (lost_to_limits(result))
        result->form.theory = -1;
}

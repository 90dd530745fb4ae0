/* The closed form that a scenario is made to meet, and whether it can. */
#include "sim/scenario/build.h"

#include "core/packet.h"
#include "core/settings.h"

static const struct workload_spec *first_workload(const struct scenario *scenario)
{
    return g_ptr_array_index(scenario->workloads, 0);
}

static bool asks_twice(const struct workload_spec *workload)
{
    return workload->arrivals == ARRIVAL_POISSON
           && workload->requests.kind == DISTRIBUTION_CONSTANT && workload->requests.mean >= 2
           && workload->requests.mean < 3;
}

/* Two exchanges, with an exponential wait between; the client closes behind the second. */
static bool lives_two_exchanges(const struct scenario *scenario)
{
    const struct workload_spec *workload = first_workload(scenario);
    return asks_twice(workload) && workload->think_time.kind == DISTRIBUTION_EXPONENTIAL;
}

/* The same with a wait that may be heavy-tailed. */
static bool lives_exchanges_and_a_wait(const struct scenario *scenario)
{
    const struct workload_spec *workload = first_workload(scenario);
    return lives_two_exchanges(scenario)
           || (asks_twice(workload) && workload->think_time.kind == DISTRIBUTION_LOGNORMAL);
}

/* UDP has no handshake: each unknown request is a first one. TCP's need the policy. */
static bool balances_anew(const struct scenario *scenario)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(scenario->virtuals, first_workload(scenario)->virtual);
    return virtual->protocol == PROTOCOL_UDP || (scenario->unknown & UNKNOWN_SCHEDULE) != 0;
}

static bool has_outages(const struct scenario *scenario)
{
    return scenario->links[LINK_REPLICATION].forward.loss.model == LOSS_OUTAGE
           && scenario->virtual_crashes.count > 0 && lives_two_exchanges(scenario);
}

/* One record each, at a rate, and none at its end. */
static bool fills_buffers(const struct scenario *scenario)
{
    return scenario->protocol == &replication_ipvs && scenario->virtual_crashes.count > 0
           && first_workload(scenario)->arrivals == ARRIVAL_POISSON;
}

static bool keeps_alive(const struct scenario *scenario)
{
    return scenario->protocol == &replication_ipvs && scenario->sync_period > 0
           && first_workload(scenario)->keepalive.probes > 0;
}

static bool is_refreshed(const struct scenario *scenario)
{
    return scenario->protocol == &replication_alarm && lives_two_exchanges(scenario);
}

/* One connection at a time, or nearly so. */
static bool is_alone(const struct scenario *scenario)
{
    const struct workload_spec *workload = first_workload(scenario);
    return scenario->protocol == &replication_ftfw && scenario->virtual_crashes.count > 0
           && workload->arrivals == ARRIVAL_CONSTANT
           && workload->think_time.kind == DISTRIBUTION_EXPONENTIAL;
}

/* What is missing, and what to write; NULL: nothing. */
static const char *missing(const struct scenario *scenario)
{
    switch (scenario->form) {
    case FORM_KNOWN:
        return lives_two_exchanges(scenario)
                   ? NULL
                   : "its lifetimes are two exchanges and an exponential wait (write "
                     "requests-per-connection = 2, think-time = TIME exponential and arrivals = "
                     "poisson N/s)";
    case FORM_DELAYED:
        return lives_exchanges_and_a_wait(scenario)
                   ? NULL
                   : "its lifetimes are two exchanges and a wait of a law that is known (write "
                     "requests-per-connection = 2, think-time = TIME exponential or TIME lognormal "
                     "SIGMA, and arrivals = poisson N/s)";
    case FORM_BALANCED_ANEW:
        return balances_anew(scenario)
                   ? NULL
                   : "only UDP's unknown are balanced anew (write a virtual address that ends "
                     "with :udp, or unknown-connection = schedule in [failover])";
    case FORM_ROOF:
        return has_outages(scenario)
                   ? NULL
                   : "it is about outages of the replication link, seen at virtual crashes by "
                     "exponential lifetimes (write loss = outage SHARE MEAN, virtual-crashes = N, "
                     "requests-per-connection = 2 and think-time = TIME exponential)";
    case FORM_BUFFERED:
        return fills_buffers(scenario)
                   ? NULL
                   : "it is about the buffers of ipvs, seen at virtual crashes (write protocol = "
                     "ipvs, arrivals = poisson N/s and virtual-crashes = N)";
    case FORM_UNEXPIRED:
        return keeps_alive(scenario)
                   ? NULL
                   : "it is about clients that keep alive, and packets that ipvs counts (write "
                     "protocol = ipvs, a sync-period and the workload's keepalive = TIME)";
    case FORM_REFRESHED:
        return is_refreshed(scenario)
                   ? NULL
                   : "it is about repeats of alarm, of lifetimes that are two exchanges and an "
                     "exponential wait (write protocol = alarm, requests-per-connection = 2, "
                     "think-time = TIME exponential and arrivals = poisson N/s)";
    case FORM_ASKED_FOR:
        return is_alone(scenario)
                   ? NULL
                   : "it is about connections of ftfw that are alone, seen at virtual crashes "
                     "(write protocol = ftfw, arrivals = constant N/s, think-time = TIME "
                     "exponential and virtual-crashes = N)";
    default:
        return NULL;
    }
}

void build_form(struct build *build, const struct draft_group *group)
{
    struct scenario *scenario = build->scenario;
    while (!build_is(build, group, "form", form_word(scenario->form))) {
        scenario->form++; /* the schema holds the words of FORM_LIST */
        g_assert(scenario->form < FORM_COUNT);
    }
    if (problems_any(build->problems) || scenario->workloads->len == 0)
        return;
    const char *remedy = missing(scenario);
    if (remedy)
        build_complain(build, build->problems, group, "form", "%s", remedy);
}

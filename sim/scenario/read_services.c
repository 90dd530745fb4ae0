/* What a workload speaks and who opens it: the keys that are for udp only, those that are
 * not for udp, and active FTP's, whose server must be seen as somebody. */
#include "core/packet.h"
#include "sim/scenario/build.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

static bool is_udp(const struct scenario *scenario, const struct workload_spec *workload)
{
    const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, workload->virtual);
    return virtual->protocol == PROTOCOL_UDP;
}

bool build_speaks_udp(const struct draft *draft, const struct draft_group *workload)
{
    const char *name = draft_value(draft, workload, "virtual");
    GPtrArray *virtuals = draft_list(draft, GROUP_VIRTUAL);
    const struct draft_group *asked = draft_find(draft, GROUP_VIRTUAL, name);
    if (strcmp(name, "auto") == 0 && virtuals->len > 0)
        asked = g_ptr_array_index(virtuals, 0);
    const char *address = asked == NULL ? NULL : draft_value(draft, asked, "address");
    g_ptr_array_free(virtuals, TRUE);
    return address != NULL && value_machine(address).protocol == PROTOCOL_UDP;
}

/* The waits double: 1, 2, 4 .. and so many as there are sendings. */
nstime build_patience(const struct scenario *scenario, const struct workload_spec *workload)
{
    if (scenario->virtuals->len == 0 || !is_udp(scenario, workload))
        return workload->application_timeout;
    nstime retries = workload->retry_time * ((INT64_C(2) << workload->retries) - 1);
    return MIN(retries, workload->application_timeout);
}

/* ---- udp */

static void check_size(struct build *build, const struct draft_group *group, const char *key,
                       const struct distribution *size, unsigned most, const char *what)
{
    if (distribution_mean(size) > most)
        build_complain(build, build->problems, group, key,
                       "more than %s, %u bytes (ask for less, or ask a [virtual NAME] of tcp)",
                       what, most);
}

static void warn_of_patience(struct build *build, const struct draft_group *group,
                             const struct workload_spec *workload)
{
    nstime detection = build_detection(build->scenario);
    nstime patience = build_patience(build->scenario, workload);
    if (patience >= detection || patience == workload->application_timeout)
        return; /* of the latter, others are warned too */
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)detection, text);
    build_complain(build, build->warnings, group, "retries",
                   "clients give up before a failure is detected, which takes up to %s (give more "
                   "retries or a longer retry-time, or a shorter hello-time)", text->str);
    g_string_free(text, TRUE);
}

static void check_udp(struct build *build, const struct draft_group *group,
                      const struct workload_spec *workload)
{
    if (workload->half_close)
        build_complain(build, build->problems, group, "half-close",
                       "udp has no half to close (remove it, or ask a [virtual NAME] of tcp)");
    if (workload->pushes)
        build_complain(build, build->problems, group, "push-time",
                       "over udp a server only answers (remove it, or ask a [virtual NAME] of "
                       "tcp)");
    if (workload->keepalive.probes > 0)
        build_complain(build, build->problems, group, "keepalive",
                       "udp has no connection to probe (remove it, or ask a [virtual NAME] of "
                       "tcp)");
    if (workload->arrivals == ARRIVAL_TRACE)
        build_complain(build, build->problems, group, "trace",
                       "a log is of connections, which udp has not (ask a [virtual NAME] of tcp)");
    check_size(build, group, "request-size", &workload->request_size, UDP_PAYLOAD,
               "one datagram holds");
    check_size(build, group, "response-size", &workload->response_size, UDP_ANSWER_MAX,
               "udp holds");
    if (!problems_any(build->problems))
        warn_of_patience(build, group, workload);
}

static void check_tcp(struct build *build, const struct draft_group *group)
{
    static const char *const keys[] = {"retry-time", "retries"};
    for (unsigned i = 0; i < G_N_ELEMENTS(keys); i++)
        if (draft_given(group, keys[i]) != NULL)
            build_complain(build, build->problems, group, keys[i],
                           "tcp repeats by itself (remove it, or ask a [virtual NAME] of udp)");
}

/* ---- opened by the server */

/* Each machine that may serve the connection beside which this one is opened. */
static void check_statics(struct build *build, const struct draft_group *group,
                          const struct workload_spec *workload, const struct draft_group *control,
                          const char *key)
{
    const struct virtual_spec *virtual =
        g_ptr_array_index(build->scenario->virtuals, workload->virtual);
    char **names = quantity_words(build_text(build, control, key));
    for (unsigned i = 0; names[i] != NULL && strcmp(names[i], "none") != 0; i++) {
        int number = build_lookup(build, GROUP_REAL, names[i], control, key);
        if (scenario_opener(build->scenario, (unsigned)number, workload->virtual) < 0)
            build_complain(build, build->problems, group, "opened-by",
                           "[real %s] opens nothing as [virtual %s] (write static = %s in a "
                           "[real NAME] of its IP)", names[i], virtual->name, virtual->name);
    }
    g_strfreev(names);
}

static void check_opener(struct build *build, const struct draft_group *group,
                         const struct workload_spec *workload)
{
    const struct scenario *scenario = build->scenario;
    if (workload->beside == 0) {
        build_complain(build, build->problems, group, "opened-by",
                       "no server knows its clients' ports (write beside = and the [workload "
                       "NAME] that announces them)");
        return;
    }
    const struct workload_spec *control =
        g_ptr_array_index(scenario->workloads, workload->beside - 1);
    if (is_udp(scenario, workload) || is_udp(scenario, control)) {
        build_complain(build, build->problems, group, "opened-by",
                       "ports are announced, and opened, over tcp (ask a [virtual NAME] of tcp)");
        return;
    }
    GPtrArray *virtuals = draft_list(build->draft, GROUP_VIRTUAL);
    const struct draft_group *asked = g_ptr_array_index(virtuals, control->virtual);
    check_statics(build, group, workload, asked, "bind");
    check_statics(build, group, workload, asked, "overflow-bind");
    g_ptr_array_free(virtuals, TRUE);
}

void build_services(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_WORKLOAD);
    bool sound = !problems_any(build->problems); /* of machines and workloads */
    for (unsigned i = 0; sound && i < groups->len; i++) {
        const struct draft_group *group = g_ptr_array_index(groups, i);
        const struct workload_spec *workload = g_ptr_array_index(build->scenario->workloads, i);
        if (is_udp(build->scenario, workload))
            check_udp(build, group, workload);
        else
            check_tcp(build, group);
        if (workload->opened_by_server)
            check_opener(build, group, workload);
    }
    g_ptr_array_free(groups, TRUE);
}

/* The timeline of faults: names looked up, times checked, circles refused. */
#include "core/packet.h"
#include "sim/scenario/build.h"
#include "sim/scenario/fault_line.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

static const char *const roles[] = {
    [TARGET_ACTIVE] = "active",
    [TARGET_STANDBY] = "standby",
    [TARGET_PRIMARY] = "primary",
    [TARGET_SECONDARY] = "secondary",
    [TARGET_SPARE] = "spare",
};

static void read_line(const char *value, struct fault_line *line)
{
    GString *canonical = g_string_new(NULL);
    char *problem = NULL;
    bool fine = fault_line_read(value, line, canonical, &problem);
    g_assert(fine);
    g_string_free(canonical, TRUE);
}

static int find_label(const struct build *build, const char *label)
{
    const GPtrArray *faults = build->scenario->faults;
    for (unsigned i = 0; i < faults->len; i++)
        if (strcmp(((const struct fault_spec *)g_ptr_array_index(faults, i))->label, label) == 0)
            return (int)i;
    return -1;
}

static void take_target(struct build *build, const struct draft_group *group,
                        struct fault_spec *fault, const char *whom)
{
    GPtrArray *known = g_ptr_array_new();
    const GPtrArray *units = build->scenario->units;
    unsigned role_count = G_N_ELEMENTS(roles) - (units->len < 3); /* spare is the last */
    for (unsigned i = TARGET_ACTIVE; i < role_count; i++) {
        g_ptr_array_add(known, (char *)roles[i]);
        if (strcmp(whom, roles[i]) == 0)
            fault->target = (enum fault_target)i;
    }
    bool found = fault->target != TARGET_UNIT;
    for (unsigned i = 0; i < units->len; i++) {
        const struct unit_spec *unit = g_ptr_array_index(units, i);
        g_ptr_array_add(known, unit->name);
        if (!found && strcmp(whom, unit->name) == 0) {
            fault->unit = i;
            found = true;
        }
    }
    if (!found) {
        char *hint = nearest_hint(whom, known);
        build_complain(build, build->problems, group, fault->label, "nobody is called %s%s", whom,
                       hint);
        g_free(hint);
    }
    g_ptr_array_free(known, TRUE);
}

static void take_link(struct build *build, const struct draft_group *group,
                      struct fault_spec *fault, const struct fault_line *line)
{
    int role = build_lookup(build, GROUP_LINK, line->subject, group, fault->label);
    char *problem = NULL;
    if (role < 0)
        return;
    fault->link = (enum link_role)role;
    const struct draft_group *link = draft_find(build->draft, GROUP_LINK, line->subject);
    if (!build_changed_link(build, link, line->key, line->value, &fault->changed, &problem))
        build_complain(build, build->problems, group, fault->label, "%s", problem);
    g_free(problem);
}

/* What an operator types, and what takes it back. */
static void take_drain(struct build *build, const struct draft_group *group,
                       struct fault_spec *fault, const char *server)
{
    const struct draft_group *real = draft_find(build->draft, GROUP_REAL, server);
    const char *id = real != NULL ? build_text(build, real, "address") : NULL;
    fault->target = TARGET_ACTIVE;
    fault->real = (unsigned)MAX(0, build_lookup(build, GROUP_REAL, server, group, fault->label));
    if (id == NULL)
        return;
    bool drains = fault->action == FAULT_DRAIN;
    char *none = g_strdup_printf("weight %s 0", id);
    char *own = g_strdup_printf("weight %s %s", id, build_text(build, real, "weight"));
    fault->command = drains ? none : own;
    fault->undo = drains ? own : none;
}

/* Its addresses must be nobody's, or somebody would answer. */
static void check_flood_network(struct build *build, const struct draft_group *group,
                                const struct fault_spec *fault)
{
    const struct network flood = { FLOOD_NETWORK, FLOOD_PREFIX };
    for (unsigned i = 0; i < build->scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(build->scenario->workloads, i);
        struct network theirs = { workload->client_network, workload->client_prefix };
        if (network_overlaps(flood, theirs))
            build_complain(build, build->problems, group, fault->label,
                           "its packets come from 100.64.0.0/10, where [workload %s] has its "
                           "clients (give these another client-network)", workload->name);
    }
}

static void take_flood(struct build *build, const struct draft_group *group,
                       struct fault_spec *fault, const char *name)
{
    int found = build_lookup(build, GROUP_VIRTUAL, name, group, fault->label);
    fault->virtual = (unsigned)MAX(0, found);
    if (found < 0 || fault->virtual >= build->scenario->virtuals->len)
        return;
    const struct virtual_spec *virtual =
        g_ptr_array_index(build->scenario->virtuals, fault->virtual);
    if (virtual->protocol != PROTOCOL_TCP)
        build_complain(build, build->problems, group, fault->label,
                       "[virtual %s] speaks udp, which has no SYN (name one of tcp)", name);
    check_flood_network(build, group, fault);
}

/* Whom or what it hits. */
static void take_subject(struct build *build, const struct draft_group *group,
                         struct fault_spec *fault, const struct fault_line *line)
{
    switch (line->action) {
    case FAULT_LINK:
        take_link(build, group, fault, line);
        break;
    case FAULT_FAIL:
    case FAULT_RECOVER:
        fault->real = (unsigned)MAX(0, build_lookup(build, GROUP_REAL, line->subject, group,
                                                    fault->label));
        break;
    case FAULT_DRAIN:
    case FAULT_UNDRAIN:
        take_drain(build, group, fault, line->subject);
        break;
    case FAULT_CABLE:
        break;
    case FAULT_FLOOD:
        take_flood(build, group, fault, line->subject);
        break;
    default:
        take_target(build, group, fault, line->subject);
        break;
    }
}

static void take_fault(struct build *build, const struct draft_group *group,
                       const struct draft_entry *entry)
{
    struct fault_line line;
    struct fault_spec *fault = g_new0(struct fault_spec, 1);
    read_line(entry->value, &line);
    *fault = (struct fault_spec){
        .label = g_strdup(entry->name),
        .when = line.when,
        .at = line.at,
        .lasts = line.lasts,
        .spread = line.spread,
        .action = line.action,
        .target = TARGET_UNIT,
        .command = line.action == FAULT_COMMAND ? g_strdup(line.value) : NULL,
        .interface = line.interface,
        .unnoticed = line.unnoticed,
        .ways = line.ways,
        .rate = line.rate,
        .acks = line.acks,
        .share = line.share,
        .text = g_strdup(line.text),
    };
    g_ptr_array_add(build->scenario->faults, fault);
    if (strcmp(entry->name, FAULT_TAKEOVER) == 0)
        build_complain(build, build->problems, group, fault->label,
                       "\"after takeover\" means the takeover itself (choose another label)");
    take_subject(build, group, fault, &line);
    fault_line_clear(&line);
}

static void unknown_label(struct build *build, const struct draft_group *group, const char *name,
                          const char *label)
{
    GPtrArray *known = g_ptr_array_new();
    for (unsigned i = 0; i < build->scenario->faults->len; i++)
        g_ptr_array_add(known, ((struct fault_spec *)g_ptr_array_index(build->scenario->faults,
                                                                       i))->label);
    char *hint = nearest_hint(label, known);
    build_complain(build, build->problems, group, name, "no fault has the label %s%s", label, hint);
    g_free(hint);
    g_ptr_array_free(known, TRUE);
}

/* Resolve "after LABEL"; an unknown label makes the fault one of its own. */
static void take_after(struct build *build, const struct draft_group *group, unsigned number)
{
    struct fault_spec *fault = g_ptr_array_index(build->scenario->faults, number);
    struct fault_line line;
    if (fault->when != FAULT_AFTER)
        return;
    read_line(draft_given(group, fault->label)->value, &line);
    fault->after = find_label(build, line.after);
    if (fault->after < 0) {
        unknown_label(build, group, fault->label, line.after);
        fault->when = FAULT_AT;
    }
    fault_line_clear(&line);
}

/* Follow "after" to its root; a walk longer than all faults goes round in a circle. */
static void check_circle(struct build *build, const struct draft_group *group, unsigned number)
{
    const GPtrArray *faults = build->scenario->faults;
    struct fault_spec *first = g_ptr_array_index(faults, number);
    const struct fault_spec *fault = first;
    for (unsigned step = 0; fault->when == FAULT_AFTER; step++) {
        if (step == faults->len) {
            build_complain(build, build->problems, group, first->label,
                           "waits for itself in a circle (let one of them be at TIME)");
            first->when = FAULT_AT;
            return;
        }
        fault = g_ptr_array_index(faults, (unsigned)fault->after);
    }
}

/* When a fault begins in the middle of its spreads, and how much later at most. When a
 * takeover will be is not known: it is left out. */
static nstime nominal_begin(const GPtrArray *faults, const struct fault_spec *fault,
                            nstime *latest)
{
    nstime begin = 0;
    *latest = 0;
    for (;; fault = g_ptr_array_index(faults, (unsigned)fault->after)) {
        begin += fault->at;
        *latest += fault->at + fault->spread;
        if (fault->when != FAULT_AFTER)
            return begin;
    }
}

/* Does it hang on the takeover, perhaps by other faults? */
static bool waits_for_takeover(const GPtrArray *faults, const struct fault_spec *fault)
{
    while (fault->when == FAULT_AFTER)
        fault = g_ptr_array_index(faults, (unsigned)fault->after);
    return fault->when == FAULT_AFTER_TAKEOVER;
}

static void check_times(struct build *build, const struct draft_group *group,
                        const struct fault_spec *fault)
{
    nstime latest, duration = build->scenario->duration;
    nominal_begin(build->scenario->faults, fault, &latest);
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)duration, text);
    if (fault->spread > fault->at)
        build_complain(build, build->problems, group, fault->label,
                       "the spread is larger than the time before it");
    if (latest >= duration)
        build_complain(build, build->problems, group, fault->label,
                       "comes after the end: every fault begins before duration = %s (make "
                       "duration longer, or the fault earlier)", text->str);
    else if (fault->lasts != NSTIME_NEVER && latest + fault->lasts > duration)
        build_complain(build, build->problems, group, fault->label,
                       "ends after the end: every fault is over at duration = %s (make duration "
                       "longer, or the fault shorter)", text->str);
    g_string_free(text, TRUE);
}

static bool is_failure(const struct fault_spec *fault)
{
    return fault->action == FAULT_CRASH || fault->action == FAULT_FREEZE
           || fault->action == FAULT_SWITCHOVER || fault->action == FAULT_POWER;
}

/* Whose instant may decide: the user knows what it does, and names it. What only mends, or
 * makes a link worse, does not. */
static bool measurable(const struct fault_spec *fault)
{
    switch (fault->action) {
    case FAULT_RESTART:
    case FAULT_RECOVER:
    case FAULT_UNDRAIN:
    case FAULT_FLOOD:
        return false;
    case FAULT_LINK:
        return fault->changed.forward.down || fault->changed.reverse.down;
    default:
        return true;
    }
}

/* The first crash, freeze, loss of power or switchover in time; of equals the first in the
 * file. What comes after the takeover has another before it. */
static int first_failure(const GPtrArray *faults)
{
    int first = -1;
    nstime earliest = NSTIME_NEVER, latest;
    for (unsigned i = 0; i < faults->len; i++) {
        const struct fault_spec *fault = g_ptr_array_index(faults, i);
        nstime begin = nominal_begin(faults, fault, &latest);
        if (is_failure(fault) && begin < earliest && !waits_for_takeover(faults, fault)) {
            earliest = begin;
            first = (int)i;
        }
    }
    return first;
}

static void take_measure(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_SCENARIO, NULL);
    const char *label = build_text(build, group, "measure");
    struct scenario *scenario = build->scenario;
    scenario->measure = -1;
    if (strcmp(label, "auto") == 0)
        scenario->measure = first_failure(scenario->faults);
    scenario->measure_preempt = strcmp(label, "preempt") == 0;
    if (strcmp(label, "auto") == 0 || strcmp(label, "none") == 0 || scenario->measure_preempt)
        return;
    scenario->measure = find_label(build, label);
    if (scenario->measure < 0) {
        unknown_label(build, group, "measure", label);
        return;
    }
    const struct fault_spec *fault =
        g_ptr_array_index(scenario->faults, (unsigned)scenario->measure);
    if (!measurable(fault))
        build_complain(build, build->problems, group, "measure",
                       "takes nothing away (name a crash, freeze, loss of power, interface or "
                       "link down, cable pulled, fail, drain, switchover or command)");
    else if (waits_for_takeover(scenario->faults, fault))
        build_complain(build, build->problems, group, "measure",
                       "waits for the takeover from the measured fault (name one that comes at a "
                       "time)");
}

/* A takeover needs a fault to be one from. */
static void check_takeovers(struct build *build, const struct draft_group *group)
{
    const struct scenario *scenario = build->scenario;
    for (unsigned i = 0; i < scenario->faults->len; i++) {
        const struct fault_spec *fault = g_ptr_array_index(scenario->faults, i);
        if (fault->when == FAULT_AFTER_TAKEOVER && scenario->measure < 0
            && !scenario->measure_preempt)
            build_complain(build, build->problems, group, fault->label,
                           "nothing fails that another unit could take over from (add a crash, "
                           "or name a fault in measure = of [scenario])");
    }
}

void build_faults(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_FAULTS, NULL);
    GPtrArray *faults = build->scenario->faults;
    for (unsigned i = 0; i < group->entries->len; i++) {
        const struct draft_entry *entry = g_ptr_array_index(group->entries, i);
        if (entry->value != NULL)
            take_fault(build, group, entry);
    }
    for (unsigned i = 0; i < faults->len; i++)
        take_after(build, group, i);
    for (unsigned i = 0; i < faults->len; i++)
        check_circle(build, group, i);
    for (unsigned i = 0; i < faults->len; i++)
        check_times(build, group, g_ptr_array_index(faults, i));
    take_measure(build);
    check_takeovers(build, group);
}

#include "sim/scenario/build.h"

#include "core/settings.h"

#include "sim/scenario/nearest.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/random_value.h"
#include "sim/scenario/value.h"

#include <string.h>

/* TCP's 15 retries take 924.6 s at least, and its 120 s steps up to 1,500 s. */
/* 15 retries of data end after 15 to 20 minutes, by the first RTO; on a link that loses
 * half of all packets they begin anew several times before all is decided. */
#define TCP_END (120 * NSTIME_MIN)

const char *build_text(const struct build *build, const struct draft_group *group,
                       const char *name)
{
    return draft_value(build->draft, group, name);
}

nstime build_time(const struct build *build, const struct draft_group *group, const char *name)
{
    return value_time(build_text(build, group, name));
}

uint64_t build_count(const struct build *build, const struct draft_group *group, const char *name)
{
    return value_count(build_text(build, group, name));
}

bool build_yes(const struct build *build, const struct draft_group *group, const char *name)
{
    return value_yes(build_text(build, group, name));
}

bool build_is(const struct build *build, const struct draft_group *group, const char *name,
              const char *word)
{
    return strcmp(build_text(build, group, name), word) == 0;
}

/* Where a value came from, as a message begins: "[real r1] weight = x". */
static char *describe(const struct draft_group *group, const char *name,
                      const struct draft_entry *entry)
{
    if (entry == NULL || entry->value == NULL)
        return g_strdup_printf("[%s] %s", group->title, name);
    char *dotted = draft_dotted(entry->group);
    char *about;
    if (entry->origin.kind == ORIGIN_SET)
        about = g_strdup_printf("--set %s.%s=%s", dotted, entry->name, entry->value);
    else if (entry->origin.kind == ORIGIN_SWEEP)
        about = g_strdup_printf("[sweep] %s.%s = %s", dotted, entry->name, entry->value);
    else if (entry->origin.kind == ORIGIN_VARIANT)
        about = g_strdup_printf("[variant] %s.%s = %s", dotted, entry->name, entry->value);
    else
        about = g_strdup_printf("[%s] %s = %s", entry->group->title, entry->name, entry->value);
    g_free(dotted);
    return about;
}

void build_complain(const struct build *build, struct problems *list,
                    const struct draft_group *group, const char *name, const char *format, ...)
{
    const struct draft_entry *entry = draft_deciding(build->draft, group, name);
    struct origin origin = {ORIGIN_FILE, group->line};
    if (entry != NULL)
        origin = entry->origin;
    va_list arguments;
    va_start(arguments, format);
    char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    char *about = describe(group, name, entry);
    problems_add(list, origin, about, what);
    g_free(about);
    g_free(what);
}

char *build_place(const struct build *build, const struct draft_group *group, const char *name)
{
    const struct draft_entry *entry = draft_deciding(build->draft, group, name);
    char *about = describe(group, name, entry);
    bool in_file = entry != NULL && entry->origin.kind != ORIGIN_SET;
    char *place = in_file ? g_strdup_printf("%s:%u: %s", build->scenario->file,
                                            entry->origin.line, about)
                          : g_strdup(about);
    g_free(about);
    return place;
}

void build_random(struct build *build, const struct draft_group *group, const char *name,
                  struct distribution *distribution)
{
    const struct schema_key *key = schema_key(group->kind, name);
    GString *canonical = g_string_new(NULL);
    char *file = NULL, *problem = NULL;
    bool fine = random_value_read(key->type, build_text(build, group, name), distribution, &file,
                                  canonical, &problem);
    g_assert(fine); /* the draft holds sound values only */
    g_string_free(canonical, TRUE);
    if (file == NULL)
        return;
    GError *error = NULL;
    const struct distribution *table = sources_distribution(build->sources, key->type, file,
                                                            &error);
    *distribution = table == NULL ? distribution_constant(1) : distribution_copy(table);
    if (table == NULL)
        build_complain(build, build->problems, group, name, "%s", error->message);
    g_clear_error(&error);
    g_free(file);
}

int build_lookup(const struct build *build, enum group_kind kind, const char *wanted,
                 const struct draft_group *group, const char *name)
{
    GPtrArray *groups = draft_list(build->draft, kind);
    GPtrArray *known = g_ptr_array_new();
    int found = -1;
    for (unsigned i = 0; i < groups->len; i++) {
        const struct draft_group *candidate = g_ptr_array_index(groups, i);
        g_ptr_array_add(known, candidate->name);
        if (strcmp(candidate->name, wanted) == 0)
            found = (int)i;
    }
    if (found < 0) {
        char *hint = nearest_hint(wanted, known);
        build_complain(build, build->problems, group, name, "no [%s %s] in this file%s",
                       schema_group(kind)->word, wanted, hint);
        g_free(hint);
    }
    g_ptr_array_free(known, TRUE);
    g_ptr_array_free(groups, TRUE);
    return found;
}

static void take_scenario(struct build *build, const struct draft_group *group)
{
    struct scenario *scenario = build->scenario;
    const char *title = build_text(build, group, "title");
    scenario->title = g_strdup(*title == '\0' ? scenario->name : title);
    scenario->duration = build_time(build, group, "duration");
    scenario->roll_call = build_is(build, group, "roll-call", "no")       ? ROLL_CALL_NO
                          : build_is(build, group, "roll-call", "server") ? ROLL_CALL_SERVER
                                                                          : ROLL_CALL_CLIENT;
    scenario->seed = build_count(build, group, "seed");
    scenario->repetitions = (uint32_t)build_count(build, group, "repetitions");
}

static void take_output(struct build *build, const struct draft_group *group)
{
    struct scenario *scenario = build->scenario;
    const char *directory = build_text(build, group, "directory");
    const char *tables = build_text(build, group, "tables");
    scenario->output_directory = strcmp(directory, "auto") == 0
                                     ? g_strconcat("results/", scenario->name, NULL)
                                     : g_strdup(directory);
    scenario->tables = TABLE_RUNS;
    if (strstr(tables, "connections") != NULL)
        scenario->tables |= TABLE_CONNECTIONS;
    if (strstr(tables, "events") != NULL)
        scenario->tables |= TABLE_EVENTS;
    if (strstr(tables, "protection") != NULL)
        scenario->tables |= TABLE_PROTECTION;
    if (strstr(tables, "samples") != NULL)
        scenario->tables |= TABLE_SAMPLES;
    scenario->confidence = value_confidence(build_text(build, group, "confidence"));
}

/* What the roll call may need: TCP's own end, and an application's patience twice, with
 * the request before the roll call's and with that one. */
static nstime longest_decision(const struct scenario *scenario)
{
    nstime patience = 0;
    for (unsigned i = 0; i < scenario->workloads->len; i++) {
        nstime theirs = build_patience(scenario, g_ptr_array_index(scenario->workloads, i));
        if (theirs != NSTIME_NEVER)
            patience = MAX(patience, theirs);
    }
    return TCP_END + 2 * patience;
}

/* drain = auto: long enough that nothing stays undecided. The run ends with the last
 * decision, so that a long drain costs nothing. */
static void take_drain(struct build *build, const struct draft_group *group)
{
    struct scenario *scenario = build->scenario;
    nstime longest = longest_decision(scenario);
    nstime given = build_time(build, group, "drain");
    scenario->drain = given == NSTIME_NEVER ? longest : given;
    if (scenario->drain < longest)
        build_complain(build, build->warnings, group, "drain",
                       "shorter than a client's patience: what is undecided then is counted as "
                       "censored (write auto)");
}

/* There is a twin where there is a failure to remove. */
static void take_twin(struct build *build, const struct draft_group *group)
{
    struct scenario *scenario = build->scenario;
    bool possible = scenario->measure >= 0;
    scenario->twin = possible && build_is(build, group, "twin", "yes");
    scenario->twin_of_one = possible && !build_is(build, group, "twin", "no");
    if (possible || !build_is(build, group, "twin", "yes"))
        return;
    build_complain(build, build->problems, group, "twin",
                   scenario->measure_preempt
                       ? "a preemption is the directors' own doing and cannot be taken away "
                         "(measure a fault, or write twin = no)"
                       : "there is no measured fault to take away (add a crash under [faults], "
                         "name one with measure, or write twin = no)");
}

static void warn_of_patience(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_WORKLOAD);
    nstime least = 2 * build_detection(build->scenario);
    GString *text = g_string_new(NULL);
    quantity_print(QUANTITY_TIME, (uint64_t)least, text);
    for (unsigned i = 0; i < build->scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(build->scenario->workloads, i);
        if (workload->application_timeout < least)
            build_complain(build, build->warnings, g_ptr_array_index(groups, i),
                           "application-timeout",
                           "shorter than twice the longest detection of a failure, %s: TCP's "
                           "back-off may wait as long again, so clients give up although all went "
                           "well (make it longer, or hello-time shorter)", text->str);
    }
    g_string_free(text, TRUE);
    g_ptr_array_free(groups, TRUE);
}

static void warn_of_replication(struct build *build)
{
    const struct scenario *scenario = build->scenario;
    if ((scenario->unknown & ~(unsigned)UNKNOWN_RESET) != UNKNOWN_DROP)
        return;
    for (unsigned i = 0; i < scenario->virtuals->len; i++)
        if (((const struct virtual_spec *)g_ptr_array_index(scenario->virtuals, i))->replicate)
            return;
    problems_add(build->warnings, (struct origin){ORIGIN_FILE, 0}, NULL,
                 "no virtual is replicated: no connection can survive a takeover (write "
                 "replicate = yes in [virtual NAME])");
}

void build_scenario(struct build *build)
{
    const struct draft_group *group = draft_find(build->draft, GROUP_SCENARIO, NULL);
    take_scenario(build, group);
    take_output(build, draft_find(build->draft, GROUP_OUTPUT, NULL));
    build_machines(build);
    build_ipvs(build);
    build_budgets(build);
    build_paths(build);
    build_unknown(build);
    build_garp(build);
    build_check_binds(build);
    build_links(build);
    build_workloads(build);
    build_services(build);
    build_ports(build);
    build_faults(build);
    take_twin(build, group);
    build_path_faults(build);
    build_expectations(build);
    build_virtual_crashes(build);
    build_form(build, group);
    take_drain(build, group);
    build_commands(build);
    build_check_commands(build);
    build_check_unknown(build);
    warn_of_patience(build);
    warn_of_replication(build);
}

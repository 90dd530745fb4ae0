#include "sim/scenario/scenario.h"

#include "core/event.h"
#include "sim/scenario/build.h"
#include "sim/scenario/expand.h"
#include "sim/scenario/fate_list.h"
#include "sim/scenario/keyfile.h"
#include "sim/scenario/read_file.h"
#include "sim/scenario/show.h"
#include "sim/scenario/variant.h"

#include <string.h>

struct scenario_file {
    char *path;
    char *name;
    char *text_sha256;
    struct draft *draft;
    struct expand *expand;
    struct sources *sources;
};

/* What is found on the way: three lists of different weight. */
struct findings {
    struct problems *problems;
    struct problems *warnings;
    struct problems *notes;
};

/* ---- one scenario */

static void unit_free(void *data)
{
    struct unit_spec *unit = data;
    g_free(unit->name);
    g_free(unit->command);
    g_free(unit);
}

static void virtual_free(void *data)
{
    struct virtual_spec *virtual = data;
    g_free(virtual->name);
    g_free(virtual->bound);
    g_free(virtual);
}

static void real_free(void *data)
{
    struct real_spec *real = data;
    distribution_clear(&real->service_time);
    g_free(real->name);
    g_free(real);
}

static void workload_free(void *data)
{
    struct workload_spec *workload = data;
    distribution_clear(&workload->requests);
    distribution_clear(&workload->request_size);
    distribution_clear(&workload->response_size);
    distribution_clear(&workload->think_time);
    distribution_clear(&workload->push_time);
    distribution_clear(&workload->push_size);
    g_free(workload->name);
    g_free(workload->trace);
    g_free(workload->trace_summary);
    g_free(workload);
}

static void fault_free(void *data)
{
    struct fault_spec *fault = data;
    g_free(fault->label);
    g_free(fault->text);
    g_free(fault->command);
    g_free(fault->undo);
    g_free(fault);
}

static struct scenario *scenario_new(const struct scenario_file *file)
{
    struct scenario *scenario = g_new0(struct scenario, 1);
    scenario->file = g_strdup(file->path);
    scenario->name = g_strdup(file->name);
    scenario->text_sha256 = g_strdup(file->text_sha256);
    scenario->units = g_ptr_array_new_with_free_func(unit_free);
    scenario->virtuals = g_ptr_array_new_with_free_func(virtual_free);
    scenario->reals = g_ptr_array_new_with_free_func(real_free);
    scenario->workloads = g_ptr_array_new_with_free_func(workload_free);
    scenario->faults = g_ptr_array_new_with_free_func(fault_free);
    scenario->commands = g_ptr_array_new_with_free_func(g_free);
    scenario->expectations = build_expectations_new();
    scenario->fates = g_array_new(FALSE, FALSE, sizeof(struct chosen_fate));
    return scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    g_ptr_array_free(scenario->units, TRUE);
    g_ptr_array_free(scenario->virtuals, TRUE);
    g_ptr_array_free(scenario->reals, TRUE);
    g_ptr_array_free(scenario->workloads, TRUE);
    g_ptr_array_free(scenario->faults, TRUE);
    g_ptr_array_free(scenario->commands, TRUE);
    g_ptr_array_free(scenario->expectations, TRUE);
    g_array_free(scenario->fates, TRUE);
    g_free(scenario->file);
    g_free(scenario->name);
    g_free(scenario->title);
    g_free(scenario->text_sha256);
    g_free(scenario->detector);
    g_free(scenario->output_directory);
    g_free(scenario);
}

/* ---- the file */

static char *name_of(const char *path)
{
    if (strcmp(path, "-") == 0)
        return g_strdup("stdin");
    char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');
    if (dot != NULL && dot != name)
        *dot = '\0';
    return name;
}

/* Of the bytes of the file and the overrides in the order given. */
static char *digest(const char *text, size_t length, const struct override *overrides, size_t count)
{
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)text, (gssize)length);
    for (size_t i = 0; i < count; i++) {
        char *line = g_strdup_printf("\n--set %s=%s", overrides[i].key, overrides[i].value);
        g_checksum_update(checksum, (const guchar *)line, (gssize)strlen(line));
        g_free(line);
    }
    char *hex = g_strdup(g_checksum_get_string(checksum));
    g_checksum_free(checksum);
    return hex;
}

static struct scenario *build_point(const struct scenario_file *file, const struct draft *draft,
                                    const struct findings *findings)
{
    struct build build = {
        .draft = draft,
        .sources = file->sources,
        .scenario = scenario_new(file),
        .problems = findings->problems,
        .warnings = findings->warnings,
        .notes = findings->notes,
    };
    build_scenario(&build);
    return build.scenario;
}

static struct scenario *make_point(const struct scenario_file *file, unsigned point, bool swept,
                                   const struct findings *findings)
{
    if (!swept)
        return build_point(file, file->draft, findings);
    struct draft *draft = draft_copy(file->draft);
    expand_apply(file->expand, point, draft);
    struct scenario *scenario = build_point(file, draft, findings);
    draft_free(draft);
    return scenario;
}

/* "run" takes the file as it stands, "sweep" its points: all must be sound. */
static void check_points(const struct scenario_file *file, const struct findings *findings)
{
    scenario_free(make_point(file, 0, false, findings));
    if (expand_axes(file->expand) == 0)
        return;
    for (unsigned point = 0; point < expand_points(file->expand); point++)
        scenario_free(make_point(file, point, true, findings));
}

static void parse(struct scenario_file *file, const char *text, const struct override *overrides,
                  size_t count, const struct findings *findings)
{
    GPtrArray *groups = keyfile_parse(text, findings->problems);
    file->draft = draft_new();
    read_file(groups, file->draft, findings->problems);
    read_units(file->draft);
    read_overrides(overrides, count, file->draft, findings->problems);
    variants_read(file->draft, findings->problems);
    file->expand = expand_new(file->draft, findings->problems);
    g_ptr_array_free(groups, TRUE);
    if (expand_points(file->expand) <= EXPAND_POINTS_MAX)
        check_points(file, findings);
}

/* Move a list's lines into an array of texts. */
static void hand_over(struct problems *list, const char *prefix, GPtrArray *texts)
{
    if (texts == NULL || !problems_any(list))
        return;
    char *all = problems_text(list);
    char **lines = g_strsplit(all, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        g_ptr_array_add(texts, g_strconcat(prefix, lines[i], NULL));
    g_strfreev(lines);
    g_free(all);
}

static struct findings findings_new(const char *path)
{
    return (struct findings){problems_new(path), problems_new(path), problems_new(path)};
}

static void findings_clear(struct findings *findings)
{
    problems_free(findings->problems);
    problems_free(findings->warnings);
    problems_free(findings->notes);
}

struct scenario_file *scenario_file_read(const char *path, const struct override *overrides,
                                         size_t override_count, GPtrArray *warnings,
                                         GError **error)
{
    size_t length;
    char *text = keyfile_load(path, &length, error);
    if (text == NULL)
        return NULL;
    struct findings findings = findings_new(path);
    struct scenario_file *file = g_new0(struct scenario_file, 1);
    file->path = g_strdup(path);
    file->name = name_of(path);
    file->text_sha256 = digest(text, length, overrides, override_count);
    file->sources = sources_new(path);
    parse(file, text, overrides, override_count, &findings);
    if (problems_any(findings.problems)) {
        char *all = problems_text(findings.problems);
        g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, all);
        g_free(all);
        g_clear_pointer(&file, scenario_file_free);
    } else {
        hand_over(findings.warnings, "", warnings);
        hand_over(findings.notes, "note: ", warnings);
    }
    findings_clear(&findings);
    g_free(text);
    return file;
}

void scenario_file_free(struct scenario_file *file)
{
    if (file == NULL)
        return;
    sources_free(file->sources);
    expand_free(file->expand);
    draft_free(file->draft);
    g_free(file->path);
    g_free(file->name);
    g_free(file->text_sha256);
    g_free(file);
}

const char *interface_word(unsigned interface)
{
    static const char *const words[] = {[INTERFACE_PEER] = "peer",
                                        [INTERFACE_OUTSIDE] = "outside",
                                        [INTERFACE_INSIDE] = "inside"};
    g_assert(interface < G_N_ELEMENTS(words));
    return words[interface];
}

const char *link_role_word(enum link_role role)
{
    static const char *const words[LINK_COUNT] = {
        [LINK_CLIENTS] = "clients",
        [LINK_SERVERS] = "servers",
        [LINK_REPLICATION] = "replication",
        [LINK_HELLO] = "hello",
        [LINK_SERIAL] = "serial",
    };
    g_assert(role < LINK_COUNT);
    return words[role];
}

unsigned scenario_file_points(const struct scenario_file *file)
{
    return expand_points(file->expand);
}

unsigned scenario_file_axes(const struct scenario_file *file)
{
    return expand_axes(file->expand);
}

const struct sweep_axis *scenario_file_axis(const struct scenario_file *file, unsigned axis)
{
    return expand_axis(file->expand, axis);
}

const char *scenario_file_value(const struct scenario_file *file, unsigned point, unsigned axis)
{
    return expand_value(file->expand, point, axis);
}

int scenario_file_axis_of(const struct scenario_file *file, const char *key)
{
    return expand_axis_of(file->expand, key);
}

GPtrArray *scenario_file_settings(const struct scenario_file *file, unsigned point)
{
    return expand_settings(file->expand, point);
}

struct scenario *scenario_file_point(const struct scenario_file *file, unsigned point, bool swept)
{
    g_assert(!swept || point < expand_points(file->expand));
    struct findings findings = findings_new(file->path);
    struct scenario *scenario = make_point(file, point, swept, &findings);
    g_assert(!problems_any(findings.problems));
    findings_clear(&findings);
    scenario->points = swept ? expand_points(file->expand) : 1;
    return scenario;
}

static void derive(GHashTable *derived, const struct scenario_file *file, unsigned point,
                   bool swept)
{
    struct scenario *scenario = scenario_file_point(file, point, swept);
    show_derive(derived, scenario);
    scenario_free(scenario);
}

char *scenario_file_show(const struct scenario_file *file)
{
    GHashTable *derived = show_derived_new();
    derive(derived, file, 0, false);
    for (unsigned point = 0; point < expand_points(file->expand); point++)
        derive(derived, file, point, true);
    char *text = show_scenario(file->draft, file->expand, derived);
    g_hash_table_destroy(derived);
    return text;
}

int scenario_opener(const struct scenario *scenario, unsigned number, unsigned virtual)
{
    const struct real_spec *real = g_ptr_array_index(scenario->reals, number);
    for (unsigned i = 0; i < scenario->reals->len; i++) {
        const struct real_spec *other = g_ptr_array_index(scenario->reals, i);
        if (other->ip == real->ip && other->seen_as == virtual + 1)
            return (int)i;
    }
    return -1;
}

const char *scenario_designed(const struct scenario *scenario)
{
    if (scenario->measure < 0)
        return NULL;
    const struct fault_spec *measured =
        g_ptr_array_index(scenario->faults, (guint)scenario->measure);
    if (scenario->hello_phase != NSTIME_NEVER && measured->spread == 0)
        return "the failure stands at a chosen phase of the hellos";
    return NULL;
}

bool scenario_throttled(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->units->len; i++)
        if (((const struct unit_spec *)g_ptr_array_index(scenario->units, i))->capacity > 0)
            return true;
    return scenario->budgets.send > 0 || scenario->budgets.receive > 0;
}

char *scenario_list_keys(void)
{
    return show_keys();
}

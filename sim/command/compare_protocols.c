/* compare-protocols: a scenario with each protocol, same seeds, in one table. */
#include "sim/command/campaign.h"
#include "sim/command/difference.h"
#include "sim/command/protocol_table.h"
#include "sim/scenario/nearest.h"

#include <string.h>

#define PROTOCOL_KEY "replication.protocol"
#define LIST_MAX 10

struct protocols_options {
    struct study study;
    struct campaign_options campaign;
    char *protocols, *list_text;
};

/* What a campaign of protocols reports from. */
struct comparison_report {
    struct campaign campaign;
    unsigned axis;
    struct difference *difference; /* between two; NULL: there are more, or one */
};

static void see(void *context, const struct run_result *outcome)
{
    difference_see(((struct comparison_report *)context)->difference, outcome);
}

static bool report(void *context, GString *text, const char *summary, GError **error)
{
    const struct comparison_report *comparison = context;
    const struct scenario *base = g_ptr_array_index(comparison->campaign.scenarios, 0);

    if (!protocol_table_print(text, summary, comparison->axis, base->confidence, error)) {
        return false;
    }
    if (comparison->difference != NULL) {
        difference_print(comparison->difference, text);
    }
    return true;
}

/* ---- which protocols ------------------------------------------------------------------- */

static bool check_word(const struct verb *verb, const char *word)
{
    enum replication_kind kind;
    g_autoptr(GPtrArray) known = g_ptr_array_new();

    if (replication_parse(word, &kind)) {
        return true;
    }
    for (unsigned i = 0; i < replication_protocols(); i++) {
        g_ptr_array_add(known, (gpointer)replication_word((enum replication_kind)i));
    }
    g_autofree char *hint = nearest_hint(word, known);
    verb_fail(verb, STATUS_INPUT, "--protocols: no protocol %s%s", *word ? word : "is named", hint);
    return false;
}

static bool stands_before(char *const *words, char *const *word)
{
    for (char *const *other = words; other < word; other++) {
        if (strcmp(*other, *word) == 0) {
            return true;
        }
    }
    return false;
}

/* "a,b" as an axis: "sweep.replication.protocol=a; b"; NULL after a message. */
static char *axis_of(const struct verb *verb, const char *protocols)
{
    g_auto(GStrv) words = g_strsplit(protocols, ",", -1);

    for (char **word = words; *word != NULL; word++) {
        if (!check_word(verb, g_strstrip(*word))) {
            return NULL;
        }
        if (stands_before(words, word)) {
            verb_fail(verb, STATUS_INPUT, "--protocols: %s is named twice", *word);
            return NULL;
        }
    }
    if (words[0] == NULL) {
        check_word(verb, "");
        return NULL;
    }
    g_autofree char *values = g_strjoinv("; ", words);
    return g_strdup_printf("sweep." PROTOCOL_KEY "=%s", values);
}

static char *axis_of_all(void)
{
    g_autoptr(GString) axis = g_string_new("sweep." PROTOCOL_KEY "=");

    for (unsigned i = 0; i < replication_protocols(); i++) {
        g_string_append_printf(axis, "%s%s", i > 0 ? "; " : "",
                               replication_word((enum replication_kind)i));
    }
    return g_string_free(g_steal_pointer(&axis), FALSE);
}

/* ---- the study ------------------------------------------------------------------------- */

/* Before what the user sets, who has the last word. */
static void set_first(struct study *study, char *set)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_add(builder, set);
    if (study->set != NULL) {
        g_strv_builder_addv(builder, (const char **)study->set);
    }
    g_strfreev(study->set);
    study->set = g_strv_builder_end(builder);
    g_free(set);
}

/* That would silently be compared in the place of those named. */
static bool sets_protocol(char *const *set)
{
    for (; set != NULL && *set != NULL; set++) {
        if (g_str_has_prefix(*set, PROTOCOL_KEY "=")
            || g_str_has_prefix(*set, "sweep." PROTOCOL_KEY "=")) {
            return true;
        }
    }
    return false;
}

/* Has the file's own axis to go, if others are named, or to stay? False after a message. */
static bool settle_axis(struct protocols_options *options, const struct verb *verb,
                        const struct scenario_file *file)
{
    int axis = file == NULL ? -1 : scenario_file_axis_of(file, PROTOCOL_KEY);
    const char *key = axis < 0 ? NULL : scenario_file_axis(file, (unsigned)axis)->key;

    if (options->protocols == NULL) {
        if (axis < 0) {
            set_first(&options->study, axis_of_all());
        }
        return true;
    }
    if (key != NULL && strcmp(key, PROTOCOL_KEY) != 0) {
        verb_fail(verb, STATUS_INPUT, "--protocols: the file compares variants that set "
                  PROTOCOL_KEY " (leave --protocols out, or --set sweep.%s)", key);
        return false;
    }
    if (sets_protocol(options->study.set)) {
        verb_fail(verb, STATUS_INPUT, "--protocols: --set " PROTOCOL_KEY " says which as well "
                  "(leave one of the two out)");
        return false;
    }
    char *named = axis_of(verb, options->protocols);
    if (named != NULL) {
        set_first(&options->study, named);
    }
    return named != NULL;
}

/* What the file says by itself: its axis of protocols, or of variants that name them; and harm is
 * told, unless it forbids the twin. Standard input can be read only once. */
static bool look_into(struct protocols_options *options, const struct verb *verb,
                      const char *path)
{
    const struct console quiet = {.quiet = TRUE};
    struct study probe = {.set = g_strdupv(options->study.set)};

    if (strcmp(path, "-") == 0) {
        return settle_axis(options, verb, NULL);
    }
    bool good = study_open(&probe, verb, &quiet, path) && settle_axis(options, verb, probe.file);
    struct scenario *base = good ? scenario_file_point(probe.file, 0, false) : NULL;
    if (good && base->twin_of_one) {
        set_first(&options->study, g_strdup("scenario.twin=yes"));
    }
    g_clear_pointer(&base, scenario_free);
    study_close(&probe);
    return good;
}

/* ---- the campaign ---------------------------------------------------------------------- */

static enum status perform(struct comparison_report *comparison,
                           const struct protocols_options *options, unsigned list_max)
{
    struct campaign *campaign = &comparison->campaign;
    const struct scenario_file *file = options->study.file;
    struct scenario *base = scenario_file_point(file, 0, true);
    g_autofree char *directory = g_strdup_printf("results/%s-protocols", base->name);

    scenario_free(base);
    comparison->axis = (unsigned)scenario_file_axis_of(file, PROTOCOL_KEY);
    campaign->context = comparison;
    campaign->report = report;
    enum status status = campaign_prepare(campaign, &options->campaign, directory);
    if (status != STATUS_DONE) {
        return status;
    }
    if (g_strv_length(scenario_file_axis(file, comparison->axis)->values) == 2) {
        comparison->difference = difference_new(file, comparison->axis, list_max);
        campaign->see = see;
    }
    return campaign_run(campaign);
}

static enum status compare(const struct verb *verb, const struct console *console,
                           struct protocols_options *options, const char *path)
{
    struct comparison_report comparison = {
        .campaign = {.verb = verb, .console = console, .study = &options->study}};
    uint64_t list_max = LIST_MAX;

    if ((options->list_text != NULL &&
         !verb_number(verb, "--list", options->list_text, 0, UINT32_MAX, &list_max)) ||
        !campaign_read_numbers(&comparison.campaign, &options->campaign) ||
        !look_into(options, verb, path) || !study_open(&options->study, verb, console, path)) {
        return STATUS_INPUT;
    }
    enum status status = perform(&comparison, options, (unsigned)list_max);
    campaign_clear(&comparison.campaign);
    difference_free(comparison.difference);
    return status;
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    struct protocols_options options = {0};
    const GOptionEntry entries[] = {
        {"protocols", 'p', 0, G_OPTION_ARG_STRING, &options.protocols,
         "these (default: the file's axis, or all)", "A,B,.."},
        {"list", 'l', 0, G_OPTION_ARG_STRING, &options.list_text,
         "of two: connections to list (default 10)", "N"},
        STUDY_ENTRIES(&options.study),
        CAMPAIGN_ENTRIES(&options.campaign),
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &options.campaign.out,
         "of the tables (default: results/NAME-protocols)", "DIR"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : compare(verb, console, &options, argv[1]);

    study_close(&options.study);
    campaign_options_clear(&options.campaign);
    g_free(options.protocols);
    g_free(options.list_text);
    return status;
}

const struct verb verb_compare_protocols = {
    .name = "compare-protocols",
    .arguments = "FILE",
    .summary = "A scenario with each protocol, in one table.",
    .details = "Every protocol meets the same traffic, network and failure. A file that sweeps\n"
               "replication.protocol, or variants that set it, is taken as it is. Of two\n"
               "protocols the connections are listed that only one of them saved, each with\n"
               "its datagram in either run: number, instant, fate.\n\n"
               "Examples:\n"
               "  understudy compare-protocols scenarios/first.scn\n"
               "  understudy compare-protocols scenarios/first.scn -p none,patent,repeat\n"
               "  understudy compare-protocols scenarios/first.scn -p patent,repeat \\\n"
               "    --set link.replication.loss=30% --list 50\n\n"
               "Harm is told against the twin, which doubles the time (scenario.twin=no).\n\n"
               "Columns, each a metric of \"understudy list metrics\":\n"
               "  bytes /conn      IP bytes of replication, both ways, for each connection\n"
               "  of these back    those that the standby sent\n"
               "  datagr. /s       datagrams of replication a second, both ways\n"
               "  set-up           how long connecting takes before the failure\n"
               "  active reads     datagrams of the standby's that the active had to read\n"
               "  own timers       times that the protocol's own timer woke the active\n"
               "  ghosts           records on the standby without a connection\n"
               "  counter error    by how many the standby counts wrong on its servers\n"
               "  worst datagram   casualties that a single lost datagram is to blame for\n"
               "  stall            how long survivors waited for their first progress\n"
               "  guarded again    until a new standby knew 99% of the survivors\n"
               "  joiner in sync   until a unit that booted knew everybody\n",
    .arguments_min = 1,
    .arguments_max = 1,
    .act = act,
};

#include "sim/command/plan.h"

#include "core/packet.h"
#include "core/path.h"
#include "sim/command/capacity.h"
#include "sim/command/report.h"
#include "sim/engine/chance.h"
#include "sim/fault/timeline.h"
#include "sim/node/population.h"
#include "sim/scenario/quantity.h"

#include <string.h>

/* A sweep over many values would fill the screen with links. */
#define PLAN_LINKS_SHOWN 12u
#define PLAN_LABEL 22u

static const struct {
    const char *name, *forward, *reverse;
} links[LINK_COUNT] = {
    [LINK_CLIENTS] = {"clients", "inward", "outward"},
    [LINK_SERVERS] = {"servers", "inward", "outward"},
    [LINK_REPLICATION] = {"replication", "A>B", "B>A"},
    [LINK_HELLO] = {"hello", "A>B", "B>A"},
    [LINK_SERIAL] = {"serial", "A>B", "B>A"},
};

void plan_print_runs(GString *text, const struct scenario_file *file, uint32_t repetitions)
{
    unsigned points = scenario_file_points(file);

    g_string_append_printf(text, "  %u point%s x %u repetition%s = %" G_GUINT64_FORMAT " runs\n",
                           points, points == 1 ? "" : "s", repetitions,
                           repetitions == 1 ? "" : "s", (uint64_t)points * repetitions);
    for (unsigned axis = 0; axis < scenario_file_axes(file); axis++) {
        const struct sweep_axis *swept = scenario_file_axis(file, axis);
        g_autofree char *values = g_strjoinv("; ", swept->values);
        g_autofree char *line = g_strdup_printf("  sweep of %s: %s", swept->key, values);
        report_wrap(text, line, 4);
    }
}

static void add_line(GPtrArray *lines, const char *label, const char *words)
{
    g_autoptr(GString) line = g_string_new("  ");

    report_pad(line, label, PLAN_LABEL);
    g_autofree char *whole = g_strdup_printf("%s%s", line->str, words);
    g_string_truncate(line, 0);
    report_wrap(line, whole, PLAN_LABEL + 2);
    if (!g_ptr_array_find_with_equal_func(lines, line->str, g_str_equal, NULL)) {
        g_ptr_array_add(lines, g_strdup(line->str));
    }
}

/* What a direction loses, or NULL if it loses nothing; g_free(). */
static char *loss_of(const struct impairment *impairment)
{
    bool impaired = impairment->loss.model != LOSS_NONE || impairment->down;

    return impaired ? impairment_describe(impairment) : NULL;
}

static void add_direction(GPtrArray *lines, const char *link, const char *direction,
                          const char *loss)
{
    g_autofree char *label = g_strdup_printf("link %s %s", link, direction);

    if (loss != NULL) {
        add_line(lines, label, loss);
    }
}

static void add_links(GPtrArray *lines, const struct scenario *scenario)
{
    for (unsigned i = 0; i < LINK_COUNT; i++) {
        g_autofree char *forward = loss_of(&scenario->links[i].forward);
        g_autofree char *reverse = loss_of(&scenario->links[i].reverse);
        if (g_strcmp0(forward, reverse) == 0) {
            add_direction(lines, links[i].name, "", forward);
        } else {
            add_direction(lines, links[i].name, links[i].forward, forward);
            add_direction(lines, links[i].name, links[i].reverse, reverse);
        }
    }
}

static void append_seconds(GString *text, nstime time)
{
    g_string_append_printf(text, "%.10gs", (double)time / (double)NSTIME_S);
}

/* R-1005: suspicion after misses times the interval and a tenth of it. */
static void append_rule(GString *words, const struct scenario *scenario, nstime timer)
{
    g_string_append_printf(words, "%s: ", scenario->detector);
    if (strcmp(scenario->detector, "localdirector") == 0) {
        g_string_append_printf(words, "%u x ", scenario->hello_misses);
        append_seconds(words, scenario->hello_time);
        g_string_append(words, " + ");
        append_seconds(words, scenario->hello_time / 10);
    } else {
        append_seconds(words, timer);
    }
}

/* Silence is counted from the last hello that came, which left up to one interval before
 * the crash. */
static void add_detection(GPtrArray *lines, const struct scenario *scenario,
                          const struct unit_spec *unit, const char *who)
{
    g_autoptr(GString) words = g_string_new(NULL);

    append_rule(words, scenario, unit->detection);
    if (scenario->oracle_time != NSTIME_NEVER) {
        g_string_append(words, " after a failure");
    } else {
        g_string_append(words, " after the last hello, so ");
        append_seconds(words, unit->detection - scenario->hello_interval);
        g_string_append(words, " to ");
        append_seconds(words, unit->detection);
        g_string_append(words, " after a crash");
    }
    g_string_append(words, who);
    add_line(lines, "failover detection", words->str);
}

/* By each unit as the standby, where they do not wait alike. */
static void add_detections(GPtrArray *lines, const struct scenario *scenario)
{
    const struct unit_spec *a = g_ptr_array_index(scenario->units, 0);
    const struct unit_spec *b = g_ptr_array_index(scenario->units, 1);

    if (a->detection == b->detection) {
        add_detection(lines, scenario, b, "");
        return;
    }
    g_autofree char *by_a = g_strdup_printf(" of %s", b->name);
    g_autofree char *by_b = g_strdup_printf(" of %s", a->name);
    add_detection(lines, scenario, b, by_b);
    add_detection(lines, scenario, a, by_a);
}

/* "11", "104,000": three figures are as many as a plan needs. */
static void append_rounded(GString *text, double number)
{
    uint64_t step = 1;

    while (number / (double)step >= 1000) {
        step *= 10;
    }
    uint64_t whole = (uint64_t)(number / (double)step) * step;
    g_autofree char *digits = g_strdup_printf("%" G_GUINT64_FORMAT, whole);
    size_t length = strlen(digits);
    for (size_t i = 0; i < length; i++) {
        g_string_append_printf(text, "%s%c", i > 0 && (length - i) % 3 == 0 ? "," : "", digits[i]);
    }
}

static void append_capacity(GString *words, const char *way, uint64_t rate, double connections)
{
    g_string_append_printf(words, "%s at ", way);
    quantity_print(QUANTITY_RATE, rate, words);
    g_string_append(words, ": ");
    append_rounded(words, connections);
    g_string_append(words, " connections/s");
}

/* Why connections do not go over the serial line (R-1204): it could tell of so few. */
static void add_capacity(GPtrArray *lines, const struct scenario *scenario)
{
    const struct impairment *serial = &scenario->links[LINK_SERIAL].forward;
    uint64_t rate = scenario->links[LINK_REPLICATION].forward.rate;
    uint64_t network = rate != 0 ? rate : UINT64_C(100000000);
    g_autoptr(GString) words = g_string_new(NULL);

    if (serial->rate == 0) {
        return;
    }
    append_capacity(words, "serial line", serial->rate, capacity_serial(serial));
    append_capacity(words, "; replication", network, capacity_datagrams(network));
    add_line(lines, "could tell of", words->str);
}

/* R-1006, R-1007: what hellos on more ways than the link tell, and how soon. */
static void add_ways(GPtrArray *lines, const struct scenario *scenario)
{
    g_autoptr(GString) steps = g_string_new("steps of ");

    append_seconds(steps, scenario->interface_test_time);
    g_string_append(steps, ": traffic, ARP to 10 addresses at most, ping; a crash shows one "
                           "step later, a cut interface after all of them");
    if (scenario->hello_paths & (1u << PATH_OUTSIDE | 1u << PATH_INSIDE)) {
        add_line(lines, "interface tests", steps->str);
    }
    if (scenario->hello_paths & 1u << PATH_CABLE) {
        add_line(lines, "power sign", "the cable shows at once that the other unit has no power");
    }
}

/* What somebody waits at most, whom nobody tells. */
static void append_silence(GString *words, const struct scenario *scenario, enum side side)
{
    const struct garp_spec *garp = &scenario->garp;

    if (garp->swapped) {
        g_string_append(words, " the switch hears nothing, and sends to the former owner until "
                               "the new one's next frame there, 300s at most");
        return;
    }
    g_string_append(words, side == SIDE_OUTSIDE ? " the router" : " a server");
    g_string_append(words, " hears nothing, and sends to the former owner for 0s to ");
    append_seconds(words, garp->lifetime[side]);
}

static nstime least_patience(const struct scenario *scenario)
{
    nstime least = NSTIME_NEVER;
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(scenario->workloads, i);
        least = MIN(least, MIN(workload->patience, workload->application_timeout));
    }
    return least;
}

/* The life of an entry against a client's patience. */
static void add_garp(GPtrArray *lines, const struct scenario *scenario, enum side side)
{
    const struct garp_spec *garp = &scenario->garp;
    nstime patience = least_patience(scenario);
    double loss = probability_share(garp->loss[side]), all_lost = 1;
    g_autoptr(GString) words = g_string_new(side == SIDE_OUTSIDE ? "outside" : "inside");

    if (loss <= 0) {
        return;
    }
    for (unsigned i = 0; i < garp->repeat; i++) {
        all_lost *= loss;
    }
    g_string_append_printf(words, ", in %.3g%% of takeovers", 100 * all_lost);
    append_silence(words, scenario, side);
    if (garp->delay != NSTIME_NEVER) {
        g_string_append(words, ", or until it hears one sent again after ");
        append_seconds(words, garp->delay);
    }
    if (patience != NSTIME_NEVER) {
        g_string_append(words, "; a client's patience is ");
        append_seconds(words, patience);
    }
    add_line(lines, "a lost GARP", words->str);
}

static void add_traces(GPtrArray *lines, const struct scenario *scenario)
{
    for (guint i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(scenario->workloads, i);
        if (workload->arrivals == ARRIVAL_TRACE && workload->trace_summary != NULL) {
            g_autofree char *label = g_strdup_printf("trace of %s", workload->name);
            add_line(lines, label, workload->trace_summary);
        }
    }
}

/* When the measured fault strikes in the first repetition; without one, the end. */
static nstime measured_at(const struct scenario *scenario)
{
    if (scenario->measure < 0) {
        return scenario->duration;
    }
    struct fault_time *times =
        timeline_draw(scenario, chance_root(scenario->seed, 0), NSTIME_NEVER);
    nstime at = times[scenario->measure].begins;
    g_free(times);
    return at;
}

static void append_population(GString *words, const struct population *population)
{
    g_string_append_printf(words, ": %.0f open at the failure, of mean age %.1fs; the start "
                                  "cuts off %.1f%% of ages",
                           population->expected, population->mean_age,
                           100 * population->cut_off);
    if (population->heavy) {
        g_string_append(words, "; lifetimes have a heavy tail, so that no warm-up brings "
                               "equilibrium: read results by age");
    }
}

static void add_populations(GPtrArray *lines, const struct scenario *scenario)
{
    nstime at = measured_at(scenario);

    for (guint i = 0; i < scenario->workloads->len; i++) {
        const struct workload_spec *workload = g_ptr_array_index(scenario->workloads, i);
        g_autoptr(GString) words = g_string_new(workload->name);
        struct population population;
        if (population_at(scenario, i, at, &population)) {
            append_population(words, &population);
            add_line(lines, "population", words->str);
        }
    }
}

static void add_design(GPtrArray *lines, const struct scenario *scenario)
{
    const char *designed = scenario_designed(scenario);

    if (designed != NULL) {
        g_autofree char *words = g_strdup_printf("%s: no closed form holds", designed);
        add_line(lines, "a designed instant", words);
    }
}

static void print_lines(GString *text, const GPtrArray *lines, guint shown)
{
    for (guint i = 0; i < lines->len && i < shown; i++) {
        g_string_append(text, g_ptr_array_index(lines, i));
    }
    if (lines->len > shown) {
        g_string_append_printf(text, "  and %u more\n", lines->len - shown);
    }
}

void plan_print_world(GString *text, const struct scenario_file *file)
{
    g_autoptr(GPtrArray) impaired = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);

    for (unsigned point = 0; point < scenario_file_points(file); point++) {
        struct scenario *scenario = scenario_file_point(file, point, true);
        add_links(impaired, scenario);
        add_detections(others, scenario);
        add_ways(others, scenario);
        add_garp(others, scenario, SIDE_OUTSIDE);
        add_garp(others, scenario, SIDE_INSIDE);
        add_traces(others, scenario);
        add_populations(others, scenario);
        add_design(others, scenario);
        add_capacity(others, scenario);
        scenario_free(scenario);
    }
    print_lines(text, impaired, PLAN_LINKS_SHOWN);
    print_lines(text, others, PLAN_LINKS_SHOWN);
}

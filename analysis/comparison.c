#include "analysis/comparison.h"

#include <string.h>

enum { REPORT_WIDTH = 80 };

static void append_decimal(GString *text, const char *format, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE + 320];
    g_string_append(text, g_ascii_formatd(digits, sizeof digits, format, number));
}

/* ------------------------------------------------------------- for people */

static char *count_text(double value, bool with_sign)
{
    static const char *const units[] = {"", "k", "M", "G", "T"};
    size_t unit = 0;
    while ((value >= 100000 || value <= -100000) && unit + 1 < G_N_ELEMENTS(units)) {
        value /= 1000;
        unit++;
    }
    GString *text = g_string_new(NULL);
    append_decimal(text, with_sign ? "%+.1f" : "%.1f", value);
    g_string_append(text, units[unit]);
    return g_string_free(text, FALSE);
}

/* A value in at most nine columns: percent, seconds, or a count with k, M, G. */
static char *value_text(const struct metric *metric, double value, bool with_sign)
{
    if (metric->kind == METRIC_COUNT) {
        return count_text(value, with_sign);
    }
    GString *text = g_string_new(NULL);
    if (metric->kind == METRIC_TIME) {
        append_decimal(text, with_sign ? "%+.3f" : "%.3f", value);
        g_string_append_c(text, 's');
    } else {
        append_decimal(text, with_sign ? "%+.2f" : "%.2f", 100 * value);
        g_string_append_c(text, '%');
    }
    return g_string_free(text, FALSE);
}

/* Cut to so many columns, by characters. */
static char *cut(const char *text, glong width)
{
    if (g_utf8_strlen(text, -1) <= width) {
        return g_strdup(text);
    }
    g_autofree char *start = g_utf8_substring(text, 0, width - 3);
    return g_strconcat(start, "...", NULL);
}

static void append_line(GString *report, GString *line)
{
    g_autofree char *short_line = cut(line->str, REPORT_WIDTH);
    g_string_append_printf(report, "%s\n", g_strchomp(short_line));
    g_string_truncate(line, 0);
}

static void append_cell(GString *line, const struct metric *metric, double value, bool with_sign)
{
    g_autofree char *text = value_text(metric, value, with_sign);
    g_string_append_printf(line, " %9s", text);
}

static void print_contrast(const struct contrast *contrast, GString *line)
{
    const struct metric *metric = contrast->metric;
    g_autofree char *name = cut(metric->name, 20);
    g_string_append_printf(line, "%c %-20s", contrast->worse ? '!' : ' ', name);
    append_cell(line, metric, contrast->a, false);
    append_cell(line, metric, contrast->b, false);
    append_cell(line, metric, contrast->difference.estimate, true);
    if (contrast->pairs == 1) {
        g_string_append(line, "    one pair: no interval");
        return;
    }
    g_string_append(line, " ");
    append_cell(line, metric, contrast->difference.lo, true);
    g_string_append(line, " ..");
    append_cell(line, metric, contrast->difference.hi, true);
}

static void print_point(const struct compared_point *point, GString *line, GString *report)
{
    g_autofree char *values = cut(*point->values != '\0' ? point->values : "all runs", 66);
    g_string_append_printf(line, "\n%s (%zu pair%s)", values, point->pairs,
                           point->pairs == 1 ? "" : "s");
    g_string_append_printf(report, "%s\n", line->str);
    g_string_truncate(line, 0);
    for (guint i = 0; i < point->contrasts->len; i++) {
        print_contrast(&g_array_index(point->contrasts, struct contrast, i), line);
        append_line(report, line);
    }
}

static void print_rescues(const struct comparison *comparison, bool only_a, GString *line,
                          GString *report)
{
    for (guint i = 0; i < comparison->rescues->len; i++) {
        const struct rescue *rescue = g_ptr_array_index(comparison->rescues, i);
        if (rescue->only_a == only_a) {
            g_string_append_printf(line, "  only %c saved run %s connection %s; %c: %s",
                                   only_a ? 'A' : 'B',
                                   only_a ? rescue->run_a : rescue->run_b, rescue->connection,
                                   only_a ? 'B' : 'A', rescue->cause);
            append_line(report, line);
        }
    }
}

static void print_connections(const struct comparison *comparison, GString *line, GString *report)
{
    if (!comparison->connections) {
        g_string_append(report, "\nNo connection is named: a side has no connections.csv.\n");
        return;
    }
    g_string_append_printf(report, "\nonly A saved %zu, only B saved %zu connections\n",
                           comparison->only_a, comparison->only_b);
    print_rescues(comparison, true, line, report);
    print_rescues(comparison, false, line, report);
}

static void print_header(const struct comparison *comparison,
                         const struct compare_options *options, GString *line, GString *report)
{
    g_string_append_printf(line, "A  %s", comparison->a);
    append_line(report, line);
    g_string_append_printf(line, "B  %s", comparison->b);
    append_line(report, line);
    if (comparison->scenario_a != NULL && comparison->scenario_b != NULL &&
        strcmp(comparison->scenario_a, comparison->scenario_b) != 0) {
        g_string_append_printf(report, "Caution: A was made from %s, B from %s.\n"
                               "Pairs mean something only where both have the same clients.\n",
                               comparison->scenario_a, comparison->scenario_b);
    }
    g_auto(GStrv) labels = g_strsplit(comparison->labels, "\n", -1);
    for (char **label = labels; *label != NULL && **label != '\0'; label++) {
        append_line(report, g_string_append(line, *label));
    }
    g_string_append_printf(line, "%zu pair%s of runs", comparison->pairs,
                           comparison->pairs == 1 ? "" : "s");
    if (comparison->unpaired_a + comparison->unpaired_b > 0) {
        g_string_append_printf(line, "; without partner: %zu of A, %zu of B",
                               comparison->unpaired_a, comparison->unpaired_b);
    }
    append_line(report, line);
    g_string_append(report, "Shares are of connections that were open at the failure.\n");
    g_string_append_printf(line, "\n  %-20s %9s %9s %9s    ", "metric", "A", "B", "B - A");
    append_decimal(line, "%g", 100 * options->confidence);
    g_string_append(line, "% interval over pairs");
    g_string_append_printf(report, "%s\n", line->str);
    g_string_truncate(line, 0);
}

static void print_verdict(const struct comparison *comparison,
                          const struct compare_options *options, GString *report)
{
    if (!comparison->worse) {
        g_string_append(report, "\nB is not worse.\n");
        return;
    }
    g_string_append(report, "\nB is worse where \"!\" stands: beyond ");
    append_decimal(report, "%g", 100 * options->max_drop);
    g_string_append(report, "%, with the whole interval.\n");
}

void comparison_print(const struct comparison *comparison, const struct compare_options *options,
                      GString *report)
{
    g_assert(comparison != NULL && report != NULL);
    g_autoptr(GString) line = g_string_new(NULL);
    print_header(comparison, options, line, report);
    for (guint i = 0; i < comparison->points->len; i++) {
        print_point(g_ptr_array_index(comparison->points, i), line, report);
    }
    print_connections(comparison, line, report);
    print_verdict(comparison, options, report);
}

/* ------------------------------------------------------------- for programs */

/* Members and elements are parted by what stands before them. */
static void json_next(GString *json)
{
    char last = json->len > 0 ? json->str[json->len - 1] : '[';
    if (last != '{' && last != '[') {
        g_string_append_c(json, ',');
    }
}

static void json_name(GString *json, const char *name)
{
    json_next(json);
    g_string_append_printf(json, "\"%s\":", name);
}

static void json_string(GString *json, const char *name, const char *value)
{
    json_name(json, name);
    g_string_append_c(json, '"');
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\') {
            g_string_append_printf(json, "\\%c", *at);
        } else if ((unsigned char)*at < 0x20) {
            g_string_append_printf(json, "\\u%04x", (unsigned)*at);
        } else {
            g_string_append_c(json, *at);
        }
    }
    g_string_append_c(json, '"');
}

static void json_number(GString *json, const char *name, double value)
{
    json_name(json, name);
    append_decimal(json, "%.9g", value);
}

static void json_truth(GString *json, const char *name, bool value)
{
    json_name(json, name);
    g_string_append(json, value ? "true" : "false");
}

static void json_contrast(GString *json, const struct contrast *contrast)
{
    json_next(json);
    g_string_append_c(json, '{');
    json_string(json, "metric", contrast->metric->name);
    json_number(json, "pairs", (double)contrast->pairs);
    json_number(json, "a", contrast->a);
    json_number(json, "b", contrast->b);
    json_number(json, "difference", contrast->difference.estimate);
    json_number(json, "lo", contrast->difference.lo);
    json_number(json, "hi", contrast->difference.hi);
    json_truth(json, "worse", contrast->worse);
    g_string_append_c(json, '}');
}

static void json_point(GString *json, const struct compared_point *point)
{
    json_next(json);
    g_string_append_c(json, '{');
    json_string(json, "values", point->values);
    json_number(json, "pairs", (double)point->pairs);
    json_name(json, "metrics");
    g_string_append_c(json, '[');
    for (guint i = 0; i < point->contrasts->len; i++) {
        json_contrast(json, &g_array_index(point->contrasts, struct contrast, i));
    }
    g_string_append(json, "]}");
}

static void json_rescue(GString *json, const struct rescue *rescue)
{
    json_next(json);
    g_string_append_c(json, '{');
    json_string(json, "saved_by", rescue->only_a ? "A" : "B");
    json_string(json, "run_a", rescue->run_a);
    json_string(json, "run_b", rescue->run_b);
    json_string(json, "connection", rescue->connection);
    json_string(json, "cause", rescue->cause);
    g_string_append_c(json, '}');
}

static void json_connections(GString *json, const struct comparison *comparison)
{
    if (!comparison->connections) {
        return;
    }
    json_number(json, "only_a_saved", (double)comparison->only_a);
    json_number(json, "only_b_saved", (double)comparison->only_b);
    json_name(json, "connections");
    g_string_append_c(json, '[');
    for (guint i = 0; i < comparison->rescues->len; i++) {
        json_rescue(json, g_ptr_array_index(comparison->rescues, i));
    }
    g_string_append_c(json, ']');
}

void comparison_print_json(const struct comparison *comparison,
                           const struct compare_options *options, GString *report)
{
    g_assert(comparison != NULL && report != NULL);
    g_autoptr(GString) json = g_string_new("{");
    json_string(json, "a", comparison->a);
    json_string(json, "b", comparison->b);
    json_truth(json, "worse", comparison->worse);
    json_number(json, "max_drop", options->max_drop);
    json_number(json, "confidence", options->confidence);
    json_number(json, "pairs", (double)comparison->pairs);
    json_name(json, "points");
    g_string_append_c(json, '[');
    for (guint i = 0; i < comparison->points->len; i++) {
        json_point(json, g_ptr_array_index(comparison->points, i));
    }
    g_string_append_c(json, ']');
    json_connections(json, comparison);
    g_string_append_printf(report, "%s}\n", json->str);
}

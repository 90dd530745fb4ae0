#include "sim/command/curve.h"

#include "analysis/table.h"
#include "sim/command/report.h"

#include <string.h>

/* Runs, survival, interval, known and theory take 52 of the 80 columns. */
#define CURVE_AXES_WIDTH 28u
#define CURVE_AXES_MAX 4u

struct curve {
    struct table *table;
    double confidence;
    size_t axes;
    size_t column[CURVE_AXES_MAX]; /* of each axis */
    unsigned width[CURVE_AXES_MAX];
    size_t point, metric, runs, estimate, lo, hi;
};

static bool varies(const struct table *table, size_t column)
{
    for (size_t row = 1; row < table_rows(table); row++) {
        if (strcmp(table_text(table, row, column), table_text(table, 0, column)) != 0) {
            return true;
        }
    }
    return false;
}

/* An axis of one value says nothing where others vary. */
static void choose_axes(struct curve *curve, size_t first, size_t end)
{
    bool any = false;

    for (size_t column = first; column < end; column++) {
        any |= varies(curve->table, column);
    }
    for (size_t column = first; column < end && curve->axes < CURVE_AXES_MAX; column++) {
        if (!any || varies(curve->table, column)) {
            curve->column[curve->axes++] = column;
        }
    }
}

static bool find_columns(struct curve *curve, GError **error)
{
    size_t first, end;

    if (!table_between(curve->table, "point", "metric", &first, &end, error)) {
        return false;
    }
    choose_axes(curve, first, end);
    return table_require(curve->table, "point", &curve->point, error) &&
           table_require(curve->table, "metric", &curve->metric, error) &&
           table_require(curve->table, "runs", &curve->runs, error) &&
           table_require(curve->table, "estimate", &curve->estimate, error) &&
           table_require(curve->table, "lo", &curve->lo, error) &&
           table_require(curve->table, "hi", &curve->hi, error);
}

/* The last word of a key: link.replication.loss is loss. */
static const char *heading(const struct curve *curve, size_t axis)
{
    const char *key = table_column_name(curve->table, curve->column[axis]);
    const char *dot = strrchr(key, '.');

    return dot != NULL ? dot + 1 : key;
}

static unsigned total_width(const struct curve *curve)
{
    unsigned total = 0;

    for (size_t axis = 0; axis < curve->axes; axis++) {
        total += 2 + curve->width[axis];
    }
    return total;
}

/* The widest gives way until all fit. */
static void set_widths(struct curve *curve)
{
    for (size_t axis = 0; axis < curve->axes; axis++) {
        size_t widest = strlen(heading(curve, axis));
        for (size_t row = 0; row < table_rows(curve->table); row++) {
            widest = MAX(widest, strlen(table_text(curve->table, row, curve->column[axis])));
        }
        curve->width[axis] = (unsigned)MIN(widest, CURVE_AXES_WIDTH);
    }
    while (total_width(curve) > CURVE_AXES_WIDTH) {
        size_t widest = 0;
        for (size_t axis = 1; axis < curve->axes; axis++) {
            widest = curve->width[axis] > curve->width[widest] ? axis : widest;
        }
        curve->width[widest]--;
    }
}

static void print_columns(GString *text, const struct curve *curve)
{
    g_autofree char *interval = g_strdup_printf("%g%% interval", 100 * curve->confidence);

    g_string_append_printf(text, "%6s%10s  %-18s%8s", "runs", "survival", interval, "known");
}

static void print_axes(GString *text, const struct curve *curve)
{
    for (size_t axis = 0; axis < curve->axes; axis++) {
        g_string_append(text, "  ");
        report_pad(text, heading(curve, axis), curve->width[axis]);
    }
}

static void print_heading(GString *text, const struct curve *curve)
{
    print_axes(text, curve);
    print_columns(text, curve);
    g_string_append_printf(text, "%8s\n", "theory");
}

static void append_percent(GString *text, const struct curve *curve, size_t row, size_t column,
                           int width, int decimals)
{
    g_autofree char *percent = NULL;
    double share;

    if (table_number(curve->table, row, column, &share)) {
        percent = g_strdup_printf("%.*f%%", decimals, 100 * share);
    }
    g_string_append_printf(text, "%*s", width, percent != NULL ? percent : "-");
}

static void print_percent(GString *text, const struct curve *curve, size_t row, size_t column,
                          int width)
{
    append_percent(text, curve, row, column, width, 2);
}

/* The row of another metric at the same point, or false. */
static bool find_metric(const struct curve *curve, size_t like, const char *metric, size_t *found)
{
    const char *point = table_text(curve->table, like, curve->point);

    for (size_t row = like; row < table_rows(curve->table); row++) {
        if (strcmp(table_text(curve->table, row, curve->point), point) != 0) {
            return false;
        }
        if (strcmp(table_text(curve->table, row, curve->metric), metric) == 0) {
            *found = row;
            return true;
        }
    }
    return false;
}

static void print_other(GString *text, const struct curve *curve, size_t like,
                        const char *metric, int width)
{
    size_t row;

    if (find_metric(curve, like, metric, &row)) {
        print_percent(text, curve, row, curve->estimate, width);
    } else {
        g_string_append_printf(text, "%*s", width, "-");
    }
}

static void print_interval(GString *text, const struct curve *curve, size_t row)
{
    g_autoptr(GString) interval = g_string_new(NULL);

    if (*table_text(curve->table, row, curve->lo) != '\0') {
        print_percent(interval, curve, row, curve->lo, 0);
        g_string_append(interval, " .. ");
        print_percent(interval, curve, row, curve->hi, 0);
    } else {
        g_string_append_c(interval, '-'); /* one run, or none with a cohort */
    }
    g_string_append_printf(text, "  %-18s", interval->str);
}

/* Runs, survival with its interval, and how many were known. */
static void print_numbers(GString *text, const struct curve *curve, size_t row, const char *known)
{
    g_string_append_printf(text, "%6s", table_text(curve->table, row, curve->runs));
    print_percent(text, curve, row, curve->estimate, 10);
    print_interval(text, curve, row);
    print_other(text, curve, row, known, 8);
}

static void print_values(GString *text, const struct curve *curve, size_t row)
{
    for (size_t axis = 0; axis < curve->axes; axis++) {
        g_string_append(text, "  ");
        report_pad(text, table_text(curve->table, row, curve->column[axis]),
                   curve->width[axis]);
    }
}

static void print_point(GString *text, const struct curve *curve, size_t row)
{
    print_values(text, curve, row);
    print_numbers(text, curve, row, "known");
    print_other(text, curve, row, "known-theory", 8);
    g_string_append_c(text, '\n');
}

static void print_points(GString *text, const struct curve *curve)
{
    for (size_t row = 0; row < table_rows(curve->table); row++) {
        if (strcmp(table_text(curve->table, row, curve->metric), "survival") == 0) {
            print_point(text, curve, row);
        }
    }
}

static bool is_virtual(const struct curve *curve, size_t row)
{
    return g_str_has_prefix(table_text(curve->table, row, curve->metric), "survival.");
}

/* Several virtual machines at a single point: their mean is a mixture that may describe
 * none of them. Of a sweep with many points summary.csv and the figures tell this. */
static bool shows_virtuals(const struct curve *curve)
{
    unsigned points = 0, virtuals = 0;

    for (size_t row = 0; row < table_rows(curve->table); row++) {
        points += strcmp(table_text(curve->table, row, curve->metric), "survival") == 0;
        virtuals += is_virtual(curve, row) ? 1 : 0;
    }
    return points == 1 && virtuals > 1;
}

static void print_virtuals(GString *text, const struct curve *curve)
{
    g_string_append_printf(text, "\n  %-22s", "virtual");
    print_columns(text, curve);
    g_string_append_c(text, '\n');
    for (size_t row = 0; row < table_rows(curve->table); row++) {
        if (is_virtual(curve, row)) {
            const char *name = table_text(curve->table, row, curve->metric) + strlen("survival.");
            g_autofree char *known = g_strconcat("known.", name, NULL);
            g_string_append(text, "  ");
            report_pad(text, name, 22);
            print_numbers(text, curve, row, known);
            g_string_append_c(text, '\n');
        }
    }
}

static bool is_metric(const struct curve *curve, size_t row, const char *metric)
{
    return strcmp(table_text(curve->table, row, curve->metric), metric) == 0;
}

/* Is there any point that has a value of this metric? */
static bool has_values(const struct curve *curve, const char *metric)
{
    for (size_t row = 0; row < table_rows(curve->table); row++) {
        if (is_metric(curve, row, metric) &&
            *table_text(curve->table, row, curve->estimate) != '\0') {
            return true;
        }
    }
    return false;
}

/* Virtual crashes resolve what real ones cannot, so they have two more decimals. */
static void print_virtual_crashes(GString *text, const struct curve *curve)
{
    g_autofree char *interval = g_strdup_printf("%g%% interval", 100 * curve->confidence);

    print_axes(text, curve);
    g_string_append_printf(text, "%6s%26s  %s\n", "runs", "known at virtual crashes", interval);
    for (size_t row = 0; row < table_rows(curve->table); row++) {
        if (!is_metric(curve, row, "known-virtual")) {
            continue;
        }
        print_values(text, curve, row);
        g_string_append_printf(text, "%6s", table_text(curve->table, row, curve->runs));
        append_percent(text, curve, row, curve->estimate, 26, 4);
        g_string_append(text, "  ");
        append_percent(text, curve, row, curve->lo, 0, 4);
        g_string_append(text, " .. ");
        append_percent(text, curve, row, curve->hi, 0, 4);
        g_string_append_c(text, '\n');
    }
}

/* What the scenario's closed form is about, beside what theory says. */
static void print_forms(GString *text, const struct curve *curve)
{
    g_autofree char *interval = g_strdup_printf("%g%% interval", 100 * curve->confidence);

    g_string_append_c(text, '\n');
    print_axes(text, curve);
    g_string_append_printf(text, "%6s%10s  %-18s%8s%8s\n", "runs", "form", interval, "", "theory");
    for (size_t row = 0; row < table_rows(curve->table); row++) {
        if (is_metric(curve, row, "form")) {
            print_values(text, curve, row);
            g_string_append_printf(text, "%6s", table_text(curve->table, row, curve->runs));
            print_percent(text, curve, row, curve->estimate, 10);
            print_interval(text, curve, row);
            print_other(text, curve, row, "form-theory", 16);
            g_string_append_c(text, '\n');
        }
    }
}

/* What keeps the numbers above from being what they seem. */
static void print_remarks(GString *text, const struct curve *curve)
{
    double most_censored = 0;
    bool alone = false;

    for (size_t row = 0; row < table_rows(curve->table); row++) {
        double share = 0;
        if (is_metric(curve, row, "censored") &&
            table_number(curve->table, row, curve->estimate, &share)) {
            most_censored = MAX(most_censored, share);
        }
        alone |= is_metric(curve, row, "survival") &&
                 *table_text(curve->table, row, curve->estimate) != '\0' &&
                 *table_text(curve->table, row, curve->lo) == '\0';
    }
    if (most_censored > 0) {
        g_autofree char *remark = g_strdup_printf(
            "up to %.2f%% were undecided when their run ended, and survival is over the others "
            "alone (write roll-call = client and drain = auto)", 100 * most_censored);
        g_string_append_c(text, '\n');
        report_wrap(text, remark, 2);
    }
    if (alone) {
        g_string_append_c(text, '\n');
        report_wrap(text, "one run is one sample, no interval (write repetitions = 20)", 2);
    }
}

bool curve_print(GString *text, const char *summary, double confidence, GError **error)
{
    struct curve curve = {.table = table_parse(summary, strlen(summary), "summary.csv", error),
                          .confidence = confidence};
    bool good = curve.table != NULL && find_columns(&curve, error);

    bool virtual_crashes = good && has_values(&curve, "known-virtual");
    bool failures = good && (!virtual_crashes || has_values(&curve, "survival"));
    if (good) {
        set_widths(&curve);
    }
    if (failures) {
        print_heading(text, &curve);
        print_points(text, &curve);
    }
    if (failures && shows_virtuals(&curve)) {
        print_virtuals(text, &curve);
    }
    if (virtual_crashes) {
        g_string_append(text, failures ? "\n" : "");
        print_virtual_crashes(text, &curve);
    }
    if (good && has_values(&curve, "form")) {
        print_forms(text, &curve);
    }
    if (failures) {
        print_remarks(text, &curve);
    }
    g_clear_pointer(&curve.table, table_free);
    return good;
}

#include "analysis/axis.h"

#include <math.h>
#include <string.h>

/* ------------------------------------------------------------- quantities */

enum dimension { PURE, PERCENT, TIME, RATE, SIZE, FREQUENCY, NO_QUANTITY };

static const struct unit {
    const char *suffix;
    enum dimension dimension;
    double scale;
} units[] = {
    {"", PURE, 1},         {"%", PERCENT, 1},   {"us", TIME, 1e-6},  {"ms", TIME, 1e-3},
    {"s", TIME, 1},        {"min", TIME, 60},   {"bit", RATE, 1},    {"kbit", RATE, 1e3},
    {"mbit", RATE, 1e6},   {"gbit", RATE, 1e9}, {"b", SIZE, 1},      {"kb", SIZE, 1e3},
    {"mb", SIZE, 1e6},     {"/s", FREQUENCY, 1},
};

static enum dimension read_quantity(const char *text, double *number)
{
    size_t digits = strspn(text, "+-.0123456789");
    g_autofree char *mantissa = g_strndup(text, digits);
    char *end = NULL;
    *number = g_ascii_strtod(mantissa, &end);
    if (digits == 0 || *end != '\0') {
        return NO_QUANTITY;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (strcmp(units[i].suffix, text + digits) == 0) {
            *number *= units[i].scale;
            return units[i].dimension;
        }
    }
    return NO_QUANTITY;
}

/* The one word in which two phrases differ; -1 when none or several do. */
static int differing_word(char **a, char **b)
{
    int found = -1;
    if (g_strv_length(a) != g_strv_length(b)) {
        return -1;
    }
    for (int i = 0; a[i] != NULL; i++) {
        if (strcmp(a[i], b[i]) != 0) {
            if (found >= 0) {
                return -1;
            }
            found = i;
        }
    }
    return found;
}

/* The word in which all values differ from the first; 0 for a single value. */
static int varying_word(const GPtrArray *values)
{
    int word = values->len > 1 ? -1 : 0;
    g_auto(GStrv) first = g_strsplit(g_ptr_array_index(values, 0), " ", -1);
    for (guint i = 1; i < values->len; i++) {
        g_auto(GStrv) other = g_strsplit(g_ptr_array_index(values, i), " ", -1);
        int differs = differing_word(first, other);
        if (differs < 0 || (i > 1 && differs != word)) {
            return -1;
        }
        word = differs;
    }
    return word;
}

/* Fill positions and ticks from one word of each value; false when some is no
 * quantity, or one of another kind. */
static bool take_quantities(struct axis *axis, int word)
{
    enum dimension dimension = NO_QUANTITY;
    for (guint i = 0; i < axis->values->len; i++) {
        g_auto(GStrv) words = g_strsplit(g_ptr_array_index(axis->values, i), " ", -1);
        if (words[0] == NULL) {
            return false;
        }
        double number = 0;
        enum dimension own = read_quantity(words[word], &number);
        if (own == NO_QUANTITY || (i > 0 && own != dimension)) {
            return false;
        }
        dimension = own;
        g_array_append_val(axis->positions, number);
        g_ptr_array_add(axis->ticks, g_strdup(words[word]));
    }
    return true;
}

static void take_categories(struct axis *axis)
{
    g_array_set_size(axis->positions, 0);
    g_ptr_array_set_size(axis->ticks, 0);
    for (guint i = 0; i < axis->values->len; i++) {
        double position = i;
        g_array_append_val(axis->positions, position);
        g_ptr_array_add(axis->ticks, g_strdup(g_ptr_array_index(axis->values, i)));
    }
}

/* ------------------------------------------------------------- scale */

static gint compare_numbers(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static double choose_offset(const GArray *positions)
{
    g_autoptr(GArray) sorted = g_array_copy((GArray *)positions);
    g_array_sort(sorted, compare_numbers);
    const double *at = &g_array_index(sorted, double, 0);
    double narrow = INFINITY;
    double wide = 0;
    double positive = INFINITY;
    for (guint i = 0; i < sorted->len; i++) {
        double gap = i > 0 ? at[i] - at[i - 1] : 0;
        narrow = gap > 0 ? MIN(narrow, gap) : narrow;
        wide = MAX(wide, gap);
        positive = at[i] > 0 ? MIN(positive, at[i]) : positive;
    }
    if (at[0] < 0 || wide < 8 * narrow) {
        return -1;
    }
    return at[0] > 0 ? 0 : positive / 2;
}

/* ------------------------------------------------------------- words */

static const struct wording {
    const char *key, *label;
} wordings[] = {
    {"replication.protocol", "replication protocol"},
    {"failover.hello-time", "time between hellos"},
    {"failover.hello-misses", "hellos missed before takeover"},
    {"failover.detection-time", "detection time"},
    {"replication.flush", "time between flushes"},
};

/* "link.NAME.KEY" and "link.NAME.rev.KEY" */
static char *link_label(const char *key)
{
    g_auto(GStrv) parts = g_strsplit(key, ".", -1);
    guint count = g_strv_length(parts);
    if (count < 3) {
        return g_strdup(key);
    }
    const char *setting = parts[count - 1];
    bool event = strcmp(setting, "loss") == 0 || strcmp(setting, "duplicate") == 0 ||
                 strcmp(setting, "reorder") == 0;
    bool reverse = count > 3 && strcmp(parts[count - 2], "rev") == 0;
    return g_strdup_printf("%s %s the %s link%s", setting, event ? "on" : "of", parts[1],
                           reverse ? ", reverse direction" : "");
}

static char *key_label(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(wordings); i++) {
        if (strcmp(wordings[i].key, key) == 0) {
            return g_strdup(wordings[i].label);
        }
    }
    if (g_str_has_prefix(key, "link.")) {
        return link_label(key);
    }
    if (g_str_has_prefix(key, "faults.")) {
        return g_strdup_printf("moment of the fault %s", key + strlen("faults."));
    }
    return g_strdup(key);
}

/* A phrase of several words is shown with the place of its quantity. */
static char *label_with_phrase(const char *key, const char *value, int word)
{
    char *label = key_label(key);
    g_auto(GStrv) words = g_strsplit(value, " ", -1);
    if (g_strv_length(words) < 2) {
        return label;
    }
    g_free(words[word]);
    words[word] = g_strdup("...");
    g_autofree char *phrase = g_strjoinv(" ", words);
    g_autofree char *alone = label;
    return g_strdup_printf("%s (%s)", alone, phrase);
}

/* ------------------------------------------------------------- the whole */

static void collect_values(struct axis *axis, const struct table *table, size_t column)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t row = 0; row < table_rows(table); row++) {
        char *value = (char *)table_text(table, row, column);
        if (g_hash_table_add(seen, value)) {
            g_ptr_array_add(axis->values, value);
        }
    }
}

struct axis *axis_new(const struct table *table, size_t column)
{
    g_assert(table_rows(table) > 0);
    struct axis *axis = g_new0(struct axis, 1);
    axis->key = table_column_name(table, column);
    axis->values = g_ptr_array_new();
    axis->positions = g_array_new(FALSE, FALSE, sizeof(double));
    axis->ticks = g_ptr_array_new_with_free_func(g_free);
    axis->offset = -1;
    collect_values(axis, table, column);
    int word = varying_word(axis->values);
    axis->numeric = word >= 0 && take_quantities(axis, word);
    if (axis->numeric) {
        axis->offset = choose_offset(axis->positions);
        axis->label = label_with_phrase(axis->key, g_ptr_array_index(axis->values, 0), word);
    } else {
        take_categories(axis);
        axis->label = key_label(axis->key);
    }
    return axis;
}

void axis_free(struct axis *axis)
{
    if (axis == NULL) {
        return;
    }
    g_free(axis->label);
    g_ptr_array_unref(axis->ticks);
    g_array_unref(axis->positions);
    g_ptr_array_unref(axis->values);
    g_free(axis);
}

double axis_position(const struct axis *axis, const char *value)
{
    for (guint i = 0; i < axis->values->len; i++) {
        if (strcmp(g_ptr_array_index(axis->values, i), value) == 0) {
            return g_array_index(axis->positions, double, i);
        }
    }
    g_assert_not_reached();
}

#include "analysis/sweep.h"

#include <string.h>

static void free_axis(void *axis)
{
    axis_free(axis);
}

static const struct axis *choose_x(const GPtrArray *axes)
{
    const struct axis *first = NULL;
    for (guint i = 0; i < axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(axes, i);
        if (axis->values->len < 2) {
            continue;
        }
        if (axis->numeric) {
            return axis;
        }
        first = first != NULL ? first : axis;
    }
    return first;
}

static const char *value_of(const struct sweep *sweep, guint axis, size_t row)
{
    return table_text(sweep->table, row, sweep->first + axis);
}

/* Has each value of the x axis one value of this axis (zip = yes)? */
static bool follows_x(const struct sweep *sweep, guint axis)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal); /* for lookups */
    guint x = 0;
    if (sweep->x == NULL) {
        return false;
    }
    g_ptr_array_find(sweep->axes, sweep->x, &x);
    for (size_t row = 0; row < table_rows(sweep->table); row++) {
        const char *value = value_of(sweep, axis, row);
        const char *before = g_hash_table_lookup(seen, value_of(sweep, x, row));
        if (before != NULL && strcmp(before, value) != 0) {
            return false;
        }
        g_hash_table_insert(seen, (gpointer)value_of(sweep, x, row), (gpointer)value);
    }
    return true;
}

struct sweep *sweep_new(const struct table *table, const char *after, const char *before,
                        GError **error)
{
    g_assert(table != NULL && table_rows(table) > 0);
    size_t first, end;
    if (!table_between(table, after, before, &first, &end, error)) {
        return NULL;
    }
    struct sweep *sweep = g_new0(struct sweep, 1);
    sweep->table = table;
    sweep->first = first;
    sweep->axes = g_ptr_array_new_with_free_func(free_axis);
    for (size_t i = first; i < end; i++) {
        g_ptr_array_add(sweep->axes, axis_new(table, i));
    }
    sweep->x = choose_x(sweep->axes);
    sweep->follows = g_new0(bool, sweep->axes->len);
    for (guint i = 0; i < sweep->axes->len; i++) {
        sweep->follows[i] = follows_x(sweep, i);
    }
    return sweep;
}

void sweep_free(struct sweep *sweep)
{
    if (sweep == NULL) {
        return;
    }
    g_ptr_array_unref(sweep->axes);
    g_free(sweep->follows);
    g_free(sweep);
}

double sweep_position(const struct sweep *sweep, size_t row)
{
    g_assert(sweep->x != NULL);
    for (guint i = 0; i < sweep->axes->len; i++) {
        if (g_ptr_array_index(sweep->axes, i) == sweep->x) {
            return axis_position(sweep->x, value_of(sweep, i, row));
        }
    }
    g_assert_not_reached();
}

/* A protocol or a phrase speaks for itself, "3" and "yes" do not. */
static void append_value(GString *name, const struct axis *axis, const char *value)
{
    bool bare = axis->numeric || strcmp(value, "yes") == 0 || strcmp(value, "no") == 0;
    g_string_append_printf(name, "%s%s%s%s", name->len > 0 ? ", " : "", bare ? axis->label : "",
                           bare ? " " : "", value);
}

char *sweep_curve(const struct sweep *sweep, size_t row, const struct axis *without)
{
    GString *name = g_string_new(NULL);
    for (guint i = 0; i < sweep->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(sweep->axes, i);
        bool left_out = axis == without || (without == sweep->x && sweep->follows[i]);
        if (!left_out && axis->values->len > 1) {
            append_value(name, axis, value_of(sweep, i, row));
        }
    }
    return g_string_free(name, FALSE);
}

const struct axis *sweep_competitors(const struct sweep *sweep, guint *number)
{
    for (guint i = 0; i < sweep->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(sweep->axes, i);
        bool named = strcmp(axis->key, "replication.protocol") == 0 ||
                     strcmp(axis->key, "variant") == 0;
        if (named && axis->values->len > 1) {
            *number = i;
            return axis;
        }
    }
    return NULL;
}

#include "analysis/pairing.h"

#include "analysis/compare.h"

#include <string.h>

/* A swept key that takes part: its column on both sides. */
struct shared_key {
    size_t a, b;
};

struct matcher {
    const struct table *a, *b;
    size_t repetition_a, repetition_b;
    GArray *keys; /* struct shared_key */
    struct pairing *pairing;
};

static bool constant(const struct table *runs, size_t column)
{
    for (size_t row = 1; row < table_rows(runs); row++) {
        if (strcmp(table_text(runs, row, column), table_text(runs, 0, column)) != 0) {
            return false;
        }
    }
    return true;
}

/* A key that only one side has tells nothing as long as it does not vary there. */
static bool ignore_single(const struct table *own, size_t column, const struct table *other,
                          GError **error)
{
    if (!constant(own, column)) {
        g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_PAIRS,
                    "%s varies in %s but is no column of %s, so runs cannot be paired; sweep the "
                    "same keys on both sides",
                    table_column_name(own, column), table_name(own), table_name(other));
        return false;
    }
    return true;
}

static void add_key(struct matcher *matcher, size_t column_a, size_t column_b)
{
    const char *value_a = table_text(matcher->a, 0, column_a);
    const char *value_b = table_text(matcher->b, 0, column_b);
    if (strcmp(value_a, value_b) != 0 && constant(matcher->a, column_a) &&
        constant(matcher->b, column_b)) {
        g_string_append_printf(matcher->pairing->labels, "%s: %s in A, %s in B\n",
                               table_column_name(matcher->a, column_a), value_a, value_b);
        return;
    }
    struct shared_key key = {column_a, column_b};
    g_array_append_val(matcher->keys, key);
}

static bool is_within(int column, size_t first, size_t end)
{
    return column >= (int)first && column < (int)end;
}

static bool find_keys(struct matcher *matcher, GError **error)
{
    size_t first_a, end_a, first_b, end_b;
    if (!table_between(matcher->a, "repetition", "counted", &first_a, &end_a, error) ||
        !table_between(matcher->b, "repetition", "counted", &first_b, &end_b, error)) {
        return false;
    }
    matcher->repetition_a = first_a - 1;
    matcher->repetition_b = first_b - 1;
    for (size_t i = first_a; i < end_a; i++) {
        int other = table_column(matcher->b, table_column_name(matcher->a, i));
        if (is_within(other, first_b, end_b)) {
            add_key(matcher, i, (size_t)other);
        } else if (!ignore_single(matcher->a, i, matcher->b, error)) {
            return false;
        }
    }
    for (size_t i = first_b; i < end_b; i++) {
        int other = table_column(matcher->a, table_column_name(matcher->b, i));
        if (!is_within(other, first_a, end_a) &&
            !ignore_single(matcher->b, i, matcher->a, error)) {
            return false;
        }
    }
    return true;
}

/* The values of the shared keys, with their names as people read them. */
static char *point_name(const struct matcher *matcher, const struct table *runs, size_t row)
{
    GString *name = g_string_new(NULL);
    for (guint i = 0; i < matcher->keys->len; i++) {
        const struct shared_key *key = &g_array_index(matcher->keys, struct shared_key, i);
        size_t column = runs == matcher->a ? key->a : key->b;
        g_string_append_printf(name, "%s%s = %s", i > 0 ? ", " : "",
                               table_column_name(matcher->a, key->a),
                               table_text(runs, row, column));
    }
    return g_string_free(name, FALSE);
}

static char *run_name(const struct matcher *matcher, const struct table *runs, size_t row)
{
    g_autofree char *point = point_name(matcher, runs, row);
    size_t column = runs == matcher->a ? matcher->repetition_a : matcher->repetition_b;
    return g_strdup_printf("%s\n%s", point, table_text(runs, row, column));
}

/* Row + 1 of each run by its name; used for lookups only. */
static GHashTable *index_runs(const struct matcher *matcher, const struct table *runs,
                              GError **error)
{
    GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (size_t row = 0; row < table_rows(runs); row++) {
        char *name = run_name(matcher, runs, row);
        gsize other = GPOINTER_TO_SIZE(g_hash_table_lookup(rows, name));
        if (other != 0) {
            g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_PAIRS,
                        "%s:%zu: same values and repetition as line %zu, so this run has no one "
                        "partner",
                        table_name(runs), table_line(runs, row), table_line(runs, other - 1));
            g_free(name);
            g_hash_table_unref(rows);
            return NULL;
        }
        g_hash_table_insert(rows, name, GSIZE_TO_POINTER(row + 1));
    }
    return rows;
}

static guint point_index(struct matcher *matcher, GHashTable *points, size_t row)
{
    GPtrArray *names = matcher->pairing->points;
    char *name = point_name(matcher, matcher->a, row);
    gpointer known = g_hash_table_lookup(points, name);
    if (known != NULL) {
        g_free(name);
        return GPOINTER_TO_UINT(known) - 1;
    }
    g_ptr_array_add(names, name);
    g_hash_table_insert(points, name, GUINT_TO_POINTER(names->len));
    return names->len - 1;
}

static void match(struct matcher *matcher, GHashTable *rows_b)
{
    struct pairing *pairing = matcher->pairing;
    g_autoptr(GHashTable) points = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t row = 0; row < table_rows(matcher->a); row++) {
        g_autofree char *name = run_name(matcher, matcher->a, row);
        gsize partner = GPOINTER_TO_SIZE(g_hash_table_lookup(rows_b, name));
        if (partner == 0) {
            pairing->unpaired_a++;
            continue;
        }
        struct pair pair = {row, partner - 1, point_index(matcher, points, row)};
        g_array_append_val(pairing->pairs, pair);
    }
    pairing->unpaired_b = table_rows(matcher->b) - pairing->pairs->len;
}

static bool fill(struct matcher *matcher, GError **error)
{
    if (table_rows(matcher->a) > 0 && table_rows(matcher->b) > 0) {
        if (!find_keys(matcher, error)) {
            return false;
        }
        g_autoptr(GHashTable) rows_a = index_runs(matcher, matcher->a, error);
        g_autoptr(GHashTable) rows_b = rows_a ? index_runs(matcher, matcher->b, error) : NULL;
        if (rows_b == NULL) {
            return false;
        }
        match(matcher, rows_b);
    }
    if (matcher->pairing->pairs->len == 0) {
        g_set_error(error, COMPARE_ERROR, COMPARE_ERROR_PAIRS,
                    "no run of %s has a partner in %s: none has the same swept values and "
                    "repetition",
                    table_name(matcher->a), table_name(matcher->b));
        return false;
    }
    return true;
}

struct pairing *pairing_new(const struct table *a, const struct table *b, GError **error)
{
    g_assert(a != NULL && b != NULL);
    struct pairing *pairing = g_new0(struct pairing, 1);
    pairing->pairs = g_array_new(FALSE, FALSE, sizeof(struct pair));
    pairing->points = g_ptr_array_new_with_free_func(g_free);
    pairing->labels = g_string_new(NULL);
    g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(struct shared_key));
    struct matcher matcher = {.a = a, .b = b, .keys = keys, .pairing = pairing};
    if (!fill(&matcher, error)) {
        pairing_free(pairing);
        return NULL;
    }
    return pairing;
}

void pairing_free(struct pairing *pairing)
{
    if (pairing == NULL) {
        return;
    }
    g_string_free(pairing->labels, TRUE);
    g_ptr_array_unref(pairing->points);
    g_array_unref(pairing->pairs);
    g_free(pairing);
}

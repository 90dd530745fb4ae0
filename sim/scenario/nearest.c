#include "sim/scenario/nearest.h"

#include <string.h>

enum { WORD_MAX = 64 };

/* Optimal string alignment, three rows of the table at a time. */
static unsigned distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > WORD_MAX || length_b > WORD_MAX)
        return G_MAXUINT;
    for (size_t j = 0; j <= length_b; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= length_a; i++) {
        unsigned *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= length_b; j++) {
            unsigned change = above[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = MIN(change, MIN(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = MIN(row[j], second[j - 2] + 1);
        }
    }
    return rows[length_a % 3][length_b];
}

const char *nearest_word(const char *word, const GPtrArray *candidates)
{
    g_assert(word != NULL && candidates != NULL);
    unsigned best = MAX((unsigned)strlen(word) / 3, 1) + 1;
    const char *nearest = NULL;
    for (unsigned i = 0; i < candidates->len; i++) {
        const char *candidate = g_ptr_array_index(candidates, i);
        unsigned apart = distance(word, candidate);
        if (apart < best) {
            best = apart;
            nearest = candidate;
        }
    }
    return nearest;
}

char *nearest_hint(const char *word, const GPtrArray *candidates)
{
    const char *nearest = nearest_word(word, candidates);
    if (nearest != NULL)
        return g_strdup_printf(" (did you mean %s?)", nearest);
    if (candidates->len == 0)
        return g_strdup("");
    GString *hint = g_string_new(" (known:");
    for (unsigned i = 0; i < candidates->len; i++)
        g_string_append_printf(hint, "%s %s", i == 0 ? "" : ",",
                               (const char *)g_ptr_array_index(candidates, i));
    g_string_append_c(hint, ')');
    return g_string_free(hint, FALSE);
}

#include "core/spelling.h"

#include <string.h>

enum { LETTERS_MAX = 63 };

/* Three rows of the usual table suffice, since a swap looks back two. */
unsigned spelling_distance(const char *one, const char *other)
{
    unsigned rows[3][LETTERS_MAX + 1];
    size_t height = strnlen(one, LETTERS_MAX);
    size_t width = strnlen(other, LETTERS_MAX);
    for (size_t x = 0; x <= width; x++)
        rows[0][x] = (unsigned)x;
    for (size_t y = 1; y <= height; y++) {
        unsigned *row = rows[y % 3];
        const unsigned *above = rows[(y - 1) % 3];
        row[0] = (unsigned)y;
        for (size_t x = 1; x <= width; x++) {
            unsigned replaced = above[x - 1] + (one[y - 1] != other[x - 1]);
            row[x] = MIN(replaced, 1 + MIN(above[x], row[x - 1]));
            if (y > 1 && x > 1 && one[y - 1] == other[x - 2] && one[y - 2] == other[x - 1])
                row[x] = MIN(row[x], rows[(y - 2) % 3][x - 2] + 1);
        }
    }
    return rows[height % 3][width];
}

const char *spelling_nearest(const char *word, const GPtrArray *words)
{
    const char *nearest = NULL;
    unsigned least = 0;
    for (guint i = 0; i < words->len; i++) {
        const char *known = g_ptr_array_index(words, i);
        unsigned distance = spelling_distance(word, known);
        unsigned allowed = MAX(1, (unsigned)strlen(known) / 3);
        if (distance <= allowed && (nearest == NULL || distance < least)) {
            nearest = known;
            least = distance;
        }
    }
    return nearest;
}

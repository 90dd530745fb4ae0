#include "tests/run/covering.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { OPEN = 0xFF }; /* a cell without a value yet */

unsigned covering_count(const struct covering *covering, unsigned i, unsigned a, unsigned j,
                        unsigned b)
{
    unsigned count = 0;
    for (unsigned r = 0; r < covering->rows; r++)
        count += covering->cell[r][i] == a && covering->cell[r][j] == b;
    return count;
}

/* The first pair that no row has yet goes into a new, open row; false: there is none. */
static bool begin_row(struct covering *covering, unsigned char *row)
{
    for (unsigned i = 0; i < covering->columns; i++)
        for (unsigned j = i + 1; j < covering->columns; j++)
            for (unsigned a = 0; a < covering->values[i]; a++)
                for (unsigned b = 0; b < covering->values[j]; b++) {
                    if (covering_count(covering, i, a, j, b) > 0)
                        continue;
                    row[i] = (unsigned char)a;
                    row[j] = (unsigned char)b;
                    return true;
                }
    return false;
}

/* How many new pairs a value brings to the row so far. */
static unsigned gain(const struct covering *covering, const unsigned char *row, unsigned column,
                     unsigned value)
{
    unsigned pairs = 0;
    for (unsigned i = 0; i < covering->columns; i++)
        pairs += i != column && row[i] != OPEN
                 && covering_count(covering, column, value, i, row[i]) == 0;
    return pairs;
}

/* Each open cell gets the value that brings most; of equals the one used least. */
static void fill_row(const struct covering *covering, unsigned char *row)
{
    for (unsigned column = 0; column < covering->columns; column++) {
        if (row[column] != OPEN)
            continue;
        unsigned best = 0;
        for (unsigned value = 1; value < covering->values[column]; value++) {
            unsigned more = gain(covering, row, column, value);
            unsigned most = gain(covering, row, column, best);
            if (more > most
                || (more == most
                    && covering_count(covering, column, value, column, value)
                           < covering_count(covering, column, best, column, best)))
                best = value;
        }
        row[column] = (unsigned char)best;
    }
}

void covering_make(struct covering *covering)
{
    g_assert(covering->columns >= 2 && covering->columns <= COVERING_COLUMNS);
    unsigned char row[COVERING_COLUMNS];
    covering->rows = 0;
    for (;;) {
        memset(row, OPEN, sizeof row);
        if (!begin_row(covering, row))
            return;
        fill_row(covering, row);
        g_assert(covering->rows < COVERING_ROWS);
        memcpy(covering->cell[covering->rows++], row, sizeof row);
    }
}

/* Covering arrays of strength 2: few rows in which every pair of values of two columns
 * occurs (requirements, section 15, no. 13). */
#ifndef TESTS_RUN_COVERING_H
#define TESTS_RUN_COVERING_H

enum { COVERING_COLUMNS = 32, COVERING_VALUES = 4, COVERING_ROWS = 64 };

struct covering {
    unsigned columns;
    unsigned values[COVERING_COLUMNS]; /* how many each column has */
    unsigned rows;
    unsigned char cell[COVERING_ROWS][COVERING_COLUMNS];
};

/* Fill in the rows for the columns given: greedy, the same whenever it is called. */
void covering_make(struct covering *covering);

/* How many rows hold value a of column i and value b of column j. */
unsigned covering_count(const struct covering *covering, unsigned i, unsigned a, unsigned j,
                        unsigned b);

#endif

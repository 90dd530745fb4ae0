/* Quantities: numbers with units, read exactly and printed canonically.
 *
 * Decimals are read without floating point (1.5ms is 1,500,000 ns); what is finer
 * than the quantity can hold is refused, and so is a number without its unit. */
#ifndef SIM_SCENARIO_QUANTITY_H
#define SIM_SCENARIO_QUANTITY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum quantity {
    QUANTITY_TIME,      /* us ms s min; in ns */
    QUANTITY_SHARE,     /* %, 0..100; in parts per billion */
    QUANTITY_SIZE,      /* b kb mb, bytes, 1 kb = 1000; in bytes */
    QUANTITY_RATE,      /* kbit mbit gbit; in bits a second */
    QUANTITY_FREQUENCY, /* /s; in millionths */
    QUANTITY_COUNT,     /* bare and whole */
    QUANTITY_DECIMAL,   /* bare; in millionths */
    QUANTITY_KINDS
};

enum { SHARE_ONE = 1000000000, DECIMAL_ONE = 1000000 };

/* Read one word. On failure *problem says what is wrong and how to mend it; free
 * with g_free(). */
bool quantity_read(enum quantity quantity, const char *word, uint64_t *value, char **problem);

/* Append the canonical spelling; reading it gives the value again. */
void quantity_print(enum quantity quantity, uint64_t value, GString *text);

/* Dotted IPv4 addresses, four decimal fields without leading zeros. */
bool quantity_read_ip(const char *word, uint32_t *ip, char **problem);
void quantity_print_ip(uint32_t ip, GString *text);

/* NETWORK/PREFIX; an address alone is /32. Bits beyond the prefix are refused. */
bool quantity_read_network(const char *word, uint32_t *network, unsigned *prefix, char **problem);
uint32_t quantity_mask(unsigned prefix);

/* Split a value at its blanks into words; free with g_strfreev(). */
char **quantity_words(const char *value);

#endif

/* Values by type: from the text of a user to canonical spelling, and from that to
 * plain C. Every key is checked here, alone; what keys mean together is checked
 * where a scenario is made. */
#ifndef SIM_SCENARIO_VALUE_H
#define SIM_SCENARIO_VALUE_H

#include "core/nstime.h"
#include "sim/scenario/schema.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* The canonical spelling of a key's value, or NULL with *problem; both are freed
 * with g_free(). */
char *value_canonical(const struct schema_key *key, const char *text, char **problem);

/* The rest reads canonical text, and asserts that it is. */
bool value_yes(const char *text);
uint64_t value_count(const char *text);

/* "7", or "7..9": the numbers of connections or datagrams from first to last. False with a
 * problem (free with g_free()) when it is neither. */
bool value_span(const char *word, uint32_t *first, uint32_t *last, char **problem);
nstime value_time(const char *text); /* a word (none, off, auto) is NSTIME_NEVER */
uint64_t value_frequency(const char *text); /* whole, a second; a word is 0 */
uint64_t value_size(const char *text);
uint32_t value_ip(const char *text);
double value_confidence(const char *text);
uint64_t value_share(const char *text); /* in parts per billion */

/* from, to: NSTIME_NEVER where none is given; count 0: off. */
struct value_instants {
    uint64_t count;
    nstime from, to;
};
struct value_instants value_instants(const char *text);

struct keepalive value_keepalive(const char *text); /* off, on, or TIME [INTERVAL [PROBES]] */

struct machine_address {
    uint32_t ip;
    uint16_t port;
    uint16_t bind_id;
    uint8_t protocol; /* IP protocol number */
};
struct machine_address value_machine(const char *text);

struct network {
    uint32_t ip;
    unsigned prefix;
};
struct network value_network(const char *text);

/* Do the two share an address? */
bool network_overlaps(struct network a, struct network b);

#endif

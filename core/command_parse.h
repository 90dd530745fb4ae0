/* The small words of commands: addresses, masks, numbers, times, machine IDs.
 * All take a whole word and accept nothing else; on false nothing was written. */
#ifndef CORE_COMMAND_PARSE_H
#define CORE_COMMAND_PARSE_H

#include "core/machine.h"

/* What an ID in a command matches: fields left out or "all" match any (fact F-202). */
struct machine_pattern {
    struct machine_id id; /* 0, or tcp, where left out */
    bool any_ip, any_port, any_bind_id, any_protocol;
};

/* Decimal digits only, at most maximum. */
bool parse_number(const char *word, uint64_t maximum, uint64_t *number);

/* Four decimal numbers; no leading zeros, which others read as octal. */
bool parse_ip(const char *word, uint32_t *ip);

/* A netmask without holes, 255.255.255.0, as a prefix length 0..32. */
bool parse_mask(const char *word, unsigned *prefix);

/* Seconds, or a number with us, ms, s or min; decimals as fine as a nanosecond, up
 * to the minute before nstime ends. */
bool parse_time(const char *word, nstime *time);

/* The shortest text in one unit that parse_time() reads back as time, which is
 * not negative; free with g_free(). */
char *print_time(nstime time);

/* Returns NULL, or in a phrase what is wrong with the word. */
const char *parse_pattern(const char *word, struct machine_pattern *pattern);

bool pattern_matches(const struct machine_pattern *pattern, struct machine_id id);

#endif

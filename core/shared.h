/* Which commands are the pair's, to be mirrored, and which are one unit's own (R-1206). */
#ifndef CORE_SHARED_H
#define CORE_SHARED_H

#include <stdbool.h>

/* The line in its plain spelling, words parted by one space, if it is the pair's; NULL if it
 * is the unit's own or empty. Free with g_free(). */
char *shared_command(const char *line);

/* The lines of a configuration (core/command.h) that are the pair's, or a unit's own, in
 * their order; free with g_free(). */
char *shared_configuration(const char *text, bool of_unit);

#endif

/* A whole configuration in the place of the one there is (R-1105, fact F-721). */
#ifndef CORE_RECONFIGURE_H
#define CORE_RECONFIGURE_H

#include "core/effect.h"
#include "core/nstime.h"

#include <stdbool.h>

struct director;

/* Configure the director anew by these commands, one a line. Connections whose machines are
 * in both configurations stay; those of others end first. What was learned of
 * machines' health is forgotten, and of sticky clients all but those with a connection.
 * False, and nothing is changed, when a line is refused. */
bool reconfigure(struct director *director, nstime now, const char *text,
                 struct effects *effects);

#endif

/* What the "show" commands print. */
#ifndef CORE_SHOW_H
#define CORE_SHOW_H

#include "core/command.h"

struct director;

/* The answer, lines ended by newlines; free with g_free(). */
char *show_print(const struct director *director, enum command_show what);

#endif

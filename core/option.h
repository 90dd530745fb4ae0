/* Options: settings chosen by a word or a time, one table (requirements section
 * 14). In names and values hyphen and underscore are the same letter. */
#ifndef CORE_OPTION_H
#define CORE_OPTION_H

#include "core/settings.h"

#include <glib.h>

/* Longest idle, hold and half-open times: far below what could overflow. */
#define OPTION_TIME_MAX (10 * 365 * 24 * 60 * NSTIME_MIN)

/* Set one. Returns NULL, or a sentence that says what is wrong with which word;
 * then nothing was changed; free it with g_free(). */
char *option_set(struct settings *settings, const char *name, const char *value);

/* Append "option NAME VALUE\n" for each; those of detectors where they are not the
 * default. */
void option_print_all(const struct settings *settings, GString *text);

#endif

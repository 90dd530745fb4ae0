#include "core/shared.h"

#include <glib.h>
#include <string.h>

/* How a unit's own commands begin; all others are the pair's. */
static const char *const own[] = {
    "show", "write",
    /* its role (R-1206) */
    "failover active", "no failover active", "failover reset",
    /* about connections: the standby is told of them by records */
    "no connection", "buddy",
    /* by these two units of a pair differ on purpose */
    "option priority", "option preempt", "option preempt-delay", "option advskew",
};

/* An option's name is written with underscores as well. */
static char *plain_spelling(const char *line)
{
    char **words = g_strsplit_set(line, " \t\r\n", -1);
    GString *text = g_string_new(NULL);
    for (unsigned i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", words[i]);
    g_strfreev(words);
    if (g_str_has_prefix(text->str, "option "))
        g_strdelimit(text->str, "_", '-');
    return g_string_free(text, FALSE);
}

static bool is_own(const char *line)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(own); i++) {
        size_t length = strlen(own[i]);
        if (strncmp(line, own[i], length) == 0 && (line[length] == ' ' || line[length] == '\0'))
            return true;
    }
    return false;
}

char *shared_command(const char *line)
{
    char *text = plain_spelling(line);
    if (*text != '\0' && !is_own(text))
        return text;
    g_free(text);
    return NULL;
}

char *shared_configuration(const char *text, bool of_unit)
{
    char **lines = g_strsplit(text, "\n", -1);
    GString *kept = g_string_new(NULL);
    for (unsigned i = 0; lines[i] != NULL; i++)
        if (*lines[i] != '\0' && is_own(lines[i]) == of_unit)
            g_string_append_printf(kept, "%s\n", lines[i]);
    g_strfreev(lines);
    return g_string_free(kept, FALSE);
}

#include "sim/command/verb.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

void console_settle(struct console *console)
{
    const char *no_color = g_getenv("NO_COLOR");

    console->colour = !console->plain && (no_color == NULL || *no_color == '\0') &&
                      isatty(STDOUT_FILENO);
}

enum status verb_fail(const struct verb *verb, enum status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    fprintf(stderr, "understudy %s: %s\n", verb->name, message);
    return status;
}

/* GLib writes an ellipsis character, which a plain locale shows as a question mark. */
char *verb_help(GOptionContext *context)
{
    g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
    g_auto(GStrv) parts = g_strsplit(text, "\xe2\x80\xa6", -1);

    return g_strjoinv("...", parts);
}

static bool count_arguments(const struct verb *verb, int count)
{
    if (count >= verb->arguments_min && count <= verb->arguments_max) {
        return true;
    }
    verb_fail(verb, STATUS_INPUT,
              "%s: it takes %s (try \"understudy %s --help\")",
              count < verb->arguments_min ? "an argument is missing" : "too many arguments",
              verb->arguments, verb->name);
    return false;
}

static GOptionContext *make_context(const struct verb *verb, struct console *console,
                                    const GOptionEntry *entries, gboolean *help)
{
    GOptionContext *context = g_option_context_new(verb->arguments);
    const GOptionEntry common[] = {
        CONSOLE_ENTRIES(console),
        {"help", 'h', 0, G_OPTION_ARG_NONE, help, "this text", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };

    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, verb->summary);
    g_option_context_set_description(context, verb->details);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, common, NULL);
    return context;
}

enum verb_parse verb_parse(const struct verb *verb, struct console *console,
                           const GOptionEntry *entries, int *argc, char ***argv)
{
    gboolean help = FALSE;
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = make_context(verb, console, entries, &help);
    g_autofree char *name = g_strdup_printf("understudy %s", verb->name);

    g_set_prgname(name);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        verb_fail(verb, STATUS_INPUT, "%s (try \"understudy %s --help\")", error->message,
                  verb->name);
        return VERB_WRONG;
    }
    console_settle(console);
    if (help) {
        g_autofree char *text = verb_help(context);
        fputs(text, stdout);
        return VERB_HELPED;
    }
    if (*argc > 1 && g_str_equal((*argv)[1], "--")) {
        (*argv)++;
        (*argc)--;
    }
    return count_arguments(verb, *argc - 1) ? VERB_GO : VERB_WRONG;
}

enum status verb_parse_status(enum verb_parse parse)
{
    g_assert(parse != VERB_GO);
    return parse == VERB_HELPED ? STATUS_DONE : STATUS_INPUT;
}

bool verb_number(const struct verb *verb, const char *option, const char *text, uint64_t min,
                 uint64_t max, uint64_t *number)
{
    if (g_ascii_string_to_unsigned(text, 10, min, max, number, NULL)) {
        return true;
    }
    verb_fail(verb, STATUS_INPUT,
              "%s %s: not a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
              option, text, min, max);
    return false;
}

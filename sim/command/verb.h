/* Verbs: what the words of the command line share.
 *
 * Results go to standard output; warnings, errors and progress to standard error.
 * Nothing is printed to standard output before it can be printed whole. */
#ifndef SIM_COMMAND_VERB_H
#define SIM_COMMAND_VERB_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* code, number, what it means; the one table of exit codes. */
#define STATUS_LIST(X)                                                                  \
    X(STATUS_DONE, 0, "done")                                                           \
    X(STATUS_LOSS, 1, "compare found a loss, [expect] missed, or none was open at the failure") \
    X(STATUS_INPUT, 2, "usage error or invalid input; nothing ran")                     \
    X(STATUS_TROUBLE, 3, "cannot write, disk full, gnuplot missing or failed")          \
    X(STATUS_BROKEN, 4, "an invariant broke: a bug; the message tells how to replay it") \
    X(STATUS_INTERRUPTED, 130, "interrupted (SIGINT); finished runs are kept")          \
    X(STATUS_TERMINATED, 143, "terminated (SIGTERM); finished runs are kept")

#define STATUS_CODE(code, number, meaning) code = number,
enum status { STATUS_LIST(STATUS_CODE) };
#undef STATUS_CODE

struct console {
    gboolean quiet;
    gboolean verbose;
    gboolean plain;  /* --no-color */
    gboolean colour; /* decided by console_settle() */
};

struct verb {
    const char *name;
    const char *arguments; /* "FILE", "DIR [FIGURE]" */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs and examples of the help text */
    int arguments_min, arguments_max;
    enum status (*act)(const struct verb *verb, struct console *console, int argc, char **argv);
};

extern const struct verb verb_run, verb_sweep, verb_plot, verb_compare, verb_check, verb_show,
    verb_explain, verb_causes, verb_list, verb_compare_protocols;

/* Options that may stand before the verb or behind it. */
#define CONSOLE_ENTRIES(console)                                                             \
    {"quiet", 'q', 0, G_OPTION_ARG_NONE, &(console)->quiet, "no warnings, no progress", NULL}, \
    {"verbose", 'v', 0, G_OPTION_ARG_NONE, &(console)->verbose, "say more on standard error",  \
     NULL},                                                                                  \
    {"no-color", 0, 0, G_OPTION_ARG_NONE, &(console)->plain, "no colour (as NO_COLOR does)",   \
     NULL}

/* Colour or not: a terminal, no NO_COLOR, no --no-color. */
void console_settle(struct console *console);

enum verb_parse { VERB_GO, VERB_HELPED, VERB_WRONG };

/* Parse a verb's options (entries end with an empty one) and count its arguments,
 * which stay in argv[1] to argv[argc - 1]. VERB_HELPED: the help text was printed;
 * VERB_WRONG: an error was. */
enum verb_parse verb_parse(const struct verb *verb, struct console *console,
                           const GOptionEntry *entries, int *argc, char ***argv);
/* The status to leave with when verb_parse() was not VERB_GO. */
enum status verb_parse_status(enum verb_parse parse);

/* One line on standard error: "understudy VERB: message". Returns the status. */
enum status verb_fail(const struct verb *verb, enum status status, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* A whole number given with an option, min to max; false after a message. */
bool verb_number(const struct verb *verb, const char *option, const char *text, uint64_t min,
                 uint64_t max, uint64_t *number);

/* The help text of an option context, in plain ASCII. Free with g_free(). */
char *verb_help(GOptionContext *context);

#endif

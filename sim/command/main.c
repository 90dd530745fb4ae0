/* understudy: the program. Verbs are listed here, one file each. */
#include "sim/command/verb.h"

#include "sim/run/manifest.h"
#include "sim/scenario/nearest.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>

static const struct verb *const verbs[] = {
    &verb_run,  &verb_sweep, &verb_plot,    &verb_compare, &verb_compare_protocols, &verb_check,
    &verb_show, &verb_explain, &verb_causes, &verb_list,
};

static char *describe(void)
{
    GString *text = g_string_new("Commands (\"understudy COMMAND --help\" tells more):\n");

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_autofree char *usage = g_strdup_printf("%-8s %s", verbs[i]->name, verbs[i]->arguments);
        g_string_append_printf(text, "  %-23s %s\n", usage, verbs[i]->summary);
    }
    g_string_append(text, "\nFILE may be - for standard input.\n\nExit codes:\n");
#define STATUS_HELP(code, number, meaning) \
    g_string_append_printf(text, "  %3d  %s\n", number, meaning);
    STATUS_LIST(STATUS_HELP)
#undef STATUS_HELP
    g_string_append(text, "\nFor a start:\n  understudy run scenarios/first.scn\n");
    return g_string_free(text, FALSE);
}

static GOptionContext *make_context(const GOptionEntry *entries)
{
    GOptionContext *context = g_option_context_new("COMMAND [ARG...]");
    g_autofree char *description = describe();

    g_option_context_set_strict_posix(context, TRUE);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(
        context, "Which TCP connections survive on the standby when a load balancer dies,\n"
                 "which do not, and why?");
    g_option_context_set_description(context, description);
    g_option_context_add_main_entries(context, entries, NULL);
    return context;
}

static enum status refuse(const char *message)
{
    fprintf(stderr, "understudy: %s (try \"understudy --help\")\n", message);
    return STATUS_INPUT;
}

static enum status unknown(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        g_ptr_array_add(names, (gpointer)verbs[i]->name);
    }
    g_autofree char *hint = nearest_hint(word, names);
    g_autofree char *message = g_strdup_printf("unknown command %s%s", word, hint);
    return refuse(message);
}

static enum status act(struct console *console, int argc, char **argv)
{
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (g_str_equal(argv[0], verbs[i]->name)) {
            return verbs[i]->act(verbs[i], console, argc, argv);
        }
    }
    return unknown(argv[0]);
}

static enum status parse(int argc, char **argv)
{
    struct console console = {0};
    gboolean version = FALSE, help = FALSE;
    const GOptionEntry entries[] = {
        CONSOLE_ENTRIES(&console),
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version", NULL},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "this text", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = make_context(entries);
    g_autoptr(GError) error = NULL;

    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        return refuse(error->message);
    }
    if (help) {
        g_autofree char *text = verb_help(context);
        fputs(text, stdout);
        return STATUS_DONE;
    }
    if (version) {
        puts("understudy " UNDERSTUDY_VERSION);
        return STATUS_DONE;
    }
    return argc < 2 ? refuse("a command is missing") : act(&console, argc - 1, argv + 1);
}

/* One write at the end, so that its errno is known; stdout owns the memory till then. */
#define OUTPUT_BUFFER (1 << 20)

/* A reader that has seen enough ("| head") is no trouble; a full disk is. */
static enum status flush(enum status status)
{
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE || status != STATUS_DONE) {
        return status;
    }
    fprintf(stderr, "understudy: cannot write to standard output: %s\n",
            g_strerror(errno != 0 ? errno : EIO));
    return STATUS_TROUBLE;
}

int main(int argc, char **argv)
{
    g_log_writer_default_set_use_stderr(TRUE);
    g_set_prgname("understudy");
    /* the write fails instead, and what was begun is taken back */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    setvbuf(stdout, g_malloc(OUTPUT_BUFFER), _IOFBF, OUTPUT_BUFFER);
    return (int)flush(parse(argc, argv));
}

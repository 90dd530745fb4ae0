#include "tests/program/support.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char SMALL[] =
    "[scenario]\n"
    "title = A small pair\n"
    "duration = 5s\n"
    "repetitions = 3\n"
    "[virtual web]\n"
    "address = 192.0.2.80:80\n"
    "bind = r1 r2\n"
    "replicate = yes\n"
    "[real r1]\n"
    "address = 10.0.1.1:80\n"
    "[real r2]\n"
    "address = 10.0.1.2:80\n"
    "[failover]\n"
    "hello-time = 200ms\n"
    "[replication]\n"
    "protocol = patent\n"
    "[link replication]\n"
    "delay = 500us\n"
    "loss = 30%\n"
    "[workload browsers]\n"
    "arrivals = poisson 40/s\n"
    "requests-per-connection = 4\n"
    "[faults]\n"
    "crash = at 3s crash active\n"
    "[output]\n"
    "tables = runs connections\n";

const char SMALL_SWEEP[] =
    "[sweep]\n"
    "link.replication.loss = 0%; 30%\n"
    "replication.protocol = none; patent\n";

static char *program(void)
{
    const char *named = g_getenv("UNDERSTUDY");

    return g_canonicalize_filename(named != NULL ? named : "understudy", NULL);
}

/* Each test is a process of its own, so a static is a test's, not the suite's; with
 * CK_FORK=no the fixtures set and clear it in turn. */
static struct {
    char *home;    /* where the tests were started */
    char *program;
    char *directory;
} scratch;

void scratch_enter(void)
{
    scratch.home = g_get_current_dir();
    scratch.program = program();
    scratch.directory = g_dir_make_tmp("understudy-test-XXXXXX", NULL);
    ck_assert_ptr_nonnull(scratch.directory);
    ck_assert_int_eq(g_chdir(scratch.directory), 0);
    scratch_write("small.scn", SMALL);
    g_autofree char *sweep = g_strconcat(SMALL, SMALL_SWEEP, NULL);
    scratch_write("sweep.scn", sweep);
}

static void remove_tree(const char *path)
{
    GDir *dir = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_remove(path);
}

void scratch_leave(void)
{
    ck_assert_int_eq(g_chdir(scratch.home), 0);
    remove_tree(scratch.directory);
    g_clear_pointer(&scratch.home, g_free);
    g_clear_pointer(&scratch.program, g_free);
    g_clear_pointer(&scratch.directory, g_free);
}

void scratch_write(const char *name, const char *text)
{
    ck_assert(g_file_set_contents(name, text, -1, NULL));
}

char *scratch_read(const char *name)
{
    char *text = NULL;

    ck_assert_msg(g_file_get_contents(name, &text, NULL, NULL), "cannot read %s", name);
    return text;
}

bool scratch_exists(const char *name)
{
    return g_file_test(name, G_FILE_TEST_EXISTS);
}

static void collect(GPtrArray *names, const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        char *child = g_build_filename(path, name, NULL);
        g_ptr_array_add(names, child);
        collect(names, child);
    }
    g_clear_pointer(&dir, g_dir_close);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char *scratch_list(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);

    collect(names, name);
    g_ptr_array_sort(names, by_name);
    g_ptr_array_add(names, NULL);
    return g_strjoinv("\n", (char **)names->pdata);
}

static GSubprocess *start(const char *const *argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_PIPE);

    g_subprocess_launcher_setenv(launcher, "U", scratch.program, TRUE);
    g_subprocess_launcher_unsetenv(launcher, "SOURCE_DATE_EPOCH");
    GSubprocess *process = g_subprocess_launcher_spawnv(launcher, argv, &error);
    ck_assert_msg(process != NULL, "%s", error != NULL ? error->message : "");
    return process;
}

static GSubprocess *start_program(const char *arguments)
{
    g_autofree char *line = g_strdup_printf("%s %s", scratch.program, arguments);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);

    return start((const char *const *)argv);
}

static struct answer communicate(GSubprocess *process, const char *input)
{
    struct answer answer = {0};

    ck_assert(g_subprocess_communicate_utf8(process, input, NULL, &answer.out, &answer.err, NULL));
    answer.status = g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process)
                                                        : 128 + g_subprocess_get_term_sig(process);
    g_object_unref(process);
    return answer;
}

struct answer ask_with_input(const char *arguments, const char *input)
{
    return communicate(start_program(arguments), input);
}

struct answer ask(const char *arguments)
{
    return ask_with_input(arguments, "");
}

struct answer ask_shell(const char *line)
{
    const char *argv[] = {"/bin/sh", "-c", line, NULL};

    return communicate(start(argv), "");
}

GSubprocess *ask_later(const char *arguments)
{
    return start_program(arguments);
}

struct answer answer_wait(GSubprocess *process)
{
    return communicate(process, "");
}

void answer_clear(struct answer *answer)
{
    g_clear_pointer(&answer->out, g_free);
    g_clear_pointer(&answer->err, g_free);
}

unsigned count_lines(const char *text)
{
    unsigned lines = 0;

    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

char *overlong_line(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (g_utf8_strlen(*line, -1) > 80) {
            return g_strdup(*line);
        }
    }
    return NULL;
}

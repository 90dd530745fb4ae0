#include "tests/scenario/support.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

const char *const sound_text =
    "[scenario]\n"                   /* 1 */
    "duration = 20s\n"               /* 2 */
    "[virtual web]\n"                /* 3 */
    "address = 192.0.2.80:80\n"      /* 4 */
    "bind = r1 r2\n"                 /* 5 */
    "replicate = yes\n"              /* 6 */
    "[real r1]\n"                    /* 7 */
    "address = 10.0.1.1:80:0:tcp\n"  /* 8 */
    "[real r2]\n"                    /* 9 */
    "address = 10.0.1.2:80:0:tcp\n"  /* 10 */
    "[workload browsers]\n"          /* 11 */
    "clients = 200\n"                /* 12 */
    "[faults]\n"                     /* 13 */
    "crash = at 10s crash active\n"  /* 14 */
    "# the end\n";                   /* 15 */

const char *const rich_text =
    "[scenario]\ntitle = All of it\nduration = 40s\nseed = 7\nrepetitions = 30\nmeasure = stop\n"
    "[director A]\nstate = MASTER\n"
    "[failover]\nhello_time = 3s\nhello-misses = 3\nunknown-connection = reset\n"
    "[options]\nactive_on = synack\nstandby-timeout = 90s\n"
    "[virtual web]\naddress = 192.0.2.80:80\npredictor = wlc\nbind = r1 r2\nreplicate = on\n"
    "timeout = 0.25min\n"
    "[virtual gold]\naddress = 192.0.2.80:80:1\nassign = 198.51.100.0/25 198.51.100.200\n"
    "bind = r2\npredictor = rr\n"
    "[real_defaults]\nservice-time = 10ms uniform 5ms\nweight = 2\n"
    "[real r1]\naddress = 10.0.1.1:80\nmaxconns = 500\nstatic = web\n"
    "[real r2]\naddress = 10.0.1.2:8001\nweight = 3\n"
    "[replication]\nprotocol = patent\ndelete_send = always\nbuddy_packet = separate\n"
    "[link-defaults]\ndelay = 0.3ms\n"
    "[link clients]\nbetween = units clients\ndelay = 20ms 4ms 25% distribution normal\n"
    "keep-order = yes\n"
    "[link replication]\nloss = random 5%\nreorder = 2% 50% gap 5\nduplicate = 0.50% 10%\n"
    "rate = 1.5mbit 24b\nrev.loss = burst 5% 4\n"
    "[workload browsers]\nvirtual = web\nclients = 50\narrivals = poisson 35.50/s\n"
    "think-time = 500ms lognormal 1.2\nrequests_per_connection = 4 geometric\n"
    "application-timeout = 30s\n"
    "[workload others]\nvirtual = gold\nclients = 20\nclient-network = 198.51.100.0/25\n"
    "arrivals = constant 2/s\nhalf-close = true\n"
    "[faults]\nstop = at 20s +-500ms crash active\nslow = from 12s to 13s link clients delay 40ms\n"
    "back = after stop 10s restart A\ncut = after slow 2s link replication down for 100ms\n"
    "[sweep]\nlink.replication.loss = 0%..10% step 5%; gemodel 1% 20% 80% 0.1%\n"
    "virtual.web.replicate = yes; false\n"
    "[output]\ntables = events\nconfidence = runs 99%\n";

static char *folder;
static char *before;

void support_enter(void)
{
    before = g_get_current_dir();
    folder = g_dir_make_tmp("scenario-XXXXXX", NULL);
    ck_assert_ptr_nonnull(folder);
    ck_assert_int_eq(chdir(folder), 0);
}

void support_leave(void)
{
    GDir *dir = g_dir_open(".", 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL;)
        g_remove(name);
    g_dir_close(dir);
    ck_assert_int_eq(chdir(before), 0);
    g_rmdir(folder);
    g_clear_pointer(&folder, g_free);
    g_clear_pointer(&before, g_free);
}

void support_write(const char *name, const char *text)
{
    ck_assert(g_file_set_contents(name, text, -1, NULL));
}

/* Read with the arguments of --set; the list of overrides lives only here. */
static struct scenario_file *read_with(const char *text, va_list sets, GPtrArray *warnings,
                                       GError **error)
{
    struct override overrides[8];
    char *keys[8];
    size_t count = 0;
    support_write("t.scn", text);
    for (const char *set; (set = va_arg(sets, const char *)) != NULL; count++) {
        const char *equals = strchr(set, '=');
        ck_assert(count < G_N_ELEMENTS(keys) && equals != NULL);
        keys[count] = g_strndup(set, (gsize)(equals - set));
        overrides[count] = (struct override){keys[count], (char *)(equals + 1)};
    }
    struct scenario_file *file = scenario_file_read("t.scn", overrides, count, warnings, error);
    for (size_t i = 0; i < count; i++)
        g_free(keys[i]);
    return file;
}

struct scenario_file *support_read(const char *text, ...)
{
    GError *error = NULL;
    va_list sets;
    va_start(sets, text);
    struct scenario_file *file = read_with(text, sets, NULL, &error);
    va_end(sets);
    ck_assert_msg(file != NULL, "refused: %s", error == NULL ? "" : error->message);
    return file;
}

char *support_refusal(const char *text, ...)
{
    GError *error = NULL;
    va_list sets;
    va_start(sets, text);
    struct scenario_file *file = read_with(text, sets, NULL, &error);
    va_end(sets);
    ck_assert_msg(file == NULL, "accepted, but should not be");
    char *message = g_strdup(error->message);
    g_error_free(error);
    return message;
}

static struct scenario_file *read_warned(GPtrArray *warnings, const char *text, ...)
{
    va_list sets;
    va_start(sets, text);
    struct scenario_file *file = read_with(text, sets, warnings, NULL);
    va_end(sets);
    return file;
}

char *support_warnings(const char *text)
{
    GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);
    struct scenario_file *file = read_warned(warnings, text, NULL);
    ck_assert_ptr_nonnull(file);
    scenario_file_free(file);
    g_ptr_array_add(warnings, NULL);
    char *all = g_strjoinv("\n", (char **)warnings->pdata);
    g_ptr_array_free(warnings, TRUE);
    return all;
}

void support_expect_line(const char *message, const char *line)
{
    char **lines = g_strsplit(message, "\n", -1);
    bool found = g_strv_contains((const char *const *)lines, line);
    g_strfreev(lines);
    ck_assert_msg(found, "no line\n  %s\nin\n%s", line, message);
}

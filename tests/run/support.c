#include "tests/run/support.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static struct scenario *read_file(const char *path, const struct override *overrides,
                                  size_t count)
{
    GError *error = NULL;
    struct scenario_file *file = scenario_file_read(path, overrides, count, NULL, &error);
    ck_assert_msg(file != NULL, "%s", error ? error->message : "no error");
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    return scenario;
}

struct scenario *scenario_from_text_with(const char *text, const struct override *overrides,
                                         size_t count)
{
    char path[] = "/tmp/understudy-test-XXXXXX";
    int fd = g_mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    struct scenario *scenario = read_file(path, overrides, count);
    g_unlink(path);
    return scenario;
}

struct scenario *scenario_from_text(const char *text)
{
    return scenario_from_text_with(text, NULL, 0);
}

struct scenario *scenario_shipped(const char *name, ...)
{
    GArray *overrides = g_array_new(FALSE, FALSE, sizeof(struct override));
    GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
    va_list arguments;
    va_start(arguments, name);
    for (const char *text; (text = va_arg(arguments, const char *));) {
        char *key = g_strdup(text);
        char *equals = strchr(key, '=');
        ck_assert_ptr_nonnull(equals);
        *equals = '\0';
        struct override override = { .key = key, .value = equals + 1 };
        g_ptr_array_add(texts, key);
        g_array_append_val(overrides, override);
    }
    va_end(arguments);
    char *path = g_strdup_printf("scenarios/%s.scn", name);
    struct scenario *scenario =
        read_file(path, (const struct override *)(void *)overrides->data, overrides->len);
    g_free(path);
    g_ptr_array_free(texts, TRUE);
    g_array_free(overrides, TRUE);
    return scenario;
}

struct scenario *scenario_pair(const char *more)
{
    char *text = g_strconcat("[scenario]\nduration = 14s\n"
                             "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2\n"
                             "replicate = yes\n"
                             "[real r1]\naddress = 10.0.1.1:80\n"
                             "[real r2]\naddress = 10.0.1.2:80\n"
                             "[workload browsers]\narrivals = poisson 50/s\n"
                             "requests-per-connection = 4\nresponse-size = 2kb\n",
                             more, NULL);
    struct scenario *scenario = scenario_from_text(text);
    g_free(text);
    return scenario;
}

struct run_result *run_repetition(const struct scenario *scenario, uint32_t repetition)
{
    struct run_result *result = run_execute(scenario, 0, repetition, true, NULL);
    ck_assert_msg(result->violation == NULL, "%s", result->violation);
    return result;
}

struct run_result *run_once(const struct scenario *scenario)
{
    return run_repetition(scenario, 0);
}

uint32_t casualties(const struct run_result *result)
{
    return result->counted - result->outcomes[OUTCOME_SURVIVED]
           - result->outcomes[OUTCOME_CENSORED];
}

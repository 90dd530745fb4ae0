/* Jobs: runs in threads, results in order; and the progress line beside them. */
#include "sim/run/jobs.h"
#include "sim/run/progress.h"
#include "tests/program/suites.h"

#include <string.h>

#define RUNS 100u

struct ledger {
    uint32_t taken;
    uint32_t refuse_at; /* RUNS: never */
    uint32_t stop_after; /* runs finished */
    gint executed;
};

/* Later runs of a group of eight end first. */
static struct run_result *execute(void *context, uint32_t run)
{
    struct ledger *ledger = context;
    struct run_result *result = g_new0(struct run_result, 1);

    g_usleep((7 - run % 8) * 200);
    result->repetition = run;
    g_atomic_int_inc(&ledger->executed);
    return result;
}

static bool take(void *context, uint32_t run, struct run_result *result)
{
    struct ledger *ledger = context;
    bool accepted = run != ledger->refuse_at;

    ck_assert_uint_eq(run, ledger->taken);
    ck_assert_uint_eq(result->repetition, run);
    ledger->taken += accepted;
    run_result_free(result);
    return accepted;
}

static bool watch(void *context, uint32_t finished)
{
    const struct ledger *ledger = context;

    return finished < ledger->stop_after;
}

static uint32_t perform(struct ledger *ledger, unsigned threads)
{
    const struct jobs jobs = {RUNS, threads, ledger, execute, take, watch};

    return jobs_execute(&jobs);
}

static const unsigned threads_table[] = {1, 2, 3, 8};

/* Runs that end in another order than they began are still taken in order of number,
 * each once, whatever the number of threads. */
START_TEST(results_come_in_order)
{
    struct ledger ledger = {.refuse_at = RUNS, .stop_after = UINT32_MAX};

    ck_assert_uint_eq(perform(&ledger, threads_table[_i]), RUNS);
    ck_assert_uint_eq(ledger.taken, RUNS);
    ck_assert_int_eq(ledger.executed, RUNS);
}
END_TEST

/* Asked to stop after 20 runs, it starts no more, and what was started is taken
 * without a gap: an interrupted sweep keeps a whole beginning. */
START_TEST(a_stop_leaves_no_gap)
{
    unsigned threads = threads_table[_i];
    struct ledger ledger = {.refuse_at = RUNS, .stop_after = 20};
    uint32_t taken = perform(&ledger, threads);

    ck_assert_uint_ge(taken, 20);
    ck_assert_uint_le(taken, 20 + threads);
    ck_assert_int_eq(ledger.executed, (int)taken);
    ck_assert_uint_eq(ledger.taken, taken);
}
END_TEST

/* The taker's disk is full at run 5: nothing further reaches it, nothing leaks. */
START_TEST(a_refusal_ends_it)
{
    struct ledger ledger = {.refuse_at = 5, .stop_after = UINT32_MAX};

    ck_assert_uint_eq(perform(&ledger, threads_table[_i]), 5);
    ck_assert_int_lt(ledger.executed, 5 + 17 * 8);
}
END_TEST

static const struct {
    uint32_t finished, total;
    gint64 elapsed;
    const char *text;
} progress_table[] = {
    {0, 3600, 0, "  0% 0/3600 runs"},
    {1332, 3600, 27183673, " 37% 1332/3600 runs  49 runs/s  ETA 00:46"},
    {3600, 3600, 1000000, "100% 3600/3600 runs  3600 runs/s  ETA 00:00"},
    {1, 10000, 2000000, "  0% 1/10000 runs  0.5 runs/s  ETA 5:33:18"},
};

/* Percent, runs, speed and time left, also when a sweep takes hours. */
START_TEST(progress_says_how_far)
{
    GString *text = g_string_new(NULL);

    progress_text(text, progress_table[_i].finished, progress_table[_i].total,
                  progress_table[_i].elapsed);
    ck_assert_str_eq(text->str, progress_table[_i].text);
    g_string_free(text, TRUE);
}
END_TEST

/* Into a file, a hundred runs give ten lines and no control characters. */
START_TEST(progress_is_sparse_in_a_file)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    struct progress progress;
    unsigned lines = 0;

    progress_start(&progress, stream, false, 100);
    for (uint32_t finished = 0; finished <= 100; finished++) {
        progress_show(&progress, finished);
    }
    progress_stop(&progress);
    fclose(stream);
    for (const char *c = text; *c != '\0'; c++) {
        ck_assert(*c == '\n' || (*c >= ' ' && *c <= '~'));
        lines += *c == '\n';
    }
    ck_assert_uint_eq(lines, 10);
    free(text);
}
END_TEST

Suite *jobs_suite(void)
{
    Suite *suite = suite_create("jobs and progress");
    TCase *tcase = tcase_create("jobs");

    tcase_add_loop_test(tcase, results_come_in_order, 0, G_N_ELEMENTS(threads_table));
    tcase_add_loop_test(tcase, a_stop_leaves_no_gap, 0, G_N_ELEMENTS(threads_table));
    tcase_add_loop_test(tcase, a_refusal_ends_it, 0, G_N_ELEMENTS(threads_table));
    tcase_add_loop_test(tcase, progress_says_how_far, 0, G_N_ELEMENTS(progress_table));
    tcase_add_test(tcase, progress_is_sparse_in_a_file);
    suite_add_tcase(suite, tcase);
    return suite;
}

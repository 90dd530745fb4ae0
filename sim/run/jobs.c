#include "sim/run/jobs.h"

/* How far a run may be ahead of the first one not yet taken, for each thread: slack
 * for a run that takes long, and the bound on results kept in memory. */
#define JOBS_AHEAD 16u
#define JOBS_WATCH_INTERVAL_US 100000u

struct finished {
    uint32_t run;
    struct run_result *result;
};

struct hall {
    const struct jobs *jobs;
    GThreadPool *pool;
    GAsyncQueue *finished;     /* struct finished *, from the workers */
    struct run_result **shelf; /* ring of window results that wait for an earlier one */
    uint32_t window;
    uint32_t started, ended, taken;
    bool closed;  /* no further run starts */
    bool refused; /* nothing further is taken */
};

static void work(gpointer token, gpointer user)
{
    struct hall *hall = user;
    struct finished *finished = g_new(struct finished, 1);

    finished->run = GPOINTER_TO_UINT(token) - 1; /* a pool's token must not be NULL */
    finished->result = hall->jobs->execute(hall->jobs->context, finished->run);
    g_assert(finished->result != NULL);
    g_async_queue_push(hall->finished, finished);
}

/* As many runs are under way as there are threads, and none waits in the pool: so
 * the runs that have started when the watcher says stop leave no gap before them. */
static void start_runs(struct hall *hall)
{
    const struct jobs *jobs = hall->jobs;

    while (!hall->closed && hall->started < jobs->runs &&
           hall->started - hall->ended < jobs->threads &&
           hall->started - hall->taken < hall->window) {
        hall->started++;
        g_thread_pool_push(hall->pool, GUINT_TO_POINTER(hall->started), NULL);
    }
}

static void shelve(struct hall *hall, struct finished *finished)
{
    struct run_result **place = &hall->shelf[finished->run % hall->window];

    g_assert(*place == NULL);
    *place = finished->result;
    hall->ended++;
    g_free(finished);
}

static void take_in_order(struct hall *hall)
{
    const struct jobs *jobs = hall->jobs;
    struct run_result **place;

    while (!hall->refused && *(place = &hall->shelf[hall->taken % hall->window]) != NULL) {
        if (jobs->take(jobs->context, hall->taken, g_steal_pointer(place))) {
            hall->taken++;
        } else {
            hall->refused = true;
            hall->closed = true;
        }
    }
}

static void wait_for_a_run(struct hall *hall)
{
    struct finished *finished =
        g_async_queue_timeout_pop(hall->finished, JOBS_WATCH_INTERVAL_US);

    if (finished != NULL) {
        shelve(hall, finished);
        take_in_order(hall);
    }
    if (!hall->jobs->watch(hall->jobs->context, hall->ended)) {
        hall->closed = true;
    }
}

static void clear_shelf(struct hall *hall)
{
    for (uint32_t i = 0; i < hall->window; i++) {
        g_clear_pointer(&hall->shelf[i], run_result_free);
    }
    g_free(hall->shelf);
}

uint32_t jobs_execute(const struct jobs *jobs)
{
    g_assert(jobs->threads >= 1 && jobs->runs < UINT32_MAX);
    struct hall hall = {.jobs = jobs, .window = jobs->threads * JOBS_AHEAD};

    hall.shelf = g_new0(struct run_result *, hall.window);
    hall.finished = g_async_queue_new();
    hall.pool = g_thread_pool_new(work, &hall, (gint)jobs->threads, FALSE, NULL);
    for (start_runs(&hall); hall.started > hall.ended; start_runs(&hall)) {
        wait_for_a_run(&hall);
    }
    g_assert(hall.refused || hall.taken == hall.started);
    g_thread_pool_free(hall.pool, FALSE, TRUE);
    g_async_queue_unref(hall.finished);
    clear_shelf(&hall);
    return hall.taken;
}

/* What a whole simulation costs: events and connections a second, pending events and
 * memory for each open connection, at 1,000, 10,000 and 100,000 connections open.
 *
 * Everything takes part: clients and servers with TCP, four links, both directors,
 * replication with 1 % loss, the observer. Rates are per processor second of one core;
 * memory is the growth of the process's peak over what it held before. */
#include "sim/run/run.h"
#include "sim/scenario/scenario.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A field of /proc/self/status, in bytes; 0 where there is no such file. */
static double memory_of(const char *field)
{
    char line[256];
    double bytes = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (strncmp(line, field, strlen(field)) == 0)
            bytes = strtod(line + strlen(field) + 1, NULL) * 1024;
    if (status)
        fclose(status);
    return bytes;
}

/* Lifetimes of five seconds on average: an arrival rate of open/5 holds so many open. */
static struct scenario *scenario_with(unsigned open)
{
    char *text = g_strdup_printf(
        "[scenario]\nduration = 15s\n"
        "[failover]\nhello-time = 1s\n"
        "[virtual web]\naddress = 192.0.2.80:80\nbind = r1 r2 r3 r4\nreplicate = yes\n"
        "[real r1]\naddress = 10.0.1.1:80\n[real r2]\naddress = 10.0.1.2:80\n"
        "[real r3]\naddress = 10.0.1.3:80\n[real r4]\naddress = 10.0.1.4:80\n"
        "[replication]\nprotocol = patent\n[link replication]\nloss = 1%%\n"
        "[workload w]\nclients = %u\narrivals = poisson %u/s\n"
        "requests-per-connection = 8 geometric\nthink-time = 600ms exponential\n"
        "response-size = 1kb exponential\n",
        open / 10, open / 5);
    char path[] = "/tmp/understudy-bench-XXXXXX";
    int fd = g_mkstemp(path);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        exit(EXIT_FAILURE);
    close(fd);
    GError *error = NULL;
    struct scenario_file *file = scenario_file_read(path, NULL, 0, NULL, &error);
    if (!file) {
        fprintf(stderr, "bench_run: %s\n", error->message);
        exit(EXIT_FAILURE);
    }
    struct scenario *scenario = scenario_file_point(file, 0, false);
    scenario_file_free(file);
    g_unlink(path);
    g_free(text);
    return scenario;
}

static void measure(unsigned open)
{
    struct scenario *scenario = scenario_with(open);
    double before = memory_of("VmRSS:");
    double begin = cpu_seconds();
    struct run_result *result = run_execute(scenario, 0, 0, false, NULL);
    double seconds = cpu_seconds() - begin;
    double memory = memory_of("VmHWM:") - before;
    printf("%8u open: %6.2f M events/s  %8.0f connections/s  %8lu peak pending  %5.0f B each\n",
           open, (double)result->engine_events / seconds / 1e6,
           (double)result->opened / seconds, (unsigned long)result->peak_pending,
           memory / (double)result->peak_open);
    run_result_free(result);
    scenario_free(scenario);
}

int main(void)
{
    static const unsigned sizes[] = { 1000, 10000, 100000 };
    puts("whole simulation, one core (events and connections a processor second;\n"
         "memory of all parties for each open connection)");
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        fflush(stdout);
        pid_t child = fork(); /* a process each, so that peaks do not add up */
        if (child == 0) {
            measure(sizes[i]);
            return EXIT_SUCCESS;
        }
        int status = 0;
        if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
            return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}

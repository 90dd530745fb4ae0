/* Campaign: all points and repetitions of a scenario, to tables on disk: what "sweep" and
 * "compare-protocols" have in common. */
#ifndef SIM_COMMAND_CAMPAIGN_H
#define SIM_COMMAND_CAMPAIGN_H

#include "sim/command/study.h"
#include "sim/run/run.h"

struct campaign_options {
    char *jobs_text, *repetitions_text, *out;
    gboolean no_progress;
};

#define CAMPAIGN_ENTRIES(options)                                                            \
    {"jobs", 'j', 0, G_OPTION_ARG_STRING, &(options)->jobs_text,                              \
     "runs at a time; changes no result", "N"},                                              \
    {"repetitions", 0, 0, G_OPTION_ARG_STRING, &(options)->repetitions_text,                  \
     "repetitions of each point (default: the scenario's)", "N"},                            \
    {"no-progress", 0, 0, G_OPTION_ARG_NONE, &(options)->no_progress, "no progress line", NULL}

void campaign_options_clear(struct campaign_options *options);

struct campaign {
    /* given; borrowed */
    const struct verb *verb;
    const struct console *console;
    const struct study *study;
    void *context;
    /* each run, in order of number; may be NULL */
    void (*see)(void *context, const struct run_result *outcome);
    /* what the summary says; false and error when it cannot be read */
    bool (*report)(void *context, GString *text, const char *summary, GError **error);

    /* filled by campaign_read_numbers(); 0: not given */
    unsigned jobs;
    uint32_t repetitions;

    /* and by campaign_prepare() */
    GPtrArray *scenarios; /* struct scenario *, one for each point */
    uint32_t points;
    bool silent;
    char *directory;

    /* and by campaign_run() */
    uint64_t counted; /* connections open at the failure, over all runs */
};

/* Read the numbers of the options: before the study is opened, which may have warnings. False
 * after a message. */
bool campaign_read_numbers(struct campaign *campaign, const struct campaign_options *options);

/* Take the options and the study's points; directory is where the tables go if the options do
 * not say. What is wrong is told, and the status is not STATUS_DONE. */
enum status campaign_prepare(struct campaign *campaign, const struct campaign_options *options,
                             const char *directory);

/* Run all of it, write the tables, print the report, say how it went. */
enum status campaign_run(struct campaign *campaign);

void campaign_clear(struct campaign *campaign);

#endif

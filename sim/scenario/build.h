/* Making a scenario from a draft: what keys mean together is checked here. One
 * function for each kind of thing; they run in the order below, each on what the
 * ones before have made. */
#ifndef SIM_SCENARIO_BUILD_H
#define SIM_SCENARIO_BUILD_H

#include "sim/scenario/draft.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/source.h"

#include <glib.h>
#include <stdbool.h>

struct build {
    const struct draft *draft;
    struct sources *sources;
    struct scenario *scenario;  /* being made */
    struct problems *problems;  /* what makes it impossible */
    struct problems *warnings;  /* what makes it doubtful */
    struct problems *notes;     /* what is worth knowing */
};

/* The whole of it; scenario must be empty but for file, name and text_sha256. */
void build_scenario(struct build *build);

void build_machines(struct build *build);  /* units, virtuals, reals, failover */
void build_check_binds(struct build *build); /* of the virtuals */
void build_links(struct build *build);
void build_workloads(struct build *build);
void build_services(struct build *build);  /* udp, and who opens; after the workloads */
void build_ports(struct build *build);     /* of the workloads' clients */
void build_faults(struct build *build);
void build_virtual_crashes(struct build *build);   /* after the faults */
void build_form(struct build *build, const struct draft_group *group); /* after these */
void build_expectations(struct build *build);
GPtrArray *build_expectations_new(void); /* an empty list that frees what it holds */
void build_commands(struct build *build);
void build_ipvs(struct build *build);
void build_budgets(struct build *build);           /* after the units */
void build_detector(struct build *build);          /* after the units */
void build_detector_commands(struct build *build); /* into the configuration */
void build_paths(struct build *build);             /* of hellos; after failover */
void build_path_commands(struct build *build);
void build_unknown(struct build *build);           /* whose connections nobody knows */
void build_unknown_commands(struct build *build);
void build_check_unknown(struct build *build);     /* after the configuration */
void build_path_faults(struct build *build);
void build_garp(struct build *build);              /* how addresses move */
void build_check_commands(struct build *build);    /* of faults; after the configuration */

/* The backups of all machines; those reals that are one are marked in used, by number. */
void build_backups(struct build *build, bool *used);

/* The address of a machine's backup, or NULL; free with g_free(). */
char *build_backup_address(const struct build *build, const struct draft_group *group);

/* One link with a key changed, as a fault does it; key NULL: down. False with a
 * problem when the result makes no sense. */
bool build_changed_link(struct build *build, const struct draft_group *link, const char *key,
                        const char *value, struct link_spec *changed, char **problem);

/* Values for build_*: a key's canonical text, or read. text may be NULL (see
 * draft_value()); the others are for keys with defaults. */
const char *build_text(const struct build *build, const struct draft_group *group,
                       const char *name);
nstime build_time(const struct build *build, const struct draft_group *group, const char *name);
uint64_t build_count(const struct build *build, const struct draft_group *group,
                     const char *name);
bool build_yes(const struct build *build, const struct draft_group *group, const char *name);
bool build_is(const struct build *build, const struct draft_group *group, const char *name,
              const char *word);

/* A random quantity, its table loaded where it has one: a constant 1 with a problem
 * when that cannot be read. The caller clears it. */
void build_random(struct build *build, const struct draft_group *group, const char *name,
                  struct distribution *distribution);

/* A complaint about a key of a group (into one of the three lists), placed where
 * its value was given. */
void build_complain(const struct build *build, struct problems *list,
                    const struct draft_group *group, const char *name, const char *format, ...)
    G_GNUC_PRINTF(5, 6);

/* Where a key's value was given, and what: "f.scn:3: [real r1] weight = 2". g_free(). */
char *build_place(const struct build *build, const struct draft_group *group, const char *name);

/* Number of a group among those of its kind by name, or -1 with a problem about the
 * key that named it. */
int build_lookup(const struct build *build, enum group_kind kind, const char *wanted,
                 const struct draft_group *group, const char *name);

/* Why virtual crashes differ from real ones under this protocol, or NULL. */
struct replication_protocol;
const char *build_feedback_doubt(const struct replication_protocol *protocol);

/* The longest time from a failure to its detection (R-1005): a unit's longest. */
nstime build_detection(const struct scenario *scenario);

/* How long a client waits for an answer before it gives up by itself: its application's
 * time-out, or with udp its retries. NSTIME_NEVER: as long as TCP does. */
nstime build_patience(const struct scenario *scenario, const struct workload_spec *workload);

/* Does a workload ask a virtual machine of udp? By the draft alone. */
bool build_speaks_udp(const struct draft *draft, const struct draft_group *workload);

#endif

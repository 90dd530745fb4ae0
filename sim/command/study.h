/* Study: a scenario file as the command line names it, with what was set on top. */
#ifndef SIM_COMMAND_STUDY_H
#define SIM_COMMAND_STUDY_H

#include "sim/command/verb.h"
#include "sim/scenario/scenario.h"

struct study {
    /* filled by the options */
    char *seed;
    char **set;
    /* filled by study_open() */
    const char *path;
    GArray *overrides; /* struct override: what was set, then the seed */
    GPtrArray *warnings;
    struct scenario_file *file;
};

#define STUDY_ENTRIES(study)                                                                 \
    {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(study)->set,                                   \
     "override a key of the scenario; may be given again", "GROUP.KEY=VALUE"},               \
    {"seed", 's', 0, G_OPTION_ARG_STRING, &(study)->seed,                                     \
     "seed of all chance, or \"random\"", "N"}

/* Read the scenario with the options' values; a random seed is drawn here. Warnings
 * go to standard error unless quiet; notes only from "check" or with -v. On failure every
 * mistake was printed to standard error, a line each. study_close() in any case. */
bool study_open(struct study *study, const struct verb *verb, const struct console *console,
                const char *path);
void study_close(struct study *study);

/* Append " FILE" and the options that lead to the same network again, quoted for a
 * shell: what stands behind "understudy VERB". */
void study_again(const struct study *study, GString *text);

#endif

/* A setting: one key of the scenario, and what a point of the sweep gives it. */
#ifndef SIM_SCENARIO_SETTING_H
#define SIM_SCENARIO_SETTING_H

#include "sim/scenario/draft.h"

struct setting {
    char *title; /* of the group */
    char *name;  /* canonical */
    const struct schema_key *key;
    char *value; /* canonical */
    struct origin origin;
};

/* The place that a line of [sweep] or of a variant names; false, with *problem to be freed,
 * when there is none, or its key belongs to the whole of a sweep. place->name is freed by
 * the caller in any case. */
bool setting_locate(const struct draft *draft, const char *path, struct draft_place *place,
                    char **problem);

struct setting *setting_new(const struct draft_place *place, const char *value,
                            struct origin origin);
void setting_free(void *setting);

/* "link.replication.loss"; free with g_free(). */
char *setting_path(const struct setting *setting);

/* Put it into a copy of the draft that it was made for. */
void setting_apply(const struct setting *setting, struct draft *draft);

#endif

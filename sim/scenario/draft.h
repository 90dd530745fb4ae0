/* A draft: all groups and keys of a scenario, checked one by one and in canonical
 * spelling, before they are made into a scenario together. The points of a sweep
 * are copies of one draft with a few values changed. */
#ifndef SIM_SCENARIO_DRAFT_H
#define SIM_SCENARIO_DRAFT_H

#include "sim/scenario/problem.h"
#include "sim/scenario/schema.h"

#include <glib.h>
#include <stdbool.h>

struct draft_group;

struct draft_entry {
    const struct draft_group *group;
    const struct schema_key *key;
    char *name;  /* canonical; with "rev.", a label or an axis where these stand for it */
    char *value; /* canonical, or NULL: given, but wrong and reported */
    struct origin origin;
};

struct draft_group {
    enum group_kind kind;
    char *name;  /* NULL where the kind has none */
    char *title; /* "real r1" */
    unsigned line; /* 0: not named in the file */
    GPtrArray *entries; /* struct draft_entry, in order */
};

struct draft {
    GPtrArray *groups; /* struct draft_group, in order of making */
    GHashTable *by_title;
};

/* With every group that is there without being named, but for units. */
struct draft *draft_new(void);
struct draft *draft_copy(const struct draft *draft);
void draft_free(struct draft *draft);

/* The group, or NULL. name is NULL for kinds without names. */
struct draft_group *draft_find(const struct draft *draft, enum group_kind kind, const char *name);
struct draft_group *draft_find_title(const struct draft *draft, const char *title);
struct draft_group *draft_add(struct draft *draft, enum group_kind kind, const char *name,
                              unsigned line);

/* The groups of a kind, in order (the array is the caller's). */
GPtrArray *draft_list(const struct draft *draft, enum group_kind kind);

/* What a group was given for a key, or NULL. */
struct draft_entry *draft_given(const struct draft_group *group, const char *name);

/* Give a key; one that was given before is replaced in its place. value is copied. */
void draft_set(struct draft_group *group, const struct schema_key *key, const char *name,
               const char *value, struct origin origin);

/* The entry that decides a key: the group's own, or that of its kind's defaults;
 * NULL: nobody gave it. For "rev.KEY" the forward key decides where it is not given. */
const struct draft_entry *draft_deciding(const struct draft *draft,
                                         const struct draft_group *group, const char *name);

/* The value of a key, from there or from the schema. NULL only for a key that must
 * be given and is missing or wrong. */
const char *draft_value(const struct draft *draft, const struct draft_group *group,
                        const char *name);

/* A place named GROUP.KEY, with dots for the blanks of the group's name; the longest
 * group name that fits wins. */
struct draft_place {
    struct draft_group *group;
    const struct schema_key *key;
    char *name; /* canonical; g_free() */
};

/* False, with *problem to be freed, when there is no such place. */
bool draft_locate(const struct draft *draft, const char *path, struct draft_place *place,
                  char **problem);

/* "link.replication"; free with g_free(). */
char *draft_dotted(const struct draft_group *group);

#endif

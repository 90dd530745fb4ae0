/* The schema: one table of every group and key of a scenario file. Reading,
 * defaults, "show", "list keys" and nearest names all come from it. */
#ifndef SIM_SCENARIO_SCHEMA_H
#define SIM_SCENARIO_SCHEMA_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* In the order of "show". */
enum group_kind {
    GROUP_SCENARIO,
    GROUP_UNIT,
    GROUP_FAILOVER,
    GROUP_OPTIONS,
    GROUP_VIRTUAL,
    GROUP_REAL_DEFAULTS,
    GROUP_REAL,
    GROUP_REPLICATION,
    GROUP_LINK_DEFAULTS,
    GROUP_LINK,
    GROUP_WORKLOAD,
    GROUP_FAULTS,
    GROUP_EXPECT,
    GROUP_VARIANT,
    GROUP_SWEEP,
    GROUP_OUTPUT,
    GROUP_KINDS
};

struct schema_group {
    const char *word;
    const char *alias; /* another word for it, or NULL */
    bool named;        /* [word NAME] */
    const char *names; /* the only names there are, or NULL */
    const char *help;
};

/* What a value is; value.h reads it. */
enum value_type {
    VALUE_TEXT,
    VALUE_YESNO,
    VALUE_WORD,     /* range: the words, WORD/ALIAS each */
    VALUE_WORDS,    /* several of them, the first in any case */
    VALUE_SET,      /* one or several */
    VALUE_NAME,     /* of another group or fault */
    VALUE_NAMES,
    VALUE_COUNT,    /* range: LOW..HIGH */
    VALUE_TIME,     /* range: LOW..HIGH */
    VALUE_IP,
    VALUE_MACHINE,  /* IP:port:bind-id:protocol */
    VALUE_NETWORK,
    VALUE_NETWORKS,
    VALUE_RANDOM_TIME,
    VALUE_RANDOM_SIZE,
    VALUE_RANDOM_COUNT,
    VALUE_ARRIVALS,
    VALUE_FREQUENCY, /* range: LOW..HIGH, whole */
    VALUE_SIZE,      /* range: LOW..HIGH */
    VALUE_LOSS,
    VALUE_DELAY,
    VALUE_SHARE, /* a probability */
    VALUE_DUPLICATE, VALUE_CORRUPT,
    VALUE_REORDER,
    VALUE_RATE,
    VALUE_CONFIDENCE,
    VALUE_FAULT,
    VALUE_INSTANTS, /* N [from TIME] [to TIME] */
    VALUE_NUMBERS,   /* ascending */
    VALUE_CAUSES,    /* names, which may come again */
    VALUE_FATES,     /* sim/scenario/fate_list.h */
    VALUE_KEEPALIVE, /* TIME [INTERVAL [PROBES]] */
    VALUE_TYPES
};

struct schema_key {
    enum group_kind group;
    const char *name;   /* canonical: hyphens */
    const char *alias;  /* another name, or NULL */
    enum value_type type;
    const char *range;  /* see value_type, or NULL */
    const char *words;  /* words that may stand instead of a value, or NULL */
    const char *value;  /* the default; NULL: must be given */
    bool defaults;      /* may stand in [real-defaults], [link-defaults] too */
    const char *help;
};

const struct schema_group *schema_group(enum group_kind kind);

/* The kind a word names, aliases and underscores included, or GROUP_KINDS. */
enum group_kind schema_kind(const char *word);

/* The row of a key, aliases and underscores included, "rev." (links only) taken
 * off; or NULL. In [faults], [sweep] and a variant there is one row for all. */
const struct schema_key *schema_key(enum group_kind kind, const char *name);

/* The default of a key in the group of this name, NULL where the kind has none. One that is
 * not the row's own comes before what the group of defaults says. */
const char *schema_default(const struct schema_key *key, const char *group);

/* The canonical name of a key that schema_key() found, "rev." kept; g_free(). */
char *schema_canonical(const struct schema_key *key, const char *name);

/* The keys of a group, and the kinds of group, as words (borrowed, the array is
 * the caller's): for hints. */
GPtrArray *schema_key_names(enum group_kind kind);
GPtrArray *schema_kind_names(void);

/* The whole table, ended by a row without a name. */
const struct schema_key *schema_keys(void);

/* What a type's values look like: "TIME", for "list keys". */
const char *schema_type_word(enum value_type type);

/* Groups and keys of later versions, which are refused in other words. */
bool schema_is_later(const char *word);

#endif

#include "sim/scenario/source.h"

#include "sim/scenario/trace.h"
#include "sim/scenario/random_value.h"

#include <string.h>

struct sources {
    char *folder;
    GHashTable *distributions; /* "type file" -> struct distribution */
    GHashTable *traces;        /* file -> struct workload_spec */
};

static void distribution_free(void *data)
{
    distribution_clear(data);
    g_free(data);
}

static void trace_free(void *data)
{
    struct workload_spec *trace = data;
    g_free(trace->trace);
    g_free(trace->trace_summary);
    g_free(trace);
}

struct sources *sources_new(const char *scenario_path)
{
    struct sources *sources = g_new(struct sources, 1);
    sources->folder = strcmp(scenario_path, "-") == 0 ? g_strdup(".")
                                                      : g_path_get_dirname(scenario_path);
    sources->distributions =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, distribution_free);
    sources->traces = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, trace_free);
    return sources;
}

void sources_free(struct sources *sources)
{
    if (sources == NULL)
        return;
    g_hash_table_destroy(sources->distributions);
    g_hash_table_destroy(sources->traces);
    g_free(sources->folder);
    g_free(sources);
}

static char *place(const struct sources *sources, const char *file)
{
    if (g_path_is_absolute(file) || strcmp(sources->folder, ".") == 0)
        return g_strdup(file);
    return g_build_filename(sources->folder, file, NULL);
}

const struct distribution *sources_distribution(struct sources *sources, enum value_type type,
                                                const char *file, GError **error)
{
    char *name = g_strdup_printf("%d %s", (int)type, file);
    struct distribution *kept = g_hash_table_lookup(sources->distributions, name);
    if (kept != NULL) {
        g_free(name);
        return kept;
    }
    struct distribution read;
    char *path = place(sources, file);
    bool fine = random_value_table(type, path, &read, error);
    g_free(path);
    if (!fine) {
        g_free(name);
        return NULL;
    }
    kept = g_memdup2(&read, sizeof read);
    g_hash_table_insert(sources->distributions, name, kept);
    return kept;
}

const struct workload_spec *sources_trace(struct sources *sources, const char *file,
                                          GError **error)
{
    struct workload_spec *kept = g_hash_table_lookup(sources->traces, file);
    if (kept != NULL)
        return kept;
    kept = g_new0(struct workload_spec, 1);
    char *path = place(sources, file);
    bool fine = trace_read(path, kept, error);
    g_free(path);
    if (!fine) {
        trace_free(kept);
        return NULL;
    }
    g_hash_table_insert(sources->traces, g_strdup(file), kept);
    return kept;
}

#include "sim/run/manifest.h"

#define GROUP "manifest"

static void set_scenario(GKeyFile *file, const struct manifest *manifest)
{
    const struct scenario *scenario = manifest->scenario;
    g_autofree char *name = g_path_get_basename(scenario->file);
    char confidence[G_ASCII_DTOSTR_BUF_SIZE];

    g_key_file_set_integer(file, GROUP, "format", MANIFEST_FORMAT);
    g_key_file_set_string(file, GROUP, "version", UNDERSTUDY_VERSION);
    g_key_file_set_string(file, GROUP, "scenario", name);
    g_key_file_set_string(file, GROUP, "title", scenario->title != NULL ? scenario->title : "");
    g_key_file_set_string(file, GROUP, "scenario-sha256", scenario->text_sha256);
    g_key_file_set_uint64(file, GROUP, "seed", scenario->seed);
    g_ascii_formatd(confidence, sizeof confidence, "%g", scenario->confidence);
    g_key_file_set_string(file, GROUP, "confidence", confidence);
}

static void set_runs(GKeyFile *file, const struct manifest *manifest)
{
    g_key_file_set_uint64(file, GROUP, "points", manifest->points);
    g_key_file_set_uint64(file, GROUP, "repetitions", manifest->repetitions);
    g_key_file_set_uint64(file, GROUP, "runs-finished", manifest->finished);
}

static void set_overrides(GKeyFile *file, const struct manifest *manifest)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; i < manifest->override_count; i++) {
        const struct override *set = &manifest->overrides[i];
        g_ptr_array_add(list, g_strdup_printf("%s=%s", set->key, set->value));
    }
    if (list->len > 0) {
        g_key_file_set_string_list(file, GROUP, "set", (const gchar *const *)list->pdata,
                                   list->len);
    }
}

static void set_table(GKeyFile *file, const struct manifest_table *table)
{
    g_autofree char *group = g_strdup_printf("table %s", table->name);

    g_key_file_set_uint64(file, group, "rows", table->rows);
    g_key_file_set_string(file, group, "sha256", table->sha256);
}

char *manifest_text(const struct manifest *manifest)
{
    g_autoptr(GKeyFile) file = g_key_file_new();

    g_assert(manifest->scenario != NULL && manifest->scenario->text_sha256 != NULL);
    set_scenario(file, manifest);
    set_runs(file, manifest);
    set_overrides(file, manifest);
    for (size_t i = 0; i < manifest->table_count; i++) {
        set_table(file, &manifest->tables[i]);
    }
    return g_key_file_to_data(file, NULL, NULL);
}

bool manifest_present(const char *directory)
{
    g_autofree char *path = g_build_filename(directory, MANIFEST_FILE, NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();

    return g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL) &&
           g_key_file_has_key(file, GROUP, "format", NULL);
}

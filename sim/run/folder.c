#define _XOPEN_SOURCE 700 /* realpath() */

#include "sim/run/folder.h"

#include "sim/run/manifest.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdlib.h>

struct folder {
    char *target;      /* absolute, links resolved */
    char *shown;       /* as the user named it, for messages */
    char *staging;     /* beside the target; NULL after the commit */
    GPtrArray *parents; /* made on the way, the outermost first */
};

G_DEFINE_QUARK(understudy-folder-error, folder_error)

static bool fail(GError **error, const char *what, const char *path)
{
    int reason = errno;

    g_set_error(error, FOLDER_ERROR, FOLDER_ERROR_WRITE,
                "%s: cannot %s: %s (choose another directory with --out)", path, what,
                g_strerror(reason));
    return false;
}

static bool is_empty(const char *directory)
{
    GDir *dir = g_dir_open(directory, 0, NULL);
    bool empty = dir != NULL && g_dir_read_name(dir) == NULL;

    g_clear_pointer(&dir, g_dir_close);
    return empty;
}

bool folder_check(const char *target, GError **error)
{
    const char *why = NULL;

    if (*target == '\0') {
        g_set_error_literal(error, FOLDER_ERROR, FOLDER_ERROR_REFUSED,
                            "--out is empty (give the name of a directory)");
        return false;
    }
    if (!g_file_test(target, G_FILE_TEST_EXISTS)) {
        return true;
    }
    if (!g_file_test(target, G_FILE_TEST_IS_DIR)) {
        why = "is a file, not a directory";
    } else if (!manifest_present(target) && !is_empty(target)) {
        why = "holds files that are not results of a sweep";
    }
    if (why != NULL) {
        g_set_error(error, FOLDER_ERROR, FOLDER_ERROR_REFUSED,
                    "%s %s (choose another directory with --out)", target, why);
    }
    return why == NULL;
}

/* A target behind a symbolic link is replaced where it is, and the link stays. */
static char *resolve(const char *target)
{
    char *real = realpath(target, NULL);

    if (real == NULL) {
        return g_canonicalize_filename(target, NULL);
    }
    char *copy = g_strdup(real);
    free(real);
    return copy;
}

static bool make_parents(struct folder *folder, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(folder->target);
    g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func(g_free);

    while (!g_file_test(parent, G_FILE_TEST_EXISTS)) {
        char *above = g_path_get_dirname(parent);
        g_ptr_array_add(missing, g_steal_pointer(&parent));
        parent = above;
    }
    for (guint i = missing->len; i-- > 0;) {
        const char *path = g_ptr_array_index(missing, i);
        if (g_mkdir(path, 0777) != 0 && errno != EEXIST) {
            return fail(error, "make this directory", path);
        }
        g_ptr_array_add(folder->parents, g_strdup(path));
    }
    return true;
}

/* mkdtemp(3) would make it private to its owner; results obey the umask. */
static bool make_staging(struct folder *folder, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(folder->target);
    g_autofree char *name = g_path_get_basename(folder->target);
    g_autofree char *hidden = g_strdup_printf(".%s.partial-XXXXXX", name);
    char *staging = g_build_filename(parent, hidden, NULL);

    if (g_mkdtemp_full(staging, 0777) == NULL) {
        g_free(staging);
        return fail(error, "write there", folder->shown);
    }
    folder->staging = staging;
    return true;
}

struct folder *folder_open(const char *target, GError **error)
{
    if (!folder_check(target, error)) {
        return NULL;
    }
    struct folder *folder = g_new0(struct folder, 1);
    folder->target = resolve(target);
    folder->shown = g_strdup(target);
    folder->parents = g_ptr_array_new_with_free_func(g_free);
    if (!make_parents(folder, error) || !make_staging(folder, error)) {
        g_clear_pointer(&folder, folder_free);
    }
    return folder;
}

char *folder_path(const struct folder *folder, const char *name)
{
    g_assert(folder->staging != NULL);
    return g_build_filename(folder->staging, name, NULL);
}

static void remove_tree(const char *path)
{
    if (g_file_test(path, G_FILE_TEST_IS_DIR) && !g_file_test(path, G_FILE_TEST_IS_SYMLINK)) {
        GDir *dir = g_dir_open(path, 0, NULL);
        const char *name;
        while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
        g_clear_pointer(&dir, g_dir_close);
    }
    g_remove(path);
}

/* An earlier sweep steps aside first and comes back if the new one cannot move in:
 * at every moment one of the two is whole. */
static bool swap(struct folder *folder, GError **error)
{
    g_autofree char *old = g_strconcat(folder->staging, ".old", NULL);

    if (g_rename(folder->target, old) != 0) {
        return fail(error, "replace the earlier results", folder->shown);
    }
    if (g_rename(folder->staging, folder->target) != 0) {
        fail(error, "move the results into place", folder->shown);
        g_rename(old, folder->target);
        return false;
    }
    remove_tree(old);
    return true;
}

bool folder_commit(struct folder *folder, GError **error)
{
    g_assert(folder->staging != NULL);
    if (!folder_check(folder->target, error)) {
        return false;
    }
    if (manifest_present(folder->target)) {
        if (!swap(folder, error)) {
            return false;
        }
    } else if (g_rename(folder->staging, folder->target) != 0) {
        return fail(error, "move the results into place", folder->shown);
    }
    g_clear_pointer(&folder->staging, g_free);
    g_ptr_array_set_size(folder->parents, 0);
    return true;
}

void folder_free(struct folder *folder)
{
    if (folder->staging != NULL) {
        remove_tree(folder->staging);
        g_free(folder->staging);
    }
    for (guint i = folder->parents->len; i-- > 0;) {
        g_rmdir(g_ptr_array_index(folder->parents, i)); /* goes only if it is still empty */
    }
    g_ptr_array_unref(folder->parents);
    g_free(folder->target);
    g_free(folder->shown);
    g_free(folder);
}

/* Folder: a directory of files that appears whole or not at all.
 *
 * Files are written into a hidden directory beside the target; folder_commit()
 * puts that in the target's place. A folder that is freed without a commit leaves
 * no trace. */
#ifndef SIM_RUN_FOLDER_H
#define SIM_RUN_FOLDER_H

#include <glib.h>
#include <stdbool.h>

/* REFUSED: the target is somebody else's (the user chooses another name).
 * WRITE: the world did not let us (no right, no space). */
enum folder_error { FOLDER_ERROR_REFUSED, FOLDER_ERROR_WRITE };
#define FOLDER_ERROR (folder_error_quark())
GQuark folder_error_quark(void);

/* May results be put there? Yes when nothing is there, an empty directory, or one
 * with a manifest of ours. Nothing is changed. */
bool folder_check(const char *target, GError **error);

/* Check, and make the hidden directory. NULL and error when that fails. */
struct folder *folder_open(const char *target, GError **error);

/* Path of a file to write, for as long as the folder is open. Free with g_free(). */
char *folder_path(const struct folder *folder, const char *name);

/* Replace the target. The files must have been closed. */
bool folder_commit(struct folder *folder, GError **error);

void folder_free(struct folder *folder);

#endif

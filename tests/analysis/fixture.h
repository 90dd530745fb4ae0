/* Result directories made on the spot. */
#ifndef TESTS_ANALYSIS_FIXTURE_H
#define TESTS_ANALYSIS_FIXTURE_H

#include <glib.h>

/* A new directory under the temporary one; fixture_remove takes it away with all
 * files in it. */
char *fixture_directory(void);
void fixture_remove(char *directory);

void fixture_write(const char *directory, const char *file, const char *text);
char *fixture_read(const char *directory, const char *file);

#endif

#include "sim/scenario/random_read.h"

#include "sim/scenario/random_value.h"

void random_read(struct build *build, const struct draft_group *group, const char *name,
                 struct distribution *distribution)
{
    const struct schema_key *key = schema_key(group->kind, name);
    GString *canonical = g_string_new(NULL);
    char *file = NULL, *problem = NULL;
    bool fine = random_value_read(key->type, build_text(build, group, name), distribution, &file,
                                  canonical, &problem);
    g_assert(fine); /* the draft holds sound values only */
    g_string_free(canonical, TRUE);
    if (file == NULL)
        return;
    GError *error = NULL;
    const struct distribution *table = sources_distribution(build->sources, key->type, file,
                                                            &error);
    *distribution = table == NULL ? distribution_constant(1) : distribution_copy(table);
    if (table == NULL)
        build_complain(build, build->problems, group, name, "%s", error->message);
    g_clear_error(&error);
    g_free(file);
}

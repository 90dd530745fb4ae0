#include "sim/scenario/setting.h"

#include <string.h>

/* What belongs to the whole of a sweep cannot differ between its points. */
static bool sweepable(const struct draft_place *place)
{
    static const char *const whole[] = {"format", "title", "seed", "repetitions",
                                        "virtual-crashes", NULL};
    enum group_kind kind = place->group->kind;
    if (kind == GROUP_SCENARIO)
        return !g_strv_contains(whole, place->name);
    return kind != GROUP_SWEEP && kind != GROUP_VARIANT && kind != GROUP_EXPECT
           && kind != GROUP_OUTPUT && kind != GROUP_UNIT;
}

bool setting_locate(const struct draft *draft, const char *path, struct draft_place *place,
                    char **problem)
{
    bool fault = g_str_has_prefix(path, "faults.");
    if (!draft_locate(draft, path, place, problem))
        return false;
    if (!sweepable(place))
        *problem = g_strdup("cannot be swept: it belongs to the whole of a sweep");
    else if (fault && draft_given(place->group, place->name) == NULL)
        *problem = g_strdup("no fault has this label (write it in [faults] first)");
    else
        return true;
    return false;
}

struct setting *setting_new(const struct draft_place *place, const char *value,
                            struct origin origin)
{
    g_assert(place->group != NULL && value != NULL);
    struct setting *setting = g_new(struct setting, 1);
    *setting = (struct setting){g_strdup(place->group->title), g_strdup(place->name), place->key,
                                g_strdup(value), origin};
    return setting;
}

void setting_free(void *data)
{
    struct setting *setting = data;
    g_free(setting->title);
    g_free(setting->name);
    g_free(setting->value);
    g_free(setting);
}

char *setting_path(const struct setting *setting)
{
    char *dotted = g_strdelimit(g_strdup(setting->title), " ", '.');
    char *path = g_strconcat(dotted, ".", setting->name, NULL);
    g_free(dotted);
    return path;
}

void setting_apply(const struct setting *setting, struct draft *draft)
{
    draft_set(draft_find_title(draft, setting->title), setting->key, setting->name,
              setting->value, setting->origin);
}

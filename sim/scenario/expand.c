#include "sim/scenario/expand.h"

#include "sim/scenario/range.h"
#include "sim/scenario/setting.h"
#include "sim/scenario/value.h"
#include "sim/scenario/variant.h"

#include <string.h>

struct axis {
    struct sweep_axis shown; /* first: expand_axis() returns it */
    unsigned count;
    GPtrArray *choices; /* of each value: GPtrArray of struct setting, what it changes */
};

struct expand {
    GPtrArray *axes;
    bool zip;
    unsigned points;
};

/* An axis while it is read. */
struct reading {
    const struct draft *draft;
    struct problems *problems;
    const struct draft_entry *entry;
    GPtrArray *values;
};

static void axis_free(void *data)
{
    struct axis *axis = data;
    g_free(axis->shown.key);
    g_strfreev(axis->shown.values);
    g_ptr_array_free(axis->choices, TRUE);
    g_free(axis);
}

static void complain(const struct reading *reading, const char *value, const char *what)
{
    const struct draft_entry *entry = reading->entry;
    bool set = entry->origin.kind == ORIGIN_SET;
    char *about = g_strdup_printf("%s%s%s%s", set ? "--set sweep." : "[sweep] ", entry->name,
                                  set ? "=" : " = ", value == NULL ? entry->value : value);
    problems_add(reading->problems, entry->origin, about, what);
    g_free(about);
}

static void add_value(struct reading *reading, const struct schema_key *key, const char *text)
{
    char *problem = NULL;
    char *value = value_canonical(key, text, &problem);
    if (value == NULL)
        complain(reading, text, problem);
    else if (g_ptr_array_find_with_equal_func(reading->values, value, g_str_equal, NULL))
        complain(reading, text, "stands twice on this axis (remove one)");
    else if (reading->values->len == EXPAND_POINTS_MAX)
        complain(reading, text, "is one value too many");
    else
        g_ptr_array_add(reading->values, g_steal_pointer(&value));
    g_free(value);
    g_free(problem);
}

static void add_range(struct reading *reading, const struct schema_key *key, const char *text,
                      const struct range *range)
{
    bool up = range->step > 0 && range->high >= range->low;
    if (!up || (range->high - range->low) / range->step >= EXPAND_POINTS_MAX) {
        complain(reading, text, "a range goes up in steps, 100000 at most "
                                "(write 0%..50% step 5%, for example)");
        return;
    }
    uint64_t steps = (range->high - range->low) / range->step;
    for (uint64_t i = 0; i <= steps; i++) {
        GString *printed = g_string_new(NULL);
        quantity_print(range->quantity, range->low + i * range->step, printed);
        add_value(reading, key, printed->str);
        g_string_free(printed, TRUE);
    }
}

static void add_values(struct reading *reading, const struct schema_key *key)
{
    char **alternatives = g_strsplit(reading->entry->value, ";", -1);
    if (alternatives[0] == NULL)
        complain(reading, NULL, "no value (write VALUE; VALUE)");
    for (unsigned i = 0; alternatives[i] != NULL; i++) {
        const char *text = g_strstrip(alternatives[i]);
        struct range range;
        if (*text == '\0')
            complain(reading, NULL, "an empty value (write VALUE; VALUE)");
        else if (range_read(text, &range))
            add_range(reading, key, text, &range);
        else
            add_value(reading, key, text);
    }
    g_strfreev(alternatives);
}

static void free_choice(void *choice)
{
    g_ptr_array_free(choice, TRUE);
}

/* An axis of no values yet; takes the key. */
static struct axis *axis_new(char *key)
{
    struct axis *axis = g_new0(struct axis, 1);
    axis->shown.key = key;
    axis->choices = g_ptr_array_new_with_free_func(free_choice);
    return axis;
}

/* Take what was read; without a value there is no axis. */
static void finish_axis(struct expand *expand, struct reading *reading, struct axis *axis)
{
    g_assert(axis->choices->len == reading->values->len);
    axis->count = reading->values->len;
    g_ptr_array_add(reading->values, NULL);
    axis->shown.values = (char **)g_ptr_array_free(reading->values, FALSE);
    if (axis->count > 0)
        g_ptr_array_add(expand->axes, axis);
    else
        axis_free(axis);
}

static bool choice_changes(const GPtrArray *choice, const struct setting *setting)
{
    for (unsigned i = 0; i < choice->len; i++) {
        const struct setting *other = g_ptr_array_index(choice, i);
        if (strcmp(other->title, setting->title) == 0 && strcmp(other->name, setting->name) == 0)
            return true;
    }
    return false;
}

static bool axis_changes(const struct axis *axis, const struct setting *setting)
{
    for (unsigned i = 0; i < axis->choices->len; i++)
        if (choice_changes(g_ptr_array_index(axis->choices, i), setting))
            return true;
    return false;
}

/* Two axes cannot both have their way. */
static bool free_of_others(const struct expand *expand, const struct reading *reading,
                           const struct setting *setting, const char *value)
{
    for (unsigned i = 0; i < expand->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(expand->axes, i);
        if (!axis_changes(axis, setting))
            continue;
        char *path = setting_path(setting);
        char *what = g_strdup_printf("the axis %s changes %s as well (remove it from one)",
                                     axis->shown.key, path);
        complain(reading, value, what);
        g_free(what);
        g_free(path);
        return false;
    }
    return true;
}

static void add_choices(const struct reading *reading, const struct draft_place *place,
                        struct axis *axis)
{
    struct origin origin = {ORIGIN_SWEEP, reading->entry->origin.line};
    for (unsigned i = 0; i < reading->values->len; i++) {
        GPtrArray *choice = g_ptr_array_new_with_free_func(setting_free);
        g_ptr_array_add(choice, setting_new(place, g_ptr_array_index(reading->values, i), origin));
        g_ptr_array_add(axis->choices, choice);
    }
}

static bool known_axis(const struct expand *expand, const char *key)
{
    for (unsigned i = 0; i < expand->axes->len; i++)
        if (strcmp(((const struct axis *)g_ptr_array_index(expand->axes, i))->shown.key, key) == 0)
            return true;
    return false;
}

static void take_axis(struct expand *expand, struct reading *reading,
                      const struct draft_place *place)
{
    char *dotted = draft_dotted(place->group);
    struct axis *axis = axis_new(g_strconcat(dotted, ".", place->name, NULL));
    const struct draft_entry *given = draft_given(place->group, place->name);
    reading->values = g_ptr_array_new();
    if (known_axis(expand, axis->shown.key))
        complain(reading, NULL, "this key has an axis already (remove one)");
    else if (given != NULL && given->origin.kind == ORIGIN_SET)
        g_ptr_array_add(reading->values, g_strdup(given->value));
    else
        add_values(reading, place->key);
    add_choices(reading, place, axis);
    if (axis->choices->len > 0) {
        const GPtrArray *first = g_ptr_array_index(axis->choices, 0);
        free_of_others(expand, reading, g_ptr_array_index(first, 0), NULL);
    }
    finish_axis(expand, reading, axis);
    g_free(dotted);
}

static void read_axis(struct expand *expand, struct reading *reading)
{
    struct draft_place place = {0};
    char *problem = NULL;
    if (setting_locate(reading->draft, reading->entry->name, &place, &problem))
        take_axis(expand, reading, &place);
    else
        complain(reading, NULL, problem);
    g_free(place.name);
    g_free(problem);
}

/* One variant of an axis. */
static void add_variant(const struct expand *expand, struct reading *reading, const char *name,
                        struct axis *axis)
{
    char *problem = NULL;
    if (g_ptr_array_find_with_equal_func(reading->values, name, g_str_equal, NULL)) {
        complain(reading, name, "stands twice on this axis (remove one)");
        return;
    }
    GPtrArray *settings = variant_settings(reading->draft, name, &problem);
    if (settings == NULL) {
        complain(reading, name, problem);
        g_free(problem);
        return;
    }
    bool fine = true;
    for (unsigned i = 0; i < settings->len && fine; i++)
        fine = free_of_others(expand, reading, g_ptr_array_index(settings, i), name);
    g_ptr_array_add(axis->choices, settings);
    g_ptr_array_add(reading->values, g_strdup(name));
}

/* variant = NAME; NAME */
static void read_variants(struct expand *expand, struct reading *reading)
{
    struct axis *axis = axis_new(g_strdup(reading->entry->name));
    char **names = g_strsplit(reading->entry->value, ";", -1);
    reading->values = g_ptr_array_new();
    if (names[0] == NULL)
        complain(reading, NULL, "no variant (write NAME; NAME)");
    for (unsigned i = 0; names[i] != NULL; i++)
        if (*g_strstrip(names[i]) == '\0')
            complain(reading, NULL, "an empty value (write NAME; NAME)");
        else
            add_variant(expand, reading, names[i], axis);
    g_strfreev(names);
    finish_axis(expand, reading, axis);
}

/* zip = yes */
static void read_zip(struct expand *expand, const struct reading *reading)
{
    static const struct schema_key yesno = {.type = VALUE_YESNO};
    char *problem = NULL;
    char *value = value_canonical(&yesno, reading->entry->value, &problem);
    if (value == NULL)
        complain(reading, NULL, problem);
    expand->zip = value != NULL && value_yes(value);
    g_free(value);
    g_free(problem);
}

static void count_points(struct expand *expand, struct problems *problems, unsigned line)
{
    uint64_t points = 1;
    bool uneven = false;
    for (unsigned i = 0; i < expand->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(expand->axes, i);
        uneven = uneven || (i > 0 && axis->count != points);
        points = expand->zip ? axis->count : points * axis->count;
        points = MIN(points, (uint64_t)EXPAND_POINTS_MAX + 1);
    }
    struct origin origin = {ORIGIN_FILE, line};
    if (expand->zip && uneven)
        problems_add(problems, origin, "[sweep] zip = yes",
                     "the axes differ in length (give each as many values)");
    if (points > EXPAND_POINTS_MAX)
        problems_add(problems, origin, "[sweep]", "more than 100000 points (give fewer values)");
    expand->points = (unsigned)points;
}

struct expand *expand_new(const struct draft *draft, struct problems *problems)
{
    struct expand *expand = g_new0(struct expand, 1);
    const struct draft_group *group = draft_find(draft, GROUP_SWEEP, NULL);
    expand->axes = g_ptr_array_new_with_free_func(axis_free);
    for (unsigned i = 0; i < group->entries->len; i++) {
        struct reading reading = {draft, problems, g_ptr_array_index(group->entries, i), NULL};
        if (reading.entry->value == NULL)
            continue; /* empty, and reported */
        if (strcmp(reading.entry->name, "zip") == 0)
            read_zip(expand, &reading);
        else if (schema_is_later(reading.entry->name))
            complain(&reading, NULL, "not in this version (remove it)");
        else if (variant_axis(reading.entry->name))
            read_variants(expand, &reading);
        else
            read_axis(expand, &reading);
    }
    count_points(expand, problems, group->line);
    return expand;
}

void expand_free(struct expand *expand)
{
    if (expand == NULL)
        return;
    g_ptr_array_free(expand->axes, TRUE);
    g_free(expand);
}

unsigned expand_points(const struct expand *expand)
{
    return expand->points;
}

bool expand_zip(const struct expand *expand)
{
    return expand->zip;
}

unsigned expand_axes(const struct expand *expand)
{
    return expand->axes->len;
}

const struct sweep_axis *expand_axis(const struct expand *expand, unsigned axis)
{
    g_assert(axis < expand->axes->len);
    return &((const struct axis *)g_ptr_array_index(expand->axes, axis))->shown;
}

/* Which of its values an axis has at a point. */
static unsigned position(const struct expand *expand, unsigned point, unsigned axis)
{
    if (expand->zip)
        return point;
    for (unsigned i = expand->axes->len - 1; i > axis; i--)
        point /= ((const struct axis *)g_ptr_array_index(expand->axes, i))->count;
    return point % ((const struct axis *)g_ptr_array_index(expand->axes, axis))->count;
}

const char *expand_value(const struct expand *expand, unsigned point, unsigned axis)
{
    g_assert(point < expand->points && axis < expand->axes->len);
    return expand_axis(expand, axis)->values[position(expand, point, axis)];
}

static const GPtrArray *choice_at(const struct expand *expand, unsigned point, unsigned number)
{
    const struct axis *axis = g_ptr_array_index(expand->axes, number);
    return g_ptr_array_index(axis->choices, position(expand, point, number));
}

void expand_apply(const struct expand *expand, unsigned point, struct draft *draft)
{
    for (unsigned i = 0; i < expand->axes->len; i++) {
        const GPtrArray *choice = choice_at(expand, point, i);
        for (unsigned j = 0; j < choice->len; j++)
            setting_apply(g_ptr_array_index(choice, j), draft);
    }
}

static bool axis_has(const struct axis *axis, const char *key)
{
    for (unsigned i = 0; i < axis->choices->len; i++) {
        const GPtrArray *choice = g_ptr_array_index(axis->choices, i);
        for (unsigned j = 0; j < choice->len; j++) {
            char *path = setting_path(g_ptr_array_index(choice, j));
            bool same = strcmp(path, key) == 0;
            g_free(path);
            if (same)
                return true;
        }
    }
    return false;
}

int expand_axis_of(const struct expand *expand, const char *key)
{
    for (unsigned i = 0; i < expand->axes->len; i++)
        if (axis_has(g_ptr_array_index(expand->axes, i), key))
            return (int)i;
    return -1;
}

GPtrArray *expand_settings(const struct expand *expand, unsigned point)
{
    GPtrArray *settings = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < expand->axes->len; i++) {
        const GPtrArray *choice = choice_at(expand, point, i);
        for (unsigned j = 0; j < choice->len; j++) {
            const struct setting *setting = g_ptr_array_index(choice, j);
            char *path = setting_path(setting);
            g_ptr_array_add(settings, g_strdup_printf("%s=%s", path, setting->value));
            g_free(path);
        }
    }
    return settings;
}

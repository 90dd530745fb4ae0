#include "sim/scenario/expand.h"

#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

struct axis {
    struct sweep_axis shown; /* first: expand_axis() returns it */
    unsigned count;
    char *title; /* of the group */
    char *name;
    const struct schema_key *key;
    struct origin origin;
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
    g_free(axis->title);
    g_free(axis->name);
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

/* A range of one kind of quantity. */
struct range {
    enum quantity quantity;
    uint64_t low, high, step;
};

static bool read_as(struct range *range, enum quantity quantity, const char *low,
                    const char *high, const char *step)
{
    char *problem = NULL;
    bool fine = quantity_read(quantity, low, &range->low, &problem)
                && quantity_read(quantity, high, &range->high, &problem)
                && quantity_read(quantity, step, &range->step, &problem);
    range->quantity = quantity;
    g_free(problem);
    return fine;
}

/* "0%..50% step 5%" with any one kind of quantity; false when it is none. */
static bool read_range(const char *text, struct range *range)
{
    char **words = quantity_words(text);
    char *dots = words[0] == NULL ? NULL : strstr(words[0], "..");
    bool found = false;
    if (dots != NULL && g_strv_length(words) == 3 && strcmp(words[1], "step") == 0) {
        *dots = '\0';
        for (unsigned kind = 0; kind < QUANTITY_KINDS && !found; kind++)
            found = read_as(range, (enum quantity)kind, words[0], dots + 2, words[2]);
    }
    g_strfreev(words);
    return found;
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
        else if (read_range(text, &range))
            add_range(reading, key, text, &range);
        else
            add_value(reading, key, text);
    }
    g_strfreev(alternatives);
}

/* What belongs to the whole of a sweep cannot differ between its points. */
static bool sweepable(const struct draft_place *place)
{
    static const char *const whole[] = {"format", "title", "seed", "repetitions",
                                        "virtual-crashes", NULL};
    enum group_kind kind = place->group->kind;
    if (kind == GROUP_SCENARIO)
        return !g_strv_contains(whole, place->name);
    return kind != GROUP_SWEEP && kind != GROUP_OUTPUT && kind != GROUP_UNIT;
}

static struct axis *make_axis(const struct reading *reading, const struct draft_place *place)
{
    struct axis *axis = g_new0(struct axis, 1);
    char *dotted = draft_dotted(place->group);
    axis->shown.key = g_strconcat(dotted, ".", place->name, NULL);
    axis->title = g_strdup(place->group->title);
    axis->name = g_strdup(place->name);
    axis->key = place->key;
    axis->origin = (struct origin){ORIGIN_SWEEP, reading->entry->origin.line};
    g_free(dotted);
    return axis;
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
    struct axis *axis = make_axis(reading, place);
    const struct draft_entry *given = draft_given(place->group, place->name);
    reading->values = g_ptr_array_new();
    if (known_axis(expand, axis->shown.key))
        complain(reading, NULL, "this key has an axis already (remove one)");
    else if (given != NULL && given->origin.kind == ORIGIN_SET)
        g_ptr_array_add(reading->values, g_strdup(given->value));
    else
        add_values(reading, place->key);
    axis->count = reading->values->len;
    g_ptr_array_add(reading->values, NULL);
    axis->shown.values = (char **)g_ptr_array_free(reading->values, FALSE);
    if (axis->count > 0)
        g_ptr_array_add(expand->axes, axis);
    else
        axis_free(axis);
}

static void read_axis(struct expand *expand, struct reading *reading)
{
    struct draft_place place = {0};
    char *problem = NULL;
    bool fault = g_str_has_prefix(reading->entry->name, "faults.");
    if (!draft_locate(reading->draft, reading->entry->name, &place, &problem))
        complain(reading, NULL, problem);
    else if (!sweepable(&place))
        complain(reading, NULL, "cannot be swept: it belongs to the whole of a sweep");
    else if (fault && draft_given(place.group, place.name) == NULL)
        complain(reading, NULL, "no fault has this label (write it in [faults] first)");
    else
        take_axis(expand, reading, &place);
    g_free(place.name);
    g_free(problem);
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

void expand_apply(const struct expand *expand, unsigned point, struct draft *draft)
{
    for (unsigned i = 0; i < expand->axes->len; i++) {
        const struct axis *axis = g_ptr_array_index(expand->axes, i);
        draft_set(draft_find_title(draft, axis->title), axis->key, axis->name,
                  expand_value(expand, point, i), axis->origin);
    }
}

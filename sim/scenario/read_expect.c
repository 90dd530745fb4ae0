/* What a run is expected to come to: each key of each [expect NAME] is one expectation. */
#include "sim/scenario/build.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/quantity.h"
#include "sim/scenario/value.h"

#include <string.h>

static const char *const keys[] = {
    [EXPECT_CASUALTIES] = "casualties",
    [EXPECT_CAUSES] = "causes",
    [EXPECT_UNKNOWN] = "unknown",
    [EXPECT_GHOSTS] = "ghosts",
};

static void free_expectation(void *expectation)
{
    struct expectation *own = expectation;
    g_array_free(own->numbers, TRUE);
    g_free(own->place);
    g_free(own);
}

GPtrArray *build_expectations_new(void)
{
    return g_ptr_array_new_with_free_func(free_expectation);
}

static void add_number(struct expectation *expectation, uint32_t number)
{
    g_array_append_val(expectation->numbers, number);
}

/* "none" is an empty list. */
static void take_numbers(struct expectation *expectation, const char *text)
{
    char **words = quantity_words(strcmp(text, "none") == 0 ? "" : text);
    for (unsigned i = 0; words[i] != NULL; i++) {
        uint32_t first, last;
        char *problem = NULL;
        bool fine = value_span(words[i], &first, &last, &problem);
        g_assert(fine); /* the draft holds sound values only */
        for (uint32_t number = first; number <= last; number++)
            add_number(expectation, number);
    }
    g_strfreev(words);
}

static int cause_number(const char *word)
{
    for (unsigned i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
        if (strcmp(cause_word(i), word) == 0)
            return (int)i;
    return -1;
}

static void complain_of_cause(struct build *build, const struct draft_group *group,
                              const char *word)
{
    GPtrArray *known = g_ptr_array_new();
    for (unsigned i = CAUSE_NONE + 1; i < CAUSE_COUNT; i++)
        g_ptr_array_add(known, (char *)cause_word(i));
    char *hint = nearest_hint(word, known);
    build_complain(build, build->problems, group, "causes", "\"%s\" is not a cause%s", word, hint);
    g_free(hint);
    g_ptr_array_free(known, TRUE);
}

static void take_causes(struct build *build, const struct draft_group *group,
                        struct expectation *expectation, const char *text)
{
    char **words = quantity_words(text);
    for (unsigned i = 0; words[i] != NULL; i++) {
        int cause = cause_number(words[i]);
        if (cause < 0)
            complain_of_cause(build, group, words[i]);
        else
            add_number(expectation, (uint32_t)cause);
    }
    g_strfreev(words);
}

static void take_expectation(struct build *build, const struct draft_group *group,
                             enum expected what)
{
    const char *text = build_text(build, group, keys[what]);
    if (text == NULL || strcmp(text, "any") == 0)
        return;
    struct expectation *expectation = g_new0(struct expectation, 1);
    expectation->what = what;
    expectation->numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    expectation->place = build_place(build, group, keys[what]);
    if (what == EXPECT_CAUSES)
        take_causes(build, group, expectation, text);
    else
        take_numbers(expectation, text);
    g_ptr_array_add(build->scenario->expectations, expectation);
}

void build_expectations(struct build *build)
{
    GPtrArray *groups = draft_list(build->draft, GROUP_EXPECT);
    for (unsigned i = 0; i < groups->len; i++)
        for (unsigned what = 0; what < G_N_ELEMENTS(keys); what++)
            take_expectation(build, g_ptr_array_index(groups, i), what);
    g_ptr_array_free(groups, TRUE);
}

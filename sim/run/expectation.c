#include "sim/run/expectation.h"

static bool is_casualty(const struct connection_row *row)
{
    return row->outcome != OUTCOME_SURVIVED && row->outcome != OUTCOME_CENSORED;
}

static bool is_unknown(const struct connection_row *row)
{
    return state_counts(row->state) && !row->known;
}

static void add_number(GArray *numbers, uint32_t number)
{
    g_array_append_val(numbers, number);
}

/* What came, in the form of what was expected: numbers of connections, in their order. */
static GArray *what_came(enum expected what, const struct run_result *result)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    if (what == EXPECT_GHOSTS)
        add_number(numbers, result->ghosts);
    for (uint32_t i = 0; i < result->row_count && what != EXPECT_GHOSTS; i++) {
        const struct connection_row *row = &result->rows[i];
        if (what == EXPECT_UNKNOWN ? is_unknown(row) : is_casualty(row))
            add_number(numbers, what == EXPECT_CAUSES ? row->cause : row->connection);
    }
    return numbers;
}

static uint32_t number_at(const GArray *numbers, guint index)
{
    return g_array_index(numbers, uint32_t, index);
}

/* One cause stands for all of them. */
static bool is_met(const struct expectation *expectation, const GArray *came)
{
    const GArray *expected = expectation->numbers;
    bool all = expectation->what == EXPECT_CAUSES && expected->len == 1 && came->len > 0;
    bool met = all || expected->len == came->len;
    for (guint i = 0; i < came->len && met; i++)
        met = number_at(came, i) == number_at(expected, all ? 0 : i);
    return met;
}

static void tell(GString *text, const struct expectation *expectation, const GArray *came)
{
    g_string_append_printf(text, "%s%s: the run came to", text->len > 0 ? "\n" : "",
                           expectation->place);
    for (guint i = 0; i < came->len; i++)
        if (expectation->what == EXPECT_CAUSES)
            g_string_append_printf(text, " %s", cause_word(number_at(came, i)));
        else
            g_string_append_printf(text, " %u", number_at(came, i));
    if (came->len == 0)
        g_string_append(text, " none");
}

char *expectation_missed(const struct scenario *scenario, const struct run_result *result)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < scenario->expectations->len; i++) {
        const struct expectation *expectation = g_ptr_array_index(scenario->expectations, i);
        GArray *came = what_came(expectation->what, result);
        if (!is_met(expectation, came))
            tell(text, expectation, came);
        g_array_free(came, TRUE);
    }
    bool missed = text->len > 0;
    return g_string_free(text, !missed);
}

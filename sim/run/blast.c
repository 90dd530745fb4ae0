#include "sim/run/blast.h"

/* Would it live, if its datagram had come? */
static bool died_of_one(const struct connection_row *row, nstime failure)
{
    return state_counts(row->state) && row->cause == CAUSE_CREATE_LOST && row->alone
           && row->datagram.sent <= failure;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Of sorted numbers: how often the most frequent stands there. */
static uint32_t longest_run(const GArray *numbers)
{
    uint32_t longest = 0, length = 0;
    for (guint i = 0; i < numbers->len; i++) {
        uint32_t number = g_array_index(numbers, uint32_t, i);
        bool same = i > 0 && g_array_index(numbers, uint32_t, i - 1) == number;
        length = same ? length + 1 : 1;
        longest = MAX(longest, length);
    }
    return longest;
}

uint32_t blast_worst(const struct run_result *result)
{
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (uint32_t i = 0; i < result->row_count; i++)
        if (died_of_one(&result->rows[i], result->failure))
            g_array_append_val(numbers, result->rows[i].datagram.number);
    g_array_sort(numbers, compare_numbers);
    uint32_t worst = longest_run(numbers);
    g_array_free(numbers, TRUE);
    return worst;
}

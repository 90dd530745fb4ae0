#include "sim/run/cohort.h"

static uint64_t more(uint64_t here, uint64_t in_the_twin)
{
    return here > in_the_twin ? here - in_the_twin : 0;
}

static void weigh(struct cohort_count *count, const struct connection_row *row)
{
    nstime stall = MAX(row->waited - row->twin_waited, 0);
    count->harmed += row->harmed;
    count->requests_lost += more(row->requests_lost, row->twin_requests_lost);
    count->bytes_lost += more(row->bytes_lost, row->twin_bytes_lost);
    if (row->outcome == OUTCOME_SURVIVED)
        count->stall_survivors += stall;
    else
        count->stall_casualties += stall;
}

static void count_row(struct cohort_count *count, const struct connection_row *row, bool weighs)
{
    count->counted++;
    count->known += row->known;
    count->survived += row->outcome == OUTCOME_SURVIVED;
    count->censored += row->outcome == OUTCOME_CENSORED;
    count->saved[row->saved_by]++;
    if (weighs)
        weigh(count, row);
}

void cohort_count(struct run_result *result)
{
    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (state_counts(row->state))
            count_row(&result->cohorts[COHORT_ESTABLISHED], row, result->has_twin);
        if (state_begun(row->state))
            count_row(&result->cohorts[COHORT_BEGUN], row, result->has_twin);
    }
    g_assert(result->cohorts[COHORT_ESTABLISHED].counted == result->counted);
}

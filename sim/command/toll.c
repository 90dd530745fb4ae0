#include "sim/command/toll.h"

#include "sim/command/report.h"

static const struct {
    const char *name; /* in JSON */
    const char *words;
} cohorts[COHORT_COUNT] = {
    [COHORT_ESTABLISHED] = {"established", "established at the failure"},
    [COHORT_BEGUN] = {"begun", "all that had begun"},
};

/* 2 + 28 + 40 columns. */
static void print_cohorts(GString *text, const struct run_result *result)
{
    g_string_append_printf(text, "\n  %-28s%9s%9s%11s%11s\n", "cohort", "counted", "known",
                           "survived", "harmed");
    for (unsigned i = 0; i < COHORT_COUNT; i++) {
        const struct cohort_count *count = &result->cohorts[i];
        g_string_append_printf(text, "  %-28s%9u%9u%11u", cohorts[i].words, count->counted,
                               count->known, count->survived);
        if (result->has_twin) {
            g_string_append_printf(text, "%11u\n", count->harmed);
        } else {
            g_string_append_printf(text, "%11s\n", "-");
        }
    }
    g_string_append_c(text, '\n');
}

static void print_saved(GString *text, const struct run_result *result)
{
    const struct cohort_count *begun = &result->cohorts[COHORT_BEGUN];
    g_autoptr(GString) line = g_string_new("saved by: ");
    const char *before = "";

    for (unsigned i = SAVED_NOT + 1; i < SAVED_COUNT; i++) {
        if (begun->saved[i] > 0) {
            g_string_append_printf(line, "%s%s %u", before, saved_word(i), begun->saved[i]);
            before = ", ";
        }
    }
    if (*before != '\0') {
        report_wrap(text, line->str, 2);
    }
}

static void print_weights(GString *text, const struct run_result *result)
{
    const struct cohort_count *begun = &result->cohorts[COHORT_BEGUN];
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_append_printf(line, "harm against the twin, the same run without the failure: %"
                           G_GUINT64_FORMAT " requests and %" G_GUINT64_FORMAT
                           " bytes lost; survivors waited ", begun->requests_lost,
                           begun->bytes_lost);
    report_time(line, begun->stall_survivors);
    g_string_append(line, " longer in all, casualties ");
    report_time(line, begun->stall_casualties);
    g_string_append_printf(line, "; %u connects failed, the others took ",
                           result->connects_failed);
    report_time(line, result->connect_delay);
    g_string_append_printf(line, " longer in all; at most %u SYNs in 100 ms (twin: %u)",
                           result->syn_peak, result->syn_peak_twin);
    if (result->reconnected > 0) {
        g_string_append_printf(line, "; %u connected again", result->reconnected);
    }
    report_wrap(text, line->str, 2);
}

void toll_print(GString *text, const struct run_result *result)
{
    print_cohorts(text, result);
    print_saved(text, result);
    if (result->has_twin) {
        print_weights(text, result);
    }
}

static void json_number(GString *text, const char *name, int64_t number, bool applies)
{
    if (applies) {
        g_string_append_printf(text, "\"%s\": %" G_GINT64_FORMAT, name, number);
    } else {
        g_string_append_printf(text, "\"%s\": null", name);
    }
}

static void json_cohort(GString *text, const struct run_result *result, enum cohort cohort)
{
    const struct cohort_count *count = &result->cohorts[cohort];
    const struct {
        const char *name;
        int64_t number;
    } weights[] = {
        {"harmed", count->harmed},
        {"requests_lost", (int64_t)count->requests_lost},
        {"bytes_lost", (int64_t)count->bytes_lost},
        {"stall_survivors_ns", count->stall_survivors},
        {"stall_casualties_ns", count->stall_casualties},
    };

    g_string_append_printf(text, "\n  \"%s\": {\"counted\": %u, \"known\": %u, \"survived\": %u",
                           cohorts[cohort].name, count->counted, count->known, count->survived);
    for (gsize i = 0; i < G_N_ELEMENTS(weights); i++) {
        g_string_append(text, ", ");
        json_number(text, weights[i].name, weights[i].number, result->has_twin);
    }
    g_string_append(text, ", \"saved_by\": {");
    for (unsigned i = SAVED_NOT + 1; i < SAVED_COUNT; i++) {
        g_string_append_printf(text, "%s\"%s\": %u", i > SAVED_NOT + 1 ? ", " : "",
                               saved_word(i), count->saved[i]);
    }
    g_string_append(text, "}},");
}

void toll_json(GString *text, const struct run_result *result)
{
    const bool twin = result->has_twin;

    for (unsigned i = 0; i < COHORT_COUNT; i++) {
        json_cohort(text, result, i);
    }
    g_string_append(text, "\n  ");
    json_number(text, "connects_failed", result->connects_failed, twin);
    g_string_append(text, ", ");
    json_number(text, "connect_delay_ns", result->connect_delay, twin);
    g_string_append(text, ", ");
    json_number(text, "syn_peak", result->syn_peak, true);
    g_string_append(text, ", ");
    json_number(text, "syn_peak_twin", result->syn_peak_twin, twin);
    g_string_append(text, ", ");
    json_number(text, "reconnected", result->reconnected, true);
    g_string_append(text, ",\n  ");
}

#include "sim/command/warm_up.h"

#include "sim/command/report.h"
#include "sim/node/population.h"

static bool expect(const struct scenario *scenario, const struct run_result *result,
                   struct population *population)
{
    return result->failure >= 0 && population_in_all(scenario, result->failure, population);
}

void warm_up_print(GString *text, const struct scenario *scenario,
                   const struct run_result *result)
{
    struct population population;

    if (!expect(scenario, result, &population)) {
        return;
    }
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_printf(line, "expected open at the failure: %.0f (%u were); the start cuts "
                                 "off %.1f%% of ages",
                           population.expected, result->counted, 100 * population.cut_off);
    report_wrap(text, line->str, 2);
}

void warm_up_json(GString *text, const struct scenario *scenario, const struct run_result *result)
{
    char expected[G_ASCII_DTOSTR_BUF_SIZE], cut_off[G_ASCII_DTOSTR_BUF_SIZE];
    struct population population;

    if (expect(scenario, result, &population)) {
        g_string_append_printf(
            text, "\"expected_open\": %s, \"ages_cut_off\": %s, ",
            g_ascii_formatd(expected, sizeof expected, "%.1f", population.expected),
            g_ascii_formatd(cut_off, sizeof cut_off, "%.6f", population.cut_off));
    }
}

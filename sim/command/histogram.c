#include "sim/command/histogram.h"

#include "sim/command/report.h"

#define HISTOGRAM_BAR 40u

/* Upper edges of the classes; the last is open. */
static const struct {
    nstime below;
    const char *label;
} classes[] = {
    {10 * NSTIME_MS, "under 10ms"},   {30 * NSTIME_MS, "10ms to 30ms"},
    {100 * NSTIME_MS, "30ms to 100ms"}, {300 * NSTIME_MS, "100ms to 300ms"},
    {NSTIME_S, "300ms to 1s"},        {3 * NSTIME_S, "1s to 3s"},
    {10 * NSTIME_S, "3s to 10s"},     {30 * NSTIME_S, "10s to 30s"},
    {100 * NSTIME_S, "30s to 100s"},  {NSTIME_NEVER, "100s and more"},
};

#define CLASSES G_N_ELEMENTS(classes)

struct histogram {
    uint32_t decided[CLASSES];
    uint32_t survived[CLASSES];
};

static unsigned class_of(nstime age)
{
    unsigned class = 0;

    while (age >= classes[class].below) {
        class++;
    }
    g_assert(class < CLASSES);
    return class;
}

static struct histogram count(const struct run_result *result)
{
    struct histogram histogram = {{0}, {0}};

    for (uint32_t i = 0; i < result->row_count; i++) {
        const struct connection_row *row = &result->rows[i];
        if (state_counts(row->state) && row->outcome != OUTCOME_CENSORED) {
            unsigned class = class_of(result->failure - row->opened);
            histogram.decided[class]++;
            histogram.survived[class] += row->outcome == OUTCOME_SURVIVED;
        }
    }
    return histogram;
}

static void print_class(GString *text, const struct histogram *histogram, unsigned class,
                        bool colour)
{
    uint32_t decided = histogram->decided[class], survived = histogram->survived[class];
    unsigned lived = (unsigned)((uint64_t)survived * HISTOGRAM_BAR / decided);
    g_autoptr(GString) share = g_string_new(NULL);

    g_string_append_printf(text, "  %-15s", classes[class].label);
    report_bar(text, '#', lived, REPORT_GREEN, colour);
    report_bar(text, '.', HISTOGRAM_BAR - lived, REPORT_RED, colour);
    report_share(share, survived, decided);
    g_string_append_printf(text, " %6s of %u\n", share->str, decided);
}

void histogram_print(GString *text, const struct run_result *result, bool colour)
{
    struct histogram histogram = count(result);

    g_string_append(text, "\n  age at failure # survived  . lost\n");
    for (unsigned class = 0; class < CLASSES; class++) {
        if (histogram.decided[class] > 0) {
            print_class(text, &histogram, class, colour);
        }
    }
    g_string_append_c(text, '\n');
}

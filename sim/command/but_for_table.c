#include "sim/command/but_for_table.h"

#include "sim/command/report.h"

static const char legend[] =
    "but for its datagram: the same run again for each casualty tried, with its create delivered "
    "in time and whole, or its delete withheld; confirmed: it became known, and no other fate "
    "changed; rebalanced: it did, and others that were not known got another server in turn";

static void print_row(GString *text, enum cause cause, const struct but_for_count *count)
{
    g_string_append_printf(text, "  %-18s %10u", cause_word(cause), count->casualties);
    if (count->tried > 0)
        g_string_append_printf(text, " %7u %10u %11u %8u\n", count->tried, count->confirmed,
                               count->rebalanced, count->refuted);
    else
        g_string_append(text, "  blames no datagram: not tried\n");
}

void but_for_table_print(GString *text, const struct but_for *but_for)
{
    uint32_t casualties = 0;
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        casualties += but_for->causes[cause].casualties;
    g_string_append_c(text, '\n');
    report_wrap(text, legend, 2);
    g_string_append_c(text, '\n');
    if (casualties == 0) {
        g_string_append(text, "  no casualties\n");
        return;
    }
    g_string_append_printf(text, "  %-18s %10s %7s %10s %11s %8s\n", "cause", "casualties",
                           "tried", "confirmed", "rebalanced", "refuted");
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        if (but_for->causes[cause].casualties > 0)
            print_row(text, (enum cause)cause, &but_for->causes[cause]);
}

#include "sim/run/journal.h"

#include <glib.h>
#include <inttypes.h>

struct journal {
    uint32_t run;
    GString *lines;
};

struct journal *journal_new(uint32_t run)
{
    struct journal *journal = g_new0(struct journal, 1);
    journal->run = run;
    journal->lines = g_string_new(NULL);
    return journal;
}

char *journal_finish(struct journal *journal)
{
    if (!journal)
        return NULL;
    char *lines = g_string_free(journal->lines, FALSE);
    g_free(journal);
    return lines;
}

static void begin(struct journal *journal, nstime at)
{
    g_string_append_printf(journal->lines, "{\"t\":%" PRId64 ",\"run\":%" PRIu32, at,
                           journal->run);
}

/* Names of units and labels of faults come from the user's file. */
static void append_text(struct journal *journal, const char *key, const char *text)
{
    g_string_append_printf(journal->lines, ",\"%s\":\"", key);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(journal->lines, "\\%c", *c);
        else if (*c < 0x20)
            g_string_append_printf(journal->lines, "\\u%04x", *c);
        else
            g_string_append_c(journal->lines, (char)*c);
    }
    g_string_append_c(journal->lines, '"');
}

static void end(struct journal *journal)
{
    g_string_append(journal->lines, "}\n");
}

void journal_unit(struct journal *journal, nstime at, const char *unit, const char *event,
                  const char *detail)
{
    if (!journal)
        return;
    begin(journal, at);
    if (unit)
        append_text(journal, "unit", unit);
    append_text(journal, "event", event);
    if (detail)
        append_text(journal, "detail", detail);
    end(journal);
}

void journal_count(struct journal *journal, nstime at, const char *event, uint64_t count)
{
    if (!journal)
        return;
    begin(journal, at);
    append_text(journal, "event", event);
    g_string_append_printf(journal->lines, ",\"count\":%" PRIu64, count);
    end(journal);
}

void journal_record(struct journal *journal, nstime at, const char *event, uint32_t connection,
                    const char *record)
{
    if (!journal)
        return;
    begin(journal, at);
    append_text(journal, "event", event);
    g_string_append_printf(journal->lines, ",\"connection\":%" PRIu32, connection);
    append_text(journal, "record", record);
    end(journal);
}

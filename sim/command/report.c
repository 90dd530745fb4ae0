#include "sim/command/report.h"

#include <string.h>

void report_share(GString *text, double part, double whole)
{
    if (whole > 0) {
        g_string_append_printf(text, "%.1f%%", 100.0 * part / whole);
    } else {
        g_string_append_c(text, '-');
    }
}

void report_time(GString *text, nstime time)
{
    g_assert(time >= 0);
    int64_t ms = (time + NSTIME_MS / 2) / NSTIME_MS;

    g_string_append_printf(text, "%" G_GINT64_FORMAT ".%03ds", ms / 1000, (int)(ms % 1000));
}

void report_wrap(GString *text, const char *words, unsigned indent)
{
    g_auto(GStrv) list = g_strsplit(words, " ", -1);
    size_t column = 0;

    for (char **word = list; *word != NULL; word++) {
        size_t length = strlen(*word);
        if (column > 0 && column + 1 + length > REPORT_WIDTH) {
            g_string_append_printf(text, "\n%*s", (int)indent, "");
            column = indent;
        } else if (word != list) {
            g_string_append_c(text, ' ');
            column++;
        }
        g_string_append(text, *word);
        column += length;
    }
    g_string_append_c(text, '\n');
}

void report_pad(GString *text, const char *word, unsigned width)
{
    g_assert(width > 0);
    if (strlen(word) <= width) {
        g_string_append_printf(text, "%-*s", (int)width, word);
    } else {
        g_string_append_printf(text, "%.*s~", (int)width - 1, word);
    }
}

void report_bar(GString *text, char ink, unsigned length, enum report_colour paint,
                bool colour)
{
    if (length == 0) {
        return;
    }
    if (colour) {
        g_string_append_printf(text, "\033[%dm", (int)paint);
    }
    for (unsigned i = 0; i < length; i++) {
        g_string_append_c(text, ink);
    }
    if (colour) {
        g_string_append(text, "\033[0m");
    }
}

void report_json_string(GString *text, const char *string)
{
    g_autofree char *valid = g_utf8_make_valid(string, -1);

    g_string_append_c(text, '"');
    for (const char *c = valid; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            g_string_append_printf(text, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            g_string_append_printf(text, "\\u%04x", (unsigned)*c);
        } else {
            g_string_append_c(text, *c);
        }
    }
    g_string_append_c(text, '"');
}

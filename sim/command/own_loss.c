#include "sim/command/own_loss.h"

#include "sim/command/report.h"

/* Word in JSON, what was dropped, and which key gives more room. */
static const struct {
    const char *word, *what, *key;
} places[DROP_PLACES] = {
    [DROP_SEND_QUEUE] = {"send_queue", "datagrams at the send queue", "replication.send-queue"},
    [DROP_RECEIVE_BUFFER] = {"receive_buffer", "datagrams at the receive buffer",
                             "replication.receive-buffer"},
    [DROP_BACKLOG] = {"backlog", "packets at a backlog", "unit.NAME.backlog"},
    [DROP_LOSSY] = {"lossy", "packets by a unit made lossy", NULL},
};

static void print_places(GString *text, const struct run_result *result)
{
    g_autoptr(GString) line = g_string_new("loss the system made itself: ");
    const char *before = "";

    for (unsigned i = 0; i < DROP_PLACES; i++) {
        if (result->drops[i] == 0) {
            continue;
        }
        g_string_append_printf(line, "%s%" G_GUINT64_FORMAT " %s", before, result->drops[i],
                               places[i].what);
        if (places[i].key != NULL) {
            g_string_append_printf(line, " (more room: %s)", places[i].key);
        }
        before = ", ";
    }
    if (*before == '\0') {
        return;
    }
    if (result->replication_loss >= 0) {
        g_string_append(line, "; not applied of the datagrams handed out before the failure: ");
        report_share(line, result->replication_loss, 1);
    }
    report_wrap(text, line->str, 2);
}

static void print_links(GString *text, const struct scenario *scenario,
                        const struct run_result *result)
{
    for (unsigned role = 0; role < LINK_COUNT; role++) {
        uint64_t lost = result->lost_to_limit[role];
        if (lost == 0) {
            continue;
        }
        g_autofree char *line = g_strdup_printf(
            "link %s dropped %" G_GUINT64_FORMAT " packets at its limit of %u waiting (more: "
            "--set link.%s.limit=%u)",
            link_role_word(role), lost, scenario->links[role].forward.limit,
            link_role_word(role), 10 * scenario->links[role].forward.limit);
        report_wrap(text, line, 2);
    }
}

void own_loss_print(GString *text, const struct scenario *scenario,
                    const struct run_result *result)
{
    print_places(text, result);
    print_links(text, scenario, result);
}

void own_loss_json(GString *text, const struct run_result *result)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(text, "\"own_loss\": {");
    for (unsigned i = 0; i < DROP_PLACES; i++) {
        g_string_append_printf(text, "\"%s\": %" G_GUINT64_FORMAT ", ", places[i].word,
                               result->drops[i]);
    }
    g_string_append_printf(text, "\"replication_loss\": %s}, ",
                           result->replication_loss < 0
                               ? "null"
                               : g_ascii_formatd(digits, sizeof digits, "%.6f",
                                                 result->replication_loss));
}

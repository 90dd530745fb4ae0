#include "sim/command/difference.h"

#include "sim/command/report.h"

#include <string.h>

enum { SIDES = 2, NAME_WIDTH = 11 };

/* What was seen at one setting of the other axes. */
struct pairing {
    uint32_t points[SIDES];
    struct connection_row *rows; /* of the first of the two runs of a repetition; NULL: none */
    uint32_t row_count;
    unsigned side;               /* whose they are */
    uint64_t alone[SIDES], both, neither;
    GString *list; /* lines */
    uint64_t listed;
};

struct difference {
    const struct scenario_file *file;
    unsigned axis;
    unsigned list_max;
    struct pairing *pairings;
    uint32_t count;
    uint32_t *pairing_of; /* of each point: its pairing, */
    unsigned *side_of;    /* and its side of it */
};

/* ---- which two ------------------------------------------------------------------------- */

static bool same_but_for_axis(const struct difference *difference, uint32_t point, uint32_t other)
{
    for (unsigned axis = 0; axis < scenario_file_axes(difference->file); axis++) {
        const char *mine = scenario_file_value(difference->file, point, axis);
        const char *theirs = scenario_file_value(difference->file, other, axis);
        if (axis != difference->axis && strcmp(mine, theirs) != 0) {
            return false;
        }
    }
    return true;
}

static unsigned side(const struct difference *difference, uint32_t point)
{
    const struct sweep_axis *axis = scenario_file_axis(difference->file, difference->axis);
    const char *value = scenario_file_value(difference->file, point, difference->axis);

    return strcmp(value, axis->values[0]) == 0 ? 0 : 1;
}

static uint32_t find_pairing(struct difference *difference, uint32_t point)
{
    for (uint32_t i = 0; i < point; i++) {
        if (same_but_for_axis(difference, i, point)) {
            return difference->pairing_of[i];
        }
    }
    difference->pairings[difference->count].list = g_string_new(NULL);
    return difference->count++;
}

struct difference *difference_new(const struct scenario_file *file, unsigned axis,
                                  unsigned list_max)
{
    uint32_t points = scenario_file_points(file);
    struct difference *difference = g_new0(struct difference, 1);

    g_assert(g_strv_length(scenario_file_axis(file, axis)->values) == SIDES);
    difference->file = file;
    difference->axis = axis;
    difference->list_max = list_max;
    difference->pairings = g_new0(struct pairing, points);
    difference->pairing_of = g_new0(uint32_t, points);
    difference->side_of = g_new0(unsigned, points);
    for (uint32_t point = 0; point < points; point++) {
        uint32_t pairing = difference->pairing_of[point] = find_pairing(difference, point);
        unsigned its_side = difference->side_of[point] = side(difference, point);
        difference->pairings[pairing].points[its_side] = point;
    }
    return difference;
}

void difference_free(struct difference *difference)
{
    if (difference == NULL) {
        return;
    }
    for (uint32_t i = 0; i < difference->count; i++) {
        g_string_free(difference->pairings[i].list, TRUE);
        g_free(difference->pairings[i].rows);
    }
    g_free(difference->pairings);
    g_free(difference->pairing_of);
    g_free(difference->side_of);
    g_free(difference);
}

/* ---- a line ---------------------------------------------------------------------------- */

static const char *name_of_side(const struct difference *difference, unsigned of)
{
    return scenario_file_axis(difference->file, difference->axis)->values[of];
}

static void append_datagram(GString *text, const struct connection_row *row)
{
    g_string_append_printf(text, "#%u ", row->datagram.number);
    report_time(text, row->datagram.sent);
}

/* How the one that was saved was known. */
static char *saving(const struct connection_row *row)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (row->known && row->datagram.number > 0) {
        append_datagram(text, row);
    } else {
        g_string_append(text, saved_word(row->saved_by));
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

/* What became of its datagram where it died; or the cause, where no datagram is to blame. */
static const char *fate(enum cause cause)
{
    switch (cause) {
    case CAUSE_CREATE_LOST:
        return "lost";
    case CAUSE_CREATE_IN_FLIGHT:
        return "too late";
    case CAUSE_CREATE_REJECTED:
        return "refused";
    case CAUSE_OVERWRITTEN:
        return "overwrote";
    case CAUSE_DELETED_EARLY:
        return "deleted";
    default:
        return NULL;
    }
}

static char *dying(const struct connection_row *row)
{
    const char *word = fate((enum cause)row->cause);
    g_autoptr(GString) text = g_string_new(NULL);

    if (row->cause == CAUSE_CREATE_UNSENT || row->cause == CAUSE_HANDSHAKE) {
        g_string_append(text, "never sent");
    } else if (word == NULL || row->datagram.number == 0) {
        g_string_append(text, cause_word((enum cause)row->cause));
    } else {
        append_datagram(text, row);
        g_string_append_printf(text, " %s", word);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static void list(const struct difference *difference, struct pairing *pairing,
                 uint32_t repetition, const struct connection_row *const rows[SIDES],
                 unsigned saved)
{
    g_autoptr(GString) opened = g_string_new(NULL);
    g_autofree char *saver = saving(rows[saved]);
    g_autofree char *killer = dying(rows[1 - saved]);

    if (pairing->listed++ >= difference->list_max) {
        return;
    }
    report_time(opened, rows[0]->opened);
    g_string_append_printf(pairing->list, "  %3u %8u %8s  ", repetition, rows[0]->connection,
                           opened->str);
    report_pad(pairing->list, name_of_side(difference, saved), NAME_WIDTH);
    g_string_append_printf(pairing->list, "  %-15s  %s\n", saver, killer);
}

/* ---- two runs -------------------------------------------------------------------------- */

/* A connection of this repetition in the other run, or NULL: not there, or another. */
static const struct connection_row *find(const struct connection_row *rows, uint32_t count,
                                         const struct connection_row *like)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (rows[middle].connection < like->connection) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct connection_row *row = low < count ? &rows[low] : NULL;
    bool same = row != NULL && row->connection == like->connection &&
                row->client_ip == like->client_ip && row->client_port == like->client_port &&
                row->virtual == like->virtual && row->opened == like->opened;
    return same ? row : NULL;
}

/* Counted and decided. */
static bool is_judged(const struct connection_row *row)
{
    return state_counts((enum state_at_failure)row->state) && row->outcome != OUTCOME_CENSORED;
}

static void weigh(const struct difference *difference, struct pairing *pairing,
                  uint32_t repetition, const struct connection_row *const rows[SIDES])
{
    bool first = rows[0]->outcome == OUTCOME_SURVIVED;
    bool second = rows[1]->outcome == OUTCOME_SURVIVED;

    pairing->both += first && second;
    pairing->neither += !first && !second;
    if (first != second) {
        pairing->alone[first ? 0 : 1]++;
        list(difference, pairing, repetition, rows, first ? 0 : 1);
    }
}

static void compare(const struct difference *difference, struct pairing *pairing,
                    const struct run_result *outcome, unsigned its_side)
{
    for (uint32_t i = 0; i < outcome->row_count; i++) {
        const struct connection_row *rows[SIDES];
        rows[its_side] = &outcome->rows[i];
        rows[1 - its_side] = find(pairing->rows, pairing->row_count, rows[its_side]);
        if (rows[1 - its_side] != NULL && is_judged(rows[0]) && is_judged(rows[1])) {
            weigh(difference, pairing, outcome->repetition, rows);
        }
    }
}

void difference_see(struct difference *difference, const struct run_result *outcome)
{
    struct pairing *pairing = &difference->pairings[difference->pairing_of[outcome->point]];
    unsigned its_side = difference->side_of[outcome->point];

    if (pairing->rows == NULL) {
        pairing->rows = g_memdup2(outcome->rows, outcome->row_count * sizeof *outcome->rows);
        pairing->row_count = outcome->row_count;
        pairing->side = its_side;
        return;
    }
    g_assert(pairing->side != its_side);
    compare(difference, pairing, outcome, its_side);
    g_clear_pointer(&pairing->rows, g_free);
}

/* ---- the whole ------------------------------------------------------------------------- */

static void print_where(const struct difference *difference, const struct pairing *pairing,
                        GString *text)
{
    g_autoptr(GString) where = g_string_new(NULL);

    for (unsigned axis = 0; axis < scenario_file_axes(difference->file); axis++) {
        if (axis != difference->axis) {
            g_string_append_printf(where, "%s%s = %s", where->len > 0 ? ", " : "",
                                   scenario_file_axis(difference->file, axis)->key,
                                   scenario_file_value(difference->file, pairing->points[0], axis));
        }
    }
    if (where->len > 0) {
        g_string_append_c(where, ':');
        report_wrap(text, where->str, 2);
    }
}

static void print_pairing(const struct difference *difference, const struct pairing *pairing,
                          GString *text)
{
    g_autofree char *counts = g_strdup_printf(
        "  %s alone %" G_GUINT64_FORMAT ", %s alone %" G_GUINT64_FORMAT ", both %"
        G_GUINT64_FORMAT ", neither %" G_GUINT64_FORMAT,
        name_of_side(difference, 0), pairing->alone[0], name_of_side(difference, 1),
        pairing->alone[1], pairing->both, pairing->neither);

    print_where(difference, pairing, text);
    report_wrap(text, counts, 4);
    if (pairing->list->len > 0) {
        g_string_append_printf(text, "\n  %3s %8s %8s  %-*s  %-15s  %s\n", "rep", "number",
                               "opened", NAME_WIDTH, "saved by", "its datagram",
                               "in the other run");
        g_string_append(text, pairing->list->str);
    }
    if (pairing->listed > difference->list_max) {
        g_string_append_printf(text, "  and %" G_GUINT64_FORMAT " more (--list %" G_GUINT64_FORMAT
                               " shows all)\n", pairing->listed - difference->list_max,
                               pairing->listed);
    }
}

void difference_print(const struct difference *difference, GString *text)
{
    g_string_append(text, "\nconnections saved, over all runs:\n");
    for (uint32_t i = 0; i < difference->count; i++) {
        g_string_append(text, i > 0 ? "\n" : "");
        print_pairing(difference, &difference->pairings[i], text);
    }
}

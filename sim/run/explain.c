#include "sim/run/explain.h"

#include "sim/run/run.h"
#include "sim/run/story.h"

#include <string.h>

G_DEFINE_QUARK(explain-error-quark, explain_error)

enum { TEXT_COLUMNS = 46 };

struct ladder {
    const struct scenario *scenario;
    GString *out;
    uint32_t steps_of_connection; /* steps that only this connection takes */
};

static const char *place_word(const struct ladder *ladder, enum place place)
{
    if (place == PLACE_CLIENT)
        return "client";
    if (place == PLACE_SERVER)
        return "server";
    if (place == PLACE_NOWHERE)
        return "";
    const struct unit_spec *unit =
        g_ptr_array_index(ladder->scenario->units, place - PLACE_UNIT_0);
    return unit->name;
}

static void take_step(void *context, nstime at, enum place from, enum place to, const char *text)
{
    struct ladder *ladder = context;
    bool travels = to != PLACE_NOWHERE;
    g_string_append_printf(ladder->out, "%12.6f  %-8.8s %s %-8.8s %.*s\n", (double)at / 1e9,
                           place_word(ladder, from), travels ? "->" : "  ",
                           place_word(ladder, to), TEXT_COLUMNS, text);
    if (travels || from == PLACE_CLIENT || from == PLACE_SERVER)
        ladder->steps_of_connection++;
}

static const struct connection_row *row_of(const struct run_result *result, uint32_t connection)
{
    for (uint32_t i = 0; i < result->row_count; i++)
        if (result->rows[i].connection == connection)
            return &result->rows[i];
    return NULL;
}

static void append_address(GString *out, uint32_t ip, uint16_t port)
{
    g_string_append_printf(out, "%u.%u.%u.%u:%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
                           ip & 255, port);
}

static void append_verdict(const struct ladder *ladder, const struct connection_row *row)
{
    GString *out = ladder->out;
    const struct virtual_spec *virtual =
        g_ptr_array_index(ladder->scenario->virtuals, row->virtual);
    const struct real_spec *real =
        row->server < 0 ? NULL : g_ptr_array_index(ladder->scenario->reals, (guint)row->server);
    g_string_append_printf(out, "\nconnection %u: ", row->connection);
    append_address(out, row->client_ip, row->client_port);
    g_string_append_printf(out, " to %s, served by %s\n", virtual->name,
                           real ? real->name : "nobody yet");
    g_string_append_printf(out, "at the failure  %s\nknown           %s\noutcome         %s\n",
                           state_word(row->state), row->known ? "yes" : "no",
                           outcome_word(row->outcome));
    if (row->stall >= 0)
        g_string_append_printf(out, "stall           %.3fs\n", (double)row->stall / 1e9);
    if (row->cause != CAUSE_NONE)
        g_string_append_printf(out, "cause           %s:\n                %s\n",
                               cause_word(row->cause), cause_phrase(row->cause));
}

bool explain_connection(const struct scenario *scenario, uint32_t repetition,
                        uint32_t connection, GString *out, GError **error)
{
    struct ladder ladder = { .scenario = scenario, .out = g_string_new(NULL) };
    struct run_story story = { .tag = connection + 1, .context = &ladder, .tell = take_step };
    g_string_append(ladder.out, "    time (s)  from        to       what\n");
    struct run_result *result = run_execute(scenario, 0, repetition, false, &story);
    const struct connection_row *row = row_of(result, connection);
    bool exists = ladder.steps_of_connection > 0;
    if (row)
        append_verdict(&ladder, row);
    else if (exists)
        g_string_append_printf(ladder.out, "\nconnection %u was not there at the failure\n",
                               connection);
    if (exists)
        g_string_append_len(out, ladder.out->str, (gssize)ladder.out->len);
    else
        g_set_error(error, EXPLAIN_ERROR, EXPLAIN_ERROR_NO_CONNECTION,
                    "no connection %u in repetition %u (they are numbered from 0 in order of "
                    "opening; see connections.csv)",
                    connection, repetition);
    g_string_free(ladder.out, TRUE);
    run_result_free(result);
    return exists;
}

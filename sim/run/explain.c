#include "sim/run/explain.h"

#include "sim/run/run.h"
#include "sim/run/story.h"
#include "sim/run/twin.h"

#include <string.h>

G_DEFINE_QUARK(explain-error-quark, explain_error)

enum { TEXT_COLUMNS = 46 };

struct ladder {
    const struct scenario *scenario;
    GPtrArray *steps; /* char *: lines */
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
    g_ptr_array_add(ladder->steps,
                    g_strdup_printf("%12.6f  %-8.8s %s %-8.8s %.*s\n", (double)at / 1e9,
                                    place_word(ladder, from), travels ? "->" : "  ",
                                    place_word(ladder, to), TEXT_COLUMNS, text));
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

static const char *name_of_server(const struct scenario *scenario, int server)
{
    if (server < 0)
        return "nobody yet";
    return ((const struct real_spec *)g_ptr_array_index(scenario->reals, (guint)server))->name;
}

static void append_harm(GString *out, const struct connection_row *row)
{
    g_string_append_printf(out, "in the twin     %s\nharmed          %s\n",
                           outcome_word(row->twin_outcome), row->harmed ? "yes" : "no");
    g_string_append_printf(out, "lost            %u requests, %" G_GUINT64_FORMAT
                           " bytes (twin: %u, %" G_GUINT64_FORMAT ")\n", row->requests_lost,
                           row->bytes_lost, row->twin_requests_lost, row->twin_bytes_lost);
    g_string_append_printf(out, "longest wait    %.3fs (twin: %.3fs)\n",
                           (double)row->waited / 1e9, (double)row->twin_waited / 1e9);
}

static void append_verdict(GString *out, const struct scenario *scenario,
                           const struct connection_row *row, bool has_twin)
{
    const struct virtual_spec *virtual = g_ptr_array_index(scenario->virtuals, row->virtual);
    g_string_append_printf(out, "\nconnection %u: ", row->connection);
    append_address(out, row->client_ip, row->client_port);
    g_string_append_printf(out, " to %s, served by %s\n", virtual->name,
                           name_of_server(scenario, row->server));
    g_string_append_printf(out, "at the failure  %s\nknown           %s\noutcome         %s\n",
                           state_word(row->state), row->known ? "yes" : "no",
                           outcome_word(row->outcome));
    if (row->stall >= 0)
        g_string_append_printf(out, "stall           %.3fs\n", (double)row->stall / 1e9);
    if (row->cause != CAUSE_NONE)
        g_string_append_printf(out, "cause           %s:\n                %s\n",
                               cause_word(row->cause), cause_phrase(row->cause));
    if (row->saved_by != SAVED_NOT)
        g_string_append_printf(out, "saved by        %s:\n                %s\n",
                               saved_word(row->saved_by), saved_phrase(row->saved_by));
    if (has_twin)
        append_harm(out, row);
}

/* ---- the two ladders */

static struct ladder ladder_new(const struct scenario *scenario)
{
    return (struct ladder){ .scenario = scenario,
                            .steps = g_ptr_array_new_with_free_func(g_free) };
}

static void append_steps(GString *out, const struct ladder *ladder, guint from, guint to)
{
    for (guint i = from; i < to; i++)
        g_string_append(out, g_ptr_array_index(ladder->steps, i));
}

/* How many steps the two have in common from the first on. */
static guint common_steps(const struct ladder *a, const struct ladder *b)
{
    guint count = 0;
    while (count < a->steps->len && count < b->steps->len
           && strcmp(g_ptr_array_index(a->steps, count), g_ptr_array_index(b->steps, count)) == 0)
        count++;
    return count;
}

/* What is common once, then the run and its twin from where they part. */
static void append_ladders(GString *out, const struct ladder *run, const struct ladder *twin)
{
    guint common = twin ? common_steps(run, twin) : run->steps->len;
    g_string_append(out, "    time (s)  from        to       what\n");
    append_steps(out, run, 0, common);
    if (!twin)
        return;
    g_string_append(out, "\nhere the run and its twin part. The run, with the failure:\n");
    append_steps(out, run, common, run->steps->len);
    g_string_append(out, "\nThe twin, without it:\n");
    append_steps(out, twin, common, twin->steps->len);
}

static void append_story(GString *out, const struct ladder *ladder, const struct ladder *twin,
                         const struct run_result *result, uint32_t connection)
{
    const struct connection_row *row = row_of(result, connection);
    append_ladders(out, ladder, row && result->has_twin ? twin : NULL);
    if (row)
        append_verdict(out, ladder->scenario, row, result->has_twin);
    else
        g_string_append_printf(out, "\nconnection %u was not there at the failure\n",
                               connection);
}

bool explain_connection(const struct scenario *scenario, uint32_t repetition,
                        uint32_t connection, GString *out, GError **error)
{
    struct ladder ladder = ladder_new(scenario), twin = ladder_new(scenario);
    struct run_story twin_story = { .tag = connection + 1, .context = &twin, .tell = take_step };
    struct run_story story = { .tag = connection + 1, .context = &ladder, .tell = take_step,
                               .twin = &twin_story };
    struct run_result *result = run_execute(scenario, 0, repetition, false, &story);
    bool exists = ladder.steps_of_connection > 0;
    if (exists)
        append_story(out, &ladder, &twin, result, connection);
    else
        g_set_error(error, EXPLAIN_ERROR, EXPLAIN_ERROR_NO_CONNECTION,
                    "no connection %u in repetition %u (they are numbered from 0 in order of "
                    "opening; see connections.csv)",
                    connection, repetition);
    g_ptr_array_unref(twin.steps);
    g_ptr_array_unref(ladder.steps);
    run_result_free(result);
    return exists;
}

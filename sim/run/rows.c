#include "sim/run/rows.h"

#include "analysis/table.h"
#include "core/packet.h"

static unsigned axes(const struct rows_frame *frame)
{
    return frame->swept ? scenario_file_axes(frame->file) : 0;
}

static const char *virtual_name(const struct rows_frame *frame, unsigned virtual)
{
    const struct virtual_spec *spec = g_ptr_array_index(frame->scenario->virtuals, virtual);

    return spec->name;
}

static void append_name(GString *text, const char *prefix, const char *name)
{
    g_autofree char *column = g_strconcat(prefix, name, NULL);

    g_string_append_c(text, ',');
    table_append_field(text, column);
}

void rows_runs_header(GString *text, const struct rows_frame *frame)
{
    g_string_append(text, "run,point,repetition");
    for (unsigned i = 0; i < axes(frame); i++) {
        append_name(text, "", scenario_file_axis(frame->file, i)->key);
    }
    g_string_append(text, "," RUNS_COLUMNS);
    for (unsigned i = 0; i < frame->scenario->virtuals->len; i++) {
        append_name(text, "counted.", virtual_name(frame, i));
        append_name(text, "survived.", virtual_name(frame, i));
        append_name(text, "known.", virtual_name(frame, i));
    }
    g_string_append(text, "," RUNS_COLUMNS_LATER);
    if (frame->scenario->virtual_crashes.count > 0) {
        g_string_append(text, "," RUNS_COLUMNS_VIRTUAL);
    }
    if (frame->scenario->form != FORM_NONE) {
        g_string_append(text, "," RUNS_COLUMNS_FORM);
    }
    g_string_append_c(text, '\n');
}

static void append_count(GString *text, uint64_t count)
{
    g_string_append_printf(text, ",%" G_GUINT64_FORMAT, count);
}

/* Negative means that there is no such time: an empty cell. */
static void append_time(GString *text, nstime time)
{
    if (time < 0) {
        g_string_append_c(text, ',');
    } else {
        g_string_append_printf(text, ",%" G_GINT64_FORMAT, time);
    }
}

/* Six decimals whatever the locale says; negative: an empty cell. */
static void append_share(GString *text, double share)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_c(text, ',');
    if (share >= 0) {
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.6f", share));
    }
}

/* In the order of RUNS_COLUMNS. */
static void append_outcome(GString *text, const struct run_result *result)
{
    append_count(text, result->counted);
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        append_count(text, result->outcomes[i]);
    }
    append_count(text, result->known);
    append_time(text, result->takeover);
    append_time(text, result->stall_p50);
    append_time(text, result->stall_p99);
    append_count(text, result->ghosts);
    append_count(text, result->replication_datagrams);
    append_count(text, result->replication_bytes);
    append_count(text, result->replication_lost);
}

static uint64_t lost_to_limits(const struct run_result *result)
{
    uint64_t sum = 0;
    for (unsigned role = 0; role < LINK_COUNT; role++) {
        sum += result->lost_to_limit[role];
    }
    return sum;
}

static void append_saved(GString *text, const struct run_result *result, unsigned first,
                         unsigned last)
{
    for (unsigned i = first; i <= last; i++) {
        append_count(text, result->cohorts[COHORT_ESTABLISHED].saved[i]);
    }
}

static void append_cohorts(GString *text, const struct run_result *result)
{
    const struct cohort_count *begun = &result->cohorts[COHORT_BEGUN];
    append_saved(text, result, SAVED_NOT + 1, SAVED_CLOSING);
    append_count(text, begun->counted);
    append_count(text, begun->survived);
    append_count(text, begun->censored);
    append_count(text, begun->known);
}

/* What is against the twin is empty without one. */
static void append_harm(GString *text, const struct run_result *result)
{
    const struct cohort_count *begun = &result->cohorts[COHORT_BEGUN];
    const int64_t against_twin[] = {
        result->cohorts[COHORT_ESTABLISHED].harmed,
        begun->harmed,
        (int64_t)begun->requests_lost,
        (int64_t)begun->bytes_lost,
        begun->stall_survivors,
        begun->stall_casualties,
        result->connects_failed,
        result->connect_delay,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(against_twin); i++) {
        append_time(text, result->has_twin ? against_twin[i] : -1);
    }
    append_count(text, result->syn_peak);
    append_time(text, result->has_twin ? (int64_t)result->syn_peak_twin : -1);
    append_count(text, result->reconnected);
}

static void append_own_loss(GString *text, const struct run_result *result)
{
    for (unsigned i = 0; i < DROP_PLACES; i++) {
        append_count(text, result->drops[i]);
    }
    append_share(text, result->replication_loss);
}

static void append_measures(GString *text, const struct run_result *result)
{
    append_time(text, result->measured);
    append_count(text, result->creates_due);
    append_count(text, result->back_datagrams);
    append_count(text, result->back_bytes);
    append_count(text, result->work.datagrams);
    append_count(text, result->work.deadlines);
    append_time(text, result->census.taken ? (int64_t)result->census.counter_error : -1);
    append_share(text, result->imbalance);
    append_time(text, result->reprotection);
    append_time(text, result->sync);
    append_count(text, result->worst_datagram);
    append_share(text, result->known_roof);
}

/* In the order of RUNS_COLUMNS_LATER. */
static void append_later(GString *text, const struct run_result *result)
{
    append_count(text, result->opened_during_outage);
    append_count(text, result->connected_during_outage);
    append_time(text, result->connect_p50);
    append_time(text, result->connect_p99);
    append_share(text, result->mean_loss);
    append_share(text, result->known_theory);
    append_count(text, lost_to_limits(result));
    append_cohorts(text, result);
    append_harm(text, result);
    append_time(text, result->moved[SIDE_OUTSIDE]);
    append_time(text, result->moved[SIDE_INSIDE]);
    append_count(text, result->ghost_misroutes);
    append_count(text, result->without_port);
    append_count(text, result->server_orphans);
    append_own_loss(text, result);
    append_measures(text, result);
    append_saved(text, result, SAVED_CLOSING + 1, SAVED_COUNT - 1);
    append_count(text, result->probes);
    append_count(text, result->probes_peak);
    append_count(text, result->backscatter);
    append_time(text, result->setup_p50);
    append_time(text, result->setup_p99);
    append_count(text, result->affinity.returning);
    append_count(text, result->affinity.returned);
}

static void append_protection_count(GString *text, const struct protection_count *count)
{
    append_count(text, count->seen);
    append_count(text, count->known);
    append_count(text, count->connections);
    append_count(text, count->lost);
    append_share(text, count->lo);
    append_share(text, count->hi);
}

void rows_run(GString *text, const struct rows_frame *frame, uint32_t run,
              const struct run_result *result)
{
    g_string_append_printf(text, "%u,%u,%u", run, result->point, result->repetition);
    for (unsigned i = 0; i < axes(frame); i++) {
        append_name(text, "", scenario_file_value(frame->file, result->point, i));
    }
    append_outcome(text, result);
    for (unsigned i = 0; i < frame->scenario->virtuals->len; i++) {
        append_count(text, result->virtuals[i].counted);
        append_count(text, result->virtuals[i].survived);
        append_count(text, result->virtuals[i].known);
    }
    append_later(text, result);
    if (result->protection != NULL) {
        append_count(text, result->protection->instants);
        append_protection_count(text, &result->protection->all);
    }
    if (frame->scenario->form != FORM_NONE) {
        append_count(text, result->form.count);
        append_count(text, result->form.of);
        append_share(text, result->form.theory);
    }
    g_string_append_c(text, '\n');
}

void rows_protection_header(GString *text)
{
    g_string_append(text, PROTECTION_COLUMNS "\n");
}

uint32_t rows_protection(GString *text, uint32_t run, const struct run_result *result)
{
    uint32_t rows = 0;
    for (unsigned bin = 0; bin < PROTECTION_BINS; bin++) {
        const struct protection_count *count = &result->protection->bins[bin];
        if (count->seen == 0) {
            continue;
        }
        g_string_append_printf(text, "%u", run);
        append_time(text, protection_edge(bin));
        append_time(text, bin + 1 < PROTECTION_BINS ? protection_edge(bin + 1) : -1);
        append_protection_count(text, count);
        append_share(text, count->exposed < 0 ? -1 : 1 - result->mean_loss * count->exposed);
        g_string_append_c(text, '\n');
        rows++;
    }
    return rows;
}

void rows_samples_header(GString *text)
{
    g_string_append(text, SAMPLES_COLUMNS "\n");
}

void rows_samples(GString *text, uint32_t run, const struct run_result *result)
{
    for (uint32_t i = 0; i < result->sample_count; i++) {
        const struct sample *sample = &result->samples[i];
        const struct census *census = &sample->census;
        g_string_append_printf(text, "%u", run);
        append_time(text, sample->at);
        append_count(text, census->open);
        append_count(text, sample->datagrams);
        append_count(text, sample->bytes);
        append_count(text, sample->back_bytes);
        append_time(text, census->taken ? (int64_t)census->known : -1);
        append_time(text, census->taken ? (int64_t)census->ghosts : -1);
        append_time(text, census->taken ? (int64_t)census->counter_error : -1);
        g_string_append_c(text, '\n');
    }
}

void rows_connections_header(GString *text)
{
    g_string_append(text, CONNECTIONS_COLUMNS "," CONNECTIONS_COLUMNS_LATER "\n");
}

/* In the order of CONNECTIONS_COLUMNS_LATER. */
static void append_fate(GString *text, const struct connection_row *row, bool has_twin)
{
    g_string_append_printf(text, ",%s,%s", saved_word(row->saved_by),
                           !has_twin ? "" : row->harmed ? "yes" : "no");
    append_count(text, row->requests_lost);
    append_count(text, row->bytes_lost);
    append_time(text, row->waited);
    g_string_append_printf(text, ",%s", has_twin ? outcome_word(row->twin_outcome) : "");
    append_time(text, has_twin ? row->twin_waited : -1);
    g_string_append(text, row->led_astray ? ",yes" : ",no");
    g_string_append_printf(text, ",%s", speaker_word(row->first_unknown));
    bool named = row->datagram.number > 0;
    append_time(text, named ? (int64_t)row->datagram.number : -1);
    append_time(text, named ? row->datagram.sent : -1);
}

static void append_connection(GString *text, const struct rows_frame *frame, uint32_t run,
                              const struct connection_row *row, bool has_twin)
{
    const struct real_spec *server =
        row->server < 0 ? NULL : g_ptr_array_index(frame->scenario->reals, row->server);

    g_string_append_printf(text, "%u,%u", run, row->connection);
    append_name(text, "", virtual_name(frame, row->virtual));
    g_string_append_printf(text, ",%u.%u.%u.%u:%u", row->client_ip >> 24,
                           row->client_ip >> 16 & 255, row->client_ip >> 8 & 255,
                           row->client_ip & 255, row->client_port);
    append_name(text, "", server != NULL ? server->name : "");
    append_time(text, row->opened);
    g_string_append_printf(text, ",%s,%s,%s,%s", state_word(row->state),
                           row->known ? "yes" : "no", outcome_word(row->outcome),
                           cause_word(row->cause));
    append_time(text, row->stall);
    append_fate(text, row, has_twin);
    g_string_append_c(text, '\n');
}

void rows_connections(GString *text, const struct rows_frame *frame, uint32_t run,
                      const struct run_result *result)
{
    for (uint32_t i = 0; i < result->row_count; i++) {
        append_connection(text, frame, run, &result->rows[i], result->has_twin);
    }
}

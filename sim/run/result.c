#include "sim/run/result.h"

#include "analysis/aggregate.h"
#include "sim/run/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum table_index { RUNS, CONNECTIONS, SUMMARY, EVENTS, PROTECTION, SAMPLES, TABLES };

static const struct {
    const char *name;
    unsigned flag; /* enum table_flag, 0: always there */
} table_list[TABLES] = {
    [RUNS] = {"runs.csv", 0},
    [CONNECTIONS] = {"connections.csv", TABLE_CONNECTIONS},
    [SUMMARY] = {"summary.csv", 0},
    [EVENTS] = {"events.jsonl", TABLE_EVENTS},
    [PROTECTION] = {"protection.csv", TABLE_PROTECTION},
    [SAMPLES] = {"samples.csv", TABLE_SAMPLES},
};

/* A file under way. Not wanted: stream is NULL and name is NULL. */
struct sheet {
    const char *name;
    FILE *stream;
    GChecksum *checksum;
    uint64_t rows;
};

/* What may differ from one machine to the next: run.log only. */
struct effort {
    gint64 started; /* monotonic, microseconds */
    GDateTime *date;
    uint64_t events, peak_pending, peak_open;
    double busy_seconds; /* summed over threads */
};

struct result {
    struct result_plan plan;
    struct folder *folder;
    char *directory; /* as the user named it */
    struct sheet sheets[TABLES];
    GString *text; /* the rows of one run; reused */
    GString *summary;
    uint32_t finished;
    struct effort effort;
};

static bool fail(const struct result *result, const char *name, GError **error)
{
    g_set_error(error, FOLDER_ERROR, FOLDER_ERROR_WRITE,
                "%s: cannot write %s: %s; nothing was kept (make room, or choose another "
                "directory with --out)",
                result->directory, name, g_strerror(errno));
    return false;
}

static bool sheet_open(struct result *result, enum table_index index, GError **error)
{
    struct sheet *sheet = &result->sheets[index];
    g_autofree char *path = folder_path(result->folder, table_list[index].name);

    sheet->name = table_list[index].name;
    sheet->checksum = g_checksum_new(G_CHECKSUM_SHA256);
    sheet->stream = fopen(path, "wb");
    return sheet->stream != NULL || fail(result, sheet->name, error);
}

static bool sheet_write(struct result *result, enum table_index index, const char *text,
                        size_t length, uint64_t rows, GError **error)
{
    struct sheet *sheet = &result->sheets[index];

    g_assert(sheet->stream != NULL);
    g_checksum_update(sheet->checksum, (const guchar *)text, (gssize)length);
    sheet->rows += rows;
    return fwrite(text, 1, length, sheet->stream) == length || fail(result, sheet->name, error);
}

/* A full disk may show only when the bytes leave the buffer, or the machine. */
static bool stream_finish(FILE *stream)
{
    bool good = fflush(stream) == 0 && fsync(fileno(stream)) == 0;
    int reason = errno;

    if (fclose(stream) != 0) {
        return false;
    }
    errno = reason;
    return good;
}

static bool sheet_finish(struct result *result, enum table_index index, GError **error)
{
    struct sheet *sheet = &result->sheets[index];

    return sheet->stream == NULL || stream_finish(g_steal_pointer(&sheet->stream)) ||
           fail(result, sheet->name, error);
}

static void sheet_clear(struct sheet *sheet)
{
    if (sheet->stream != NULL) {
        fclose(sheet->stream);
    }
    g_clear_pointer(&sheet->checksum, g_checksum_free);
}

/* The header of a table that may not be wanted. */
static bool write_header(struct result *result, enum table_index index,
                         void (*header)(GString *text), GError **error)
{
    GString *text = result->text;

    if (result->sheets[index].stream == NULL) {
        return true;
    }
    header(g_string_truncate(text, 0));
    return sheet_write(result, index, text->str, text->len, 0, error);
}

static bool write_headers(struct result *result, GError **error)
{
    GString *text = result->text;

    rows_runs_header(g_string_truncate(text, 0), &result->plan.frame);
    return sheet_write(result, RUNS, text->str, text->len, 0, error) &&
           write_header(result, CONNECTIONS, rows_connections_header, error) &&
           write_header(result, PROTECTION, rows_protection_header, error) &&
           write_header(result, SAMPLES, rows_samples_header, error);
}

static bool open_sheets(struct result *result, GError **error)
{
    for (unsigned i = 0; i < TABLES; i++) {
        bool wanted = table_list[i].flag == 0 || (table_list[i].flag & result->plan.tables) != 0;
        if (wanted && !sheet_open(result, i, error)) {
            return false;
        }
    }
    return write_headers(result, error);
}

/* run.log may be made reproducible too, as distributors ask. */
static GDateTime *date_now(void)
{
    const char *epoch = g_getenv("SOURCE_DATE_EPOCH");
    GDateTime *date = NULL;

    if (epoch != NULL) {
        date = g_date_time_new_from_unix_utc(g_ascii_strtoll(epoch, NULL, 10));
    }
    return date != NULL ? date : g_date_time_new_now_utc();
}

struct result *result_open(const char *directory, const struct result_plan *plan,
                           GError **error)
{
    struct folder *folder = folder_open(directory, error);

    if (folder == NULL) {
        return NULL;
    }
    struct result *result = g_new0(struct result, 1);
    result->plan = *plan;
    result->folder = folder;
    result->directory = g_strdup(directory);
    result->text = g_string_new(NULL);
    result->effort.started = g_get_monotonic_time();
    result->effort.date = date_now();
    if (!open_sheets(result, error)) {
        g_clear_pointer(&result, result_free);
    }
    return result;
}

static uint64_t count_lines(const char *text)
{
    uint64_t lines = 0;

    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

static void note_effort(struct effort *effort, const struct run_result *outcome)
{
    effort->events += outcome->engine_events;
    effort->peak_pending = MAX(effort->peak_pending, outcome->peak_pending);
    effort->peak_open = MAX(effort->peak_open, outcome->peak_open);
    effort->busy_seconds += outcome->wall_seconds;
}

static bool add_connections(struct result *result, uint32_t run,
                            const struct run_result *outcome, GError **error)
{
    GString *text = result->text;

    if (result->sheets[CONNECTIONS].stream == NULL) {
        return true;
    }
    rows_connections(g_string_truncate(text, 0), &result->plan.frame, run, outcome);
    return sheet_write(result, CONNECTIONS, text->str, text->len, outcome->row_count, error);
}

static bool add_protection(struct result *result, uint32_t run,
                           const struct run_result *outcome, GError **error)
{
    GString *text = result->text;

    if (result->sheets[PROTECTION].stream == NULL || outcome->protection == NULL) {
        return true;
    }
    uint32_t rows = rows_protection(g_string_truncate(text, 0), run, outcome);
    return sheet_write(result, PROTECTION, text->str, text->len, rows, error);
}

static bool add_samples(struct result *result, uint32_t run, const struct run_result *outcome,
                        GError **error)
{
    GString *text = result->text;

    if (result->sheets[SAMPLES].stream == NULL) {
        return true;
    }
    rows_samples(g_string_truncate(text, 0), run, outcome);
    return sheet_write(result, SAMPLES, text->str, text->len, outcome->sample_count, error);
}

static bool add_events(struct result *result, const struct run_result *outcome, GError **error)
{
    return result->sheets[EVENTS].stream == NULL || outcome->events == NULL ||
           sheet_write(result, EVENTS, outcome->events, strlen(outcome->events),
                       count_lines(outcome->events), error);
}

bool result_add(struct result *result, uint32_t run, const struct run_result *outcome,
                GError **error)
{
    GString *text = result->text;

    note_effort(&result->effort, outcome);
    result->finished++;
    rows_run(g_string_truncate(text, 0), &result->plan.frame, run, outcome);
    return sheet_write(result, RUNS, text->str, text->len, 1, error) &&
           add_connections(result, run, outcome, error) &&
           add_protection(result, run, outcome, error) &&
           add_samples(result, run, outcome, error) && add_events(result, outcome, error);
}

/* The summary is made from runs.csv itself, so that nothing can stand in one that
 * does not follow from the other. */
static bool write_summary(struct result *result, GError **error)
{
    g_autofree char *path = folder_path(result->folder, table_list[RUNS].name);
    struct table *runs = table_read(path, error);

    if (runs == NULL) {
        return false;
    }
    result->summary =
        aggregate_summary(runs, result->plan.frame.scenario->confidence, error);
    table_free(runs);
    return result->summary != NULL &&
           sheet_write(result, SUMMARY, result->summary->str, result->summary->len,
                       count_lines(result->summary->str) - 1, error) &&
           sheet_finish(result, SUMMARY, error);
}

static bool write_file(struct result *result, const char *name, const char *text, GError **error)
{
    g_autofree char *path = folder_path(result->folder, name);
    FILE *stream = fopen(path, "wb");

    if (stream == NULL) {
        return fail(result, name, error);
    }
    fputs(text, stream);
    return stream_finish(stream) || fail(result, name, error);
}

static bool write_manifest(struct result *result, GError **error)
{
    const struct result_plan *plan = &result->plan;
    struct manifest_table tables[TABLES];
    struct manifest manifest = {
        .scenario = plan->frame.scenario,
        .overrides = plan->overrides,
        .override_count = plan->override_count,
        .points = plan->points,
        .repetitions = plan->repetitions,
        .finished = result->finished,
        .tables = tables,
    };

    for (unsigned i = 0; i < TABLES; i++) {
        const struct sheet *sheet = &result->sheets[i];
        if (sheet->name != NULL) {
            tables[manifest.table_count++] = (struct manifest_table){
                sheet->name, sheet->rows, g_checksum_get_string(sheet->checksum)};
        }
    }
    g_autofree char *text = manifest_text(&manifest);
    return write_file(result, MANIFEST_FILE, text, error);
}

static bool write_log(struct result *result, GError **error)
{
    const struct effort *effort = &result->effort;
    g_autoptr(GDateTime) now = date_now();
    g_autofree char *began = g_date_time_format_iso8601(effort->date);
    g_autofree char *ended = g_date_time_format_iso8601(now);
    double wall = (double)(g_get_monotonic_time() - effort->started) / 1e6;
    g_autofree char *text = g_strdup_printf(
        "version        %s\nhost           %s\nbegan          %s\nended          %s\n"
        "wall           %.3f s\njobs           %u\nruns           %u\n"
        "events         %" G_GUINT64_FORMAT "\nevents/s       %.0f in each job\n"
        "peak pending   %" G_GUINT64_FORMAT " events\n"
        "peak open      %" G_GUINT64_FORMAT " connections\n",
        UNDERSTUDY_VERSION, g_get_host_name(), began, ended, wall, result->plan.jobs,
        result->finished, effort->events,
        effort->busy_seconds > 0 ? (double)effort->events / effort->busy_seconds : 0.0,
        effort->peak_pending, effort->peak_open);

    return write_file(result, "run.log", text, error);
}

bool result_commit(struct result *result, GError **error)
{
    g_assert(result->summary == NULL);
    return sheet_finish(result, RUNS, error) && sheet_finish(result, CONNECTIONS, error) &&
           sheet_finish(result, EVENTS, error) && sheet_finish(result, PROTECTION, error) &&
           sheet_finish(result, SAMPLES, error) &&
           write_summary(result, error) && write_manifest(result, error) &&
           write_log(result, error) && folder_commit(result->folder, error);
}

const char *result_summary(const struct result *result)
{
    g_assert(result->summary != NULL);
    return result->summary->str;
}

void result_free(struct result *result)
{
    for (unsigned i = 0; i < TABLES; i++) {
        sheet_clear(&result->sheets[i]);
    }
    folder_free(result->folder);
    g_free(result->directory);
    g_string_free(result->text, TRUE);
    if (result->summary != NULL) {
        g_string_free(result->summary, TRUE);
    }
    g_date_time_unref(result->effort.date);
    g_free(result);
}

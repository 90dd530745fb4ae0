#include "sim/run/progress.h"

#define PROGRESS_REDRAW_US 100000

void progress_start(struct progress *progress, FILE *out, bool terminal, uint32_t total)
{
    g_assert(total > 0);
    *progress = (struct progress){.out = out, .terminal = terminal, .total = total};
    progress->started = g_get_monotonic_time();
}

static void append_eta(GString *text, double seconds)
{
    unsigned left = seconds > 359999 ? 359999 : (unsigned)(seconds + 0.5);

    if (left >= 3600) {
        g_string_append_printf(text, "  ETA %u:%02u:%02u", left / 3600, left / 60 % 60, left % 60);
    } else {
        g_string_append_printf(text, "  ETA %02u:%02u", left / 60, left % 60);
    }
}

void progress_text(GString *text, uint32_t finished, uint32_t total, gint64 elapsed_us)
{
    g_assert(finished <= total && total > 0);
    double seconds = (double)elapsed_us / 1e6;

    g_string_append_printf(text, "%3u%% %u/%u runs", (unsigned)(100.0 * finished / total),
                           finished, total);
    if (finished == 0 || elapsed_us <= 0) {
        return;
    }
    double speed = finished / seconds;
    g_string_append_printf(text, speed < 10 ? "  %.1f runs/s" : "  %.0f runs/s", speed);
    append_eta(text, (total - finished) / speed);
}

static bool due(struct progress *progress, uint32_t finished, gint64 now)
{
    unsigned tenths = (unsigned)(10.0 * finished / progress->total);

    if (progress->terminal) {
        return now - progress->drawn >= PROGRESS_REDRAW_US || finished == progress->total;
    }
    if (tenths == progress->tenths) {
        return false;
    }
    progress->tenths = tenths;
    return true;
}

void progress_show(struct progress *progress, uint32_t finished)
{
    gint64 now = g_get_monotonic_time();

    if (progress->out == NULL || !due(progress, finished, now)) {
        return;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    progress_text(text, finished, progress->total, now - progress->started);
    progress->drawn = now;
    if (progress->terminal) {
        fprintf(progress->out, "\r%s\033[K", text->str);
    } else {
        fprintf(progress->out, "%s\n", text->str);
    }
    fflush(progress->out);
}

void progress_stop(struct progress *progress)
{
    if (progress->out != NULL && progress->terminal && progress->drawn != 0) {
        fputs("\r\033[K", progress->out);
        fflush(progress->out);
    }
    progress->out = NULL;
}

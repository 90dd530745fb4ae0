/* Progress of a sweep on standard error: one line redrawn ten times a second on a
 * terminal, else a line each tenth of the way. Wall clock lives here and in
 * run.log, never in a table. */
#ifndef SIM_RUN_PROGRESS_H
#define SIM_RUN_PROGRESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *out; /* NULL: silent */
    bool terminal;
    uint32_t total;
    gint64 started; /* monotonic, microseconds */
    gint64 drawn;
    unsigned tenths; /* already said, when not on a terminal */
};

/* Start the clock. out is borrowed; NULL keeps silent. */
void progress_start(struct progress *progress, FILE *out, bool terminal, uint32_t total);

/* So many runs are finished: draw if it is time to. */
void progress_show(struct progress *progress, uint32_t finished);

/* The sweep is over: leave a terminal's line clean for what follows. */
void progress_stop(struct progress *progress);

/* The text of the line, without its end: "37% 1332/3600 runs  49 runs/s  ETA 00:46".
 * elapsed_us is the wall time spent. */
void progress_text(GString *text, uint32_t finished, uint32_t total, gint64 elapsed_us);

#endif

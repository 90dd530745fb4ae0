/* One line of [faults]:
 *
 *   LABEL = at TIME [+-SPREAD] ACTION
 *         | after LABEL TIME [+-SPREAD] ACTION
 *         | after takeover TIME [+-SPREAD] ACTION
 *         | from TIME to TIME ACTION
 *   ACTION: crash X | freeze X | restart X | power X off | cable pulled | switchover |
 *           interface X outside|inside|peer down|cut | command X "TEXT" |
 *           link NAME [forward|reverse] down | link NAME [forward|reverse] KEY VALUE |
 *           fail REAL | recover REAL | drain REAL | undrain REAL |
 *           slow X N/s | lossy X P | flood VIRTUAL N/s [acks],
 *           what lasts with "for TIME" when not from .. to
 *
 * Names are not looked up here. */
#ifndef SIM_SCENARIO_FAULT_LINE_H
#define SIM_SCENARIO_FAULT_LINE_H

#include "sim/scenario/scenario.h"

#include <glib.h>
#include <stdbool.h>

/* Stands for a label: the first takeover from the measured fault. */
#define FAULT_TAKEOVER "takeover"

struct fault_line {
    enum fault_when when;
    char *after;   /* FAULT_AFTER: the other's label */
    nstime at;     /* as in struct fault_spec */
    nstime lasts;  /* NSTIME_NEVER: for good */
    nstime spread;
    enum fault_action action;
    char *subject; /* X, or the link's or server's name; of switchover the active unit */
    unsigned interface; /* FAULT_INTERFACE: its number */
    bool unnoticed; /* and "cut" instead of "down" */
    uint64_t rate; /* FAULT_SLOW, FLOOD: a second */
    bool acks;     /* FAULT_FLOOD: not SYNs */
    struct probability share; /* FAULT_LOSSY */
    unsigned ways; /* FAULT_LINK: WAY_* */
    char *key;     /* FAULT_LINK: canonical, or NULL for "down" */
    char *value;   /* canonical; of a command its TEXT, without quotes */
    char *text;    /* the action in canonical spelling */
};

/* Read the right side of a line. The canonical spelling is appended. On failure
 * *problem says what is wrong; free with g_free(). fault_line_clear() either way. */
bool fault_line_read(const char *text, struct fault_line *line, GString *canonical,
                     char **problem);
void fault_line_clear(struct fault_line *line);

#endif

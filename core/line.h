/* The reliable line: lines of text from one unit to another over blocks (core/serial.h) that
 * may be lost, damaged, repeated, or meant for a former life of their reader (R-1203).
 *
 * Every payload of kind data, acknowledgement or synchronisation begins so:
 *
 *    0               1               2               3
 *   +---------------+---------------+---------------+---------------+
 *   |                  life of the block's sender                   |
 *   +---------------+---------------+---------------+---------------+
 *   |          life of its reader, 0 when not known to it           |
 *   +---------------+---------------+---------------+---------------+
 *   |  data: 1 to 120 bytes of the text ...
 *
 * - A life is a number that no other start of the same unit has.
 * - Data goes one block at a time, numbered from 1 in each life of either end, and is repeated
 *   until an acknowledgement of that number comes. The reader takes the number that follows
 *   the latest one it took, and acknowledges that one again when it comes again.
 * - A synchronisation with reader 0 asks who listens; the answer, and the answer to data for
 *   another life, is a synchronisation that names both. So a writer learns that its reader is
 *   new, and what was queued for the old one is void: the reader needs the whole, not the rest.
 *
 * The rate of the line is not known here. A block is repeated after twice the latest round
 * trip, half a second at least, then ever later up to a minute, and never given up. A block
 * is expected to come within the time that a unit takes to start again, or not at all. */
#ifndef CORE_LINE_H
#define CORE_LINE_H

#include "core/nstime.h"
#include "core/serial.h"

enum {
    LINE_HEADER_SIZE = 8,
    LINE_TEXT_MAX = SERIAL_PAYLOAD_MAX - LINE_HEADER_SIZE,
    LINE_QUEUE_MAX = 4 << 20, /* bytes: twice a configuration of 8,000 machines */
};

/* Both directions at one end. */
struct line;

struct line *line_new(uint32_t life);
void line_free(struct line *line);

/* ---- writing */

/* Queue a line of text of at least one byte, printable and without its end. False, and
 * nothing is queued, when there is no room for it. */
bool line_write(struct line *line, const char *text);

/* Forget what was queued; the other end reads an empty line in the place of what had begun. */
void line_forget(struct line *line);

/* The other end is known to be there: what waits to be repeated goes at once. */
void line_wake(struct line *line);

/* When line_send() has something to say, or NSTIME_NEVER when it has not. */
nstime line_deadline(const struct line *line);

/* The block that is to go now, for the first time or again; false when there is none. */
bool line_send(struct line *line, nstime now, struct serial_block *block);

/* ---- reading */

enum line_heard {
    LINE_HEARD,    /* nothing to do */
    LINE_ANSWER,   /* send the answer; there may be lines to read */
    LINE_NEW_PEER, /* another life is at the other end: what was queued is forgotten */
};

/* A block of the three kinds came. A damaged or foreign one is ignored. */
enum line_heard line_hear(struct line *line, nstime now, const struct serial_block *block,
                          struct serial_block *answer);

/* The next line of text that came, to be freed with g_free(), or NULL. An empty one says that
 * whatever its writer had begun is called off, or that another life writes. */
char *line_read(struct line *line);

#endif

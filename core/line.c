#include "core/line.h"

#include "core/wire.h"

#include <glib.h>
#include <string.h>

#define WAIT_FIRST NSTIME_S
#define WAIT_LEAST (500 * NSTIME_MS)
#define WAIT_MOST NSTIME_MIN

/* Calls off the line of text that has begun: ASCII "cancel". */
enum { CANCEL = 0x18 };

struct line {
    uint32_t life;

    uint32_t reader;    /* the life that our text is for, 0 = not known yet */
    GString *queue;     /* what it has not acknowledged */
    size_t under_way;   /* so much of that is in the block that waits for its answer */
    uint16_t sequence;  /* of this block, else of the latest acknowledged */
    nstime sent_at;     /* the block, or the question who listens; NSTIME_NEVER: neither */
    nstime wait;        /* from then to the repetition */
    bool repeated;      /* its answer may be to either copy: no measure of the round trip */

    uint32_t writer;    /* the life whose text comes, 0 = none yet */
    uint16_t taken;     /* the latest number of it */
    GString *text;      /* a line of text that is not whole yet */
    GQueue *lines;      /* whole ones */
};

struct line *line_new(uint32_t life)
{
    struct line *line = g_new0(struct line, 1);
    line->life = MAX(life, 1);
    line->queue = g_string_new(NULL);
    line->text = g_string_new(NULL);
    line->lines = g_queue_new();
    line->sent_at = NSTIME_NEVER;
    line->wait = WAIT_FIRST;
    return line;
}

void line_free(struct line *line)
{
    g_queue_free_full(line->lines, g_free);
    g_string_free(line->text, TRUE);
    g_string_free(line->queue, TRUE);
    g_free(line);
}

/* ---- writing */

bool line_write(struct line *line, const char *text)
{
    size_t length = strlen(text);
    g_assert(length > 0 && strchr(text, '\n') == NULL && strchr(text, CANCEL) == NULL);
    if (line->queue->len + length + 1 > LINE_QUEUE_MAX)
        return false;
    g_string_append_len(line->queue, text, (gssize)length);
    g_string_append_c(line->queue, '\n');
    return true;
}

/* What is under way keeps its number and its bytes: the other end may have taken them. */
void line_forget(struct line *line)
{
    if (line->queue->len == 0)
        return;
    g_string_truncate(line->queue, line->under_way);
    g_string_append_c(line->queue, CANCEL);
}

void line_wake(struct line *line)
{
    line->sent_at = NSTIME_NEVER;
    line->wait = WAIT_FIRST;
}

nstime line_deadline(const struct line *line)
{
    if (line->queue->len == 0)
        return NSTIME_NEVER;
    return line->sent_at == NSTIME_NEVER ? 0 : line->sent_at + line->wait;
}

static struct serial_block block_to(const struct line *line, enum serial_kind kind,
                                    uint16_t sequence, uint32_t reader)
{
    struct serial_block block = {.kind = kind, .sequence = sequence, .length = LINE_HEADER_SIZE};
    wire_put32(wire_put32(block.payload, line->life), reader);
    return block;
}

static struct serial_block data_block(const struct line *line)
{
    struct serial_block block = block_to(line, SERIAL_DATA, line->sequence, line->reader);
    memcpy(block.payload + LINE_HEADER_SIZE, line->queue->str, line->under_way);
    block.length = (uint8_t)(block.length + line->under_way);
    return block;
}

/* Another block, or the same once more and a longer wait. */
static void set_timer(struct line *line, nstime now)
{
    line->repeated = line->sent_at != NSTIME_NEVER;
    if (line->repeated)
        line->wait = MIN(2 * line->wait, WAIT_MOST);
    line->sent_at = now;
}

bool line_send(struct line *line, nstime now, struct serial_block *block)
{
    if (line_deadline(line) > now)
        return false;
    set_timer(line, now);
    if (line->reader == 0) {
        *block = block_to(line, SERIAL_SYNC, 0, 0);
        return true;
    }
    if (line->under_way == 0) {
        line->under_way = MIN(line->queue->len, LINE_TEXT_MAX);
        line->sequence++;
    }
    *block = data_block(line);
    return true;
}

/* An answer to what waits for one. */
static void stop_timer(struct line *line, nstime now)
{
    if (line->sent_at != NSTIME_NEVER && !line->repeated)
        line->wait = CLAMP(2 * (now - line->sent_at), WAIT_LEAST, WAIT_MOST);
    line->sent_at = NSTIME_NEVER;
}

/* ---- reading */

static void end_text(struct line *line)
{
    g_queue_push_tail(line->lines, g_strndup(line->text->str, line->text->len));
    g_string_truncate(line->text, 0);
}

static void call_off(struct line *line)
{
    g_string_truncate(line->text, 0);
    end_text(line);
}

/* No writer sends a line of text that is longer than its queue. */
static void take_text(struct line *line, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            end_text(line);
        else if (bytes[i] == CANCEL || line->text->len == LINE_QUEUE_MAX)
            call_off(line);
        else
            g_string_append_c(line->text, (char)bytes[i]);
    }
}

/* Another life writes, from its first block on. */
static void meet_writer(struct line *line, uint32_t writer)
{
    line->writer = writer;
    line->taken = 0;
    call_off(line);
}

static enum line_heard hear_data(struct line *line, const struct serial_block *block,
                                 uint32_t sender, uint32_t reader, struct serial_block *answer)
{
    bool known = sender == line->writer;
    *answer = block_to(line, SERIAL_SYNC, 0, sender);
    if (reader != line->life || (!known && block->sequence != 1))
        return LINE_ANSWER;
    if (!known)
        meet_writer(line, sender);
    if (block->sequence == (uint16_t)(line->taken + 1)) {
        line->taken = block->sequence;
        take_text(line, block->payload + LINE_HEADER_SIZE,
                  (size_t)block->length - LINE_HEADER_SIZE);
    } else if (block->sequence != line->taken) {
        return LINE_HEARD; /* a late copy of an older one */
    }
    *answer = block_to(line, SERIAL_ACK, block->sequence, sender);
    return LINE_ANSWER;
}

static void hear_acknowledgement(struct line *line, nstime now,
                                 const struct serial_block *block)
{
    if (line->under_way == 0 || block->sequence != line->sequence)
        return;
    g_string_erase(line->queue, 0, (gssize)line->under_way);
    line->under_way = 0;
    stop_timer(line, now);
}

/* Somebody says who listens. */
static enum line_heard meet_reader(struct line *line, nstime now, uint32_t reader)
{
    if (reader == line->reader)
        return LINE_HEARD;
    bool replaced = line->reader != 0;
    line->reader = reader;
    line->sequence = 0;
    stop_timer(line, now);
    if (!replaced)
        return LINE_HEARD;
    line->under_way = 0;
    g_string_truncate(line->queue, 0);
    return LINE_NEW_PEER;
}

enum line_heard line_hear(struct line *line, nstime now, const struct serial_block *block,
                          struct serial_block *answer)
{
    if (block->length < LINE_HEADER_SIZE)
        return LINE_HEARD;
    uint32_t sender = wire_get32(block->payload);
    uint32_t reader = wire_get32(block->payload + 4);
    if (sender == 0)
        return LINE_HEARD;
    switch (block->kind) {
    case SERIAL_DATA:
        return hear_data(line, block, sender, reader, answer);
    case SERIAL_ACK:
        if (reader == line->life && sender == line->reader)
            hear_acknowledgement(line, now, block);
        return LINE_HEARD;
    case SERIAL_SYNC:
        if (reader == line->life)
            return meet_reader(line, now, sender);
        *answer = block_to(line, SERIAL_SYNC, 0, sender);
        return reader == 0 ? LINE_ANSWER : LINE_HEARD;
    case SERIAL_HELLO:
        break;
    }
    return LINE_HEARD;
}

char *line_read(struct line *line)
{
    return g_queue_pop_head(line->lines);
}

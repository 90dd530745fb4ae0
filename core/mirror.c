#include "core/mirror.h"

#include "core/command.h"
#include "core/director_internal.h"
#include "core/line.h"
#include "core/operator.h"
#include "core/path.h"
#include "core/reconfigure.h"
#include "core/shared.h"
#include "core/succession.h"

#include <glib.h>
#include <string.h>

static const char whole_begins[] = "{", whole_ends[] = "}"; /* no command begins so */

struct mirror {
    struct line *line;
    const struct peer *told; /* the standby that has been told everything, NULL: none has */
    GString *coming; /* of a whole configuration that has begun to come, or NULL */
};

struct mirror *mirror_new(uint32_t life)
{
    struct mirror *mirror = g_new0(struct mirror, 1);
    mirror->line = line_new(life);
    return mirror;
}

static void drop_coming(struct mirror *mirror)
{
    if (mirror->coming != NULL)
        g_string_free(mirror->coming, TRUE);
    mirror->coming = NULL;
}

void mirror_free(struct mirror *mirror)
{
    drop_coming(mirror);
    line_free(mirror->line);
    g_free(mirror);
}

static bool is_on(const struct director *director)
{
    return director->settings.mirror != MIRROR_NONE;
}

/* Who listens: the standby, or whoever has the other end of the cable; NULL: nobody. */
static const struct peer *reader(struct director *director)
{
    return director->settings.mirror == MIRROR_SERIAL ? path_cable_peer(director)
                                                      : succession_standby(director);
}

/* ---- blocks out */

/* To the standby; an answer goes back where the question came from, 0 being the cable. */
static void send_block(struct director *director, const struct serial_block *block,
                       bool over_network, uint32_t answer_to, struct effects *effects)
{
    uint8_t bytes[SERIAL_BLOCK_MAX];
    size_t length = serial_encode(block, bytes);
    if (!over_network) {
        effects_add_serial(effects, bytes, length);
        return;
    }
    director_send(director, effects, CHANNEL_MIRROR, bytes, length);
    if (answer_to != 0)
        effects->items[effects->count - 1].datagram.destination_ip = answer_to;
}

static void send_due(struct director *director, nstime now, struct effects *effects)
{
    struct serial_block block;
    while (is_on(director) && line_send(director->mirror->line, now, &block))
        send_block(director, &block, director->settings.mirror == MIRROR_NETWORK, 0, effects);
}

nstime mirror_deadline(const struct director *director)
{
    return is_on(director) ? line_deadline(director->mirror->line) : NSTIME_NEVER;
}

void mirror_due(struct director *director, nstime now, struct effects *effects)
{
    send_due(director, now, effects);
}

/* ---- text out */

static char *pair_configuration(const struct director *director)
{
    char *text = command_print(director->machines, &director->settings);
    char *shared = shared_configuration(text, false);
    g_free(text);
    return shared;
}

static bool write_lines(struct line *line, const char *text)
{
    char **lines = g_strsplit(text, "\n", -1);
    bool room = line_write(line, whole_begins);
    for (unsigned i = 0; lines[i] != NULL && room; i++)
        if (*lines[i] != '\0')
            room = line_write(line, lines[i]);
    g_strfreev(lines);
    return room && line_write(line, whole_ends);
}

/* What was queued before is in it. One that is too long for the queue is not begun: the
 * standby keeps what it has. */
static void send_whole(struct director *director, nstime now, struct effects *effects)
{
    struct mirror *mirror = director->mirror;
    char *text = pair_configuration(director);
    line_forget(mirror->line);
    line_wake(mirror->line);
    if (!write_lines(mirror->line, text)) {
        line_forget(mirror->line);
        director_note_unit(director, effects, NOTE_MIRROR_FULL, 0);
    }
    g_free(text);
    send_due(director, now, effects);
}

void mirror_meet_standby(struct director *director, nstime now, const struct peer *peer,
                         bool is_new, struct effects *effects)
{
    struct mirror *mirror = director->mirror;
    if (!is_on(director) || peer != reader(director) || (peer == mirror->told && !is_new))
        return;
    mirror->told = peer;
    send_whole(director, now, effects);
}

/* Else the standby will be told everything at its next hello. */
static bool is_told(struct director *director)
{
    return director->mirror->told != NULL && director->mirror->told == reader(director);
}

const char *mirror_write(struct director *director, nstime now, struct effects *effects)
{
    if (director_role(director) == ROLE_STANDBY)
        return "this unit is the standby; write it on the active one";
    if (!is_on(director))
        return "nothing is mirrored; write option mirror serial, or network, first";
    if (is_told(director))
        send_whole(director, now, effects);
    return NULL;
}

/* Without room for one command the standby is told everything instead, once there is. */
static void send_command(struct director *director, nstime now, const char *line,
                         struct effects *effects)
{
    struct mirror *mirror = director->mirror;
    if (!is_told(director))
        return;
    if (!line_write(mirror->line, line)) {
        line_forget(mirror->line);
        mirror->told = NULL;
        director_note_unit(director, effects, NOTE_MIRROR_FULL, 0);
    }
    send_due(director, now, effects);
}

/* A standby that has not heard of an active unit is being configured: that is no reason to
 * warn. */
void mirror_entered(struct director *director, nstime now, const char *line,
                    struct effects *effects)
{
    char *command = is_on(director) ? shared_command(line) : NULL;
    if (command == NULL)
        return;
    if (director_role(director) == ROLE_ACTIVE)
        send_command(director, now, command, effects);
    else if (director->detector.replica)
        director_note_unit(director, effects, NOTE_NOT_MIRRORED, 0);
    g_free(command);
}

void mirror_change_role(struct director *director)
{
    drop_coming(director->mirror);
    line_forget(director->mirror->line);
    director->mirror->told = NULL;
}

/* ---- text in */

static void refuse(struct director *director, enum mirror_refusal refusal,
                   struct effects *effects)
{
    director_note_unit(director, effects, NOTE_MIRROR_REFUSED, refusal);
}

/* F-721: the standby's own is erased first, but for what is the unit's own. */
static void take_whole(struct director *director, nstime now, const char *text,
                       struct effects *effects)
{
    char *present = pair_configuration(director);
    bool differs = strcmp(present, text) != 0;
    if (differs) {
        char *all = command_print(director->machines, &director->settings);
        char *own = shared_configuration(all, true);
        char *wanted = g_strconcat(own, text, NULL);
        if (!reconfigure(director, now, wanted, effects))
            refuse(director, MIRROR_BAD_CONFIGURATION, effects);
        else
            director_note_unit(director, effects, NOTE_CONFIGURED, 1);
        g_free(wanted);
        g_free(own);
        g_free(all);
    } else {
        director_note_unit(director, effects, NOTE_CONFIGURED, 0);
    }
    g_free(present);
}

/* R-1206 holds whatever the other unit may send. */
static void take_command(struct director *director, nstime now, const char *line,
                         struct effects *effects)
{
    char *command = shared_command(line);
    if (command != NULL && operator_mirrored(director, now, command, effects))
        director_note_unit(director, effects, NOTE_MIRRORED, 0);
    else
        refuse(director, MIRROR_BAD_COMMAND, effects);
    g_free(command);
}

/* An empty line calls off what has begun. */
static void take_line(struct director *director, nstime now, const char *line,
                      struct effects *effects)
{
    struct mirror *mirror = director->mirror;
    if (*line == '\0') {
        drop_coming(mirror);
    } else if (director_role(director) == ROLE_ACTIVE) {
        refuse(director, MIRROR_NOT_STANDBY, effects);
    } else if (strcmp(line, whole_begins) == 0) {
        drop_coming(mirror);
        mirror->coming = g_string_new(NULL);
    } else if (mirror->coming == NULL) {
        take_command(director, now, line, effects);
    } else if (strcmp(line, whole_ends) != 0) {
        g_string_append_printf(mirror->coming, "%s\n", line);
    } else {
        take_whole(director, now, mirror->coming->str, effects);
        drop_coming(mirror);
    }
}

static void take_lines(struct director *director, nstime now, struct effects *effects)
{
    char *line;
    while ((line = line_read(director->mirror->line)) != NULL) {
        take_line(director, now, line, effects);
        g_free(line);
    }
}

/* ---- blocks in */

static void hear(struct director *director, nstime now, const struct serial_block *block,
                 bool over_network, uint32_t source_ip, struct effects *effects)
{
    struct serial_block answer;
    if (!is_on(director))
        return;
    switch (line_hear(director->mirror->line, now, block, &answer)) {
    case LINE_ANSWER:
        send_block(director, &answer, over_network, source_ip, effects);
        take_lines(director, now, effects);
        break;
    case LINE_NEW_PEER:
        if (is_told(director))
            send_whole(director, now, effects);
        break;
    case LINE_HEARD:
        break;
    }
    send_due(director, now, effects);
}

void mirror_hear_serial(struct director *director, nstime now,
                        const struct serial_block *block, struct effects *effects)
{
    hear(director, now, block, false, 0, effects);
}

void mirror_hear_datagram(struct director *director, nstime now, uint32_t source_ip,
                          const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct serial_receiver receiver = {0};
    struct serial_block block;
    if (serial_receive(&receiver, &bytes, &length, &block))
        hear(director, now, &block, true, source_ip, effects);
}

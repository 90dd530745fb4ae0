/* A story: what happens to one connection, and around it, told as it happens.
 *
 * A run without a listener builds no text. Places are where things happen or go. */
#ifndef SIM_RUN_STORY_H
#define SIM_RUN_STORY_H

#include "core/nstime.h"
#include "core/packet.h"

#include <stdbool.h>
#include <stdint.h>

enum place {
    PLACE_CLIENT, PLACE_UNIT_0, PLACE_UNIT_1, PLACE_UNIT_2, PLACE_SERVER, PLACE_NOWHERE,
};

/* Where a unit stands, by its number. */
static inline enum place story_unit_place(unsigned number)
{
    return (enum place)(PLACE_UNIT_0 + number);
}

struct run_story {
    uint32_t tag; /* the connection told of: its number + 1 */
    void *context;
    /* to is PLACE_NOWHERE where nothing travels; text is borrowed, without line end */
    void (*tell)(void *context, nstime at, enum place from, enum place to, const char *text);
    struct run_story *twin; /* the same of the run's twin, or NULL */

    /* the story's own: first sequence numbers, so that it can tell relative ones */
    uint32_t first_sequence[2]; /* of the client, of the server */
    bool sequence_known[2];
};

/* Tell with a format, if anybody listens. */
void story_tell(const struct run_story *story, nstime at, enum place from, enum place to,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Does a packet belong to the story? Cheap enough for every packet. */
static inline int story_wants(const struct run_story *story, uint32_t tag)
{
    return story && story->tag == tag;
}

/* A packet of the connection, sent by its client or its server, in a few words:
 * "SYN", "ACK bytes 401..800", "FIN ACK ack 12001"; numbers are relative to the first of
 * their side. fate is appended. */
void story_tell_packet(struct run_story *story, nstime at, enum place from, enum place to,
                       bool by_client, const struct packet *packet, const char *fate);

#endif

#include "sim/run/story.h"

#include <glib.h>
#include <stdarg.h>
#include <string.h>

void story_tell(const struct run_story *story, nstime at, enum place from, enum place to,
                const char *format, ...)
{
    if (!story)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    story->tell(story->context, at, from, to, text);
    g_free(text);
}

enum { FLAGS_TEXT_SIZE = 24 };

static char *print_flags(const struct packet *packet, char *text)
{
    static const struct {
        enum tcp_flag flag;
        const char *word;
    } words[] = { { TCP_SYN, "SYN " }, { TCP_FIN, "FIN " }, { TCP_RST, "RST " },
                  { TCP_ACK, "ACK " } };
    text[0] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (packet->flags & words[i].flag)
            g_strlcat(text, words[i].word, FLAGS_TEXT_SIZE);
    return text;
}

/* See sim/node/udp.h for what the numbers are. */
static void tell_datagram(struct run_story *story, nstime at, enum place from, enum place to,
                          bool by_client, const struct packet *packet, const char *fate)
{
    if (by_client)
        story_tell(story, at, from, to, "UDP request %u%s", packet->sequence + 1, fate);
    else
        story_tell(story, at, from, to, "UDP answer %u bytes %u..%u%s", packet->sequence + 1,
                   packet->acknowledgement,
                   packet->acknowledgement + packet->payload_length - 1u, fate);
}

void story_tell_packet(struct run_story *story, nstime at, enum place from, enum place to,
                       bool by_client, const struct packet *packet, const char *fate)
{
    if (packet->protocol == PROTOCOL_UDP) {
        tell_datagram(story, at, from, to, by_client, packet, fate);
        return;
    }
    char flags[FLAGS_TEXT_SIZE];
    unsigned sender = by_client ? 0 : 1;
    print_flags(packet, flags);
    if ((packet->flags & TCP_SYN) && !story->sequence_known[sender]) {
        story->first_sequence[sender] = packet->sequence;
        story->sequence_known[sender] = true;
    }
    uint32_t sequence = packet->sequence - story->first_sequence[sender];
    uint32_t acknowledgement = packet->acknowledgement - story->first_sequence[1 - sender];
    if (packet->payload_length > 0)
        story_tell(story, at, from, to, "%sbytes %u..%u%s", flags, sequence,
                   sequence + packet->payload_length - 1, fate);
    else if ((packet->flags & (TCP_ACK | TCP_SYN)) == TCP_ACK)
        story_tell(story, at, from, to, "%sack %u%s", flags, acknowledgement, fate);
    else
        story_tell(story, at, from, to, "%.*s%s", (int)strlen(flags) - 1, flags, fate);
}

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

char *packet_print(const struct packet *packet, char *text)
{
    static const struct {
        enum tcp_flag flag;
        const char *word;
    } words[] = { { TCP_SYN, "SYN " }, { TCP_FIN, "FIN " }, { TCP_RST, "RST " },
                  { TCP_ACK, "ACK " } };
    char flags[24] = "";
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (packet->flags & words[i].flag)
            g_strlcat(flags, words[i].word, sizeof flags);
    if (packet->payload_length > 0)
        g_snprintf(text, PACKET_TEXT_SIZE, "%s%u bytes, seq %u", flags, packet->payload_length,
                   packet->sequence);
    else if (packet->flags & TCP_ACK)
        g_snprintf(text, PACKET_TEXT_SIZE, "%sack %u", flags, packet->acknowledgement);
    else
        g_snprintf(text, PACKET_TEXT_SIZE, "%sseq %u", flags, packet->sequence);
    return text;
}

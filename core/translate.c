#include "core/translate.h"

#include <glib.h>

void translate_packet(const struct conn *conn, enum side from, struct packet *packet)
{
    if (from == SIDE_OUTSIDE) {
        struct address real = conn_real(conn);
        packet->destination_ip = real.ip;
        packet->destination_port = real.port;
    } else {
        packet->source_ip = conn->local.ip;
        packet->source_port = conn->local.port;
    }
}

void translate_reset(const struct packet *offender, struct packet *reset)
{
    g_assert((offender->flags & TCP_RST) == 0);
    *reset = *offender; /* the host's own fields stay */
    reset->source_ip = offender->destination_ip;
    reset->source_port = offender->destination_port;
    reset->destination_ip = offender->source_ip;
    reset->destination_port = offender->source_port;
    reset->payload_length = 0;
    reset->payload = 0;
    if ((offender->flags & TCP_ACK) != 0) {
        reset->flags = TCP_RST;
        reset->sequence = offender->acknowledgement;
        reset->acknowledgement = 0;
    } else {
        reset->flags = TCP_RST | TCP_ACK;
        reset->sequence = 0;
        reset->acknowledgement = offender->sequence + offender->payload_length
                                 + ((offender->flags & TCP_SYN) != 0)
                                 + ((offender->flags & TCP_FIN) != 0);
    }
}

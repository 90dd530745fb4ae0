#include "sim/node/time_wait.h"

#include <glib.h>

struct time_wait {
    struct socket socket;
    struct time_wait *younger;
    nstime until;
    uint32_t sequence;
    uint32_t received;
    uint32_t serial;
};

void time_waits_init(struct time_waits *waits, struct tcp_stack *stack)
{
    *waits = (struct time_waits){
        .stack = stack,
        .pool = pool_new(sizeof(struct time_wait)),
    };
    socket_table_init(&waits->table);
}

void time_waits_clear(struct time_waits *waits)
{
    socket_table_clear(&waits->table);
    pool_free(waits->pool);
}

static void drop_oldest(struct time_waits *waits)
{
    struct time_wait *wait = waits->oldest;
    waits->oldest = wait->younger;
    if (waits->oldest == NULL)
        waits->newest = NULL;
    socket_table_remove(&waits->table, &wait->socket);
    pool_give(waits->pool, wait);
}

/* All stay equally long, so the oldest go first. A repeated FIN does not start the
 * minute again, though Linux would: it only frees a port some seconds earlier. */
static void drop_old(struct time_waits *waits)
{
    nstime now = engine_now(waits->stack->engine);
    while (waits->oldest != NULL && waits->oldest->until <= now)
        drop_oldest(waits);
}

void time_waits_add(struct time_waits *waits, const struct tcp *tcp)
{
    g_assert(tcp->state == TCP_TIME_WAIT);
    drop_old(waits);
    struct time_wait *wait = pool_take(waits->pool);
    *wait = (struct time_wait){
        .socket = tcp->socket,
        .until = engine_now(waits->stack->engine) + TIME_WAIT_LENGTH,
        .sequence = tcp->highest,
        .received = tcp->received,
        .serial = tcp->serial,
    };
    socket_table_add(&waits->table, &wait->socket);
    if (waits->newest != NULL)
        waits->newest->younger = wait;
    else
        waits->oldest = wait;
    waits->newest = wait;
}

bool time_waits_hold(struct time_waits *waits, const struct socket *socket)
{
    drop_old(waits);
    return socket_table_find(&waits->table, socket->local_ip, socket->local_port,
                             socket->remote_ip, socket->remote_port) != NULL;
}

static void acknowledge(struct time_waits *waits, struct time_wait *wait)
{
    struct packet packet = {
        .source_ip = wait->socket.local_ip,
        .destination_ip = wait->socket.remote_ip,
        .source_port = wait->socket.local_port,
        .destination_port = wait->socket.remote_port,
        .sequence = wait->sequence,
        .acknowledgement = wait->received,
        .protocol = PROTOCOL_TCP,
        .flags = TCP_ACK,
        .tag = wait->socket.tag,
        .serial = wait->serial++,
    };
    waits->stack->send(waits->stack->network, waits->stack->side, &packet);
}

/* Out of the row of ages by a walk: servers seldom close first, and rarely is such a
 * tuple used again within its minute. */
static void forget(struct time_waits *waits, struct time_wait *wait)
{
    struct time_wait **link = &waits->oldest;
    struct time_wait *older = NULL;
    while (*link != wait) {
        older = *link;
        link = &older->younger;
    }
    *link = wait->younger;
    if (waits->newest == wait)
        waits->newest = older;
    socket_table_remove(&waits->table, &wait->socket);
    pool_give(waits->pool, wait);
}

enum time_wait_answer time_waits_receive(struct time_waits *waits, const struct packet *packet)
{
    drop_old(waits);
    struct socket *socket = socket_table_receiver(&waits->table, packet);
    if (socket == NULL)
        return TIME_WAIT_NONE;
    struct time_wait *wait = (struct time_wait *)socket;
    if (packet->flags & TCP_RST)
        return TIME_WAIT_TAKEN; /* RFC 1337: a reset does not end it */
    if (packet_is_request(packet) && tcp_before(wait->received, packet->sequence)) {
        forget(waits, wait);
        return TIME_WAIT_REOPEN;
    }
    /* a bare ACK is not answered, or two ends could go on for ever */
    if (packet->payload_length > 0 || packet->flags & (TCP_SYN | TCP_FIN))
        acknowledge(waits, wait);
    return TIME_WAIT_TAKEN;
}

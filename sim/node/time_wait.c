#include "sim/node/time_wait.h"

#include <glib.h>

enum { BATCH = 64 };

struct time_wait {
    struct socket socket; /* local port 0: forgotten before its time */
    uint32_t delay;       /* from the batch's beginning, in ns */
    uint32_t sequence;
    uint32_t received;
    uint32_t serial;
};

/* Entries of 4.29 s at most, in the order of coming, which is that of going. */
struct time_wait_batch {
    struct time_wait_batch *younger;
    nstime begins;
    uint32_t first; /* those before are gone */
    uint32_t count; /* that ever came */
    struct time_wait waits[BATCH];
};

/* All of one length. */
struct time_wait_row {
    struct time_wait_row *next;
    nstime length;
    struct time_wait_batch *oldest;
    struct time_wait_batch *newest;
};

void time_waits_init(struct time_waits *waits, struct tcp_stack *stack)
{
    *waits = (struct time_waits){
        .stack = stack,
        .pool = pool_new(sizeof(struct time_wait_batch)),
    };
    socket_table_init(&waits->table, 8);
}

void time_waits_clear(struct time_waits *waits)
{
    socket_table_clear(&waits->table);
    pool_free(waits->pool);
    for (struct time_wait_row *row = waits->rows, *next; row != NULL; row = next) {
        next = row->next;
        g_free(row);
    }
}

static void drop_batch(struct time_waits *waits, struct time_wait_row *row)
{
    struct time_wait_batch *batch = row->oldest;
    row->oldest = batch->younger;
    if (row->oldest == NULL)
        row->newest = NULL;
    pool_give(waits->pool, batch);
}

static void forget(struct time_waits *waits, struct time_wait *wait)
{
    if (wait->socket.local_port == 0)
        return;
    socket_table_remove(&waits->table, &wait->socket);
    wait->socket.local_port = 0;
}

/* All of a row stay equally long, so the oldest go first. A repeated FIN does not start the
 * time again, though Linux would: it only frees a port some seconds earlier. */
static void drop_old_of(struct time_waits *waits, struct time_wait_row *row)
{
    nstime now = engine_now(waits->stack->engine);
    for (struct time_wait_batch *batch = row->oldest; batch != NULL; batch = row->oldest) {
        nstime age = now - batch->begins - row->length;
        while (batch->first < batch->count && batch->waits[batch->first].delay <= age)
            forget(waits, &batch->waits[batch->first++]);
        if (batch->first < batch->count)
            return;
        drop_batch(waits, row);
    }
}

static void drop_old(struct time_waits *waits)
{
    for (struct time_wait_row *row = waits->rows; row != NULL; row = row->next)
        drop_old_of(waits, row);
}

static struct time_wait_row *row_of(struct time_waits *waits, nstime length)
{
    struct time_wait_row **row = &waits->rows;
    while (*row != NULL && (*row)->length != length)
        row = &(*row)->next;
    if (*row == NULL) {
        *row = g_new(struct time_wait_row, 1);
        **row = (struct time_wait_row){ .length = length };
    }
    return *row;
}

static void add_batch(struct time_waits *waits, struct time_wait_row *row)
{
    struct time_wait_batch *batch = pool_take(waits->pool);
    batch->begins = engine_now(waits->stack->engine);
    if (row->newest != NULL)
        row->newest->younger = batch;
    else
        row->oldest = batch;
    row->newest = batch;
}

static struct time_wait *append(struct time_waits *waits, struct time_wait_row *row)
{
    nstime now = engine_now(waits->stack->engine);
    struct time_wait_batch *batch = row->newest;
    if (batch == NULL || batch->count == BATCH || now - batch->begins > UINT32_MAX)
        add_batch(waits, row);
    batch = row->newest;
    struct time_wait *wait = &batch->waits[batch->count++];
    wait->delay = (uint32_t)(now - batch->begins);
    return wait;
}

void time_waits_add(struct time_waits *waits, const struct tcp *tcp, nstime length)
{
    g_assert(tcp->state == TCP_TIME_WAIT && length >= 0);
    drop_old(waits);
    if (length == 0)
        return;
    struct time_wait *wait = append(waits, row_of(waits, length));
    wait->socket = tcp->socket;
    wait->sequence = tcp->highest;
    wait->received = tcp->received;
    wait->serial = tcp->serial;
    socket_table_add(&waits->table, &wait->socket);
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

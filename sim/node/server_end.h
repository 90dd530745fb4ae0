/* The server's end of one connection: when it answers, speaks unasked, and hangs up. For
 * server.c, which has its sockets, alone. */
#ifndef SIM_NODE_SERVER_END_H
#define SIM_NODE_SERVER_END_H

#include "sim/node/server.h"

struct server_end {
    struct tcp tcp; /* its server is tcp.station - 1 */
    struct plan plan;
    uint32_t request_to;   /* where the request ends, in the numbers of TCP, */
    uint32_t request : 30; /* number of the one that is coming in, or being answered */
    bool serving : 1;      /* it is whole, and its answer due at alarm_at */
    bool client_done : 1;
    uint32_t messages : 30; /* that it has written unasked */
    bool held : 1;          /* by its process: counted in servers.held */
    bool forsaken : 1;      /* its client has ended, and not in order: counted in servers.orphans */
};

/* Opened, or taken in with its plan: the first request is what comes next. */
void server_end_begin(struct server_end *end);

/* Take in, answer, speak and close as far as this moment allows. */
void server_end_serve(struct servers *servers, struct server_end *end);

/* Write a message now, whatever is due. */
void server_end_speak(struct servers *servers, struct server_end *end);

/* The first request is whole and announces ports: open them. server.c's. */
void servers_open_announced(struct servers *servers, const struct server_end *end);

/* The process has closed it, or it is gone: its place is free. */
void servers_release(struct servers *servers, struct server_end *end);

static inline const struct real_spec *servers_real(const struct servers *servers,
                                                   uint16_t station)
{
    return g_ptr_array_index(servers->clients->config.scenario->reals, station - 1u);
}

#endif

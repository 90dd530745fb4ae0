/* Reconnection: a client whose connection died opens another after a while, for what
 * is left of its requests, as a browser does whose page is not complete. */
#ifndef SIM_NODE_RECONNECT_H
#define SIM_NODE_RECONNECT_H

#include "sim/node/client.h"

/* The room for openings to come: clients->reopenings. */
struct pool *reopenings_new(void);

/* A client's connection has ended so: open another for it, if its workload says so, some
 * request is left, and connections are still opened by then. One that its server opened is
 * not the client's to open. */
void reconnect_after(const struct client *client, enum connection_end end);

#endif

/* The protocol "none": nothing is said, so nothing is known. Failover without
 * connection state (R-1016), to compare with. Datagrams of another protocol fall on
 * deaf ears. */
#include "core/replication.h"

const struct replication_protocol replication_none = {
    .name = "none",
    .essence = "nothing is sent: failover without connection state",
    .at_once = true,
    .open_loop = true,
};

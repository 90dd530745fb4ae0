/* What a unit of protocol pfsync does with the messages of its peer. */
#ifndef CORE_PFSYNC_RECEIVE_H
#define CORE_PFSYNC_RECEIVE_H

#include "core/pfsync_node.h"

/* A datagram came: decoded whole, or refused. States are a standby's to have; what an active unit
 * takes are answers: acknowledgements, requests, and updates as a sign of life. */
void pfsync_datagram(struct director *director, struct pfsync *pfsync, nstime now,
                     uint32_t source_ip, const uint8_t *bytes, size_t length,
                     struct effects *effects);

#endif

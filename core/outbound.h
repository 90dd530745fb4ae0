/* Connections that a real machine opens, such as FTP's data connection to a waiting
 * client: seen from outside they come from a virtual machine. The command "static"
 * says from which (fact F-212). */
#ifndef CORE_OUTBOUND_H
#define CORE_OUTBOUND_H

#include "core/machine.h"

/* The real machine that opens connections from this address and may be seen outside: the
 * one of just this port, else of all ports, else the first of this IP with an entry, for
 * a server opens from ports of which no machine is made. NULL when there is none. */
struct physical *outbound_owner(const struct machines *machines, struct address real,
                                uint8_t protocol);

/* The address outside for a connection that owner opens from this one: its virtual
 * machine's IP, and the port it uses, or the virtual port that stands for it. */
struct address outbound_address(const struct physical *owner, struct address real);

/* The machines of a connection between a virtual and a real address. What the record's
 * look-up finds; where it finds none, those of the entry. Both units ask here, so
 * that they count a connection to the same machines. NULLs where one is unknown. */
struct outbound_pair {
    struct virtual *virtual;
    struct physical *physical;
};
struct outbound_pair outbound_pair(const struct machines *machines, struct address local,
                                   uint16_t bind_id, struct address real, uint8_t protocol);

#endif

/* The window check of stateful filters, as the option "window-check strict" has it: does a
 * segment fit what is known of its connection's numbers? Filters may be told to let such
 * things be (conntrackd's documentation advises it, TCPWindowTracking off); what it costs at a
 * takeover not to is what this is for.
 *
 * Numbers come from the segments that a unit has seen itself, from the handshake on, or from a
 * record that carries them: conn_learn(). The patent's carries none, so that a unit knows
 * nothing of what it has taken over, and nothing is picked up in the middle. */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include "core/conn.h"

/* Is it one that the check lets pass? Of TCP, and an established or closing connection; a
 * SYN begins anew and always passes. */
bool window_accepts(const struct conn *conn, enum side from, const struct packet *packet);

#endif

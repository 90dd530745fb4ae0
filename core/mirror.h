/* The configuration mirror: the active unit's configuration comes to its standby
 * (R-1201..R-1207, facts F-720..F-724).
 *
 * - The whole of it when a standby is heard that is new, and at "write standby"; each command
 *   of the pair's (core/shared.h) as soon as it is entered. It goes over the reliable line
 *   (core/line.h), whose blocks go over the serial cable, or in datagrams of the channel
 *   MIRROR, one block each ("option mirror").
 * - The text of a whole one stands between a line "{" and a line "}", and counts when the
 *   latter has come: if it is what the standby has already, nothing happens; else it takes
 *   the place of what the standby has (core/reconfigure.h). A unit's own settings stay.
 * - A command entered on the standby is carried out there and goes nowhere (F-724). */
#ifndef CORE_MIRROR_H
#define CORE_MIRROR_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/serial.h"

#include <stdbool.h>

struct director;
struct mirror;
struct peer;

/* life tells this start of the unit from any other, as the table's generation does. */
struct mirror *mirror_new(uint32_t life);
void mirror_free(struct mirror *mirror);

/* ---- on the active */

/* A standby was heard; is_new: it has started since the latest time. Whoever listens to the
 * mirror is told everything when it is new, or was told nothing by this unit yet. */
void mirror_meet_standby(struct director *director, nstime now, const struct peer *peer,
                         bool is_new, struct effects *effects);

/* "write standby" (F-720). Returns NULL, or in a sentence why not. */
const char *mirror_write(struct director *director, nstime now, struct effects *effects);

/* ---- on either */

/* An operator's command was carried out: it is sent, or noted as not mirrored. */
void mirror_entered(struct director *director, nstime now, const char *line,
                    struct effects *effects);

/* The role has changed: what was to be sent, or had come in part, is void. */
void mirror_change_role(struct director *director);

/* Bytes came from the serial line in a block that is no hello, or in a datagram from the
 * unit of this address. */
void mirror_hear_serial(struct director *director, nstime now,
                        const struct serial_block *block, struct effects *effects);
void mirror_hear_datagram(struct director *director, nstime now, uint32_t source_ip,
                          const uint8_t *bytes, size_t length, struct effects *effects);

/* The line's timer; see deadline.c. */
nstime mirror_deadline(const struct director *director);
void mirror_due(struct director *director, nstime now, struct effects *effects);

#endif

/* Contact: what follows when two units hear of each other (R-1008, R-1009, R-1017, R-1101). */
#ifndef CORE_CONTACT_H
#define CORE_CONTACT_H

#include "core/effect.h"
#include "core/nstime.h"
#include "core/peer.h"

struct director;

/* The bytes of a hello came from a peer on a path; anything else is passed over. */
void contact_hear(struct director *director, nstime now, struct peer *peer,
                  enum hello_path path, const uint8_t *bytes, size_t length,
                  struct effects *effects);

#endif

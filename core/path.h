/* Paths: the ways that hellos go between two units (R-1004, fact F-705). Which of them are
 * in use is a set, "failover hellopaths". */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include "core/effect.h"
#include "core/peer.h"

struct director;

/* Can hellos of this peer go that way? It is in the set; and the cable joins the primary
 * and the secondary only, while it is plugged in. */
bool path_is_usable(const struct director *director, const struct peer *peer,
                    enum hello_path path);

/* The path that goes by an interface, in whatever set. */
enum hello_path path_on(unsigned interface);

/* The way by which a datagram came. */
enum hello_path path_of(const struct director *director, unsigned interface);

/* The interface of a path; of the cable, that of the link. */
unsigned path_interface(const struct director *director, enum hello_path path);

/* "link", "cable", "outside", "inside", and back; false if unknown. */
const char *path_word(enum hello_path path);
bool path_parse(const char *word, enum hello_path *path);

/* Send the bytes of a hello to every peer on every path: the cable first (R-1008). */
void path_send_all(struct director *director, const uint8_t *bytes, size_t length,
                   struct effects *effects);

/* The peer at the other end of the cable, or NULL. */
struct peer *path_cable_peer(struct director *director);

#endif

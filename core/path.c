#include "core/path.h"

#include "core/director_internal.h"

#include <glib.h>
#include <string.h>

static const char *const words[PATHS] = {
    [PATH_LINK] = "link", [PATH_CABLE] = "cable", [PATH_OUTSIDE] = "outside",
    [PATH_INSIDE] = "inside",
};

const char *path_word(enum hello_path path)
{
    g_assert((unsigned)path < PATHS);
    return words[path];
}

bool path_parse(const char *word, enum hello_path *path)
{
    for (unsigned i = 0; i < PATHS; i++) {
        if (strcmp(word, words[i]) == 0) {
            *path = i;
            return true;
        }
    }
    return false;
}

/* A spare unit has no cable. */
static bool has_cable(const struct director *director, const struct peer *peer)
{
    return director->config.rank != RANK_SPARE && peer->latest.rank != RANK_SPARE;
}

bool path_is_usable(const struct director *director, const struct peer *peer,
                    enum hello_path path)
{
    if ((director->settings.hello_paths & 1u << path) == 0)
        return false;
    return path != PATH_CABLE
           || (has_cable(director, peer) && director->cable != CABLE_PULLED);
}

enum hello_path path_on(unsigned interface)
{
    return interface == INTERFACE_OUTSIDE  ? PATH_OUTSIDE
           : interface == INTERFACE_INSIDE ? PATH_INSIDE
                                           : PATH_LINK;
}

/* What comes elsewhere counts as from the link: where records go, hellos may come. */
enum hello_path path_of(const struct director *director, unsigned interface)
{
    enum hello_path path = path_on(interface);
    return (director->settings.hello_paths & 1u << path) != 0 ? path : PATH_LINK;
}

unsigned path_interface(const struct director *director, enum hello_path path)
{
    switch (path) {
    case PATH_OUTSIDE: return INTERFACE_OUTSIDE;
    case PATH_INSIDE: return INTERFACE_INSIDE;
    default: return director->settings.replication_interface;
    }
}

struct peer *path_cable_peer(struct director *director)
{
    struct peer *peers = director->detector.peers;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (peers[i].ip != 0 && has_cable(director, &peers[i]))
            return &peers[i];
    return NULL;
}

static void send_by_cable(const uint8_t *bytes, size_t length, struct effects *effects)
{
    struct serial_block block = {.kind = SERIAL_HELLO, .length = (uint8_t)length};
    uint8_t line[SERIAL_BLOCK_MAX];
    memcpy(block.payload, bytes, length);
    effects_add_serial(effects, line, serial_encode(&block, line));
}

static void send_by_interface(struct director *director, enum hello_path path,
                              const uint8_t *bytes, size_t length, struct effects *effects)
{
    const struct peer *peers = director->detector.peers;
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        if (peers[i].ip == 0)
            continue;
        struct effect *effect = effects_add_datagram(effects, CHANNEL_HELLO, bytes, length);
        effect->datagram.interface = path_interface(director, path);
        effect->datagram.destination_ip = peers[i].ip;
    }
}

void path_send_all(struct director *director, const uint8_t *bytes, size_t length,
                   struct effects *effects)
{
    static const enum hello_path interfaces[] = {PATH_LINK, PATH_OUTSIDE, PATH_INSIDE};
    const struct peer *other = path_cable_peer(director);
    if (other != NULL && path_is_usable(director, other, PATH_CABLE))
        send_by_cable(bytes, length, effects);
    for (unsigned i = 0; i < G_N_ELEMENTS(interfaces); i++)
        if ((director->settings.hello_paths & 1u << interfaces[i]) != 0)
            send_by_interface(director, interfaces[i], bytes, length, effects);
}

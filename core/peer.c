#include "core/peer.h"

struct peer peer_new(const struct unit_peer *config, nstime now)
{
    struct peer peer = {.ip = config->ip, .latest.rank = config->rank};
    peer_wait_anew(&peer, now);
    return peer;
}

void peer_wait_on(struct peer *peer, enum hello_path path, nstime now)
{
    peer->paths[path].heard_at = now;
    peer->paths[path].missed = 0;
    peer->paths[path].silent = false;
}

void peer_wait_anew(struct peer *peer, nstime now)
{
    for (unsigned path = 0; path < PATHS; path++)
        peer_wait_on(peer, path, now);
    peer->contested = false;
    peer->doubted = false;
}

static bool is_past(const struct hello *hello, uint32_t generation, uint32_t sequence)
{
    return hello->generation == generation && (int32_t)(hello->sequence - sequence) <= 0;
}

bool peer_path_is_past(const struct peer_path *path, const struct hello *hello)
{
    return path->known && is_past(hello, path->generation, path->sequence);
}

bool peer_is_past(const struct peer *peer, const struct hello *hello)
{
    return peer->known && is_past(hello, peer->latest.generation, peer->latest.sequence);
}

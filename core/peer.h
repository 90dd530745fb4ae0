/* A peer: another unit of the same service, as its hellos show it. */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include "core/hello.h"
#include "core/nstime.h"

enum hello_path { PATH_LINK, PATH_CABLE, PATH_OUTSIDE, PATH_INSIDE, PATHS };

/* One way to it. */
struct peer_path {
    nstime heard_at; /* the latest hello came; at first, the start */
    unsigned missed; /* since then */
    bool silent;     /* too many were */
    bool known;      /* the next two, of the latest hello that came here, are valid */
    uint32_t sequence;
    uint32_t generation;
};

struct peer {
    uint32_t ip;         /* 0: there is none */
    bool known;          /* it was heard since the start */
    bool silent;         /* it is held to have failed */
    bool doubted;        /* all its paths are silent: tests say whose fault that is */
    bool contested;      /* since the latest hello only an active unit of lower priority
                            spoke (vrrp) */
    uint16_t hellos;     /* heard from it, modulo 2^16 */
    uint8_t judged;      /* its failed interfaces that this unit has drawn a conclusion from */
    struct hello latest; /* until it is known, only the rank: as configured */
    struct peer_path paths[PATHS];
};

/* As it is at the start of this unit. */
struct peer peer_new(const struct unit_peer *config, nstime now);

/* The wait for it begins anew, on one path, on all. */
void peer_wait_on(struct peer *peer, enum hello_path path, nstime now);
void peer_wait_anew(struct peer *peer, nstime now);

/* Has this hello been overtaken on its path, or is it a copy? It says nothing about now. */
bool peer_path_is_past(const struct peer_path *path, const struct hello *hello);

/* The same of a hello that another path has brought already. */
bool peer_is_past(const struct peer *peer, const struct hello *hello);

#endif

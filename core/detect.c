#include "core/detect.h"

#include "core/director_internal.h"
#include "core/handover.h"
#include "core/path.h"
#include "core/role.h"
#include "core/succession.h"

#include <glib.h>

/* Microseconds tell any two of a unit's starts apart within 71 minutes. */
static uint32_t generation_at(nstime now)
{
    return (uint32_t)(now / NSTIME_US);
}

void detect_init(struct director *director, nstime now)
{
    struct detector *detector = &director->detector;
    *detector = (struct detector){
        .sent_at = NSTIME_NEVER,
        .first_at = now + director->config.hello_phase,
        .handover_at = NSTIME_NEVER,
        .standby_since = now,
        .generation = generation_at(now),
    };
    for (unsigned i = 0; i < PEERS_MAX; i++)
        detector->peers[i] = peer_new(&director->config.peers[i], now);
    succession_init(director);
}

void detect_restart(struct director *director, nstime now)
{
    struct detector *detector = &director->detector;
    detect_wait_anew(director, now);
    detector->replica = false;
    detector->handover_at = NSTIME_NEVER;
    detector->standby_since = now;
    detector->generation = generation_at(now);
}

void detect_wait_anew(struct director *director, nstime now)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        peer_wait_anew(&director->detector.peers[i], now);
}

void detect_reset(struct director *director, nstime now)
{
    detect_wait_anew(director, now);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        director->detector.peers[i].silent = false;
}

struct peer *detect_peer(struct director *director, uint32_t ip)
{
    struct peer *peers = director->detector.peers;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (ip != 0 && peers[i].ip == ip)
            return &peers[i];
    return NULL;
}

static bool has_peers(const struct director *director)
{
    bool has = false;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        has = has || director->detector.peers[i].ip != 0;
    return has;
}

bool detect_has_standby(const struct director *director)
{
    const struct peer *standby = succession_standby(director);
    return standby->ip != 0 && director->settings.failover_ip != 0 && !standby->silent
           && !director->interface_down[director->settings.replication_interface];
}

/* ---- sending */

static struct hello compose(const struct director *director, enum hello_kind kind)
{
    const struct detector *detector = &director->detector;
    bool active = director->group.role == ROLE_ACTIVE;
    return (struct hello){
        .kind = kind,
        .rank = director->config.rank,
        .role = director->group.role,
        .replica = detector->replica && !active,
        .priority = director->settings.detector == DETECTOR_VRRP
                        ? (uint8_t)director->settings.priority : 0,
        .sequence = detector->sequence,
        .generation = detector->generation,
        .group = director->group.number,
        .standby_ip = active || kind == HELLO_RESIGN ? succession_standby(director)->ip : 0,
        .appointment = detector->appointment,
        .mac = director->config.mac,
        .held_ip = director->group.held_ip,
    };
}

void detect_say(struct director *director, nstime now, enum hello_kind kind,
                struct effects *effects)
{
    uint8_t bytes[HELLO_SIZE];
    director->detector.sequence++;
    struct hello hello = compose(director, kind);
    hello_encode(&hello, bytes);
    path_send_all(director, bytes, sizeof bytes, effects);
    director->detector.sent_at = now;
}

nstime detect_send_deadline(const struct director *director)
{
    const struct detector *detector = &director->detector;
    if (!has_peers(director))
        return NSTIME_NEVER;
    if (detector->sent_at == NSTIME_NEVER)
        return detector->first_at;
    return detector->sent_at + detection_interval(&director->settings);
}

void detect_send_due(struct director *director, nstime now, struct effects *effects)
{
    detect_say(director, now, HELLO_HELLO, effects);
}

/* ---- missing */

/* Once the peer is held to have failed, nothing more is missed; nor on a silent path. */
static nstime path_deadline(const struct director *director, const struct peer *peer,
                            enum hello_path number)
{
    const struct peer_path *path = &peer->paths[number];
    if (path->silent || !path_is_usable(director, peer, number))
        return NSTIME_NEVER;
    nstime wait = detection_wait(&director->settings, path->missed);
    return wait != NSTIME_NEVER ? path->heard_at + wait : NSTIME_NEVER;
}

/* The earliest, and whose it is. */
static nstime first_deadline(const struct director *director, unsigned *peer,
                             enum hello_path *path)
{
    nstime first = NSTIME_NEVER;
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        const struct peer *one = &director->detector.peers[i];
        for (unsigned number = 0; number < PATHS && one->ip != 0 && !one->silent; number++) {
            nstime deadline = path_deadline(director, one, number);
            if (deadline < first) {
                first = deadline;
                *peer = i;
                *path = number;
            }
        }
    }
    return first;
}

nstime detect_miss_deadline(const struct director *director)
{
    unsigned peer;
    enum hello_path path;
    return first_deadline(director, &peer, &path);
}

static void give_up_peer(struct director *director, nstime now, struct peer *peer,
                         struct effects *effects)
{
    peer->silent = true;
    director_note_unit(director, effects, NOTE_PEER_SILENT,
                       (uint32_t)(peer - director->detector.peers));
    if (succession_choose(director, now, effects))
        detect_say(director, now, HELLO_HELLO, effects);
    detect_consider(director, now, effects);
}

static bool is_heard_elsewhere(const struct director *director, const struct peer *peer)
{
    for (unsigned path = 0; path < PATHS; path++)
        if (path_is_usable(director, peer, path) && !peer->paths[path].silent)
            return true;
    return false;
}

void detect_miss_due(struct director *director, nstime now, struct effects *effects)
{
    unsigned number = 0;
    enum hello_path path = PATH_LINK;
    first_deadline(director, &number, &path);
    struct peer *peer = &director->detector.peers[number];
    g_assert(peer->ip != 0 && !peer->silent);
    if (peer->contested) {
        peer_wait_anew(peer, now); /* the peer was heard, it is not missed */
        if (handover_may_preempt(director, now))
            handover_preempt(director, now, effects);
        return;
    }
    unsigned missed = ++peer->paths[path].missed;
    director_note_unit(director, effects, NOTE_HELLO_MISSED, missed);
    peer->paths[path].silent = missed >= detection_misses(&director->settings);
    if (peer->paths[path].silent && !is_heard_elsewhere(director, peer))
        give_up_peer(director, now, peer, effects);
}

void detect_told(struct director *director, nstime now, struct effects *effects)
{
    const struct detector *detector = &director->detector;
    unsigned told = director->group.role == ROLE_ACTIVE ? detector->standby : detector->followed;
    struct peer *peer = &director->detector.peers[told];
    if (director->settings.detector == DETECTOR_ORACLE && !peer->silent)
        give_up_peer(director, now, peer, effects);
}

static bool has_lost_peer(const struct director *director)
{
    bool lost = false;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        lost = lost || director->detector.peers[i].silent;
    return lost;
}

/* The order is R-1010's: the role and all that belongs to it first, then the message
 * of R-1008, then a hello. */
void detect_consider(struct director *director, nstime now, struct effects *effects)
{
    if (!has_lost_peer(director) || director->group.role == ROLE_ACTIVE
        || !director->settings.failover || !succession_is_next(director))
        return;
    role_change(director, now, ROLE_ACTIVE, ROLE_PEER_FAILED, effects);
    detect_say(director, now, HELLO_YOU_HAVE_FAILED, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

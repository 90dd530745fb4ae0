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
    fitness_reset(director);
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
        .failed = director->fitness.failed,
        .interfaces_failed = interfaces_failed(director),
        .interfaces_tested = interfaces_tested(director),
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
    director->fitness.said = hello.interfaces_failed;
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

static bool has_lost_peer(const struct director *director)
{
    bool lost = false;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        lost = lost || director->detector.peers[i].silent;
    return lost;
}

/* Take over, or say why not. That another goes first is no reason worth a note: it serves,
 * or will. */
static void follow_up(struct director *director, nstime now, enum role_reason reason,
                      struct effects *effects)
{
    enum no_switch obstacle = fitness_obstacle(director);
    if (director->group.role == ROLE_ACTIVE || !succession_is_next(director))
        return;
    if (obstacle == NO_SWITCH_NONE)
        detect_take_over(director, now, reason, effects);
    else
        director_note_unit(director, effects, NOTE_NO_SWITCH, obstacle);
}

static void give_up_peer(struct director *director, nstime now, struct peer *peer,
                         enum role_reason reason, struct effects *effects)
{
    peer->silent = true;
    peer->doubted = false;
    director_note_unit(director, effects, NOTE_PEER_SILENT,
                       (uint32_t)(peer - director->detector.peers));
    if (succession_choose(director, now, effects))
        detect_say(director, now, HELLO_HELLO, effects);
    follow_up(director, now, reason, effects);
}

static bool is_heard(const struct director *director, const struct peer *peer)
{
    for (unsigned path = 0; path < PATHS; path++)
        if (path_is_usable(director, peer, path) && !peer->paths[path].silent)
            return true;
    return false;
}

/* Every watched interface on which it should be heard is tested; is there any? */
static bool test_all(struct director *director, nstime now, struct effects *effects)
{
    bool any = false;
    for (unsigned i = 0; i < INTERFACES_WATCHED; i++) {
        if (!interface_is_watched(director, i))
            continue;
        interface_test_begin(director, now, i, effects);
        any = true;
    }
    return any;
}

/* A line between two units has nobody else on it to hear: with link and cable alone there
 * is nothing to test. */
static void doubt_peer(struct director *director, nstime now, struct peer *peer,
                       struct effects *effects)
{
    peer->doubted = test_all(director, now, effects);
    if (!peer->doubted)
        give_up_peer(director, now, peer, ROLE_PEER_FAILED, effects);
}

static void lose_path(struct director *director, nstime now, struct peer *peer,
                      enum hello_path path, struct effects *effects)
{
    peer->paths[path].silent = true;
    if (!is_heard(director, peer)) {
        doubt_peer(director, now, peer, effects);
        return;
    }
    director_note_unit(director, effects, NOTE_PATH_SILENT, path);
    if (path == PATH_OUTSIDE || path == PATH_INSIDE)
        interface_test_begin(director, now, path_interface(director, path), effects);
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
    if (missed >= detection_misses(&director->settings))
        lose_path(director, now, peer, path, effects);
}

/* ---- tested, told, seen on the cable */

static void settle_doubt(struct director *director, nstime now, struct peer *peer,
                         struct effects *effects)
{
    unsigned failed = interfaces_failed(director), tested = interfaces_tested(director);
    unsigned watched = 0;
    for (unsigned i = 0; i < INTERFACES_WATCHED; i++)
        watched |= (unsigned)interface_is_watched(director, i) << i;
    if ((watched & ~failed & ~tested) != 0) { /* some are good: it is not this unit's fault */
        give_up_peer(director, now, peer, ROLE_PEER_FAILED, effects);
    } else if (tested == 0) {
        peer->doubted = false;
        director_note_unit(director, effects, NOTE_NO_SWITCH, NO_SWITCH_NOTHING_HEARD);
    }
}

void detect_settle(struct director *director, nstime now, struct effects *effects)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (director->detector.peers[i].doubted)
            settle_doubt(director, now, &director->detector.peers[i], effects);
}

/* Where the cable is the only path of the set, nobody can be heard: no reason to take over. */
static void lose_cable(struct director *director, nstime now, struct peer *peer,
                       struct effects *effects)
{
    bool others = (director->settings.hello_paths & ~(1u << PATH_CABLE)) != 0;
    director_note_unit(director, effects, NOTE_CABLE_PULLED, 0);
    if (others && !is_heard(director, peer) && !peer->silent && !peer->doubted)
        doubt_peer(director, now, peer, effects);
}

void detect_cable(struct director *director, nstime now, struct effects *effects)
{
    struct peer *peer = path_cable_peer(director);
    if (peer == NULL || (director->settings.hello_paths & 1u << PATH_CABLE) == 0)
        return;
    if (director->cable == CABLE_PULLED) {
        lose_cable(director, now, peer, effects);
        return;
    }
    peer_wait_on(peer, PATH_CABLE, now);
    if (director->cable != CABLE_PEER_OFF)
        return;
    director_note_unit(director, effects, NOTE_POWER_LOST, 0);
    if (!peer->silent)
        give_up_peer(director, now, peer, ROLE_PEER_OFF, effects);
}

void detect_told(struct director *director, nstime now, struct effects *effects)
{
    const struct detector *detector = &director->detector;
    unsigned told = director->group.role == ROLE_ACTIVE ? detector->standby : detector->followed;
    struct peer *peer = &director->detector.peers[told];
    if (director->settings.detector == DETECTOR_ORACLE && !peer->silent)
        give_up_peer(director, now, peer, ROLE_PEER_FAILED, effects);
}

void detect_take_over(struct director *director, nstime now, enum role_reason reason,
                      struct effects *effects)
{
    role_change(director, now, ROLE_ACTIVE, reason, effects);
    detect_say(director, now, HELLO_YOU_HAVE_FAILED, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

void detect_consider(struct director *director, nstime now, struct effects *effects)
{
    if (has_lost_peer(director) && director->group.role == ROLE_STANDBY
        && fitness_obstacle(director) == NO_SWITCH_NONE && succession_is_next(director))
        detect_take_over(director, now, ROLE_PEER_FAILED, effects);
}

#include "core/detect.h"

#include "core/director_internal.h"
#include "core/handover.h"
#include "core/hello.h"
#include "core/mirror.h"
#include "core/role.h"

#include <glib.h>

/* Microseconds tell any two of a unit's starts apart within 71 minutes. */
static uint32_t generation_at(nstime now)
{
    return (uint32_t)(now / NSTIME_US);
}

void detect_init(struct director *director, nstime now)
{
    director->detector = (struct detector){
        .sent_at = NSTIME_NEVER,
        .first_at = now + director->config.hello_phase,
        .heard_at = now,
        .handover_at = NSTIME_NEVER,
        .standby_since = now,
        .generation = generation_at(now),
    };
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
    director->detector.heard_at = now;
    director->detector.missed = 0;
    director->detector.contested = false;
}

void detect_reset(struct director *director, nstime now)
{
    detect_wait_anew(director, now);
    director->detector.silent = false;
}

bool detect_has_standby(const struct director *director)
{
    return director->config.peers[0].ip != 0 && director->settings.failover_ip != 0
           && !director->detector.silent
           && !director->interface_down[director->settings.replication_interface];
}

/* ---- sending */

void detect_say(struct director *director, nstime now, enum hello_kind kind,
                struct effects *effects)
{
    struct detector *detector = &director->detector;
    uint8_t bytes[HELLO_SIZE];
    struct hello hello = {
        .kind = kind,
        .rank = director->config.rank,
        .role = director->role,
        .replica = detector->replica && director->role == ROLE_STANDBY,
        .priority = director->settings.detector == DETECTOR_VRRP
                        ? (uint8_t)director->settings.priority : 0,
        .sequence = ++detector->sequence,
        .generation = detector->generation,
    };
    hello_encode(&hello, bytes);
    director_send(director, effects, CHANNEL_HELLO, bytes, sizeof bytes);
    detector->sent_at = now;
}

nstime detect_send_deadline(const struct director *director)
{
    const struct detector *detector = &director->detector;
    if (director->config.peers[0].ip == 0)
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

/* Once the peer is held to have failed, nothing more is missed. */
nstime detect_miss_deadline(const struct director *director)
{
    const struct detector *detector = &director->detector;
    nstime wait = detection_wait(&director->settings, detector->missed);
    if (director->config.peers[0].ip == 0 || detector->silent || wait == NSTIME_NEVER)
        return NSTIME_NEVER;
    return detector->heard_at + wait;
}

static void give_up_peer(struct director *director, nstime now, struct effects *effects)
{
    director->detector.silent = true;
    director_note_unit(director, effects, NOTE_PEER_SILENT, 0);
    detect_consider(director, now, effects);
}

void detect_miss_due(struct director *director, nstime now, struct effects *effects)
{
    struct detector *detector = &director->detector;
    g_assert(!detector->silent);
    if (detector->contested) {
        detect_wait_anew(director, now); /* the peer was heard, it is not missed */
        if (handover_may_preempt(director, now))
            handover_preempt(director, now, effects);
        return;
    }
    director_note_unit(director, effects, NOTE_HELLO_MISSED, ++detector->missed);
    if (detector->missed >= detection_misses(&director->settings))
        give_up_peer(director, now, effects);
}

void detect_told(struct director *director, nstime now, struct effects *effects)
{
    if (director->settings.detector == DETECTOR_ORACLE && !director->detector.silent)
        give_up_peer(director, now, effects);
}

/* The order is R-1010's: the role and all that belongs to it first, then the message
 * of R-1008, then a hello. */
void detect_consider(struct director *director, nstime now, struct effects *effects)
{
    if (!director->detector.silent || director->role == ROLE_ACTIVE
        || !director->settings.failover)
        return;
    role_change(director, now, ROLE_ACTIVE, ROLE_PEER_FAILED, effects);
    detect_say(director, now, HELLO_YOU_HAVE_FAILED, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

/* ---- hearing */

/* A hello that another has overtaken, or a copy of one, says nothing about now.
 * "You have failed" is never too late: what it says is done once. A resignation is
 * one of the sequence. */
static bool is_stale(const struct detector *detector, const struct hello *hello)
{
    return hello->kind != HELLO_YOU_HAVE_FAILED && detector->peer_known
           && hello->generation == detector->peer_generation
           && (int32_t)(hello->sequence - detector->peer_sequence) <= 0;
}

/* Of two units in one role, which one is to be active? With vrrp the one of higher
 * priority; else, and of equals, the primary (R-1009, R-1017).
 * Two that were given the same rank by mistake must not answer each other for ever,
 * nor both wait: the lower address counts then. */
static bool goes_first(const struct director *director, const struct hello *hello)
{
    const struct settings *settings = &director->settings;
    if (settings->detector == DETECTOR_VRRP && settings->priority != hello->priority)
        return settings->priority > hello->priority;
    if (director->config.rank != hello->rank)
        return director->config.rank == RANK_PRIMARY;
    return director->config.own_ip < director->config.peers[0].ip;
}

static void meet_active(struct director *director, nstime now, const struct hello *hello,
                        struct effects *effects)
{
    if (director->role == ROLE_STANDBY) {
        director->detector.replica = true;
        director->detector.handover_at = NSTIME_NEVER;
        return;
    }
    /* R-1017. Each says at once, before it acts, that it is active: so the secondary
     * yields without waiting for an interval, and the primary hears of it and claims
     * the address that the secondary gives up. It ends there: who yields is silent. */
    director_note_unit(director, effects, NOTE_BOTH_ACTIVE, 0);
    detect_say(director, now, HELLO_HELLO, effects);
    if (goes_first(director, hello))
        role_claim_again(director, effects);
    else
        role_change(director, now, ROLE_STANDBY, ROLE_BOTH_ACTIVE, effects);
}

/* The active's bits about what its standby was told are true of one table only
 * (A-08, R-1101). What it was told since its latest hello, the new table may have heard
 * already: such a bit stays, for a delete too many does no harm (A-06b), one too few
 * leaves a ghost. An address that another unit may have held is claimed once more. */
static void meet_new_standby(struct director *director, nstime now, struct effects *effects)
{
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->create_sent = conn->create_sent && conn->told == director->detector.hellos;
    role_claim_again(director, effects);
    mirror_expect(director);
    if (director->protocol->on_new_standby != NULL)
        director->protocol->on_new_standby(director, director->protocol_state, now, effects);
    bulk_begin(director, now, effects);
}

/* Nobody serves. At a simultaneous start this is the primary's to do (R-1009); but
 * where one of the two has followed an active unit and the other has just started,
 * say because it was that active unit and came back before it was missed, the table
 * with the connections goes first. */
static bool should_serve(const struct director *director, const struct hello *hello)
{
    if (director->detector.replica != hello->replica)
        return director->detector.replica;
    return goes_first(director, hello);
}

static void meet_standby(struct director *director, nstime now, const struct hello *hello,
                         bool is_new, bool was_silent, struct effects *effects)
{
    if (director->role == ROLE_ACTIVE) {
        if (is_new)
            meet_new_standby(director, now, effects);
        else if (was_silent)
            bulk_begin(director, now, effects); /* what nobody was told meanwhile */
        mirror_meet_standby(director, now, effects);
        return;
    }
    if (director->detector.handover_at != NSTIME_NEVER || !director->settings.failover
        || !should_serve(director, hello))
        return;
    role_change(director, now, ROLE_ACTIVE, ROLE_PEER_STANDBY, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

/* A hello that this unit contests is no reason to wait for the next (see handover.h). */
static void mark_heard(struct director *director, nstime now, const struct hello *hello,
                       struct effects *effects)
{
    struct detector *detector = &director->detector;
    if (!detector->silent && handover_contests(director, now, hello))
        detector->contested = true;
    else
        detect_wait_anew(director, now);
    if (detector->silent)
        director_note_unit(director, effects, NOTE_PEER_HEARD, 0);
    detector->silent = false;
}

void detect_hear(struct director *director, nstime now, const uint8_t *bytes, size_t length,
                 struct effects *effects)
{
    struct detector *detector = &director->detector;
    struct hello hello;
    if (!hello_decode(bytes, length, &hello) || is_stale(detector, &hello))
        return;
    bool was_silent = detector->silent;
    mark_heard(director, now, &hello, effects);
    bool is_new = detector->peer_known && hello.generation != detector->peer_generation;
    if (hello.kind == HELLO_YOU_HAVE_FAILED) {
        if (director->role == ROLE_ACTIVE)
            role_change(director, now, ROLE_STANDBY, ROLE_TOLD_FAILED, effects);
        return;
    }
    detector->peer_known = true;
    detector->peer_generation = hello.generation;
    detector->peer_sequence = hello.sequence;
    if (hello.kind == HELLO_RESIGN)
        handover_hear(director, now, effects);
    else if (hello.role == ROLE_ACTIVE)
        meet_active(director, now, &hello, effects);
    else
        meet_standby(director, now, &hello, is_new, was_silent, effects);
    detector->hellos++;
}

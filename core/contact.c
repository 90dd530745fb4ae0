#include "core/contact.h"

#include "core/bulk.h"
#include "core/director_internal.h"
#include "core/handover.h"
#include "core/mirror.h"
#include "core/path.h"
#include "core/role.h"
#include "core/succession.h"

#include <glib.h>

/* ---- of an active unit */

static void meet_active(struct director *director, nstime now, struct peer *peer,
                        struct effects *effects)
{
    if (director->group.role == ROLE_STANDBY) {
        director->detector.handover_at = NSTIME_NEVER;
        succession_follow(director, now, peer, effects);
        fitness_compare(director, now, peer, effects);
        return;
    }
    /* R-1017. Each says at once, before it acts, that it is active: so the secondary
     * yields without waiting for an interval, and the primary hears of it and claims
     * the address that the secondary gives up. It ends there: who yields is silent. */
    director_note_unit(director, effects, NOTE_BOTH_ACTIVE, 0);
    detect_say(director, now, HELLO_HELLO, effects);
    if (succession_goes_first(director, peer))
        role_claim_again(director, effects);
    else
        role_change(director, now, ROLE_STANDBY, ROLE_BOTH_ACTIVE, effects);
}

/* ---- of a standby */

/* The active's bits about what its standby was told are true of one table only
 * (A-08, R-1101). What it was told since its latest hello, the new table may have heard
 * already: such a bit stays, for a delete too many does no harm (A-06b), one too few
 * leaves a ghost. */
static void meet_new_table(struct director *director, nstime now, const struct peer *peer,
                           struct effects *effects)
{
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->create_sent = conn->create_sent && conn->told == peer->hellos;
    role_claim_again(director, effects);
    if (director->protocol->on_new_standby != NULL)
        director->protocol->on_new_standby(director, director->protocol_state, now, effects);
    bulk_begin(director, now, effects);
}

/* What a hello of a peer changes for this unit. */
struct news {
    bool is_new;     /* its table is another than before */
    bool was_silent; /* it was held to have failed */
};

/* An address that another unit may have held is claimed once more. */
static void feed(struct director *director, nstime now, const struct peer *peer,
                 struct news news, struct effects *effects)
{
    bool fed = peer == succession_standby(director);
    if (fed && news.is_new)
        meet_new_table(director, now, peer, effects);
    else if (news.is_new)
        role_claim_again(director, effects);
    else if (fed && news.was_silent)
        bulk_begin(director, now, effects); /* what nobody was told meanwhile */
}

static void meet_standby(struct director *director, nstime now, const struct peer *peer,
                         struct news news, struct effects *effects)
{
    if (director->group.role == ROLE_ACTIVE) {
        feed(director, now, peer, news, effects);
        mirror_meet_standby(director, now, peer, news.is_new, effects);
        return;
    }
    if (director->detector.handover_at != NSTIME_NEVER
        || fitness_obstacle(director) != NO_SWITCH_NONE || !succession_is_next(director))
        return;
    role_change(director, now, ROLE_ACTIVE, ROLE_PEER_STANDBY, effects);
    detect_say(director, now, HELLO_HELLO, effects);
}

/* ---- of anyone */

/* A hello that this unit contests is no reason to wait for the next (see handover.h). A
 * peer that comes back is waited for on all paths. */
static void mark_heard(struct director *director, nstime now, struct peer *peer,
                       enum hello_path path, const struct hello *hello, struct effects *effects)
{
    if (peer->silent) {
        peer_wait_anew(peer, now);
        director_note_unit(director, effects, NOTE_PEER_HEARD,
                           (uint32_t)(peer - director->detector.peers));
        peer->silent = false;
    } else if (handover_contests(director, now, hello)) {
        peer->contested = true;
    } else {
        peer_wait_on(peer, path, now);
        peer->contested = false;
        peer->doubted = false;
    }
}

/* It is never too late for it: what it says is done once. */
static bool asks_to_yield(const struct hello *hello)
{
    return hello->kind == HELLO_YOU_HAVE_FAILED || hello->kind == HELLO_YIELD;
}

static void yield(struct director *director, nstime now, enum hello_kind kind,
                  struct effects *effects)
{
    bool forced = kind == HELLO_YIELD;
    if (director->group.role == ROLE_STANDBY)
        return;
    role_change(director, now, ROLE_STANDBY, forced ? ROLE_OPERATOR : ROLE_TOLD_FAILED, effects);
    if (!forced)
        fitness_told_failed(director);
}

static void learn(struct director *director, nstime now, struct peer *peer,
                  const struct hello *hello, bool was_silent, struct effects *effects)
{
    bool is_new = peer->known && hello->generation != peer->latest.generation;
    peer->known = true;
    peer->latest = *hello;
    role_hold_address(director, effects); /* the MAC that goes with it may be known now */
    if (succession_choose(director, now, effects))
        detect_say(director, now, HELLO_HELLO, effects);
    if (hello->kind == HELLO_RESIGN)
        handover_hear(director, now, peer, effects);
    else if (hello->role == ROLE_ACTIVE)
        meet_active(director, now, peer, effects);
    else
        meet_standby(director, now, peer, (struct news){is_new, was_silent}, effects);
    peer->hellos++;
}

/* A resignation is one of the sequence. The copy that came on another path says that the
 * path is whole, and nothing more. */
void contact_hear(struct director *director, nstime now, struct peer *peer,
                  enum hello_path path, const uint8_t *bytes, size_t length,
                  struct effects *effects)
{
    struct peer_path *way = &peer->paths[path];
    struct hello hello;
    if (!hello_decode(bytes, length, &hello) || hello.group != director->group.number
        || !path_is_usable(director, peer, path)
        || (!asks_to_yield(&hello) && peer_path_is_past(way, &hello)))
        return;
    bool was_silent = peer->silent;
    mark_heard(director, now, peer, path, &hello, effects);
    if (asks_to_yield(&hello)) {
        yield(director, now, hello.kind, effects);
        return;
    }
    way->known = true;
    way->sequence = hello.sequence;
    way->generation = hello.generation;
    if (!peer_is_past(peer, &hello))
        learn(director, now, peer, &hello, was_silent, effects);
}

#include "core/succession.h"

#include "core/bulk.h"
#include "core/director_internal.h"
#include "core/role.h"

#include <glib.h>

/* ---- the standby that is fed */

enum { NO_CLAIM = 100, FAILED = 50, PRESUMED = 10 };

/* Lower goes first: one that is heard before one that is presumed, then by rank; last comes
 * one that would not take over (R-1103). */
static unsigned claim_of(const struct peer *peer)
{
    if (peer->ip == 0 || peer->silent)
        return NO_CLAIM;
    return (peer->latest.failed ? FAILED : 0u) + (peer->known ? 0u : PRESUMED) + peer->latest.rank;
}

static unsigned first_claimant(const struct detector *detector)
{
    unsigned first = 0;
    for (unsigned i = 1; i < PEERS_MAX; i++)
        if (claim_of(&detector->peers[i]) < claim_of(&detector->peers[first]))
            first = i;
    return first;
}

void succession_init(struct director *director)
{
    director->detector.standby = first_claimant(&director->detector);
    director->detector.followed = director->detector.standby;
    director->detector.appointed = !succession_is_shared(director);
}

bool succession_is_shared(const struct director *director)
{
    unsigned peers = 0;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        peers += director->config.peers[i].ip != 0;
    return peers > 1;
}

const struct peer *succession_standby(const struct director *director)
{
    return &director->detector.peers[director->detector.standby];
}

static void begin_with(struct director *director, nstime now, unsigned standby,
                       struct effects *effects)
{
    director->detector.standby = standby;
    director->detector.appointment++;
    director_note_unit(director, effects, NOTE_STANDBY_CHOSEN, standby);
    for (struct conn *conn = conn_table_first(director->connections); conn != NULL;
         conn = conn_table_next(director->connections, conn))
        conn->create_sent = false;
    if (director->protocol->on_new_standby != NULL)
        director->protocol->on_new_standby(director, director->protocol_state, now, effects);
    bulk_begin(director, now, effects);
}

bool succession_choose(struct director *director, nstime now, struct effects *effects)
{
    const struct detector *detector = &director->detector;
    unsigned first = first_claimant(detector);
    if (director->group.role != ROLE_ACTIVE || first == detector->standby
        || claim_of(&detector->peers[detector->standby]) < FAILED
        || claim_of(&detector->peers[first]) == NO_CLAIM)
        return false;
    begin_with(director, now, first, effects);
    return true;
}

/* ---- the standby that follows */

/* A unit that became active by a false alarm must not cost this standby its table: what the
 * active unit says that it follows counts, as long as that one is heard. */
static bool follows_another(const struct detector *detector, const struct peer *peer)
{
    const struct peer *followed = &detector->peers[detector->followed];
    return followed != peer && followed->known && !followed->silent
           && followed->latest.role == ROLE_ACTIVE;
}

/* What an earlier appointment brought, by this active unit or another, is of no use when
 * this unit was passed over since, whether it heard of that or not. */
static bool is_another_appointment(const struct detector *detector, unsigned number,
                                   const struct hello *hello)
{
    return detector->followed != number || detector->followed_appointment != hello->appointment;
}

void succession_follow(struct director *director, nstime now, struct peer *peer,
                       struct effects *effects)
{
    struct detector *detector = &director->detector;
    unsigned number = (unsigned)(peer - detector->peers);
    bool appointed = !succession_is_shared(director)
                     || peer->latest.standby_ip == director->config.own_ip;
    if (follows_another(detector, peer))
        return;
    if (succession_is_shared(director) && detector->appointed
        && (!appointed || is_another_appointment(detector, number, &peer->latest)))
        role_begin_anew(director, now, effects);
    detector->appointed = appointed;
    detector->replica = appointed;
    detector->followed = number;
    detector->followed_appointment = peer->latest.appointment;
    role_hold_address(director, effects);
}

/* ---- who serves */

bool succession_goes_first(const struct director *director, const struct peer *peer)
{
    const struct settings *settings = &director->settings;
    const struct hello *hello = &peer->latest;
    bool fitter;
    if (fitness_differs(director, hello, &fitter))
        return fitter;
    if (settings->detector == DETECTOR_VRRP && settings->priority != hello->priority)
        return settings->priority > hello->priority;
    if (director->config.rank != hello->rank)
        return director->config.rank < hello->rank;
    return director->config.own_ip < peer->ip;
}

/* Nobody serves. At a simultaneous start this is the primary's to do (R-1009); but
 * where one of the two has followed an active unit and the other has just started,
 * say because it was that active unit and came back before it was missed, the table
 * with the connections goes first. */
static bool goes_before(const struct director *director, const struct peer *peer)
{
    if (director->detector.replica != peer->latest.replica)
        return director->detector.replica;
    return succession_goes_first(director, peer);
}

bool succession_is_next(const struct director *director)
{
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        const struct peer *peer = &director->detector.peers[i];
        if (peer->ip == 0 || peer->silent
            || (peer->latest.failed && peer->latest.role == ROLE_STANDBY))
            continue;
        if (!peer->known || peer->latest.role == ROLE_ACTIVE || !goes_before(director, peer))
            return false;
    }
    return true;
}

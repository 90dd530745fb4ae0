#include "core/ipvs_entry.h"

#include <glib.h>

nstime ipvs_timeout(const struct settings *settings, uint8_t protocol, enum ipvs_state state)
{
    g_assert(state < IPVS_TCP_STATES);
    return protocol == PROTOCOL_UDP ? settings->sync_timeout_udp : settings->sync_timeout[state];
}

static void begin(struct ipvs_entry *entry, nstime now)
{
    if (entry->timeout == 0)
        entry->told_end = now;
}

void ipvs_entry_move(struct ipvs_entry *entry, const struct settings *settings,
                     enum ipvs_direction direction, const struct packet *packet, nstime now)
{
    begin(entry, now);
    if (packet->protocol == PROTOCOL_TCP)
        entry->state = (uint8_t)ipvs_state_after(entry->state, direction, packet->flags);
    entry->timeout = ipvs_timeout(settings, packet->protocol, entry->state);
    entry->packets += direction != IPVS_OUTPUT;
}

static nstime distance(nstime a, nstime b)
{
    return a > b ? a - b : b - a;
}

/* sync_refresh_period: is it too early, or which retry would this be (0: none)? */
static bool is_suppressed(const struct ipvs_entry *entry, const struct settings *settings,
                          nstime now, unsigned *retry)
{
    nstime refresh = settings->sync_refresh_period;
    nstime least = MIN(refresh, MAX(entry->timeout / 2, 10 * NSTIME_S));
    *retry = 0;
    if (refresh == 0 || distance(now + entry->timeout, entry->told_end) >= least)
        return false;
    *retry = entry->retries + 1u;
    return *retry > settings->sync_retries
           || now < entry->told_end - entry->timeout + refresh / 8;
}

/* By sync_period and sync_threshold. */
static bool is_counted_out(const struct ipvs_entry *entry, const struct settings *settings)
{
    if (settings->sync_period > 0)
        return entry->packets % settings->sync_period != settings->sync_threshold;
    return settings->sync_refresh_period == 0 && entry->packets != settings->sync_threshold;
}

bool ipvs_entry_is_due(struct ipvs_entry *entry, const struct settings *settings,
                       uint8_t protocol, nstime now)
{
    bool tcp = protocol == PROTOCOL_TCP;
    bool closes = tcp && entry->state != IPVS_ESTABLISHED && entry->state != entry->told_state;
    unsigned retry = 0;
    if (tcp && !ipvs_state_is_synced(entry->state))
        return false;
    if (!closes
        && (is_suppressed(entry, settings, now, &retry) || is_counted_out(entry, settings)))
        return false;
    entry->told_state = entry->state;
    entry->told_end = now + entry->timeout;
    entry->retries = (uint8_t)retry;
    return true;
}

void ipvs_entry_learn(struct ipvs_entry *entry, const struct settings *settings,
                      const struct ipvs_record *record, nstime now)
{
    begin(entry, now);
    entry->packets = settings->sync_threshold;
    entry->state = entry->told_state = (uint8_t)record->state;
    entry->timeout = record->timeout > 0
                         ? record->timeout * NSTIME_S
                         : ipvs_timeout(settings, record->protocol, record->state);
}

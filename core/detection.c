#include "core/detection.h"

#include "core/settings.h"

#include <glib.h>

enum { SKEW_PARTS = 256, CARP_ADVERTS = 3 };

struct rule {
    nstime (*interval)(const struct settings *settings);
    nstime (*wait)(const struct settings *settings, unsigned missed);
};

static nstime localdirector_interval(const struct settings *settings)
{
    return settings->hello_time;
}

/* A tenth of an interval later than the hello itself, so that one that comes on time
 * never ties with the deadline (R-1005). */
static nstime localdirector_wait(const struct settings *settings, unsigned missed)
{
    return (missed + 1) * settings->hello_time + settings->hello_time / 10;
}

static nstime vrrp_interval(const struct settings *settings)
{
    return settings->advert_int;
}

static nstime vrrp_skew(const struct settings *settings)
{
    nstime whole = settings->vrrp_version == VRRP_VERSION_3 ? settings->advert_int : NSTIME_S;
    return (SKEW_PARTS - (nstime)settings->priority) * whole / SKEW_PARTS;
}

static nstime vrrp_wait(const struct settings *settings, unsigned missed)
{
    (void)missed;
    return settings->down_timer_adverts * settings->advert_int + vrrp_skew(settings);
}

static nstime carp_skew(const struct settings *settings)
{
    return settings->advskew * NSTIME_S / SKEW_PARTS;
}

static nstime carp_interval(const struct settings *settings)
{
    return settings->advbase + carp_skew(settings);
}

static nstime carp_wait(const struct settings *settings, unsigned missed)
{
    (void)missed;
    return CARP_ADVERTS * settings->advbase + carp_skew(settings);
}

static nstime bfd_interval(const struct settings *settings)
{
    return settings->min_tx;
}

static nstime bfd_wait(const struct settings *settings, unsigned missed)
{
    (void)missed;
    return settings->multiplier * settings->min_tx;
}

static nstime oracle_wait(const struct settings *settings, unsigned missed)
{
    (void)settings, (void)missed;
    return NSTIME_NEVER;
}

static const struct rule rules[] = {
    [DETECTOR_LOCALDIRECTOR] = {localdirector_interval, localdirector_wait},
    [DETECTOR_VRRP] = {vrrp_interval, vrrp_wait},
    [DETECTOR_CARP] = {carp_interval, carp_wait},
    [DETECTOR_BFD] = {bfd_interval, bfd_wait},
    [DETECTOR_ORACLE] = {localdirector_interval, oracle_wait},
};

static const struct rule *rule_of(const struct settings *settings)
{
    g_assert((unsigned)settings->detector < G_N_ELEMENTS(rules));
    return &rules[settings->detector];
}

nstime detection_interval(const struct settings *settings)
{
    return rule_of(settings)->interval(settings);
}

unsigned detection_misses(const struct settings *settings)
{
    return settings->detector == DETECTOR_LOCALDIRECTOR ? settings->hello_misses : 1;
}

nstime detection_wait(const struct settings *settings, unsigned missed)
{
    return rule_of(settings)->wait(settings, missed);
}

nstime detection_timer(const struct settings *settings)
{
    return detection_wait(settings, detection_misses(settings) - 1);
}

nstime detection_handover_wait(const struct settings *settings)
{
    return settings->detector == DETECTOR_VRRP ? vrrp_skew(settings)
                                               : settings->switchover_wait;
}

/* Detection rules: how often a unit speaks, and how long a silence means failure. One
 * rule for each detector that users know (protocols, section 2.8):
 *
 *   localdirector  misses x hello time + a tenth of it (R-1005)
 *   vrrp           down-timer-adverts x advert-int + skew, where the skew is
 *                  (256 - priority)/256 of a second (version 2) or of advert-int (3)
 *   carp           3 x advbase + advskew/256 s; speaks every advbase + advskew/256 s
 *   bfd            multiplier x min-tx
 *   oracle         never by silence: the host says when (EVENT_PEER_FAILED)
 *
 * Both units speak, whatever their role: an active one has to know of its standby.
 * All are counted from the last hello that was heard, so that from a crash it is up to
 * one interval less. */
#ifndef CORE_DETECTION_H
#define CORE_DETECTION_H

#include "core/nstime.h"

struct settings;

/* In the order of the option's words (option.c). */
enum detector_kind {
    DETECTOR_LOCALDIRECTOR, DETECTOR_VRRP, DETECTOR_CARP, DETECTOR_BFD, DETECTOR_ORACLE,
};

/* From hello to hello. */
nstime detection_interval(const struct settings *settings);

/* How many misses mean failure, and how long after the latest hello the next one is
 * noted when so many have been; NSTIME_NEVER: silence is never noted. */
unsigned detection_misses(const struct settings *settings);
nstime detection_wait(const struct settings *settings, unsigned missed);

/* The whole silence that means failure; NSTIME_NEVER for the oracle. */
nstime detection_timer(const struct settings *settings);

/* From an active unit's resignation to the standby's taking its place: the skew with
 * vrrp, as after an advertisement of priority 0; else "switchover-wait". */
nstime detection_handover_wait(const struct settings *settings);

#endif

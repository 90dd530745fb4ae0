/* The role of a unit: active or standby, and the address that goes with it. */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include "core/director.h"

/* Change the role: the only function that does (R-1010, R-1105). The role must be
 * another than now. */
void role_change(struct director *director, nstime now, enum role role, enum role_reason reason,
                 struct effects *effects);

/* Own the address that belongs to the role, and no other (R-1001): after a change
 * of the role, and after a command that may have changed an address. */
void role_hold_address(struct director *director, struct effects *effects);

/* A standby's table that will miss deletes is worth nothing: empty it, counters at zero
 * (R-1105, A-18). */
void role_begin_anew(struct director *director, nstime now, struct effects *effects);

/* Claim the address that is held once more: another unit may have claimed it. */
void role_claim_again(struct director *director, struct effects *effects);

#endif

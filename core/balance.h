/* Balance: which physical machine takes a new connection (R-301..R-307). */
#ifndef CORE_BALANCE_H
#define CORE_BALANCE_H

#include "core/machine.h"

/* Whether a candidate may be taken for the connection at hand; context is the
 * caller's. Used to keep reverse keys unique. */
typedef bool balance_filter(const void *context, const struct physical *physical);

/* Choose by the virtual machine's predictor among its available machines that
 * pass filter (NULL = all), and advance its turn. When none is left, the
 * standby chain of its machines, then of the virtual machine itself, is asked
 * . NULL when nobody can serve. Counters are the caller's to raise. */
struct physical *balance_choose(struct virtual *virtual, balance_filter *filter,
                                const void *context);

/* The word of a predictor, and back; accepts ipvsadm's words rr, lc as
 * aliases. balance_parse returns false for an unknown word. */
const char *balance_word(enum predictor predictor);
bool balance_parse(const char *word, enum predictor *predictor);

#endif

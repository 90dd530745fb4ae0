/* But for: is a cause the truth? A cause that blames a datagram is a claim: had that datagram
 * met another fate, this connection would have been known, and nothing else would be different.
 * So the run is done again, its create delivered in time and whole, or its delete withheld, and
 * all rows of the two are compared. */
#ifndef SIM_RUN_BUT_FOR_H
#define SIM_RUN_BUT_FOR_H

#include "sim/run/run.h"

/* code, phrase */
#define BUT_FOR_LIST(X)                                                                       \
    X(BUT_FOR_CONFIRMED, "with its datagram mended it is known, and all else is as it was")    \
    X(BUT_FOR_REBALANCED,                                                                     \
      "with its datagram mended it is known; others that were not got another server in turn") \
    X(BUT_FOR_KNOWN_BEFORE, "it was known without that")                                       \
    X(BUT_FOR_NOBODY_ASKED, "nobody took over, so that no record was asked for")               \
    X(BUT_FOR_UNBLAMED, "its datagram came in time and whole: what it said was refused")       \
    X(BUT_FOR_TOO_LATE, "its create delivered, it comes after the takeover")                   \
    X(BUT_FOR_STILL_UNKNOWN, "with its datagram mended it is not known either")                \
    X(BUT_FOR_MORE_CHANGED, "with its datagram mended the fate of others is another, too")

#define BUT_FOR_CODE(code, phrase) code,
enum but_for_verdict { BUT_FOR_LIST(BUT_FOR_CODE) BUT_FOR_COUNT };
#undef BUT_FOR_CODE

const char *but_for_phrase(enum but_for_verdict verdict);

/* What became of the claims of one cause, among the headline cohort. Unblamed ones are not
 * tried: a create that was refused for what it said. Rebalanced ones stand apart: the claim is
 * true, but a new active balances anew what it does not know (UDP has no handshake), so that
 * one fewer to balance shifts the turn of those behind it. */
struct but_for_count {
    uint32_t casualties, tried, confirmed, rebalanced, refuted;
};

struct but_for {
    struct but_for_count causes[CAUSE_COUNT];
    uint32_t tried, refuted;     /* of all causes */
    uint32_t first_refuted;      /* the number of a connection, if any was */
    enum but_for_verdict reason; /* of that one */
};

/* Does a cause blame a datagram, so that it can be put to the test? */
bool but_for_asks(enum cause cause);

/* Put one row's cause to the test: the same scenario and repetition once more, without twin
 * and virtual crashes. The row is of the result, or a copy of one of its rows. */
enum but_for_verdict but_for_try(const struct scenario *scenario,
                                 const struct run_result *result,
                                 const struct connection_row *row);

/* Put so many casualties to the test, or all that there are, in the order of a keyed draw, and
 * add what comes out. */
void but_for_verify(const struct scenario *scenario, const struct run_result *result,
                    uint32_t samples, struct but_for *but_for);

#endif

/* The lookup table of Maglev (Eisenbud et al., "Maglev: A Fast and Reliable Software Network
 * Load Balancer", NSDI 2016, section 3.4): which machine a flow goes to when nothing is known
 * of it but its addresses. Two units that have the same machines, bound in whatever order,
 * have the same table without a word between them.
 *
 * Each machine has a permutation of the rows, an offset and a skip drawn from its id; in
 * turns, each takes the next row of its own that is free, until none is. A heavier machine
 * takes more rows in its turn. When a machine comes or goes, most rows stay as they are.
 *
 * The members are the machines that an operator has bound and lets take connections: in
 * service, of a weight above 0, not bound as overflow. What only the active finds out (a
 * failed machine, one at its maximum) is not in the table, since the standby does not know
 * it: a flow whose machine cannot serve goes to that of a further row.
 *
 * The table has 65537 rows, as Katran's: more than 100 for each of 655 machines, which keeps
 * their shares within 1 %. Its size never changes, or every row would. It is made when it is
 * first asked for and filled anew only when the members or their weights are others. */
#ifndef CORE_MAGLEV_H
#define CORE_MAGLEV_H

#include "core/balance.h"
#include "core/flow.h"
#include "core/machine.h"

enum { MAGLEV_ROWS = 65537 }; /* a prime: each skip visits all rows */

struct maglev;

/* The machine of the flow's own row, whatever its state; NULL when there are no members. The
 * flow is the forward one: foreign and virtual address. */
struct physical *maglev_machine(struct virtual *virtual, const struct flow *flow);

/* The first machine that is available and passes the filter (NULL: all), from the flow's row
 * on; NULL when none of the next MAGLEV_TRIES rows has one. */
enum { MAGLEV_TRIES = 64 };
struct physical *maglev_choose(struct virtual *virtual, const struct flow *flow,
                               balance_filter *filter, const void *context);

/* Whose the flow's row was before it came to its present machine, if that one is still bound;
 * NULL: nobody's. Known of each change of the members that the table was asked, or refreshed,
 * behind. */
struct physical *maglev_former(struct virtual *virtual, const struct flow *flow);
void maglev_refresh(struct virtual *virtual);

/* How many times the table was filled, for whoever watches it change; 0: never. */
uint32_t maglev_filled(struct virtual *virtual);

void maglev_free(struct maglev *maglev);

#endif

/* Interface tests: is it this unit's own interface that is silent? (R-1006, fact F-708)
 *
 * The outside and the inside interface are watched when hellos go there ("failover
 * hellopaths"). One whose line is down has failed at once, and is good as soon as the line
 * is up (R-1103). One on which a peer's hellos stay away is tested, each step as long as the
 * option "interface-test-time" says: traffic is waited for; then the ten addresses that
 * were seen there most recently are asked for, one at a time; then everybody is asked. The
 * first frame of any kind ends it, the interface is good; else it has failed, until a frame
 * comes. A failed one asks again after 30 steps, 2.5 minutes at the default of 5 s; and so is
 * a good one tested again, while the peer is heard elsewhere but not there. */
#ifndef CORE_INTERFACE_TEST_H
#define CORE_INTERFACE_TEST_H

#include "core/effect.h"
#include "core/nstime.h"

#include <stdbool.h>
#include <stdint.h>

struct director;

enum { INTERFACE_ENTRIES = 10, INTERFACES_WATCHED = INTERFACE_INSIDE + 1 };

enum test_step { TEST_NONE, TEST_TRAFFIC, TEST_ARP, TEST_PING, TEST_RESTING };

struct interface_test {
    enum test_step step;
    bool failed;     /* the latest whole test heard nothing, nor did the unit since */
    nstime until;    /* the step ends; not valid with NONE */
    unsigned asked;  /* so many entries were */
    uint32_t entries[INTERFACE_ENTRIES]; /* addresses seen here, a ring */
    unsigned seen;   /* how many were put there, ever */
    nstime next_entry_at; /* not before */
};

/* Is any interface watched? Is this one? */
bool interfaces_are_watched(const struct director *director);
bool interface_is_watched(const struct director *director, unsigned interface);

/* Sets of 1 << number: those that have failed, and those of which a test will say. */
uint8_t interfaces_failed(const struct director *director);
uint8_t interfaces_tested(const struct director *director);

/* Of those that failed, was it only the line of each? */
bool interfaces_lost_link_only(const struct director *director);

/* Test it, unless that is under way or it has failed already. It must be watched. */
void interface_test_begin(struct director *director, nstime now, unsigned interface,
                          struct effects *effects);

/* A frame came on an interface from this address (0: none worth asking again). True when that
 * is news: it ended a test, or a failed interface is good again. */
bool interface_heard(struct director *director, nstime now, unsigned interface, uint32_t ip,
                     struct effects *effects);

/* The line of an interface is up, or down. */
void interface_set_line(struct director *director, nstime now, unsigned interface, bool up,
                        struct effects *effects);

/* The steps: a timer, see deadline.c. */
nstime interface_test_deadline(const struct director *director);
void interface_test_due(struct director *director, nstime now, struct effects *effects);

#endif

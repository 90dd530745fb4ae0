#include "core/interface_test.h"

#include "core/director_internal.h"
#include "core/path.h"

#include <glib.h>

enum { REST_STEPS = 30 };

/* Traffic comes in thousands of packets a second: one of them in each such time is looked
 * at, so that the others cost a comparison. */
#define ENTRY_INTERVAL NSTIME_MS

bool interfaces_are_watched(const struct director *director)
{
    return (director->settings.hello_paths & (1u << PATH_OUTSIDE | 1u << PATH_INSIDE)) != 0;
}

bool interface_is_watched(const struct director *director, unsigned interface)
{
    return (interface == INTERFACE_OUTSIDE || interface == INTERFACE_INSIDE)
           && (director->settings.hello_paths & 1u << path_on(interface)) != 0;
}

static bool is_down(const struct director *director, unsigned interface)
{
    return director->interface_down[interface];
}

/* Watched interfaces of which something holds. */
static uint8_t set_of(const struct director *director,
                      bool (*holds)(const struct director *director, unsigned interface))
{
    unsigned set = 0;
    for (unsigned i = 0; i < INTERFACES_WATCHED; i++)
        if (interface_is_watched(director, i) && holds(director, i))
            set |= 1u << i;
    return (uint8_t)set;
}

static bool has_failed(const struct director *director, unsigned interface)
{
    return is_down(director, interface) || director->tests[interface].failed;
}

static bool is_tested(const struct director *director, unsigned interface)
{
    enum test_step step = director->tests[interface].step;
    return !has_failed(director, interface) && step != TEST_NONE && step != TEST_RESTING;
}

static bool failed_a_test(const struct director *director, unsigned interface)
{
    return director->tests[interface].failed;
}

uint8_t interfaces_failed(const struct director *director)
{
    return set_of(director, has_failed);
}

uint8_t interfaces_tested(const struct director *director)
{
    return set_of(director, is_tested);
}

bool interfaces_lost_link_only(const struct director *director)
{
    return interfaces_failed(director) != 0 && set_of(director, failed_a_test) == 0;
}

/* ---- the steps */

static void take_step(struct director *director, nstime now, unsigned interface,
                      enum test_step step)
{
    director->tests[interface].step = step;
    director->tests[interface].until = now + director->settings.interface_test_time;
}

void interface_test_begin(struct director *director, nstime now, unsigned interface,
                          struct effects *effects)
{
    g_assert(interface_is_watched(director, interface));
    if (is_tested(director, interface) || has_failed(director, interface))
        return;
    take_step(director, now, interface, TEST_TRAFFIC);
    director_note_unit(director, effects, NOTE_INTERFACE_TESTED, interface);
}

/* Machines of the configuration stand in for what a standby never saw. Several on one
 * address stand together as a rule: it is asked for once. */
static uint32_t configured_entry(const struct director *director, unsigned number)
{
    uint32_t latest = 0;
    for (const struct physical *one = machines_first_physical(director->machines); one != NULL;
         one = one->next) {
        if (one->id.ip == latest)
            continue;
        latest = one->id.ip;
        if (number-- == 0)
            return latest;
    }
    return 0;
}

/* The address to ask for after so many others, the latest seen first; 0: there is none. */
static uint32_t entry_at(const struct director *director, unsigned interface, unsigned number)
{
    const struct interface_test *test = &director->tests[interface];
    if (number >= INTERFACE_ENTRIES)
        return 0;
    if (test->seen == 0 && interface == INTERFACE_INSIDE)
        return configured_entry(director, number);
    return number < test->seen ? test->entries[(test->seen - 1 - number) % INTERFACE_ENTRIES] : 0;
}

static void ask_next(struct director *director, nstime now, unsigned interface,
                     struct effects *effects)
{
    uint32_t ip = entry_at(director, interface, director->tests[interface].asked);
    struct effect *effect = effects_add(effects, ip != 0 ? EFFECT_ARP : EFFECT_PING);
    effect->ask.interface = interface;
    effect->ask.ip = ip;
    director->tests[interface].asked++;
    take_step(director, now, interface, ip != 0 ? TEST_ARP : TEST_PING);
}

static void rest(struct director *director, nstime now, unsigned interface)
{
    director->tests[interface].step = TEST_RESTING;
    director->tests[interface].until = now + REST_STEPS * director->settings.interface_test_time;
}

static void fail(struct director *director, nstime now, unsigned interface,
                 struct effects *effects)
{
    struct interface_test *test = &director->tests[interface];
    if (!test->failed)
        director_note_unit(director, effects, NOTE_INTERFACE_FAILED, interface);
    test->failed = true;
    rest(director, now, interface);
}

nstime interface_test_deadline(const struct director *director)
{
    nstime first = NSTIME_NEVER;
    for (unsigned i = 0; i < INTERFACES_WATCHED; i++)
        if (director->tests[i].step != TEST_NONE)
            first = MIN(first, director->tests[i].until);
    return first;
}

/* Is a peer, heard elsewhere, still not heard here? */
static bool is_missed_here(const struct director *director, unsigned interface)
{
    enum hello_path path = path_of(director, interface);
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        const struct peer *peer = &director->detector.peers[i];
        if (peer->ip != 0 && !peer->silent && peer->paths[path].silent)
            return true;
    }
    return false;
}

/* One that failed goes on without a word; one that was good is looked at anew. */
static void end_rest(struct director *director, nstime now, unsigned interface,
                     struct effects *effects)
{
    struct interface_test *test = &director->tests[interface];
    test->step = TEST_NONE;
    if (test->failed)
        take_step(director, now, interface, TEST_TRAFFIC);
    else if (is_missed_here(director, interface))
        interface_test_begin(director, now, interface, effects);
}

static void end_step(struct director *director, nstime now, unsigned interface,
                     struct effects *effects)
{
    switch (director->tests[interface].step) {
    case TEST_NONE: break;
    case TEST_TRAFFIC: director->tests[interface].asked = 0; /* and the first one is */
    /* fall through */
    case TEST_ARP: ask_next(director, now, interface, effects); break;
    case TEST_PING: fail(director, now, interface, effects); break;
    case TEST_RESTING: end_rest(director, now, interface, effects); break;
    }
}

void interface_test_due(struct director *director, nstime now, struct effects *effects)
{
    for (unsigned i = 0; i < INTERFACES_WATCHED; i++) {
        struct interface_test *test = &director->tests[i];
        if (test->step == TEST_NONE || test->until > now)
            continue;
        if (interface_is_watched(director, i))
            end_step(director, now, i, effects);
        else
            *test = (struct interface_test){0}; /* an operator took it out of the paths */
    }
}

/* ---- signs of life */

/* What stands there stays where it is. */
static void remember(struct interface_test *test, nstime now, uint32_t ip)
{
    test->next_entry_at = now + ENTRY_INTERVAL;
    for (unsigned i = 0; i < MIN(test->seen, INTERFACE_ENTRIES); i++)
        if (test->entries[i] == ip)
            return;
    test->entries[test->seen % INTERFACE_ENTRIES] = ip;
    test->seen = test->seen + 1 < 2 * INTERFACE_ENTRIES ? test->seen + 1 : INTERFACE_ENTRIES;
}

/* Peers that were not heard here because nothing was have their time again. */
static void wait_here(struct director *director, nstime now, unsigned interface)
{
    enum hello_path path = path_of(director, interface);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        peer_wait_on(&director->detector.peers[i], path, now);
}

static void pass(struct director *director, nstime now, unsigned interface,
                 struct effects *effects)
{
    struct interface_test *test = &director->tests[interface];
    if (test->failed)
        wait_here(director, now, interface);
    test->failed = false;
    test->step = TEST_NONE;
    if (is_missed_here(director, interface))
        rest(director, now, interface);
    director_note_unit(director, effects, NOTE_INTERFACE_GOOD, interface);
}

bool interface_heard(struct director *director, nstime now, unsigned interface, uint32_t ip,
                     struct effects *effects)
{
    if (!interface_is_watched(director, interface))
        return false;
    struct interface_test *test = &director->tests[interface];
    if (ip != 0 && now >= test->next_entry_at)
        remember(test, now, ip);
    bool news = test->failed || is_tested(director, interface);
    if (news)
        pass(director, now, interface, effects);
    return news;
}

void interface_set_line(struct director *director, nstime now, unsigned interface, bool up,
                        struct effects *effects)
{
    if (interface >= INTERFACES_MAX || director->interface_down[interface] == !up)
        return;
    director->interface_down[interface] = !up;
    if (!interface_is_watched(director, interface))
        return;
    director->tests[interface].failed = false; /* from now on the line says it */
    director->tests[interface].step = TEST_NONE;
    if (up)
        wait_here(director, now, interface);
    director_note_unit(director, effects, up ? NOTE_INTERFACE_GOOD : NOTE_INTERFACE_FAILED,
                       interface);
}

#include "core/maglev.h"

#include <glib.h>
#include <string.h>

struct member {
    struct machine_id id;
    uint32_t weight;
    struct physical *physical;
};

struct maglev {
    struct member *members; /* by id, so that the order of binding does not matter */
    uint32_t count;
    uint32_t filled;
    uint16_t rows[MAGLEV_ROWS]; /* numbers of members */
    uint16_t *before; /* by row: number of a former, or FREE; NULL: no row has moved yet */
    struct machine_id *formers;
    uint32_t former_count;
};

enum { FREE = UINT16_MAX };
_Static_assert((unsigned)MACHINES_MAX < FREE, "a row holds the number of any member");

void maglev_free(struct maglev *maglev)
{
    if (maglev == NULL)
        return;
    g_free(maglev->members);
    g_free(maglev->formers);
    g_free(maglev->before);
    g_free(maglev);
}

/* ---- members */

static bool takes_part(const struct link *link)
{
    return !link->overflow && link->physical->weight > 0
           && link->physical->state != MACHINE_OUT_OF_SERVICE;
}

static uint64_t id_number(struct machine_id id)
{
    return (uint64_t)id.ip << 32 | (uint64_t)id.port << 16 | id.bind_id;
}

static int by_id(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    uint64_t x = id_number(one->id), y = id_number(other->id);
    if (x != y)
        return x < y ? -1 : 1;
    return (one->id.protocol > other->id.protocol) - (one->id.protocol < other->id.protocol);
}

static struct member *list_members(const struct virtual *virtual, uint32_t *count)
{
    uint32_t room = 0;
    for (const struct link *link = virtual->links; link != NULL; link = link->next)
        room++;
    struct member *members = g_new(struct member, MAX(room, 1));
    *count = 0;
    for (const struct link *link = virtual->links; link != NULL; link = link->next)
        if (takes_part(link))
            members[(*count)++] = (struct member){link->physical->id, link->physical->weight,
                                                  link->physical};
    qsort(members, *count, sizeof *members, by_id);
    return members;
}

static bool are_as_before(const struct maglev *maglev, const struct member *members,
                          uint32_t count)
{
    bool same = maglev->count == count;
    for (uint32_t i = 0; same && i < count; i++)
        same = machine_id_equal(maglev->members[i].id, members[i].id)
               && maglev->members[i].weight == members[i].weight;
    return same;
}

/* ---- filling */

/* A machine's place in its permutation. */
struct walk {
    uint32_t row, skip;
    uint32_t turn; /* rows that it takes at a time */
};

static uint32_t divisor(uint32_t a, uint32_t b)
{
    while (b != 0) {
        uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Weights in least terms; where they are more than there are rows, in coarser ones, as
 * ip_vs_mh.c of Linux has it. */
static void measure_turns(const struct maglev *maglev, struct walk *walks)
{
    uint32_t common = 0;
    uint64_t sum = 0;
    unsigned shift = 0;
    for (uint32_t i = 0; i < maglev->count; i++)
        common = divisor(maglev->members[i].weight, common);
    for (uint32_t i = 0; i < maglev->count; i++)
        sum += maglev->members[i].weight / common;
    while (sum >> shift > MAGLEV_ROWS / 4)
        shift++;
    for (uint32_t i = 0; i < maglev->count; i++)
        walks[i].turn = MAX(maglev->members[i].weight / common >> shift, 1);
}

static struct walk *begin_walks(const struct maglev *maglev)
{
    struct walk *walks = g_new(struct walk, maglev->count);
    for (uint32_t i = 0; i < maglev->count; i++) {
        struct machine_id id = maglev->members[i].id;
        struct flow name = {{id.ip, id.port}, {id.bind_id, 0}, id.protocol};
        uint64_t hash = flow_hash(&name);
        walks[i].row = (uint32_t)(hash >> 32) % MAGLEV_ROWS;
        walks[i].skip = (uint32_t)hash % (MAGLEV_ROWS - 1) + 1;
    }
    measure_turns(maglev, walks);
    return walks;
}

static void take_next(struct maglev *maglev, struct walk *walk, uint32_t member)
{
    while (maglev->rows[walk->row] != FREE)
        walk->row = (walk->row + walk->skip) % MAGLEV_ROWS;
    maglev->rows[walk->row] = (uint16_t)member;
}

static void fill(struct maglev *maglev)
{
    memset(maglev->rows, 0xFF, sizeof maglev->rows);
    maglev->filled++;
    if (maglev->count == 0)
        return;
    struct walk *walks = begin_walks(maglev);
    uint32_t taken = 0;
    for (uint32_t i = 0; taken < MAGLEV_ROWS; i = (i + 1) % maglev->count)
        for (uint32_t k = 0; k < walks[i].turn && taken < MAGLEV_ROWS; k++, taken++)
            take_next(maglev, &walks[i], i);
    g_free(walks);
}

/* ---- who was there before */

/* FREE when there is no number left. */
static uint16_t former_number(struct maglev *maglev, struct machine_id id)
{
    uint32_t number = 0;
    while (number < maglev->former_count && !machine_id_equal(maglev->formers[number], id))
        number++;
    if (number == FREE)
        return FREE;
    if (number == maglev->former_count) {
        maglev->formers = g_renew(struct machine_id, maglev->formers, number + 1);
        maglev->formers[maglev->former_count++] = id;
    }
    return (uint16_t)number;
}

/* Which member it is now, or FREE. */
static uint16_t member_number(const struct maglev *maglev, struct machine_id id)
{
    for (uint32_t i = 0; i < maglev->count; i++)
        if (machine_id_equal(maglev->members[i].id, id))
            return (uint16_t)i;
    return FREE;
}

/* Rows that are another's now: whose they were is kept, each row's by itself, so that a change
 * elsewhere takes nothing from it. */
static void remember(struct maglev *maglev, const uint16_t *rows, const struct member *members,
                     uint32_t count)
{
    uint16_t *now = g_new(uint16_t, count), *name = g_new(uint16_t, count);
    for (uint32_t i = 0; i < count; i++) {
        now[i] = member_number(maglev, members[i].id);
        name[i] = former_number(maglev, members[i].id);
    }
    if (maglev->before == NULL) {
        maglev->before = g_new(uint16_t, MAGLEV_ROWS);
        memset(maglev->before, 0xFF, MAGLEV_ROWS * sizeof *maglev->before);
    }
    for (uint32_t row = 0; row < MAGLEV_ROWS && count > 0; row++)
        if (now[rows[row]] == FREE || now[rows[row]] != maglev->rows[row])
            maglev->before[row] = name[rows[row]];
    g_free(name);
    g_free(now);
}

static void fill_anew(struct maglev *maglev, const struct member *members, uint32_t count)
{
    if (maglev->filled == 0) {
        fill(maglev);
        return;
    }
    uint16_t *rows = g_memdup2(maglev->rows, sizeof maglev->rows);
    fill(maglev);
    remember(maglev, rows, members, count);
    g_free(rows);
}

/* The table as it should be. A machine that was removed and made again is another object with
 * the same rows. */
static struct maglev *ready(struct virtual *virtual)
{
    if (virtual->hashed)
        return virtual->maglev;
    uint32_t count;
    struct member *members = list_members(virtual, &count);
    if (virtual->maglev == NULL)
        virtual->maglev = g_new0(struct maglev, 1);
    struct maglev *maglev = virtual->maglev;
    bool same = maglev->filled > 0 && are_as_before(maglev, members, count);
    struct member *old = maglev->members;
    uint32_t old_count = maglev->count;
    maglev->members = members;
    maglev->count = count;
    if (!same)
        fill_anew(maglev, old, old_count);
    g_free(old);
    virtual->hashed = true;
    return maglev;
}

/* ---- asking */

static struct physical *at(const struct maglev *maglev, uint32_t row)
{
    return maglev->members[maglev->rows[row % MAGLEV_ROWS]].physical;
}

static uint32_t row_of(const struct flow *flow)
{
    return (uint32_t)(flow_hash(flow) % MAGLEV_ROWS);
}

struct physical *maglev_machine(struct virtual *virtual, const struct flow *flow)
{
    const struct maglev *maglev = ready(virtual);
    return maglev->count > 0 ? at(maglev, row_of(flow)) : NULL;
}

struct physical *maglev_choose(struct virtual *virtual, const struct flow *flow,
                               balance_filter *filter, const void *context)
{
    const struct maglev *maglev = ready(virtual);
    uint32_t row = row_of(flow);
    for (uint32_t i = 0; i < MAGLEV_TRIES && maglev->count > 0; i++) {
        struct physical *physical = at(maglev, row + i);
        if (physical_available(physical) && (filter == NULL || filter(context, physical)))
            return physical;
    }
    return NULL;
}

static struct physical *bound_as(const struct virtual *virtual, struct machine_id id)
{
    const struct link *link = virtual->links;
    while (link != NULL && !machine_id_equal(link->physical->id, id))
        link = link->next;
    return link != NULL ? link->physical : NULL;
}

struct physical *maglev_former(struct virtual *virtual, const struct flow *flow)
{
    const struct maglev *maglev = ready(virtual);
    uint16_t number = maglev->before != NULL ? maglev->before[row_of(flow)] : FREE;
    return number != FREE ? bound_as(virtual, maglev->formers[number]) : NULL;
}

void maglev_refresh(struct virtual *virtual)
{
    (void)ready(virtual);
}

uint32_t maglev_filled(struct virtual *virtual)
{
    return ready(virtual)->filled;
}

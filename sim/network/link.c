#include "sim/network/link.h"

#include "sim/network/delay.h"
#include "sim/network/loss.h"
#include "sim/network/waiting.h"

#include <glib.h>

enum { COPY = 1 }; /* folded into the identity of a duplicate: it has luck of its own */

/* Draws with netem's memory: next = random * (1 - rho) + last * rho. */
struct correlated {
    uint64_t key;
    uint64_t last;
    bool started;
};

/* One direction. */
struct way {
    struct impairment impairment;
    struct loss_state loss;
    struct correlated duplicate;
    struct correlated reorder;
    struct correlated delay;
    struct correlated corrupt;
    uint64_t index;         /* of the next packet, copies included */
    nstime line_free;       /* when the last packet has been serialised */
    nstime last_arrival;    /* for keep_order */
    struct waiting waiting; /* for the limit */
    struct link_count count;
};

struct link {
    char *name;
    struct way ways[2];
};

static void way_init(struct way *way, uint64_t key, const struct impairment *impairment)
{
    way->impairment = *impairment;
    loss_init(&way->loss, chance_fold_name(key, "loss"));
    way->duplicate.key = chance_fold_name(key, "duplicate");
    way->reorder.key = chance_fold_name(key, "reorder");
    way->delay.key = chance_fold_name(key, "delay");
    way->corrupt.key = chance_fold_name(key, "corrupt");
    waiting_init(&way->waiting);
}

struct link *link_new(const char *name, uint64_t run_key, const struct impairment *forward,
                      const struct impairment *reverse)
{
    struct link *link = g_new0(struct link, 1);
    uint64_t key = chance_fold_name(run_key, name);

    link->name = g_strdup(name);
    way_init(&link->ways[DIRECTION_FORWARD], chance_fold(key, DIRECTION_FORWARD), forward);
    way_init(&link->ways[DIRECTION_REVERSE], chance_fold(key, DIRECTION_REVERSE), reverse);
    return link;
}

void link_free(struct link *link)
{
    if (link == NULL)
        return;
    waiting_clear(&link->ways[DIRECTION_FORWARD].waiting);
    waiting_clear(&link->ways[DIRECTION_REVERSE].waiting);
    g_free(link->name);
    g_free(link);
}

const char *link_name(const struct link *link)
{
    return link->name;
}

struct impairment *link_impairment(struct link *link, enum direction direction)
{
    return &link->ways[direction].impairment;
}

struct link_count link_count(const struct link *link, enum direction direction)
{
    return link->ways[direction].count;
}

const char *passage_word(enum passage_loss loss)
{
    static const char *const words[PASSAGE_COUNT] = {
        [PASSED] = "passed",        [LOST_RANDOM] = "random loss", [LOST_DOWN] = "link down",
        [LOST_QUEUE] = "queue full", [LOST_OUTAGE] = "outage",
        [LOST_DAMAGED] = "checksum",  [LOST_CHOSEN] = "chosen",
    };

    g_assert(loss < PASSAGE_COUNT);
    return words[loss];
}

void passage_check(struct passage *passage)
{
    unsigned sound = 0;
    for (unsigned i = 0; i < passage->copies; i++)
        if (passage->damage[i] == 0)
            passage->arrival[sound++] = passage->arrival[i];
    if (sound == passage->copies)
        return;
    passage->copies = sound;
    passage->damage[0] = 0; /* of whatever stands first now */
    passage->loss = sound > 0 ? PASSED : LOST_DAMAGED;
}

/* One packet of a direction: what it is, and the how-manieth. */
struct packet_key {
    uint64_t identity;
    uint64_t index;
};

/* Without correlation a draw belongs to what the packet is; with it, to the packet's
 * place in the row, because the model has a memory. */
static uint64_t draw(struct correlated *state, struct probability rho, struct packet_key packet)
{
    if (rho.threshold == 0)
        return chance_fold(state->key, packet.identity);
    uint64_t fresh = chance_fold(state->key, packet.index);
    if (!state->started)
        state->last = fresh;
    state->started = true;
    unsigned __int128 sum = (unsigned __int128)fresh * (UINT64_MAX - rho.threshold)
        + (unsigned __int128)state->last * rho.threshold;
    state->last = (uint64_t)(sum / UINT64_MAX);
    return state->last;
}

static bool duplicated(struct way *way, struct packet_key packet)
{
    const struct impairment *impairment = &way->impairment;

    if (impairment->duplicate.threshold == 0)
        return false;
    return chance_occurs(draw(&way->duplicate, impairment->duplicate_correlation, packet),
                         impairment->duplicate);
}

/* 0, or by which draw a bit of the packet is flipped. */
static uint64_t damage(struct way *way, struct packet_key packet)
{
    const struct impairment *impairment = &way->impairment;

    if (impairment->corrupt.threshold == 0)
        return 0;
    if (!chance_occurs(draw(&way->corrupt, impairment->corrupt_correlation, packet),
                       impairment->corrupt))
        return 0;
    return chance_fold_name(chance_fold(way->corrupt.key, packet.identity), "bit") | 1;
}

/* Whether a packet goes at once. Every n-th is a candidate, chosen or not. */
static bool reordered(struct way *way, struct packet_key packet)
{
    const struct impairment *impairment = &way->impairment;

    if (impairment->reorder.threshold == 0)
        return false;
    uint64_t value = draw(&way->reorder, impairment->reorder_correlation, packet);
    uint32_t gap = MAX(impairment->reorder_gap, 1);
    return packet.index % gap == gap - 1 && chance_occurs(value, impairment->reorder);
}

/* How long the line is busy with a packet, up to the end of the last bit. */
static nstime serialisation(const struct impairment *impairment, uint32_t bytes)
{
    int64_t on_line = MAX((int64_t)bytes + impairment->rate_overhead, 0);
    unsigned __int128 bit_ns = (unsigned __int128)on_line * 8 * NSTIME_S;

    return (nstime)((bit_ns + impairment->rate - 1) / impairment->rate);
}

/* When a packet that goes in turn arrives: after the ones before it on the line, its own
 * serialisation, and its delay. */
static nstime arrival_in_turn(struct way *way, nstime now, struct packet_key packet,
                              uint32_t bytes)
{
    const struct impairment *impairment = &way->impairment;
    nstime leaves = now;

    if (impairment->rate > 0) {
        leaves = MAX(now, way->line_free) + serialisation(impairment, bytes);
        way->line_free = leaves;
    }
    if (impairment->jitter == 0)
        return leaves + impairment->delay;
    return leaves
        + delay_value(impairment, draw(&way->delay, impairment->delay_correlation, packet));
}

nstime link_safe_arrival(const struct link *link, enum direction direction, nstime now,
                         uint64_t identity, uint32_t bytes)
{
    struct way way = link->ways[direction]; /* a copy: its memory is not the link's */
    nstime arrival = arrival_in_turn(&way, now, (struct packet_key){ identity, way.index },
                                     bytes);
    return way.impairment.keep_order ? MAX(arrival, way.last_arrival) : arrival;
}

nstime link_outage_since(const struct link *link, enum direction direction, nstime now)
{
    struct way way = link->ways[direction];
    return loss_outage_since(&way.loss, &way.impairment.loss, now);
}

/* A packet that is not lost before the queue: it arrives, unless the queue is full. */
static bool enqueue(struct way *way, nstime now, struct packet_key packet, uint32_t bytes,
                    nstime *arrival)
{
    if (waiting_count(&way->waiting, now) >= way->impairment.limit)
        return false;
    nstime at = reordered(way, packet) ? now : arrival_in_turn(way, now, packet, bytes);
    if (way->impairment.keep_order)
        at = MAX(at, way->last_arrival);
    way->last_arrival = MAX(way->last_arrival, at);
    if (at > now)
        waiting_put(&way->waiting, at);
    *arrival = at;
    g_assert(at >= now);
    return true;
}

/* The next packet of this direction, and whether the loss model takes it. */
static struct packet_key next_packet(struct way *way, nstime now, uint64_t identity, bool *lost)
{
    struct packet_key packet = { .identity = identity, .index = way->index++ };

    *lost = loss_decide(&way->loss, &way->impairment.loss, now, packet.identity, packet.index);
    return packet;
}

static void deliver(struct way *way, nstime now, struct packet_key packet, uint32_t bytes,
                    struct passage *passage)
{
    if (enqueue(way, now, packet, bytes, &passage->arrival[passage->copies])) {
        passage->damage[passage->copies] = damage(way, packet);
        passage->copies++;
    } else {
        passage->loss = LOST_QUEUE;
    }
}

/* Loss and duplication in one step: both at once leave exactly one packet, except in an
 * outage, which lets nothing through. A copy enters again from the top, but is not
 * duplicated again (as in netem). */
static void pass(struct way *way, nstime now, uint64_t identity, uint32_t bytes,
                 struct passage *passage)
{
    bool lost, copy_lost;
    struct packet_key packet = next_packet(way, now, identity, &lost);
    bool twice = duplicated(way, packet);
    bool outage = way->impairment.loss.model == LOSS_OUTAGE;

    if (lost && (outage || !twice)) {
        passage->loss = outage ? LOST_OUTAGE : LOST_RANDOM;
        return;
    }
    deliver(way, now, packet, bytes, passage);
    if (lost || !twice)
        return;
    struct packet_key copy = next_packet(way, now, chance_fold(identity, COPY), &copy_lost);
    if (!copy_lost)
        deliver(way, now, copy, bytes, passage);
}

void link_pass(struct link *link, enum direction direction, nstime now, uint64_t identity,
               uint32_t bytes, struct passage *passage)
{
    struct way *way = &link->ways[direction];

    *passage = (struct passage){ .loss = PASSED };
    way->count.packets++;
    way->count.bytes += bytes;
    if (way->impairment.down)
        passage->loss = LOST_DOWN;
    else
        pass(way, now, identity, bytes, passage);
    if (passage->copies > 0)
        passage->loss = PASSED;
    else
        way->count.lost++;
    way->count.lost_to_limit += passage->loss == LOST_QUEUE;
}

#include "core/ranking.h"

#include <glib.h>

enum { NOBODY = UINT32_MAX };

struct ranking {
    ranking_order *order;
    struct link **links; /* by position */
    uint32_t *winners;   /* a tree in an array: node n has 2n and 2n + 1; positions */
    uint32_t leaves;     /* a power of two */
    uint32_t count;      /* links */
    uint32_t replaced;   /* of these, failed with a standby in its place */
};

void ranking_free(struct ranking *ranking)
{
    if (ranking == NULL)
        return;
    g_free(ranking->links);
    g_free(ranking->winners);
    g_free(ranking);
}

static struct candidate candidate_at(const struct ranking *ranking, uint32_t position)
{
    const struct link *link = ranking->links[position];
    return (struct candidate){link->physical, link->share};
}

/* The better of two positions, of which left comes first in the turn. */
static uint32_t better(const struct ranking *ranking, uint32_t left, uint32_t right)
{
    if (left == NOBODY || right == NOBODY)
        return left == NOBODY ? right : left;
    return ranking->order(candidate_at(ranking, right), candidate_at(ranking, left)) ? right
                                                                                      : left;
}

static void play(struct ranking *ranking, uint32_t node)
{
    ranking->winners[node] =
        better(ranking, ranking->winners[2 * node], ranking->winners[2 * node + 1]);
}

static bool is_replaced(const struct physical *physical)
{
    return physical->state == MACHINE_FAILED && physical->standby.physical != NULL;
}

/* Who stands at a link's leaf now, and whether that is somebody else. */
static void look(struct ranking *ranking, struct link *link)
{
    ranking->replaced -= link->replaced;
    link->replaced = is_replaced(link->physical);
    ranking->replaced += link->replaced;
    ranking->winners[ranking->leaves + link->position] =
        physical_available(link->physical) ? link->position : NOBODY;
}

static void enter(struct ranking *ranking, struct link *link, uint32_t position)
{
    link->position = position;
    link->replaced = false;
    ranking->links[position] = link;
    look(ranking, link);
}

static struct ranking *make(struct virtual *virtual, ranking_order *order, uint32_t count)
{
    struct ranking *ranking = g_new0(struct ranking, 1);
    ranking->order = order;
    ranking->count = count;
    ranking->leaves = RANKING_LEAST;
    while (ranking->leaves < count)
        ranking->leaves *= 2;
    ranking->links = g_new(struct link *, count);
    ranking->winners = g_new(uint32_t, 2 * ranking->leaves);
    for (uint32_t i = 0; i < 2 * ranking->leaves; i++)
        ranking->winners[i] = NOBODY;
    uint32_t position = 0;
    for (struct link *link = virtual->links; link != NULL; link = link->next)
        enter(ranking, link, position++);
    for (uint32_t node = ranking->leaves - 1; node > 0; node--)
        play(ranking, node);
    return ranking;
}

/* The links to rank: none where some are for overflow, whose turn comes and goes. */
static uint32_t count_links(const struct virtual *virtual)
{
    uint32_t count = 0;
    for (const struct link *link = virtual->links; link != NULL; link = link->next) {
        if (link->overflow)
            return 0;
        count++;
    }
    return count;
}

bool ranking_ready(struct virtual *virtual, ranking_order *order)
{
    if (!virtual->ranked) {
        uint32_t count = count_links(virtual);
        ranking_free(virtual->ranking);
        virtual->ranking = count >= RANKING_LEAST ? make(virtual, order, count) : NULL;
        virtual->ranked = true;
    }
    g_assert(virtual->ranking == NULL || virtual->ranking->order == order);
    return virtual->ranking != NULL && virtual->ranking->replaced == 0;
}

void ranking_update(struct link *link)
{
    if (!link->virtual->ranked || link->virtual->ranking == NULL)
        return;
    struct ranking *ranking = link->virtual->ranking;
    uint32_t node = ranking->leaves + link->position;
    g_assert(ranking->links[link->position] == link);
    look(ranking, link);
    for (node /= 2; node > 0; node /= 2)
        play(ranking, node);
}

/* The best from a position to the end. */
static uint32_t best_from(const struct ranking *ranking, uint32_t position)
{
    uint32_t node = ranking->leaves + position;
    uint32_t best = ranking->winners[node];
    for (; node > 1; node /= 2)
        if (node % 2 == 0)
            best = better(ranking, best, ranking->winners[node + 1]);
    return best;
}

/* The root names the first of the best. When it stands before the turn, one as good may
 * stand behind it, and comes first then. */
struct link *ranking_best(const struct virtual *virtual)
{
    const struct ranking *ranking = virtual->ranking;
    uint32_t start = virtual->last_chosen != NULL ? virtual->last_chosen->position + 1 : 0;
    uint32_t best = ranking->winners[1];
    if (best == NOBODY)
        return NULL;
    if (best < start && start < ranking->count)
        best = better(ranking, best_from(ranking, start), best);
    return ranking->links[best];
}

bool ranking_holds(const struct virtual *virtual)
{
    const struct ranking *ranking = virtual->ranked ? virtual->ranking : NULL;
    bool holds = true;
    for (uint32_t i = 0; ranking != NULL && i < ranking->count; i++)
        holds = holds
                && ranking->winners[ranking->leaves + i]
                       == (physical_available(ranking->links[i]->physical) ? i : NOBODY)
                && ranking->links[i]->replaced == is_replaced(ranking->links[i]->physical);
    for (uint32_t node = 1; ranking != NULL && node < ranking->leaves; node++)
        holds = holds
                && ranking->winners[node] == better(ranking, ranking->winners[2 * node],
                                                    ranking->winners[2 * node + 1]);
    return holds;
}

#include "core/balance.h"

#include "core/ranking.h"

#include <string.h>

/* Each predictor is an order among machines; who is not better than an earlier
 * one has to wait for his turn. */

/* connections / share, as slow_start.h says; by cross multiplication: no division,
 * no rounding. */
static bool fewer_connections(struct candidate a, struct candidate b)
{
    return (uint64_t)a.physical->connections * b.share
           < (uint64_t)b.physical->connections * a.share;
}

/* connections / weight, likewise. */
static bool lighter_load(struct candidate a, struct candidate b)
{
    return (uint64_t)a.physical->connections * b.physical->weight
           < (uint64_t)b.physical->connections * a.physical->weight;
}

/* Linux's wlc: 256 times the active connections plus the inactive ones, by weight (ip_vs_wlc.c,
 * ip_vs_dest_conn_overhead). What is closing, or has not been established, is inactive. */
static uint64_t overhead(const struct physical *physical)
{
    return physical->connections + 255ULL * physical->active;
}

static bool less_overhead(struct candidate a, struct candidate b)
{
    return overhead(a.physical) * b.physical->weight < overhead(b.physical) * a.physical->weight;
}

/* Response time times the connections it would have then (R-306, fact F-408). */
static bool sooner(struct candidate a, struct candidate b)
{
    return response_time(&a.physical->response) * (a.physical->connections + 1ULL)
           < response_time(&b.physical->response) * (b.physical->connections + 1ULL);
}

static bool never(struct candidate a, struct candidate b)
{
    (void)a;
    (void)b;
    return false;
}

static const struct {
    const char *word;
    const char *alias;
    ranking_order *better;
} predictors[] = {
    [PREDICTOR_LEASTCONNS] = {"leastconns", "lc", fewer_connections},
    [PREDICTOR_WEIGHTED] = {"weighted", "weighted", lighter_load},
    [PREDICTOR_ROUNDROBIN] = {"roundrobin", "rr", never},
    [PREDICTOR_FASTEST] = {"fastest", "fastest", sooner},
    /* weighted, by what the command "weight" reports from outside (fact F-406) */
    [PREDICTOR_LOADED] = {"loaded", "loaded", lighter_load},
    /* maglev.c chooses; when it finds nobody, who is next in turn */
    [PREDICTOR_MAGLEV] = {"maglev", "mh", never},
    [PREDICTOR_WLC] = {"wlc", "wlc", less_overhead},
};

struct search {
    balance_filter *filter;
    const void *context;
    unsigned visits; /* left: bounds a cycle of standbys */
};

static bool acceptable(const struct search *search, const struct physical *physical)
{
    return physical_available(physical)
           && (search->filter == NULL || search->filter(search->context, physical));
}

/* in the place of a failed machine stands its standby, or that one's. */
static struct physical *stand_in(struct physical *physical)
{
    unsigned visits = MACHINES_MAX;
    while (physical->state == MACHINE_FAILED && physical->standby.physical != NULL
           && visits-- > 0)
        physical = physical->standby.physical;
    return physical;
}

/* Walk the links once around, from the one behind the last chosen: the first of
 * equals wins, so ties go in turn. */
static struct physical *walk(const struct search *search, struct virtual *virtual,
                             ranking_order *is_better)
{
    struct link *start = virtual->last_chosen != NULL ? virtual->last_chosen->next : NULL;
    if (start == NULL)
        start = virtual->links;
    bool overflows = virtual_overflows(virtual);
    struct physical *best = NULL;
    uint32_t best_share = SHARE_FULL;
    struct link *link = start;
    while (link != NULL) {
        struct physical *physical = stand_in(link->physical);
        struct candidate candidate = {physical, link->share};
        if ((!link->overflow || overflows)
            && (best == NULL || is_better(candidate, (struct candidate){best, best_share}))
            && acceptable(search, physical)) { /* last: it looks into the table */
            best = physical;
            best_share = link->share;
            virtual->last_chosen = link;
        }
        link = link->next != NULL ? link->next : virtual->links;
        if (link == start)
            break;
    }
    return best;
}

/* The ranking knows the best; whom the filter will not have, it cannot pass over. */
static struct physical *choose_bound(const struct search *search, struct virtual *virtual)
{
    g_assert((unsigned)virtual->predictor < G_N_ELEMENTS(predictors));
    ranking_order *order = predictors[virtual->predictor].better;
    struct link *best = ranking_ready(virtual, order) ? ranking_best(virtual) : NULL;
    if (best == NULL || !acceptable(search, best->physical))
        return walk(search, virtual, order);
    virtual->last_chosen = best;
    return best->physical;
}

static struct physical *choose(struct search *search, struct virtual *virtual);

static struct physical *choose_standby(struct search *search, struct machine standby)
{
    while (standby.physical != NULL && search->visits > 0) {
        if (acceptable(search, standby.physical))
            return standby.physical;
        standby = standby.physical->standby;
        search->visits--;
    }
    if (standby.virtual == NULL || standby.virtual->out_of_service || search->visits == 0)
        return NULL;
    search->visits--;
    return choose(search, standby.virtual);
}

static struct physical *choose(struct search *search, struct virtual *virtual)
{
    struct physical *physical = choose_bound(search, virtual);
    for (struct link *link = virtual->links; link != NULL && physical == NULL; link = link->next)
        if (!link->overflow)
            physical = choose_standby(search, link->physical->standby);
    return physical != NULL ? physical : choose_standby(search, virtual->standby);
}

struct physical *balance_choose(struct virtual *virtual, balance_filter *filter,
                                const void *context)
{
    struct search search = {filter, context, 2 * MACHINES_MAX};
    return choose(&search, virtual);
}

const char *balance_word(enum predictor predictor)
{
    g_assert((unsigned)predictor < G_N_ELEMENTS(predictors));
    return predictors[predictor].word;
}

bool balance_parse(const char *word, enum predictor *predictor)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(predictors); i++) {
        if (strcmp(word, predictors[i].word) == 0 || strcmp(word, predictors[i].alias) == 0) {
            *predictor = i;
            return true;
        }
    }
    return false;
}

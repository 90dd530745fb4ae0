#include "sim/scenario/link_value.h"

#include "sim/scenario/phrase.h"

#include <string.h>

/* loss = P | random P */
static bool read_random(struct phrase *phrase, struct loss *loss)
{
    uint64_t share;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "a loss", &share))
        return false;
    if (phrase_peek(phrase) != NULL)
        return phrase_refuse(phrase, "random loss has no correlation here: netem's bends the rate "
                                     "(write gemodel P R, or burst P LENGTH)");
    loss->model = share == 0 ? LOSS_NONE : LOSS_RANDOM;
    loss->random = probability_from_ppb(share);
    return true;
}

/* loss = gemodel P [R [1-H [1-K]]]; left out: R = 1-P, 1-H = 100 %, 1-K = 0 */
static bool read_gemodel(struct phrase *phrase, struct loss *loss)
{
    uint64_t p, r, in_bad = SHARE_ONE, in_good = 0;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "P, good to bad,", &p))
        return false;
    r = SHARE_ONE - p;
    if (!phrase_optional(phrase, QUANTITY_SHARE, &r)
        || !phrase_optional(phrase, QUANTITY_SHARE, &in_bad)
        || !phrase_optional(phrase, QUANTITY_SHARE, &in_good))
        return false;
    loss->model = LOSS_GEMODEL;
    loss->good_to_bad = probability_from_ppb(p);
    loss->bad_to_good = probability_from_ppb(r);
    loss->loss_in_bad = probability_from_ppb(in_bad);
    loss->loss_in_good = probability_from_ppb(in_good);
    return true;
}

/* loss = burst P LENGTH: the simple Gilbert model of that mean loss and mean burst */
static bool read_burst(struct phrase *phrase, struct loss *loss)
{
    uint64_t share, length;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "the mean loss", &share)
        || !phrase_quantity(phrase, QUANTITY_DECIMAL, "the mean length of a burst, in packets,",
                            &length))
        return false;
    if (length < DECIMAL_ONE)
        return phrase_refuse(phrase, "a burst is 1 packet or longer");
    if (share == SHARE_ONE)
        return phrase_refuse(phrase, "bursts of 100%% have no end (write 100%%)");
    unsigned __int128 r = (unsigned __int128)SHARE_ONE * DECIMAL_ONE / length;
    unsigned __int128 p = (unsigned __int128)SHARE_ONE * DECIMAL_ONE * share
                          / ((unsigned __int128)length * (SHARE_ONE - share));
    if (p > SHARE_ONE)
        return phrase_refuse(phrase, "no bursts so short lose so much (make them longer)");
    loss->model = LOSS_GEMODEL;
    loss->good_to_bad = probability_from_ppb((uint64_t)p);
    loss->bad_to_good = probability_from_ppb((uint64_t)r);
    loss->loss_in_bad = probability_from_ppb(SHARE_ONE);
    loss->loss_in_good = probability_from_ppb(0);
    return true;
}

/* Periods are drawn one by one: shorter ones would cost more than the traffic. */
#define OUTAGE_MEAN_LEAST ((uint64_t)(10 * NSTIME_US))

/* loss = outage SHARE MEAN: bursts in time, the same for every protocol */
static bool read_outage(struct phrase *phrase, struct loss *loss)
{
    uint64_t share, mean;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "the share of time off", &share)
        || !phrase_quantity(phrase, QUANTITY_TIME, "the mean length of an outage", &mean))
        return false;
    if (share == SHARE_ONE)
        return phrase_refuse(phrase, "an outage of 100%% has no end (write 100%%)");
    if (mean < OUTAGE_MEAN_LEAST)
        return phrase_refuse(phrase, "an outage lasts 10us or longer (write 8ms, for example)");
    loss->model = LOSS_OUTAGE;
    loss->outage_share = probability_from_ppb(share);
    loss->outage_mean = (nstime)mean;
    return true;
}

static bool read_loss(struct phrase *phrase, struct impairment *impairment)
{
    struct loss *loss = &impairment->loss;
    const char *word = phrase_peek(phrase);
    *loss = (struct loss){.model = LOSS_NONE};
    if (phrase_take_if(phrase, "gemodel"))
        return read_gemodel(phrase, loss);
    if (phrase_take_if(phrase, "burst"))
        return read_burst(phrase, loss);
    if (phrase_take_if(phrase, "outage"))
        return read_outage(phrase, loss);
    if (word != NULL && strcmp(word, "random") == 0)
        phrase->next++; /* "random 5%" is spelled "5%" */
    else if (word != NULL && g_ascii_isalpha(*word))
        return phrase_refuse(phrase, "\"%s\" is not a loss model of this version (write P, "
                                     "random P, gemodel P R, burst P LENGTH or outage SHARE MEAN)",
                             word);
    return read_random(phrase, loss);
}

static bool read_distribution(struct phrase *phrase, enum delay_distribution *distribution)
{
    static const char *const words[] = {
        [DELAY_UNIFORM] = "uniform",
        [DELAY_NORMAL] = "normal",
        [DELAY_PARETO] = "pareto",
        [DELAY_PARETONORMAL] = "paretonormal",
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (phrase_take_if(phrase, words[i])) {
            *distribution = (enum delay_distribution)i;
            return true;
        }
    return phrase_refuse(phrase, "a delay's distribution is uniform, normal, pareto or "
                                 "paretonormal");
}

static bool at_word(const struct phrase *phrase, const char *word)
{
    return phrase_peek(phrase) == NULL || strcmp(phrase_peek(phrase), word) == 0;
}

static bool read_delay(struct phrase *phrase, struct impairment *impairment)
{
    uint64_t delay, jitter = 0, correlation = 0;
    if (!phrase_quantity(phrase, QUANTITY_TIME, "a time", &delay))
        return false;
    if (!at_word(phrase, "distribution")
        && !phrase_quantity(phrase, QUANTITY_TIME, "a jitter", &jitter))
        return false;
    if (!at_word(phrase, "distribution")
        && !phrase_quantity(phrase, QUANTITY_SHARE, "a correlation", &correlation))
        return false;
    impairment->delay = (nstime)delay;
    impairment->jitter = (nstime)jitter;
    impairment->delay_correlation = probability_from_ppb(correlation);
    impairment->delay_distribution = DELAY_UNIFORM;
    if (!phrase_take_if(phrase, "distribution"))
        return true;
    if (jitter == 0)
        return phrase_refuse(phrase, "a distribution needs a jitter (write 20ms 4ms distribution "
                                     "normal, for example)");
    return read_distribution(phrase, &impairment->delay_distribution);
}

static bool read_duplicate(struct phrase *phrase, struct impairment *impairment)
{
    uint64_t share, correlation = 0;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "a share", &share)
        || !phrase_optional(phrase, QUANTITY_SHARE, &correlation))
        return false;
    impairment->duplicate = probability_from_ppb(share);
    impairment->duplicate_correlation = probability_from_ppb(correlation);
    return true;
}

static bool read_corrupt(struct phrase *phrase, struct impairment *impairment)
{
    uint64_t share, correlation = 0;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "a share", &share)
        || !phrase_optional(phrase, QUANTITY_SHARE, &correlation))
        return false;
    impairment->corrupt = probability_from_ppb(share);
    impairment->corrupt_correlation = probability_from_ppb(correlation);
    return true;
}

static bool read_reorder(struct phrase *phrase, struct impairment *impairment)
{
    uint64_t share, correlation = 0, gap = 0;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "a share", &share))
        return false;
    if (!at_word(phrase, "gap") && !phrase_optional(phrase, QUANTITY_SHARE, &correlation))
        return false;
    if (phrase_take_if(phrase, "gap")
        && !phrase_quantity(phrase, QUANTITY_COUNT, "the gap", &gap))
        return false;
    if (gap > 1000000)
        return phrase_refuse(phrase, "a gap is 1000000 packets at most");
    impairment->reorder = probability_from_ppb(share);
    impairment->reorder_correlation = probability_from_ppb(correlation);
    impairment->reorder_gap = (uint32_t)gap;
    return true;
}

static bool read_rate(struct phrase *phrase, struct impairment *impairment)
{
    uint64_t rate, overhead = 0;
    impairment->rate = 0;
    impairment->rate_overhead = 0;
    if (phrase_take_if(phrase, "none"))
        return true;
    if (!phrase_quantity(phrase, QUANTITY_RATE, "a rate", &rate)
        || !phrase_optional(phrase, QUANTITY_SIZE, &overhead))
        return false;
    if (rate == 0)
        return phrase_refuse(phrase, "nothing passes at this rate (write none for no limit)");
    if (overhead > 10000)
        return phrase_refuse(phrase, "an overhead is 10kb at most");
    impairment->rate = rate;
    impairment->rate_overhead = (int32_t)overhead;
    return true;
}

static bool (*const readers[VALUE_TYPES])(struct phrase *, struct impairment *) = {
    [VALUE_LOSS] = read_loss,           [VALUE_DELAY] = read_delay,
    [VALUE_DUPLICATE] = read_duplicate, [VALUE_REORDER] = read_reorder,
    [VALUE_RATE] = read_rate,           [VALUE_CORRUPT] = read_corrupt,
};

bool link_value_type(enum value_type type)
{
    g_assert(type < VALUE_TYPES);
    return readers[type] != NULL;
}

bool link_value_read(enum value_type type, const char *text, struct impairment *impairment,
                     GString *canonical, char **problem)
{
    g_assert(link_value_type(type) && impairment != NULL);
    struct phrase phrase;
    phrase_init(&phrase, text, canonical, problem);
    bool fine = readers[type](&phrase, impairment) && phrase_end(&phrase);
    phrase_clear(&phrase);
    return fine;
}

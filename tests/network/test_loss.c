/* Loss models: how much, in what bursts, and of what they are functions. The keys are
 * fixed; the intervals are 4.5 sigma of the exact law or of its normal limit. */
#include "tests/network/suites.h"
#include "tests/network/support.h"

enum { PACKETS = 200000 };

static struct impairment with_random(double share)
{
    struct impairment impairment = perfect();

    impairment.loss.model = LOSS_RANDOM;
    impairment.loss.random = probability_from_share(share);
    return impairment;
}

static struct impairment with_gemodel(double p, double r, double in_bad, double in_good)
{
    struct impairment impairment = perfect();

    impairment.loss = (struct loss){
        .model = LOSS_GEMODEL,
        .good_to_bad = probability_from_share(p),
        .bad_to_good = probability_from_share(r),
        .loss_in_bad = probability_from_share(in_bad),
        .loss_in_good = probability_from_share(in_good),
    };
    return impairment;
}

static struct impairment with_outage(double share, nstime mean)
{
    struct impairment impairment = perfect();

    impairment.loss = (struct loss){
        .model = LOSS_OUTAGE,
        .outage_share = probability_from_share(share),
        .outage_mean = mean,
    };
    return impairment;
}

/* ---- random ---- */

/* Of 200,000 packets the share asked for is lost, and a loss says why. */
START_TEST(random_loss_is_binomial)
{
    static const double shares[] = { 0, 0.01, 0.05, 0.5, 1 };
    struct impairment impairment = with_random(shares[_i]);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t lost = 0, misnamed = 0;

    for (uint64_t i = 0; i < PACKETS; i++) {
        struct passage passage = forward(link, (nstime)i, i);
        misnamed += passage.loss != (passage.copies == 0 ? LOST_RANDOM : PASSED);
        lost += passage.copies == 0;
    }
    ck_assert_uint_eq(misnamed, 0);
    ck_assert(is_binomial(lost, PACKETS, shares[_i]));
    ck_assert_uint_eq(link_count(link, DIRECTION_FORWARD).lost, lost);
    link_free(link);
}
END_TEST

/* Raising the loss only adds losses: a packet that is lost at one rate is lost at every
 * higher one, whatever else was sent before it. */
START_TEST(a_higher_loss_only_adds_losses)
{
    static const double shares[] = { 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5 };
    struct link *links[G_N_ELEMENTS(shares)];
    uint64_t saved = 0;

    for (size_t k = 0; k < G_N_ELEMENTS(shares); k++) {
        struct impairment impairment = with_random(shares[k]);
        links[k] = link_with("replication", 3, &impairment);
    }
    for (uint64_t i = 0; i < 50000; i++)
        for (size_t k = 0; k + 1 < G_N_ELEMENTS(shares); k++)
            saved += is_lost(links[k], (nstime)i, i) && !is_lost(links[k + 1], (nstime)i, i);
    ck_assert_uint_eq(saved, 0);
    for (size_t k = 0; k < G_N_ELEMENTS(shares); k++)
        link_free(links[k]);
}
END_TEST

/* The fate of a packet does not depend on its companions: sent alone, in another order
 * and at another time, it is the same. */
START_TEST(a_random_fate_belongs_to_the_packet)
{
    struct impairment impairment = with_random(0.3);
    struct link *all = link_with("replication", 0, &impairment);
    struct link *some = link_with("replication", 0, &impairment);
    bool fates[3000];

    for (uint64_t i = 0; i < 3000; i++)
        fates[i] = is_lost(all, (nstime)i, i);
    for (uint64_t i = 3000; i > 2; i -= 3)
        ck_assert(is_lost(some, (nstime)(9000 - i), i - 1) == fates[i - 1]);
    link_free(all);
    link_free(some);
}
END_TEST

enum pairing { OTHER_NAME, OTHER_DIRECTION, OTHER_REPETITION, PAIRINGS };

/* Two links with the same settings, the two directions of one link, and one link in two
 * repetitions lose the same packet as often as chance has it: a quarter at 50 %. */
START_TEST(fates_of_different_ways_are_independent)
{
    struct impairment impairment = with_random(0.5);
    struct link *one = link_with("replication", 0, &impairment);
    struct link *other = link_with(_i == OTHER_NAME ? "hello" : "replication",
                                   _i == OTHER_REPETITION ? 1 : 0, &impairment);
    enum direction direction = _i == OTHER_DIRECTION ? DIRECTION_REVERSE : DIRECTION_FORWARD;
    struct passage passage;
    uint64_t both = 0;

    for (uint64_t i = 0; i < PACKETS; i++) {
        link_pass(other, direction, (nstime)i, i, 100, &passage);
        both += is_lost(one, (nstime)i, i) && passage.copies == 0;
    }
    ck_assert(is_binomial(both, PACKETS, 0.25));
    link_free(one);
    link_free(other);
}
END_TEST

/* ---- Gilbert-Elliott ---- */

static const struct {
    double p, r, in_bad, in_good;
} chains[] = {
    { 0.01, 0.2, 0.8, 0.001 }, { 0.01, 0.25, 1, 0 }, { 0.3, 0.7, 1, 0 },
    { 0.05, 0.05, 0.5, 0.5 },  { 0, 0.5, 1, 0.02 },
};

/* The stationary loss, with the variance that a chain has whose memory fades by
 * 1 - p - r with each packet. */
START_TEST(gemodel_has_its_stationary_loss)
{
    double p = chains[_i].p, r = chains[_i].r;
    struct impairment impairment = with_gemodel(p, r, chains[_i].in_bad, chains[_i].in_good);
    struct link *link = link_with("replication", 0, &impairment);
    double bad = p / (p + r), memory = 1 - p - r;
    double mean = bad * chains[_i].in_bad + (1 - bad) * chains[_i].in_good;
    double gap = chains[_i].in_bad - chains[_i].in_good;
    double variance = mean * (1 - mean)
        + 2 * gap * gap * bad * (1 - bad) * (memory > 0 ? memory / (p + r) : 0);
    uint64_t lost = 0;

    for (uint64_t i = 0; i < PACKETS; i++)
        lost += is_lost(link, (nstime)i, i);
    ck_assert_double_le(fabs((double)lost - PACKETS * mean), 4.5 * sqrt(PACKETS * variance));
    ck_assert_double_eq_tol(impairment_mean_loss(&impairment), mean, 1e-9);
    link_free(link);
}
END_TEST

/* With loss 100 % in the bad state and none in the good one, a burst of losses is a bad
 * period: geometric, so of mean 1/r with a share r of single losses; the gaps likewise
 * with p. */
START_TEST(gemodel_bursts_are_geometric)
{
    double p = 0.02, r = 0.25;
    struct impairment impairment = with_gemodel(p, r, 1, 0);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t bursts = 0, lost = 0, single = 0, length = 0;

    for (uint64_t i = 0; i < PACKETS; i++) {
        if (is_lost(link, (nstime)i, i)) {
            length++;
            continue;
        }
        bursts += length > 0;
        single += length == 1;
        lost += length;
        length = 0;
    }
    double sigma = sqrt(1 - r) / r / sqrt((double)bursts);
    ck_assert_uint_gt(bursts, 3000);
    ck_assert_double_le(fabs((double)lost / (double)bursts - 1 / r), 4.5 * sigma);
    ck_assert(is_binomial(single, bursts, r));
    ck_assert(is_binomial(bursts, PACKETS - lost, p));
    link_free(link);
}
END_TEST

/* The chain is stationary from the first packet on: over 4,000 repetitions the first
 * packet is lost as often as any. */
START_TEST(gemodel_starts_in_its_stationary_state)
{
    struct impairment impairment = with_gemodel(0.01, 0.04, 1, 0);
    uint64_t lost = 0;

    for (uint32_t repetition = 0; repetition < 4000; repetition++) {
        struct link *link = link_with("replication", repetition, &impairment);
        lost += is_lost(link, 0, 0);
        link_free(link);
    }
    ck_assert(is_binomial(lost, 4000, 0.2));
}
END_TEST

/* The chain steps once a packet of its own direction: what goes the other way, and when
 * a packet goes, changes nothing. */
START_TEST(gemodel_steps_by_packets_of_its_direction)
{
    struct impairment impairment = with_gemodel(0.1, 0.2, 1, 0);
    struct link *busy = link_with("replication", 0, &impairment);
    struct link *quiet = link_with("replication", 0, &impairment);
    struct passage passage;

    for (uint64_t i = 0; i < 10000; i++) {
        for (uint64_t k = 0; k < i % 4; k++)
            link_pass(busy, DIRECTION_REVERSE, (nstime)i, k, 100, &passage);
        ck_assert(is_lost(busy, (nstime)i, i) == is_lost(quiet, (nstime)(i * i), i + 5));
    }
    link_free(busy);
    link_free(quiet);
}
END_TEST

/* ---- outage ---- */

static const struct {
    double share;
    nstime mean;
} outages[] = { { 0.05, 8 * NSTIME_MS }, { 0.3, 80 * NSTIME_MS }, { 0.9, 5 * NSTIME_MS } };

enum { SECONDS = 200, EVERY_US = 500 };

/* A packet every half a millisecond for 200 s: the share lost is the share of the time,
 * and the runs of losses last the mean given, and e^-1 of them longer than that. Two
 * independent renewal sums a cycle; a run is known to half a millisecond. */
START_TEST(outage_has_its_share_and_its_stretch)
{
    struct impairment impairment = with_outage(outages[_i].share, outages[_i].mean);
    struct link *link = link_with("replication", 0, &impairment);
    double off = (double)outages[_i].mean;
    double on = off * (1 - outages[_i].share) / outages[_i].share;
    uint64_t lost = 0, runs = 0, sent = 0, misnamed = 0;
    bool last = false;

    for (nstime now = 0; now < SECONDS * NSTIME_S; now += EVERY_US * NSTIME_US, sent++) {
        struct passage passage = forward(link, now, sent);
        misnamed += passage.loss != (passage.copies == 0 ? LOST_OUTAGE : PASSED);
        runs += passage.copies == 0 && !last;
        last = passage.copies == 0;
        lost += last;
    }
    ck_assert_uint_eq(misnamed, 0);
    /* the indicator's memory fades with rate 1/on + 1/off, so the time off has variance
     * 2 s (1-s) T / (1/on + 1/off) */
    double s = outages[_i].share, T = SECONDS * 1e9;
    double sigma = sqrt(2 * s * (1 - s) * T / (1 / on + 1 / off)) / T;
    ck_assert_double_le(fabs((double)lost / (double)sent - s), 4.5 * sigma);
    /* a run shorter than the step may be missed, and so may a gap between two */
    double step = EVERY_US * 1e3;
    double seen = T / (on + off) * (1 - exp(-step / off)) * off / step
        * (1 - exp(-step / on)) * on / step;
    ck_assert_double_le(fabs((double)runs - seen), 4.5 * sqrt(seen) + 0.01 * seen);
    link_free(link);
}
END_TEST

/* Off periods, measured to 5 us, are exponential: the mean and the share that
 * last longer than the mean. */
START_TEST(outage_periods_are_exponential)
{
    struct impairment impairment = with_outage(0.2, NSTIME_MS);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t runs = 0, longer = 0, total = 0, length = 0;

    for (nstime now = 0; now < 4 * NSTIME_S; now += 5 * NSTIME_US) {
        if (is_lost(link, now, 0)) {
            length++;
            continue;
        }
        runs += length > 0;
        longer += length > 200;
        total += length;
        length = 0;
    }
    ck_assert_uint_gt(runs, 600);
    ck_assert_double_le(fabs((double)total / (double)runs * 5 - 1000),
                        4.5 * 1000 / sqrt((double)runs));
    ck_assert(is_binomial(longer, runs, exp(-1)));
    link_free(link);
}
END_TEST

/* At instant 0 the stated share of all links is off. */
START_TEST(outage_starts_in_its_stationary_state)
{
    struct impairment impairment = with_outage(0.05, 8 * NSTIME_MS);
    uint64_t lost = 0, lost_later = 0;

    for (uint32_t repetition = 0; repetition < 8000; repetition++) {
        struct link *link = link_with("replication", repetition, &impairment);
        lost += is_lost(link, 0, 0);
        lost_later += is_lost(link, 20 * NSTIME_MS, 1);
        link_free(link);
    }
    ck_assert(is_binomial(lost, 8000, 0.05));
    ck_assert(is_binomial(lost_later, 8000, 0.05));
}
END_TEST

/* An outage is a function of time alone: a protocol that sends every seventh packet at
 * the same instants, of other names and sizes, meets the same one. */
START_TEST(outage_is_the_same_for_who_sends_less)
{
    struct impairment impairment = with_outage(0.3, 8 * NSTIME_MS);
    struct link *chatty = link_with("replication", 0, &impairment);
    struct link *quiet = link_with("replication", 0, &impairment);

    for (uint64_t i = 0; i < 70000; i++) {
        bool lost = is_lost(chatty, (nstime)i * NSTIME_MS, i);
        if (i % 7 == 0)
            ck_assert(is_lost(quiet, (nstime)i * NSTIME_MS, i + 1000000) == lost);
    }
    link_free(chatty);
    link_free(quiet);
}
END_TEST

/* A fault that takes the outage away for a while and brings it back finds it where it
 * would have been; with another setting it is another pattern, of that setting's share. */
START_TEST(outage_is_a_function_of_setting_and_time)
{
    struct impairment impairment = with_outage(0.3, 8 * NSTIME_MS);
    struct impairment other = with_outage(0.6, 8 * NSTIME_MS);
    struct link *steady = link_with("replication", 0, &impairment);
    struct link *changed = link_with("replication", 0, &impairment);
    uint64_t lost = 0, differing = 0;

    for (uint64_t i = 0; i < 90000; i++) {
        bool middle = i >= 30000 && i < 60000;
        bool steady_lost = is_lost(steady, (nstime)i * NSTIME_MS, i);
        *link_impairment(changed, DIRECTION_FORWARD) = middle ? other : impairment;
        bool changed_lost = is_lost(changed, (nstime)i * NSTIME_MS, i);
        differing += !middle && changed_lost != steady_lost;
        lost += middle && changed_lost;
    }
    ck_assert_uint_eq(differing, 0);
    /* 30 s of cycles of 13.3 ms: sigma of the share 0.0073 */
    ck_assert_double_le(fabs((double)lost / 30000 - 0.6), 4.5 * 0.0073);
    link_free(steady);
    link_free(changed);
}
END_TEST

/* The two directions are off at times of their own. */
START_TEST(outage_of_the_directions_is_independent)
{
    struct impairment impairment = with_outage(0.5, NSTIME_MS);
    struct link *link = link_with("replication", 0, &impairment);
    struct passage passage;
    uint64_t both = 0;

    for (uint64_t i = 0; i < 20000; i++) { /* 20 ms apart: ten times the memory */
        link_pass(link, DIRECTION_REVERSE, (nstime)i * 20 * NSTIME_MS, i, 100, &passage);
        both += passage.copies == 0 && is_lost(link, (nstime)i * 20 * NSTIME_MS, i);
    }
    ck_assert(is_binomial(both, 20000, 0.25));
    link_free(link);
}
END_TEST

/* Off for no share of the time, or for all of it: nothing and everything is lost, and
 * no time is spent in drawing periods. */
START_TEST(outage_of_nothing_and_of_everything)
{
    struct impairment never = with_outage(0, 1), always = with_outage(1, 1);
    struct link *open = link_with("replication", 0, &never);
    struct link *shut = link_with("replication", 0, &always);

    for (nstime now = 0; now < 1000 * NSTIME_S; now += NSTIME_S) {
        ck_assert(!is_lost(open, now, 1));
        ck_assert(is_lost(shut, now, 1));
    }
    link_free(open);
    link_free(shut);
}
END_TEST

Suite *loss_suite(void)
{
    Suite *suite = suite_create("loss");
    TCase *tcase = tcase_create("loss");

    tcase_add_loop_test(tcase, random_loss_is_binomial, 0, 5);
    tcase_add_test(tcase, a_higher_loss_only_adds_losses);
    tcase_add_test(tcase, a_random_fate_belongs_to_the_packet);
    tcase_add_loop_test(tcase, fates_of_different_ways_are_independent, 0, PAIRINGS);
    tcase_add_loop_test(tcase, gemodel_has_its_stationary_loss, 0, G_N_ELEMENTS(chains));
    tcase_add_test(tcase, gemodel_bursts_are_geometric);
    tcase_add_test(tcase, gemodel_starts_in_its_stationary_state);
    tcase_add_test(tcase, gemodel_steps_by_packets_of_its_direction);
    tcase_add_loop_test(tcase, outage_has_its_share_and_its_stretch, 0, G_N_ELEMENTS(outages));
    tcase_add_test(tcase, outage_periods_are_exponential);
    tcase_add_test(tcase, outage_starts_in_its_stationary_state);
    tcase_add_test(tcase, outage_is_the_same_for_who_sends_less);
    tcase_add_test(tcase, outage_is_a_function_of_setting_and_time);
    tcase_add_test(tcase, outage_of_the_directions_is_independent);
    tcase_add_test(tcase, outage_of_nothing_and_of_everything);
    suite_add_tcase(suite, tcase);
    return suite;
}

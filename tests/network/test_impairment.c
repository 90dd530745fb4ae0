/* The setting: its default, and what "check" says of it. */
#include "tests/network/suites.h"
#include "tests/network/support.h"

#define SHARE(ppb) { .threshold = (uint64_t)((ppb) * (0x1p64 / 1e9)) }

static const struct {
    struct impairment impairment;
    double mean_loss;
    const char *text;
} settings[] = {
    { { .loss = { .model = LOSS_NONE } }, 0, "no loss" },
    { { .down = true }, 1, "down, everything is lost" },
    { { .loss = { .model = LOSS_RANDOM, .random = SHARE(50000000) } }, 0.05,
      "mean loss 5.00%" },
    /* the example of interface.md 1.1: gemodel 1% 20% 80% 0.1% */
    { { .loss = { .model = LOSS_GEMODEL, .good_to_bad = SHARE(10000000),
                  .bad_to_good = SHARE(200000000), .loss_in_bad = SHARE(800000000),
                  .loss_in_good = SHARE(1000000) } },
      0.01 / 0.21 * 0.8 + 0.2 / 0.21 * 0.001,
      "mean loss 3.90%, bad state 4.76%, mean bad period 5.0 packets" },
    { { .loss = { .model = LOSS_GEMODEL, .good_to_bad = SHARE(10000000),
                  .loss_in_bad = { .threshold = UINT64_MAX } } },
      1, "mean loss 100.00%, bad state 100.00%, never left once entered" },
    { { .loss = { .model = LOSS_OUTAGE, .outage_share = SHARE(50000000),
                  .outage_mean = 8 * NSTIME_MS } },
      0.05, "off 5.00% of the time, 8ms at a stretch" },
    { { .loss = { .model = LOSS_OUTAGE, .outage_share = SHARE(300000000),
                  .outage_mean = 1500 * NSTIME_US } },
      0.3, "off 30.00% of the time, 1500us at a stretch" },
    { { .loss = { .model = LOSS_OUTAGE, .outage_share = SHARE(1000000),
                  .outage_mean = 2 * NSTIME_S } },
      0.001, "off 0.10% of the time, 2s at a stretch" },
};

START_TEST(a_setting_is_described)
{
    g_autofree char *text = impairment_describe(&settings[_i].impairment);

    ck_assert_str_eq(text, settings[_i].text);
    ck_assert_double_eq_tol(impairment_mean_loss(&settings[_i].impairment),
                            settings[_i].mean_loss, 1e-9);
}
END_TEST

/* The default: 200 us, a queue of 1000, and nothing else. */
START_TEST(the_default_is_perfect_but_for_a_delay)
{
    struct impairment impairment = impairment_default();
    struct link *link = link_with("servers", 0, &impairment);

    for (uint64_t i = 0; i < 1000; i++) {
        struct passage passage = forward(link, 5, i);
        ck_assert_uint_eq(passage.copies, 1);
        ck_assert_int_eq(passage.arrival[0], 5 + 200 * NSTIME_US);
    }
    ck_assert_int_eq(forward(link, 5, 1000).loss, LOST_QUEUE);
    link_free(link);
}
END_TEST

Suite *impairment_suite(void)
{
    Suite *suite = suite_create("impairment");
    TCase *tcase = tcase_create("impairment");

    tcase_add_loop_test(tcase, a_setting_is_described, 0, G_N_ELEMENTS(settings));
    tcase_add_test(tcase, the_default_is_perfect_but_for_a_delay);
    suite_add_tcase(suite, tcase);
    return suite;
}

/* Named streams: the published generator, seeded apart. */
#include "sim/engine/chance.h"
#include "sim/engine/stream.h"
#include "tests/engine/suites.h"

#include <glib.h>

/* The published first outputs of xoshiro256** from the state 1, 2, 3, 4. */
START_TEST(the_generator_is_xoshiro256_starstar)
{
    static const uint64_t published[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct stream stream = { .state = { 1, 2, 3, 4 } };

    for (size_t i = 0; i < G_N_ELEMENTS(published); i++)
        ck_assert_uint_eq(stream_next(&stream), published[i]);
}
END_TEST

/* The state is filled by splitmix64, whose outputs from 1234567 are published too. */
START_TEST(the_seed_goes_through_splitmix64)
{
    struct stream stream;

    stream_init(&stream, 1234567);
    ck_assert_uint_eq(stream.state[0], UINT64_C(6457827717110365317));
    ck_assert_uint_eq(stream.state[3], UINT64_C(4593380528125082431));
}
END_TEST

/* Two streams from neighbouring keys have no value in common among the first 10,000. */
START_TEST(streams_of_neighbouring_keys_do_not_meet)
{
    GHashTable *seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    struct stream one, other;

    stream_init(&one, 5);
    stream_init(&other, 6);
    for (int i = 0; i < 10000; i++) {
        uint64_t value = stream_next(&one);
        g_hash_table_add(seen, g_memdup2(&value, sizeof value));
    }
    ck_assert_uint_eq(g_hash_table_size(seen), 10000);
    for (int i = 0; i < 10000; i++) {
        uint64_t value = stream_next(&other);
        ck_assert(!g_hash_table_contains(seen, &value));
    }
    g_hash_table_unref(seen);
}
END_TEST

Suite *stream_suite(void)
{
    Suite *suite = suite_create("stream");
    TCase *tcase = tcase_create("stream");

    tcase_add_test(tcase, the_generator_is_xoshiro256_starstar);
    tcase_add_test(tcase, the_seed_goes_through_splitmix64);
    tcase_add_test(tcase, streams_of_neighbouring_keys_do_not_meet);
    suite_add_tcase(suite, tcase);
    return suite;
}

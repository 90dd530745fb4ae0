/* The pool: blocks that stay, are clean, and come back. */
#include "sim/network/pool.h"
#include "tests/network/suites.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

enum { BLOCKS = 10000 };

/* Ten thousand blocks of an odd size are filled with their own numbers: none overlaps
 * another, each is aligned and stays where it is while the pool grows. */
START_TEST(blocks_are_apart_and_stay)
{
    struct pool *pool = pool_new(41);
    unsigned char *blocks[BLOCKS];

    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = pool_take(pool);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 8, 0);
        memset(blocks[i], i % 251, 41);
    }
    for (int i = 0; i < BLOCKS; i++)
        for (int byte = 0; byte < 41; byte++)
            ck_assert_uint_eq(blocks[i][byte], (unsigned)i % 251);
    ck_assert_uint_eq(pool_in_use(pool), BLOCKS);
    pool_free(pool);
}
END_TEST

/* A block that was written to and given back comes out clean, and the pool does not grow
 * while no more are in use than before. */
START_TEST(blocks_are_zeroed_and_used_again)
{
    static const unsigned char clean[64];
    struct pool *pool = pool_new(64);
    void *blocks[100];

    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 100; i++) {
            blocks[i] = pool_take(pool);
            ck_assert_mem_eq(blocks[i], clean, 64);
            memset(blocks[i], 0xff, 64);
        }
        for (int i = 0; i < 100; i++)
            pool_give(pool, blocks[i]);
    }
    ck_assert_uint_eq(pool_in_use(pool), 0);
    ck_assert_uint_eq(pool_peak(pool), 100);
    ck_assert_uint_le(pool_memory(pool), 300 * 64);
    pool_free(pool);
}
END_TEST

Suite *pool_suite(void)
{
    Suite *suite = suite_create("pool");
    TCase *tcase = tcase_create("pool");

    tcase_add_test(tcase, blocks_are_apart_and_stay);
    tcase_add_test(tcase, blocks_are_zeroed_and_used_again);
    suite_add_tcase(suite, tcase);
    return suite;
}

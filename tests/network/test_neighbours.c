/* Neighbours: who sends to a former owner, and until what (R-1003). */
#include "sim/network/neighbours.h"
#include "tests/network/suites.h"

#include <stddef.h>

enum { COUNT = 2, SWITCH = COUNT };

static struct neighbours *neighbours_of(void *owner)
{
    struct neighbours *neighbours = neighbours_new(COUNT);
    neighbours_claim(neighbours, owner, false);
    ck_assert_uint_eq(neighbours_count(neighbours), COUNT);
    ck_assert_uint_eq(neighbours_switch(neighbours), SWITCH);
    for (unsigned i = 0; i <= SWITCH; i++)
        ck_assert(!neighbours_is_astray(neighbours, i));
    return neighbours;
}

/* Another unit claims with the MAC that all know (R-1003): the entries are right, and the
 * switch misleads everybody until it sees the new owner, or forgets the port. */
START_TEST(the_switch_misleads_all)
{
    int a, b;
    for (unsigned forgets = 0; forgets < 2; forgets++) {
        struct neighbours *neighbours = neighbours_of(&a);
        neighbours_claim(neighbours, &b, true);
        ck_assert(neighbours_is_astray(neighbours, SWITCH));
        for (unsigned i = 0; i < COUNT; i++) {
            ck_assert(!neighbours_is_astray(neighbours, i));
            ck_assert_ptr_eq(neighbours_misled(neighbours, i), &a);
        }
        if (forgets)
            neighbours_forget_port(neighbours, &a);
        else
            neighbours_learn(neighbours, SWITCH, &b);
        ck_assert_ptr_null(neighbours_misled(neighbours, 0));
        ck_assert_ptr_eq(neighbours_port(neighbours), forgets ? NULL : (void *)&b);
        neighbours_free(neighbours);
    }
}
END_TEST

/* With a MAC of its own each neighbour must hear of the new owner, and the switch need not.
 * Where the former one claims again, who never heard of another was right all along. */
START_TEST(each_must_hear)
{
    int a, b;
    struct neighbours *neighbours = neighbours_of(&a);
    neighbours_claim(neighbours, &b, false);
    neighbours_learn(neighbours, 1, &b);
    ck_assert(!neighbours_is_astray(neighbours, SWITCH));
    ck_assert_ptr_eq(neighbours_misled(neighbours, 0), &a);
    ck_assert_ptr_null(neighbours_misled(neighbours, 1));
    neighbours_claim(neighbours, &b, true); /* said again, and lost again */
    ck_assert_ptr_eq(neighbours_misled(neighbours, 0), &a);
    ck_assert_ptr_null(neighbours_misled(neighbours, 1));
    neighbours_claim(neighbours, &a, false);
    ck_assert_ptr_null(neighbours_misled(neighbours, 0));
    ck_assert_ptr_eq(neighbours_misled(neighbours, 1), &b);
    neighbours_free(neighbours);
}
END_TEST

/* Whose entry is gone asks when it has something to send, so that it needs no claim. */
START_TEST(no_entry_is_never_astray)
{
    int a, b;
    struct neighbours *neighbours = neighbours_of(&a);
    neighbours_learn(neighbours, 0, NULL);
    neighbours_claim(neighbours, &b, false);
    ck_assert(!neighbours_is_astray(neighbours, 0));
    ck_assert(neighbours_is_astray(neighbours, 1));
    neighbours_forget_port(neighbours, &a); /* not its port any more */
    ck_assert_ptr_eq(neighbours_port(neighbours), &b);
    neighbours_free(neighbours);
}
END_TEST

Suite *neighbours_suite(void)
{
    Suite *suite = suite_create("neighbours");
    TCase *tcase = tcase_create("neighbours");

    tcase_add_test(tcase, the_switch_misleads_all);
    tcase_add_test(tcase, each_must_hear);
    tcase_add_test(tcase, no_entry_is_never_astray);
    suite_add_tcase(suite, tcase);
    return suite;
}

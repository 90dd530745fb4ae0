/* The link: rate and queue to the nanosecond, copies, reordering, changes, counts. */
#include "tests/network/suites.h"
#include "tests/network/support.h"

static struct passage send_bytes(struct link *link, nstime now, uint64_t identity,
                                 uint32_t bytes)
{
    struct passage passage;

    link_pass(link, DIRECTION_FORWARD, now, identity, bytes, &passage);
    return passage;
}

/* ---- rate ---- */

static const struct {
    uint64_t rate;
    int32_t overhead;
    uint32_t bytes;
    nstime expected;
} lines[] = {
    { 1000000000, 0, 1500, 12000 },
    { 10000000, 0, 1250, NSTIME_MS },
    { 100000000, 18, 68, 6880 },
    { 3000000, 0, 1000, 2666667 }, /* rounded up */
    { 1, 0, 65535, 524280 * NSTIME_S },
    { 8000, -20, 40, 20 * NSTIME_MS },
    { 8000, -100, 40, 0 }, /* less than nothing is nothing */
};

/* Three packets at once: each is on the line for its bytes and the overhead at the rate,
 * one after the other, and then takes the delay; a fourth after a pause starts anew. */
START_TEST(packets_are_serialised_one_after_the_other)
{
    struct impairment impairment = perfect();
    impairment.rate = lines[_i].rate;
    impairment.rate_overhead = lines[_i].overhead;
    impairment.delay = 7 * NSTIME_MS;
    struct link *link = link_with("servers", 0, &impairment);
    nstime each = lines[_i].expected;

    for (nstime i = 1; i <= 3; i++) {
        struct passage passage = send_bytes(link, 1000, (uint64_t)i, lines[_i].bytes);
        ck_assert_int_eq(passage.arrival[0], 1000 + i * each + 7 * NSTIME_MS);
    }
    nstime later = 1000 + 3 * each + 5;
    ck_assert_int_eq(send_bytes(link, later, 9, lines[_i].bytes).arrival[0],
                     later + each + 7 * NSTIME_MS);
    link_free(link);
}
END_TEST

/* ---- limit ---- */

/* A queue of three, each packet waiting 10 ms: the fourth is refused, also a nanosecond
 * before the first has arrived, and at that instant there is room for one. */
START_TEST(the_limit_counts_packets_on_their_way)
{
    struct impairment impairment = perfect();
    impairment.delay = 10 * NSTIME_MS;
    impairment.limit = 3;
    struct link *link = link_with("servers", 0, &impairment);

    forward(link, 0, 1);
    forward(link, 1, 2);
    forward(link, 2, 3);
    ck_assert_int_eq(forward(link, 3, 4).loss, LOST_QUEUE);
    ck_assert_int_eq(forward(link, 10 * NSTIME_MS - 1, 5).loss, LOST_QUEUE);
    ck_assert_int_eq(forward(link, 10 * NSTIME_MS, 6).loss, PASSED);
    ck_assert_int_eq(forward(link, 10 * NSTIME_MS, 7).loss, LOST_QUEUE);
    ck_assert_uint_eq(link_count(link, DIRECTION_FORWARD).lost, 3);
    link_free(link);
}
END_TEST

/* A packet that the full queue refuses takes no time on the line. */
START_TEST(a_refused_packet_takes_no_time_on_the_line)
{
    struct impairment impairment = perfect();
    impairment.rate = 8000000; /* a microsecond a byte */
    impairment.limit = 2;
    struct link *link = link_with("servers", 0, &impairment);

    ck_assert_int_eq(send_bytes(link, 0, 1, 100).arrival[0], 100000);
    ck_assert_int_eq(send_bytes(link, 0, 2, 100).arrival[0], 200000);
    ck_assert_int_eq(send_bytes(link, 0, 3, 100).loss, LOST_QUEUE);
    ck_assert_int_eq(send_bytes(link, 100000, 4, 100).arrival[0], 300000);
    link_free(link);
}
END_TEST

/* Random traffic with jitter, rate, reordering and copies against a plain list of what is
 * on its way: the queue refuses exactly when the list is full. */
START_TEST(the_limit_agrees_with_a_list)
{
    struct impairment impairment = perfect();
    impairment.delay = 2 * NSTIME_MS;
    impairment.jitter = 2 * NSTIME_MS;
    impairment.rate = 100000000;
    impairment.limit = 20;
    impairment.reorder = probability_from_share(0.1);
    impairment.duplicate = probability_from_share(0.2);
    struct link *link = link_with("servers", 0, &impairment);
    GArray *waiting = g_array_new(FALSE, FALSE, sizeof(nstime));
    nstime now = 0;
    unsigned refused = 0;

    for (uint64_t i = 0; i < 20000; i++) {
        now += (nstime)(chance_mix(i) % (200 * NSTIME_US));
        for (guint k = waiting->len; k-- > 0;)
            if (g_array_index(waiting, nstime, k) <= now)
                g_array_remove_index_fast(waiting, k);
        struct passage passage = forward(link, now, i);
        ck_assert((passage.copies == 0) == (waiting->len == 20));
        refused += passage.copies == 0;
        for (unsigned copy = 0; copy < passage.copies; copy++)
            if (passage.arrival[copy] > now)
                g_array_append_val(waiting, passage.arrival[copy]);
        ck_assert_uint_le(waiting->len, 20);
    }
    ck_assert_uint_gt(refused, 1000);
    ck_assert_uint_lt(refused, 19000);
    g_array_unref(waiting);
    link_free(link);
}
END_TEST

/* ---- copies ---- */

/* netem draws loss and duplication in one step: what both at once leave is one packet. */
static const struct {
    double loss, duplicate;
    unsigned copies;
} both_at_once[] = { { 0, 0, 1 }, { 1, 0, 0 }, { 0, 1, 2 }, { 1, 1, 1 } };

START_TEST(loss_and_duplication_are_one_step)
{
    struct impairment impairment = perfect();
    impairment.loss.model = LOSS_RANDOM;
    impairment.loss.random = probability_from_share(both_at_once[_i].loss);
    impairment.duplicate = probability_from_share(both_at_once[_i].duplicate);
    struct link *link = link_with("replication", 0, &impairment);

    for (uint64_t i = 0; i < 100; i++)
        ck_assert_uint_eq(forward(link, (nstime)i, i).copies, both_at_once[_i].copies);
    link_free(link);
}
END_TEST

/* A loss of p = 20 % and a duplication of d = 10 %: none arrives with p (1-d), and, since
 * the copy enters from the top and may be lost too, two with d (1-p)^2. */
START_TEST(a_copy_has_luck_of_its_own)
{
    enum { PACKETS = 200000 };
    struct impairment impairment = perfect();
    impairment.loss.model = LOSS_RANDOM;
    impairment.loss.random = probability_from_share(0.2);
    impairment.duplicate = probability_from_share(0.1);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t copies[3] = { 0 };

    for (uint64_t i = 0; i < PACKETS; i++)
        copies[forward(link, (nstime)i, i).copies]++;
    ck_assert(is_binomial(copies[0], PACKETS, 0.2 * 0.9));
    ck_assert(is_binomial(copies[2], PACKETS, 0.1 * 0.8 * 0.8));
    link_free(link);
}
END_TEST

/* A copy takes a delay of its own, its own time on the line after the original, and a
 * place in the queue of its own. */
START_TEST(a_copy_is_a_packet_of_its_own)
{
    struct impairment impairment = perfect();
    impairment.duplicate = probability_from_share(1);
    impairment.delay = 10 * NSTIME_MS;
    impairment.jitter = NSTIME_MS;
    struct link *jittery = link_with("replication", 0, &impairment);
    impairment.jitter = 0;
    impairment.rate = 8000000;
    impairment.limit = 3;
    struct link *slow = link_with("replication", 0, &impairment);

    struct passage passage = forward(jittery, 0, 1);
    ck_assert_uint_eq(passage.copies, 2);
    ck_assert_int_ne(passage.arrival[0], passage.arrival[1]);
    passage = send_bytes(slow, 0, 1, 100);
    ck_assert_int_eq(passage.arrival[1], passage.arrival[0] + 100000);
    passage = send_bytes(slow, 0, 2, 100);
    ck_assert_uint_eq(passage.copies, 1);
    ck_assert_int_eq(passage.loss, PASSED);
    link_free(jittery);
    link_free(slow);
}
END_TEST

/* An outage lets nothing through, neither the packet nor its copy. */
START_TEST(an_outage_takes_copies_too)
{
    struct impairment impairment = perfect();
    impairment.loss.model = LOSS_OUTAGE;
    impairment.loss.outage_share = probability_from_share(1);
    impairment.duplicate = probability_from_share(1);
    struct link *link = link_with("replication", 0, &impairment);

    ck_assert_int_eq(forward(link, 0, 1).loss, LOST_OUTAGE);
    link_free(link);
}
END_TEST

/* ---- reordering ---- */

/* With 100 % and gap 5 every fifth packet goes at once, ahead of rate and delay, and the
 * others wait their 20 ms. */
START_TEST(every_fifth_packet_goes_at_once)
{
    struct impairment impairment = perfect();
    impairment.delay = 20 * NSTIME_MS;
    impairment.reorder = probability_from_share(1);
    impairment.reorder_gap = 5;
    struct link *link = link_with("replication", 0, &impairment);

    for (uint64_t i = 1; i <= 100; i++) {
        nstime now = (nstime)i * NSTIME_MS;
        nstime expected = i % 5 == 0 ? now : now + 20 * NSTIME_MS;
        ck_assert_int_eq(forward(link, now, i).arrival[0], expected);
    }
    link_free(link);
}
END_TEST

/* At 50 %, a row of packets: how many go at once, and how many of these right after
 * another such. Without a gap half of all, and half of these; with gap 2 a quarter, never
 * two together. With a correlation of 90 % still half, but in rows: for a normal chain
 * it would be 1/2 + arcsin(0.9)/pi = 0.856 of them, and this one is near to normal. */
static const struct {
    uint32_t gap;
    double rho, share, after_another;
} choices[] = { { 0, 0, 0.5, 0.5 }, { 1, 0, 0.5, 0.5 }, { 2, 0, 0.25, 0 }, { 1, 0.9, 0.5, 0.856 } };

START_TEST(a_share_of_the_candidates_goes_at_once)
{
    enum { PACKETS = 100000 };
    struct impairment impairment = perfect();
    impairment.delay = NSTIME_MS;
    impairment.reorder = probability_from_share(0.5);
    impairment.reorder_gap = choices[_i].gap;
    impairment.reorder_correlation = probability_from_share(choices[_i].rho);
    struct link *link = link_with("replication", 0, &impairment);
    uint64_t at_once = 0, repeated = 0;
    double tolerance = choices[_i].rho > 0 ? 0.02 : 0.007; /* 4.5 sigma without memory */
    bool last = false;

    for (uint64_t i = 0; i < PACKETS; i++) {
        bool now = forward(link, (nstime)i, i).arrival[0] == (nstime)i;
        repeated += now && last;
        at_once += now;
        last = now;
    }
    ck_assert_double_eq_tol((double)at_once / PACKETS, choices[_i].share, tolerance);
    ck_assert_double_eq_tol((double)repeated / (double)at_once, choices[_i].after_another,
                            1.5 * tolerance);
    link_free(link);
}
END_TEST

/* ---- changes and counts ---- */

/* A fault makes the link slower and then faster again: each packet keeps the arrival it
 * was given, and the line finishes what it had begun at the old rate. */
START_TEST(a_change_leaves_packets_on_their_way_alone)
{
    struct impairment impairment = perfect();
    impairment.rate = 8000000;
    struct link *link = link_with("servers", 0, &impairment);

    nstime first = send_bytes(link, 0, 1, 1000).arrival[0];
    link_impairment(link, DIRECTION_FORWARD)->rate = 80000000;
    ck_assert_int_eq(send_bytes(link, 10, 2, 1000).arrival[0], first + 100000);
    link_impairment(link, DIRECTION_FORWARD)->delay = NSTIME_S;
    ck_assert_int_eq(send_bytes(link, 20, 3, 1000).arrival[0], first + 200000 + NSTIME_S);
    link_impairment(link, DIRECTION_FORWARD)->delay = 0;
    ck_assert_int_eq(send_bytes(link, 30, 4, 1000).arrival[0], first + 300000);
    link_free(link);
}
END_TEST

/* After a fault has raised the loss, a packet meets the fate that it would have met on a
 * link with that loss from the start. */
START_TEST(a_changed_loss_is_as_if_it_had_always_been)
{
    struct impairment impairment = perfect();
    struct impairment lossy = perfect();
    lossy.loss.model = LOSS_RANDOM;
    lossy.loss.random = probability_from_share(0.4);
    struct link *changed = link_with("replication", 0, &impairment);
    struct link *always = link_with("replication", 0, &lossy);

    for (uint64_t i = 0; i < 1000; i++)
        ck_assert(!is_lost(changed, (nstime)i, i));
    link_impairment(changed, DIRECTION_FORWARD)->loss = lossy.loss;
    for (uint64_t i = 1000; i < 4000; i++)
        ck_assert(is_lost(changed, (nstime)i, i) == is_lost(always, (nstime)i, i));
    link_free(changed);
    link_free(always);
}
END_TEST

/* A direction that is down loses everything, copies and all; the other one goes on. */
START_TEST(down_is_down_in_one_direction)
{
    struct impairment impairment = perfect();
    impairment.duplicate = probability_from_share(1);
    struct link *link = link_with("replication", 0, &impairment);
    struct passage passage;

    link_impairment(link, DIRECTION_FORWARD)->down = true;
    ck_assert_int_eq(forward(link, 0, 1).loss, LOST_DOWN);
    link_pass(link, DIRECTION_REVERSE, 0, 1, 100, &passage);
    ck_assert_uint_eq(passage.copies, 2);
    link_impairment(link, DIRECTION_FORWARD)->down = false;
    ck_assert_int_eq(forward(link, 1, 1).loss, PASSED);
    link_free(link);
}
END_TEST

/* Packets and bytes are counted as they are handed over, by direction, lost or not. */
START_TEST(each_direction_counts_for_itself)
{
    struct impairment impairment = perfect();
    struct link *link = link_with("replication", 0, &impairment);

    send_bytes(link, 0, 1, 100);
    send_bytes(link, 1, 2, 56);
    link_impairment(link, DIRECTION_FORWARD)->down = true;
    send_bytes(link, 2, 3, 44);
    struct link_count count = link_count(link, DIRECTION_FORWARD);
    ck_assert_uint_eq(count.packets, 3);
    ck_assert_uint_eq(count.bytes, 200);
    ck_assert_uint_eq(count.lost, 1);
    ck_assert_uint_eq(link_count(link, DIRECTION_REVERSE).packets, 0);
    ck_assert_str_eq(link_name(link), "replication");
    link_free(link);
}
END_TEST

/* Every loss has a word of its own. */
START_TEST(every_loss_has_a_word)
{
    for (int i = 0; i < PASSAGE_COUNT; i++)
        for (int k = 0; k < i; k++)
            ck_assert_str_ne(passage_word((enum passage_loss)i),
                             passage_word((enum passage_loss)k));
    ck_assert_str_eq(passage_word(LOST_OUTAGE), "outage");
}
END_TEST

Suite *link_suite(void)
{
    Suite *suite = suite_create("link");
    TCase *tcase = tcase_create("link");

    tcase_add_loop_test(tcase, packets_are_serialised_one_after_the_other, 0,
                        G_N_ELEMENTS(lines));
    tcase_add_test(tcase, the_limit_counts_packets_on_their_way);
    tcase_add_test(tcase, a_refused_packet_takes_no_time_on_the_line);
    tcase_add_test(tcase, the_limit_agrees_with_a_list);
    tcase_add_loop_test(tcase, loss_and_duplication_are_one_step, 0,
                        G_N_ELEMENTS(both_at_once));
    tcase_add_test(tcase, a_copy_has_luck_of_its_own);
    tcase_add_test(tcase, a_copy_is_a_packet_of_its_own);
    tcase_add_test(tcase, an_outage_takes_copies_too);
    tcase_add_test(tcase, every_fifth_packet_goes_at_once);
    tcase_add_loop_test(tcase, a_share_of_the_candidates_goes_at_once, 0, G_N_ELEMENTS(choices));
    tcase_add_test(tcase, a_change_leaves_packets_on_their_way_alone);
    tcase_add_test(tcase, a_changed_loss_is_as_if_it_had_always_been);
    tcase_add_test(tcase, down_is_down_in_one_direction);
    tcase_add_test(tcase, each_direction_counts_for_itself);
    tcase_add_test(tcase, every_loss_has_a_word);
    suite_add_tcase(suite, tcase);
    return suite;
}

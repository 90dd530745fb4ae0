#include "core/effect.h"
#include "tests/core/suites.h"

#include <signal.h>
#include <string.h>

/* Effects of all sizes are added beyond every first allocation; each keeps its
 * own bytes, and the list its order. */
START_TEST(keeps_order_and_bytes)
{
    struct effects effects;
    uint8_t bytes[1480];
    effects_init(&effects);
    for (unsigned i = 0; i < 1000; i++) {
        size_t length = 1 + i * 7 % sizeof bytes;
        memset(bytes, (int)(i % 251), length);
        effects_add_datagram(&effects, CHANNEL_HELLO, bytes, length)->datagram.interface = i;
    }
    ck_assert_uint_eq(effects.count, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        const struct effect *effect = &effects.items[i];
        const uint8_t *copy = effect_bytes(&effects, effect);
        ck_assert_int_eq(effect->kind, EFFECT_DATAGRAM);
        ck_assert_int_eq(effect->datagram.channel, CHANNEL_HELLO);
        ck_assert_uint_eq(effect->datagram.interface, i);
        ck_assert_uint_eq(effect->datagram.length, 1 + i * 7 % sizeof bytes);
        ck_assert_uint_eq(copy[0], i % 251);
        ck_assert_uint_eq(copy[effect->datagram.length - 1], i % 251);
    }
    effects_clear(&effects);
    ck_assert_ptr_null(effects.items);
}
END_TEST

/* After one large step a step of the same size allocates nothing: the memory
 * stays where it is. */
START_TEST(reset_keeps_memory)
{
    struct effects effects;
    effects_init(&effects);
    for (int i = 0; i < 100; i++)
        effects_add_reply(&effects, true, "a sentence");
    const struct effect *items = effects.items;
    const uint8_t *bytes = effects.bytes;
    effects_reset(&effects);
    ck_assert_uint_eq(effects.count, 0);
    for (int i = 0; i < 100; i++)
        effects_add_reply(&effects, true, "a sentence");
    ck_assert_ptr_eq(effects.items, items);
    ck_assert_ptr_eq(effects.bytes, bytes);
    effects_clear(&effects);
}
END_TEST

/* A new effect is zero but for its kind, also where an old one lay before. */
START_TEST(adds_zeroed)
{
    struct effects effects;
    effects_init(&effects);
    effects_add(&effects, EFFECT_FORWARD)->packet.packet.sequence = 7;
    effects_reset(&effects);
    struct effect *effect = effects_add(&effects, EFFECT_RESET);
    ck_assert_int_eq(effect->kind, EFFECT_RESET);
    ck_assert_uint_eq(effect->packet.packet.sequence, 0);
    effects_clear(&effects);
}
END_TEST

/* Replies are texts of their own, the empty one among them. */
START_TEST(replies_are_texts)
{
    struct effects effects;
    effects_init(&effects);
    effects_add_reply(&effects, false, "bind: no real machine 10.0.1.9");
    effects_add_reply(&effects, true, "");
    ck_assert_str_eq(effect_text(&effects, &effects.items[0]), "bind: no real machine 10.0.1.9");
    ck_assert(!effects.items[0].reply.ok);
    ck_assert_str_eq(effect_text(&effects, &effects.items[1]), "");
    ck_assert(effects.items[1].reply.ok);
    effects_clear(&effects);
}
END_TEST

/* No datagram is empty or larger than a frame: a programmer's mistake. */
START_TEST(refuses_wrong_sizes)
{
    static const size_t sizes[] = {0, 1481};
    static const uint8_t bytes[1481];
    struct effects effects;
    effects_init(&effects);
    effects_add_datagram(&effects, CHANNEL_REPLICATION, bytes, sizes[_i]);
}
END_TEST

Suite *effect_suite(void)
{
    Suite *suite = suite_create("effect");
    TCase *list = tcase_create("list");
    tcase_add_test(list, keeps_order_and_bytes);
    tcase_add_test(list, reset_keeps_memory);
    tcase_add_test(list, adds_zeroed);
    tcase_add_test(list, replies_are_texts);
    if (suites_fork())
        tcase_add_loop_test_raise_signal(list, refuses_wrong_sizes, SIGABRT, 0, 2);
    suite_add_tcase(suite, list);
    return suite;
}

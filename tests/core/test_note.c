#include "core/note.h"
#include "tests/core/suites.h"

#include <glib.h>
#include <signal.h>

/* ---- helpers */

typedef const char *word_of(unsigned code);

static const char *note_at(unsigned code)
{
    return note_word(code);
}

static const char *end_at(unsigned code)
{
    return end_word(code);
}

static const char *ditch_at(unsigned code)
{
    return ditch_word(code);
}

static const char *drop_at(unsigned code)
{
    return drop_word(code);
}

static const char *refusal_at(unsigned code)
{
    return refusal_word(code);
}

static const char *role_reason_at(unsigned code)
{
    return role_reason_word(code);
}

static const struct {
    word_of *word;
    unsigned count;
} lists[] = {
    {note_at, NOTE_COUNT},       {end_at, END_COUNT},
    {drop_at, DROP_COUNT},       {refusal_at, REFUSAL_COUNT},
    {role_reason_at, ROLE_REASON_COUNT}, {ditch_at, DITCH_COUNT},
};

/* ---- tests */

/* Tables are made from the words, so in each list every code has one of its own,
 * written in lower case with hyphens. */
START_TEST(words_are_distinct)
{
    GHashTable *seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (unsigned code = 0; code < lists[_i].count; code++) {
        const char *word = lists[_i].word(code);
        ck_assert_ptr_nonnull(word);
        ck_assert(*word != '\0');
        for (const char *letter = word; *letter != '\0'; letter++)
            ck_assert(g_ascii_islower(*letter) || *letter == '-');
        ck_assert_msg(g_hash_table_add(seen, (void *)(uintptr_t)word), "twice: %s", word);
    }
    g_hash_table_destroy(seen);
}
END_TEST

/* A code that does not exist is a programmer's mistake and stops the program. */
START_TEST(refuses_unknown_codes)
{
    lists[_i].word(lists[_i].count);
}
END_TEST

/* The detail of each kind of note is read by its own list, and is no word where
 * it is a number. */
START_TEST(details_have_words)
{
    static const struct {
        enum note_code code;
        uint32_t detail;
        const char *word;
    } cases[] = {
        {NOTE_ENDED, END_IDLE, "idle"},
        {NOTE_REFUSED, DROP_NO_MACHINE, "no-machine"},
        {NOTE_DROPPED, DROP_UNKNOWN_INBOUND, "unknown-inbound"},
        {NOTE_RECORD_REFUSED, REFUSAL_WRONG_SIZE, "wrong-size"},
        {NOTE_BECAME_ACTIVE, ROLE_PEER_FAILED, "peer-failed"},
        {NOTE_BECAME_STANDBY, ROLE_TOLD_FAILED, "told-failed"},
        {NOTE_HELLO_MISSED, 1, NULL},
        {NOTE_MACHINE_STATE, 2, NULL},
        {NOTE_OPENED, 0, NULL},
    };
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct note note = {.code = cases[i].code, .detail = cases[i].detail};
        ck_assert_pstr_eq(note_detail_word(&note), cases[i].word);
    }
}
END_TEST

Suite *note_suite(void)
{
    Suite *suite = suite_create("note");
    TCase *words = tcase_create("words");
    tcase_add_loop_test(words, words_are_distinct, 0, G_N_ELEMENTS(lists));
    tcase_add_test(words, details_have_words);
    if (suites_fork())
        tcase_add_loop_test_raise_signal(words, refuses_unknown_codes, SIGABRT, 0,
                                         G_N_ELEMENTS(lists));
    suite_add_tcase(suite, words);
    return suite;
}

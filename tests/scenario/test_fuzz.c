/* Damaged files: whatever is done to the text, it is read or refused with lines. */
#include "sim/engine/stream.h"
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

enum { ROUNDS = 40, FILES = 25 };

/* One random damage: a byte changed, a stretch cut out, doubled, or a line swapped in
 * from elsewhere. */
static void damage(GString *text, struct stream *stream)
{
    static const char letters[] = "=[];#.%-+ \n0159abmsk";
    gsize at = (gsize)(stream_next(stream) % text->len);
    gsize length = 1 + (gsize)(stream_next(stream) % 12);
    length = MIN(length, text->len - at);
    char *piece = g_strndup(text->str + at, length);
    switch (stream_next(stream) % 4) {
    case 0: text->str[at] = letters[stream_next(stream) % strlen(letters)]; break;
    case 1: g_string_erase(text, (gssize)at, (gssize)length); break;
    case 2: g_string_insert(text, (gssize)at, piece); break;
    default: g_string_insert(text, (gssize)(stream_next(stream) % text->len), piece); break;
    }
    g_free(piece);
}

/* Every line of a refusal says where. */
static void expect_places(const char *message)
{
    char **lines = g_strsplit(message, "\n", -1);
    for (unsigned i = 0; lines[i] != NULL; i++)
        ck_assert_msg(g_str_has_prefix(lines[i], "t.scn:"), "%s", message);
    g_strfreev(lines);
}

/* A file damaged in one to six places is either read, and then shown and read again,
 * or refused with a line for each mistake; nothing else happens. */
START_TEST(damaged_files_are_read_or_refused)
{
    struct stream stream;
    stream_init(&stream, (uint64_t)_i);
    for (unsigned n = 0; n < FILES; n++) {
        GString *text = g_string_new(rich_text);
        for (uint64_t i = 1 + stream_next(&stream) % 6; i > 0; i--)
            damage(text, &stream);
        support_write("t.scn", text->str);
        GError *error = NULL;
        struct scenario_file *file = scenario_file_read("t.scn", NULL, 0, NULL, &error);
        if (file == NULL) {
            expect_places(error->message);
            g_error_free(error);
        } else {
            char *shown = scenario_file_show(file);
            scenario_file_free(file);
            scenario_file_free(support_read(shown, NULL));
            g_free(shown);
        }
        g_string_free(text, TRUE);
    }
}
END_TEST

Suite *fuzz_suite(void)
{
    Suite *suite = suite_create("fuzz");
    TCase *tests = tcase_create("fuzz");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_loop_test(tests, damaged_files_are_read_or_refused, 0, ROUNDS);
    suite_add_tcase(suite, tests);
    return suite;
}

/* Variants: settings that go together as one value of an axis. */
#include "tests/scenario/suites.h"
#include "tests/scenario/support.h"

#include <string.h>

/* Three protocols at settings of their own, and two networks; line 16 is the first. */
static const char variants[] =
    "[variant none]\n"                       /* 16 */
    "replication.protocol = none\n"          /* 17 */
    "[variant plain]\n"                      /* 18 */
    "replication.protocol = patent\n"        /* 19 */
    "[variant twice]\n"                      /* 20 */
    "replication.protocol = repeat\n"        /* 21 */
    "replication.repeats = 2\n"              /* 22 */
    "[variant clean]\n"                      /* 23 */
    "[variant lossy]\n"                      /* 24 */
    "link.replication.loss = random 30.0%\n"; /* 25 */

static struct scenario_file *read_sweep(const char *sweep, const char *set)
{
    char *text = g_strconcat(sound_text, variants, "[sweep]\n", sweep, NULL);
    struct scenario_file *file = support_read(text, set, NULL);
    g_free(text);
    return file;
}

static void expect_point(const struct scenario_file *file, unsigned point, const char *protocol,
                         unsigned repeats, enum loss_model loss)
{
    struct scenario *scenario = scenario_file_point(file, point, true);
    ck_assert_str_eq(scenario->protocol->name, protocol);
    ck_assert_uint_eq(scenario->repeats, repeats);
    ck_assert_int_eq(scenario->links[LINK_REPLICATION].forward.loss.model, loss);
    scenario_free(scenario);
}

/* A variant gives several keys at once; two axes of variants make the product, and what a
 * variant does not name stays as the file has it. */
START_TEST(a_variant_couples_keys)
{
    struct scenario_file *file =
        read_sweep("variant = none; plain; twice\nvariant.net = clean; lossy\n", NULL);
    ck_assert_uint_eq(scenario_file_points(file), 6);
    ck_assert_str_eq(scenario_file_axis(file, 0)->key, "variant");
    ck_assert_str_eq(scenario_file_axis(file, 1)->key, "variant.net");
    ck_assert_str_eq(scenario_file_value(file, 5, 0), "twice");
    ck_assert_str_eq(scenario_file_value(file, 5, 1), "lossy");
    expect_point(file, 0, "none", 1, LOSS_NONE);
    expect_point(file, 3, "patent", 1, LOSS_RANDOM);
    expect_point(file, 4, "repeat", 2, LOSS_NONE);
    scenario_file_free(file);
}
END_TEST

/* What a point changes is told as --set takes it: a run can be met again without [sweep]. */
START_TEST(a_point_tells_its_settings)
{
    struct scenario_file *file =
        read_sweep("variant = plain; twice\nlink.replication.loss = 1%; 2%\n", NULL);
    GPtrArray *settings = scenario_file_settings(file, 3);
    g_ptr_array_add(settings, NULL);
    char *all = g_strjoinv(" ", (char **)settings->pdata);
    ck_assert_str_eq(all, "replication.protocol=repeat replication.repeats=2 "
                          "link.replication.loss=2%");
    g_free(all);
    g_ptr_array_free(settings, TRUE);
    scenario_file_free(file);
}
END_TEST

/* --set holds a key at its value, in every variant; and it reaches a variant's own line. */
START_TEST(set_holds_a_key_of_variants)
{
    struct scenario_file *file = read_sweep("variant = plain; twice\n", "replication.repeats=4");
    expect_point(file, 1, "repeat", 4, LOSS_NONE);
    scenario_file_free(file);
    file = read_sweep("variant = plain; twice\n", "variant.twice.replication.repeats=3");
    expect_point(file, 1, "repeat", 3, LOSS_NONE);
    scenario_file_free(file);
}
END_TEST

/* What show prints has variants in canonical spelling, and shows as the same again. */
START_TEST(show_prints_variants)
{
    struct scenario_file *file = read_sweep("variant.net = clean; lossy\n", NULL);
    char *once = scenario_file_show(file);
    ck_assert_ptr_nonnull(strstr(once, "[variant lossy]\nlink.replication.loss = 30%\n"));
    ck_assert_ptr_nonnull(strstr(once, "[sweep]\nvariant.net = clean; lossy\n"));
    scenario_file_free(file);
    file = support_read(once, NULL);
    char *twice = scenario_file_show(file);
    ck_assert_str_eq(twice, once);
    scenario_file_free(file);
    g_free(twice);
    g_free(once);
}
END_TEST

static const struct {
    const char *more, *line;
} mistakes[] = {
    {"[sweep]\nvariant = plain; twise\n",
     "t.scn:27: [sweep] variant = twise: no such variant (did you mean twice?)"},
    {"[sweep]\nvariant = plain; plain\n",
     "t.scn:27: [sweep] variant = plain: stands twice on this axis (remove one)"},
    {"[sweep]\nvariant = plain; ;\n",
     "t.scn:27: [sweep] variant = plain; ;: an empty value (write NAME; NAME)"},
    {"[sweep]\nvariant = none; plain\nreplication.protocol = patent\n",
     "t.scn:28: [sweep] replication.protocol = patent: the axis variant changes "
     "replication.protocol as well (remove it from one)"},
    {"[sweep]\nvariant = none; plain\nvariant.more = lossy; twice\n",
     "t.scn:28: [sweep] variant.more = twice: the axis variant changes replication.protocol as "
     "well (remove it from one)"},
    {"[variant x]\nreplication.repeets = 2\n",
     "t.scn:27: [variant x] replication.repeets = 2: unknown key repeets (did you mean repeats?)"},
    {"[variant x]\nreplication.repeats = 99\n",
     "t.scn:27: [variant x] replication.repeats = 99: outside 1..16"},
    {"[variant x]\nreplication.delete-send = always\nreplication.delete_send = always\n",
     "t.scn:28: [variant x] replication.delete_send = always: given twice (remove one)"},
    {"[variant x]\nscenario.seed = 1\n",
     "t.scn:27: [variant x] scenario.seed = 1: cannot be swept: it belongs to the whole of a "
     "sweep"},
    {"[variant x]\nvariant.plain.replication.protocol = none\n",
     "t.scn:27: [variant x] variant.plain.replication.protocol = none: cannot be swept: it "
     "belongs to the whole of a sweep"},
    {"[variant x]\nfaults.nobody = at 1s crash active\n",
     "t.scn:27: [variant x] faults.nobody = at 1s crash active: no fault has this label (write "
     "it in [faults] first)"},
    {"[variant plain]\n", "t.scn:26: [variant plain] given twice (first at line 18)"},
    {"[variant]\n", "t.scn:26: [variant]: a name is missing (write [variant NAME])"},
};

/* Each mistake is told in a sentence with the line that holds it. */
START_TEST(mistakes_are_told)
{
    char *text = g_strconcat(sound_text, variants, mistakes[_i].more, NULL);
    char *message = support_refusal(text, NULL);
    support_expect_line(message, mistakes[_i].line);
    g_free(message);
    g_free(text);
}
END_TEST

/* What is wrong only together with the rest of the scenario is told with the variant's
 * line, and only where the sweep takes it. */
START_TEST(a_variant_is_checked_where_it_is_taken)
{
    static const char wrong[] = "[variant odd]\nvirtual.web.bind = r9\n";
    char *idle = g_strconcat(sound_text, wrong, NULL);
    char *taken = g_strconcat(sound_text, wrong, "[sweep]\nvariant = odd\n", NULL);
    scenario_file_free(support_read(idle, NULL));
    char *message = support_refusal(taken, NULL);
    support_expect_line(message, "t.scn:17: [variant] virtual.web.bind = r9: no [real r9] in this "
                                 "file (did you mean r1?)");
    g_free(message);
    g_free(taken);
    g_free(idle);
}
END_TEST

Suite *variant_suite(void)
{
    Suite *suite = suite_create("variant");
    TCase *tests = tcase_create("variant");
    tcase_add_checked_fixture(tests, support_enter, support_leave);
    tcase_add_test(tests, a_variant_couples_keys);
    tcase_add_test(tests, a_point_tells_its_settings);
    tcase_add_test(tests, set_holds_a_key_of_variants);
    tcase_add_test(tests, show_prints_variants);
    tcase_add_loop_test(tests, mistakes_are_told, 0, G_N_ELEMENTS(mistakes));
    tcase_add_test(tests, a_variant_is_checked_where_it_is_taken);
    suite_add_tcase(suite, tests);
    return suite;
}

#include "analysis/table.h"
#include "tests/analysis/suites.h"

#include <string.h>

static struct table *parse(const char *text)
{
    GError *error = NULL;
    struct table *table = table_parse(text, strlen(text), "t.csv", &error);
    ck_assert_msg(table != NULL, "%s", error != NULL ? error->message : "no reason given");
    return table;
}

/* A table with all that RFC 4180 allows: quoted commas, doubled quotes, a line break in
 * a cell, CRLF, blank lines, a byte-order mark, no newline at the end. */
START_TEST(reads_what_rfc_4180_allows)
{
    struct table *table = parse("\xef\xbb\xbfname,value\r\n\"a, b\",1\r\n\r\n"
                                "\"say \"\"x\"\"\",\"two\nlines\"\n,\nlast,-2.5e3");
    ck_assert_uint_eq(table_columns(table), 2);
    ck_assert_uint_eq(table_rows(table), 4);
    ck_assert_str_eq(table_column_name(table, 0), "name");
    ck_assert_str_eq(table_text(table, 0, 0), "a, b");
    ck_assert_str_eq(table_text(table, 1, 0), "say \"x\"");
    ck_assert_str_eq(table_text(table, 1, 1), "two\nlines");
    ck_assert_str_eq(table_text(table, 2, 1), "");
    ck_assert_str_eq(table_text(table, 3, 1), "-2.5e3");
    table_free(table);
}
END_TEST

/* Messages name lines, so lines must be right behind blank lines and cells that span
 * several. */
START_TEST(rows_know_their_lines)
{
    struct table *table = parse("\na,b\n1,2\n\n\n\"x\ny\nz\",2\n5,6\n");
    ck_assert_uint_eq(table_line(table, 0), 3);
    ck_assert_uint_eq(table_line(table, 1), 6);
    ck_assert_uint_eq(table_line(table, 2), 9);
    table_free(table);
}
END_TEST

static const struct number_case {
    const char *cell;
    bool good;
    double value;
} numbers[] = {
    {"0", true, 0},         {"-1.25", true, -1.25}, {"1e3", true, 1000}, {"", false, 0},
    {"5%", false, 0},       {"1,5", false, 0},      {"0x10", false, 0},  {"nan", false, 0},
    {"inf", false, 0},      {"1e999", false, 0},    {"--1", false, 0},   {"1 2", false, 0},
    {".", false, 0},        {"20000000000", true, 2e10},
};

/* A cell is a number only if it is one to its end, finite and decimal. */
START_TEST(numbers_are_numbers_to_their_end)
{
    const struct number_case *row = &numbers[_i];
    GString *text = g_string_new("n,x\n");
    table_append_field(text, row->cell);
    g_string_append(text, ",x\n");
    struct table *table = parse(text->str);
    double value = 0;
    ck_assert_int_eq(table_number(table, 0, 0, &value), row->good);
    if (row->good) {
        ck_assert_double_eq(value, row->value);
    }
    table_free(table);
    g_string_free(text, TRUE);
}
END_TEST

static const struct bad_case {
    const char *text;
    size_t length; /* 0: up to the NUL */
    const char *says;
    int code;
} bad_tables[] = {
    {"", 0, "t.csv is empty", TABLE_ERROR_SHAPE},
    {"\n\n", 0, "t.csv is empty", TABLE_ERROR_SHAPE},
    {"a,b\n1,2\n1,2,3\n", 0, "t.csv:3: row 2 has 3 fields", TABLE_ERROR_SHAPE},
    {"a,b\n1\n", 0, "t.csv:2: row 1 has 1 fields", TABLE_ERROR_SHAPE},
    {"a,b,a\n1,2,3\n", 0, "t.csv:1: column a stands twice", TABLE_ERROR_SHAPE},
    {"a,b\n1,\"open\n2,3\n", 0, "t.csv:2: not a CSV row", TABLE_ERROR_SYNTAX},
    {"a,b\n1,2\n3,x\"y\n", 0, "t.csv:3: not a CSV row", TABLE_ERROR_SYNTAX},
    {"a,b\n\x7f\xff\xfe,2\n", 0, "t.csv:2: not text", TABLE_ERROR_SYNTAX},
    {"a,b\n1,\0\n", 7, "t.csv:2: not text", TABLE_ERROR_SYNTAX},
};

/* Each way in which a file can be no table is refused in a sentence with file and line. */
START_TEST(bad_tables_are_refused_by_line)
{
    const struct bad_case *row = &bad_tables[_i];
    GError *error = NULL;
    size_t length = row->length > 0 ? row->length : strlen(row->text);
    ck_assert_ptr_null(table_parse(row->text, length, "t.csv", &error));
    ck_assert_msg(g_str_has_prefix(error->message, row->says), "%s", error->message);
    ck_assert(g_error_matches(error, TABLE_ERROR, row->code));
    g_error_free(error);
}
END_TEST

/* A missing file and a directory are errors that name the path. */
START_TEST(unreadable_files_are_named)
{
    static const char *const paths[] = {"tests/analysis/data/absent.csv", "tests/analysis"};
    GError *error = NULL;
    ck_assert_ptr_null(table_read(paths[_i], &error));
    ck_assert_ptr_nonnull(strstr(error->message, paths[_i]));
    g_error_free(error);
}
END_TEST

/* What is written as a field is read back as it was, whatever it holds. */
START_TEST(fields_survive_a_round_trip)
{
    static const char *const fields[] = {"plain", "a,b",   "\"",       "x\"y", "line\nbreak",
                                         " lead", "trail ", "cr\rhere", "",     "gemodel 1% 2%"};
    GString *text = g_string_new("f,g\n");
    table_append_field(text, fields[_i]);
    g_string_append(text, ",end\n");
    struct table *table = parse(text->str);
    ck_assert_str_eq(table_text(table, 0, 0), fields[_i]);
    table_free(table);
    g_string_free(text, TRUE);
}
END_TEST

/* Columns are found by name; one that must be there and is not is named. */
START_TEST(columns_are_found_by_name)
{
    struct table *table = parse("point,x,y,metric\n0,1,2,3\n");
    size_t first, end;
    GError *error = NULL;
    ck_assert_int_eq(table_column(table, "y"), 2);
    ck_assert_int_eq(table_column(table, "z"), -1);
    ck_assert(table_between(table, "point", "metric", &first, &end, NULL));
    ck_assert_uint_eq(first, 1);
    ck_assert_uint_eq(end, 3);
    ck_assert(!table_between(table, "metric", "point", &first, &end, &error));
    g_clear_error(&error);
    ck_assert(!table_require(table, "z", &first, &error));
    ck_assert_ptr_nonnull(strstr(error->message, "t.csv: column z is missing"));
    g_error_free(error);
    table_free(table);
}
END_TEST

/* A table of a big sweep, 10^6 cells, is read in well under the time-out of a test. */
START_TEST(a_million_cells_are_read)
{
    GString *text = g_string_new("a,b,c,d,e,f,g,h,i,j\n");
    for (unsigned i = 0; i < 100000; i++) {
        g_string_append_printf(text, "%u,1,2,3,4,5,6,7,8,%u\n", i, 2 * i);
    }
    struct table *table = parse(text->str);
    double number;
    ck_assert_uint_eq(table_rows(table), 100000);
    ck_assert(table_number(table, 99999, 9, &number));
    ck_assert_double_eq(number, 199998);
    table_free(table);
    g_string_free(text, TRUE);
}
END_TEST

Suite *table_suite(void)
{
    Suite *suite = suite_create("table");
    TCase *good = tcase_create("good");
    tcase_add_test(good, reads_what_rfc_4180_allows);
    tcase_add_test(good, rows_know_their_lines);
    tcase_add_loop_test(good, numbers_are_numbers_to_their_end, 0, G_N_ELEMENTS(numbers));
    tcase_add_loop_test(good, fields_survive_a_round_trip, 0, 10);
    tcase_add_test(good, columns_are_found_by_name);
    tcase_add_test(good, a_million_cells_are_read);
    suite_add_tcase(suite, good);
    TCase *bad = tcase_create("bad");
    tcase_add_loop_test(bad, bad_tables_are_refused_by_line, 0, G_N_ELEMENTS(bad_tables));
    tcase_add_loop_test(bad, unreadable_files_are_named, 0, 2);
    suite_add_tcase(suite, bad);
    return suite;
}

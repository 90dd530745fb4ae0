#include "analysis/axis.h"
#include "tests/analysis/suites.h"

#include <string.h>

static const struct axis_case {
    const char *key;
    const char *values; /* with ; between, as in [sweep] */
    const char *label;
    bool numeric;
    double offset;
    double last; /* position of the last value */
} axes[] = {
    {"link.replication.loss", "0%;1%;2%;5%;10%;20%;30%;50%", "loss on the replication link", true,
     0.5, 50},
    {"link.replication.rev.loss", "0%;10%;20%", "loss on the replication link, reverse direction",
     true, -1, 20},
    {"link.hello.delay", "1ms;10ms;100ms;1s", "delay of the hello link", true, 0, 1},
    {"link.replication.delay", "500us;1ms;1500us", "delay of the replication link", true, -1,
     0.0015},
    {"link.replication.loss", "5%;gemodel 1% 20% 80% 0.1%", "loss on the replication link", false,
     -1, 1},
    {"link.replication.loss", "outage 10% 50ms;outage 10% 200ms",
     "loss on the replication link (outage 10% ...)", true, -1, 0.2},
    {"faults.crash-a", "at 20s crash active;at 20100ms crash active",
     "moment of the fault crash-a (at ... crash active)", true, -1, 20.1},
    {"faults.crash-a", "at 20s crash active;at 21s freeze active", "moment of the fault crash-a",
     false, -1, 1},
    {"replication.protocol", "none;patent", "replication protocol", false, -1, 1},
    {"link.replication.loss", "5%;5ms", "loss on the replication link", false, -1, 1},
    {"virtual.web.replicate", "no;yes", "virtual.web.replicate", false, -1, 1},
    {"unit.x", "1;-2;3", "unit.x", true, -1, 3},
};

/* Swept values become numbers where they are quantities of one kind, categories where
 * not; unevenly spaced numbers get a logarithmic axis, with room for 0 %. */
START_TEST(values_become_positions)
{
    const struct axis_case *row = &axes[_i];
    g_auto(GStrv) values = g_strsplit(row->values, ";", -1);
    GString *text = g_string_new(row->key);
    for (char **value = values; *value != NULL; value++) {
        g_string_append_printf(text, "\n%s", *value);
    }
    struct table *table = table_parse(text->str, text->len, "t.csv", NULL);
    struct axis *axis = axis_new(table, 0);
    ck_assert_str_eq(axis->label, row->label);
    ck_assert_int_eq(axis->numeric, row->numeric);
    ck_assert_double_eq_tol(axis->offset, row->offset, 1e-12);
    const char *last = values[g_strv_length(values) - 1];
    ck_assert_double_eq_tol(axis_position(axis, last), row->last, 1e-12);
    axis_free(axis);
    table_free(table);
    g_string_free(text, TRUE);
}
END_TEST

Suite *axis_suite(void)
{
    Suite *suite = suite_create("axis");
    TCase *positions = tcase_create("positions");
    tcase_add_loop_test(positions, values_become_positions, 0, G_N_ELEMENTS(axes));
    suite_add_tcase(suite, positions);
    return suite;
}

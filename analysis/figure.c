#include "analysis/figure.h"

#include <math.h>
#include <string.h>

/* What fits below the x axis side by side, in the font of figure.gp. */
enum { X_COLUMNS = 80 };

static void free_curve(void *data)
{
    struct curve *curve = data;
    g_array_unref(curve->dots);
    g_free(curve->name);
    g_free(curve);
}

struct figure *figure_new(void)
{
    struct figure *figure = g_new0(struct figure, 1);
    figure->offset = -1;
    figure->tick_positions = g_array_new(FALSE, FALSE, sizeof(double));
    figure->tick_labels = g_ptr_array_new_with_free_func(g_free);
    figure->curves = g_ptr_array_new_with_free_func(free_curve);
    return figure;
}

void figure_free(struct figure *figure)
{
    if (figure == NULL) {
        return;
    }
    g_ptr_array_unref(figure->curves);
    g_ptr_array_unref(figure->tick_labels);
    g_array_unref(figure->tick_positions);
    g_free(figure->y_label);
    g_free(figure->x_label);
    g_free(figure->note);
    g_free(figure->title);
    g_free(figure);
}

void figure_add_tick(struct figure *figure, double position, const char *label)
{
    g_array_append_val(figure->tick_positions, position);
    g_ptr_array_add(figure->tick_labels, g_strdup(label));
}

/* Columns that so many labels of this axis take side by side. */
static glong label_columns(const GPtrArray *labels, guint shown)
{
    glong longest = 0;
    for (guint i = 0; i < labels->len; i++) {
        longest = MAX(longest, g_utf8_strlen(g_ptr_array_index(labels, i), -1));
    }
    return (longest + 2) * (glong)shown;
}

/* Where a number of the axis stands, in columns from the left end of the picture. */
static double drawn_at(const struct axis *axis, double position)
{
    double least = INFINITY, most = -INFINITY;
    bool crowded_left = axis->offset >= 0;
    for (guint i = 0; i < axis->positions->len; i++) {
        double other = g_array_index(axis->positions, double, i);
        least = fmin(least, crowded_left ? log10(other + axis->offset) : other);
        most = fmax(most, crowded_left ? log10(other + axis->offset) : other);
    }
    double place = crowded_left ? log10(position + axis->offset) : position;
    return most > least ? X_COLUMNS * (place - least) / (most - least) : 0;
}

/* Is there room for a label beside those that have been given theirs? */
static bool has_room(const struct figure *figure, const struct axis *axis, guint index)
{
    double here = drawn_at(axis, g_array_index(axis->positions, double, index));
    glong columns = g_utf8_strlen(g_ptr_array_index(axis->ticks, index), -1);
    for (guint i = 0; i < figure->tick_labels->len; i++) {
        double there = drawn_at(axis, g_array_index(figure->tick_positions, double, i));
        glong others = g_utf8_strlen(g_ptr_array_index(figure->tick_labels, i), -1);
        if (fabs(here - there) < (double)(columns + others) / 2 + 1) {
            return false;
        }
    }
    return true;
}

void figure_set_axis(struct figure *figure, const struct axis *axis)
{
    figure->x_label = g_strdup(axis->label);
    figure->offset = axis->offset;
    figure->joined = axis->numeric;
    for (guint i = 0; i < axis->ticks->len; i++) {
        /* numbers can be left out where they would run into each other, categories cannot */
        if (!axis->numeric || has_room(figure, axis, i)) {
            figure_add_tick(figure, g_array_index(axis->positions, double, i),
                            g_ptr_array_index(axis->ticks, i));
        }
    }
}

struct curve *figure_curve(struct figure *figure, const char *name)
{
    for (guint i = 0; i < figure->curves->len; i++) {
        struct curve *curve = g_ptr_array_index(figure->curves, i);
        if (strcmp(curve->name, name) == 0) {
            return curve;
        }
    }
    struct curve *curve = g_new(struct curve, 1);
    curve->name = g_strdup(name);
    curve->dots = g_array_new(FALSE, FALSE, sizeof(struct dot));
    g_ptr_array_add(figure->curves, curve);
    return curve;
}

struct dot *figure_dot(struct figure *figure, const char *name, double x)
{
    GArray *dots = figure_curve(figure, name)->dots;
    for (guint i = 0; i < dots->len; i++) {
        struct dot *dot = &g_array_index(dots, struct dot, i);
        if (!(dot->x < x) && !(dot->x > x)) {
            return dot;
        }
    }
    struct dot fresh = {x, NAN, NAN, NAN, NAN};
    g_array_append_val(dots, fresh);
    return &g_array_index(dots, struct dot, dots->len - 1);
}

/* ------------------------------------------------------------- as text */

/* One field. gnuplot takes what stands between tabs as it is, but for double quotes,
 * which would end the field early. Nothing in a data file is ever executed. */
static void append_text(GString *text, const char *words)
{
    for (; *words != '\0'; words++) {
        char c = (unsigned char)*words < 0x20 ? ' ' : *words;
        g_string_append_c(text, c == '"' ? '\'' : c);
    }
}

/* An empty field would not be one for gnuplot: such a word is left out. */
static void append_word(GString *text, const char *key, const char *words)
{
    if (words != NULL && *words != '\0') {
        g_string_append_printf(text, "%s\t", key);
        append_text(text, words);
        g_string_append_c(text, '\n');
    }
}

/* The title in lines of at most so many columns, broken at blanks: gnuplot would let
 * a long one run out of the picture. */
static void append_title(GString *text, const char *title, glong columns)
{
    g_auto(GStrv) words = g_strsplit(title != NULL ? title : "", " ", -1);
    g_autoptr(GString) line = g_string_new(NULL);
    for (char **word = words; *word != NULL; word++) {
        if (line->len > 0 && g_utf8_strlen(line->str, -1) + g_utf8_strlen(*word, -1) >= columns) {
            append_word(text, "title", line->str);
            g_string_truncate(line, 0);
        }
        g_string_append_printf(line, "%s%s", line->len > 0 ? " " : "", *word);
    }
    append_word(text, "title", line->str);
}

static void append_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(number)) {
        g_string_append(text, "\tNaN");
        return;
    }
    g_string_append_c(text, '\t');
    g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.9g", number));
}

static gint compare_dots(gconstpointer a, gconstpointer b)
{
    const struct dot *left = a;
    const struct dot *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static bool has_theory(const struct curve *curve)
{
    for (guint i = 0; i < curve->dots->len; i++) {
        if (!isnan(g_array_index(curve->dots, struct dot, i).theory)) {
            return true;
        }
    }
    return false;
}

static void append_curve(GString *text, const struct curve *curve, bool joined)
{
    g_array_sort(curve->dots, compare_dots); /* stable: a staircase has two dots at an x */
    bool line = joined && !has_theory(curve);
    append_text(text, *curve->name != '\0' ? curve->name : "simulated");
    g_string_append_c(text, '\n');
    for (guint i = 0; i < curve->dots->len; i++) {
        const struct dot *dot = &g_array_index(curve->dots, struct dot, i);
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.9g", dot->x));
        append_number(text, dot->y);
        append_number(text, dot->lo);
        append_number(text, dot->hi);
        append_number(text, dot->theory);
        append_number(text, line ? dot->y : NAN);
        g_string_append_c(text, '\n');
    }
}

/* Dots without a value go (an empty cell of the table), then curves without a dot. */
static void drop_empty(struct figure *figure)
{
    for (guint i = figure->curves->len; i-- > 0;) {
        struct curve *curve = g_ptr_array_index(figure->curves, i);
        for (guint j = curve->dots->len; j-- > 0;) {
            if (isnan(g_array_index(curve->dots, struct dot, j).y)) {
                g_array_remove_index(curve->dots, j);
            }
        }
        if (curve->dots->len == 0) {
            g_ptr_array_remove_index(figure->curves, i);
        }
    }
}

static bool any_theory(const struct figure *figure)
{
    for (guint i = 0; i < figure->curves->len; i++) {
        if (has_theory(g_ptr_array_index(figure->curves, i))) {
            return true;
        }
    }
    return false;
}

static void append_words(GString *text, const struct figure *figure, glong columns)
{
    static const char *const units[] = {"percent", "seconds", "bytes",
                                        "points",  "ranks",   "count"};
    guint ticks = figure->tick_labels->len;
    bool slanted = !figure->joined && label_columns(figure->tick_labels, ticks) > X_COLUMNS;
    append_title(text, figure->title, columns);
    append_word(text, "note", figure->note);
    append_word(text, "xlabel", figure->x_label);
    append_word(text, "ylabel", figure->y_label);
    append_word(text, "unit", units[figure->unit]);
    append_word(text, "style", figure->steps ? "steps" : figure->joined ? "joined" : "points");
    append_word(text, "theory", any_theory(figure) ? "yes" : "no");
    if (figure->line == FIGURE_ROOF && any_theory(figure)) {
        append_word(text, "roof", "yes");
    }
    append_word(text, "slanted", slanted ? "yes" : "no");
    append_word(text, "ticks", figure->tick_positions->len > 0 ? "yes" : "no");
    g_string_append(text, "offset");
    append_number(text, figure->offset);
    g_string_append_printf(text, "\ncurves\t%u\n", figure->curves->len);
}

static void append_ticks(GString *text, const struct figure *figure)
{
    for (guint i = 0; i < figure->tick_positions->len; i++) {
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        double position = g_array_index(figure->tick_positions, double, i);
        g_string_append(text, g_ascii_formatd(digits, sizeof digits, "%.9g", position));
        g_string_append_c(text, '\t');
        append_text(text, g_ptr_array_index(figure->tick_labels, i));
        g_string_append_c(text, '\n');
    }
    if (figure->tick_positions->len == 0) {
        g_string_append(text, "none\n"); /* an empty block would not count as one */
    }
}

GString *figure_text(struct figure *figure, glong columns)
{
    g_assert(figure != NULL);
    drop_empty(figure);
    if (figure->curves->len == 0) {
        return NULL;
    }
    GString *text = g_string_new(NULL);
    append_words(text, figure, columns);
    g_string_append(text, "\n\n");
    append_ticks(text, figure);
    for (guint i = 0; i < figure->curves->len; i++) {
        g_string_append(text, "\n\n");
        append_curve(text, g_ptr_array_index(figure->curves, i), figure->joined);
    }
    return text;
}

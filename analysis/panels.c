#include "analysis/panels.h"

#include <math.h>
#include <string.h>

static void clear_mark(void *data)
{
    g_free(((struct panel_mark *)data)->label);
}

static GArray *series_new(void)
{
    GArray *marks = g_array_new(FALSE, FALSE, sizeof(struct panel_mark));
    g_array_set_clear_func(marks, clear_mark);
    return marks;
}

static void free_series(void *data)
{
    g_array_unref(data);
}

static void free_panel(void *data)
{
    struct panel *panel = data;
    g_ptr_array_unref(panel->series);
    g_array_unref(panel->roof_line);
    g_free(panel->title);
    g_free(panel);
}

struct panels *panels_new(void)
{
    struct panels *panels = g_new0(struct panels, 1);
    panels->columns = 1;
    panels->series = g_ptr_array_new_with_free_func(g_free);
    panels->panels = g_ptr_array_new_with_free_func(free_panel);
    panels->x_ticks = g_string_new(NULL);
    panels->y_ticks = g_string_new(NULL);
    return panels;
}

void panels_free(struct panels *panels)
{
    if (panels == NULL) {
        return;
    }
    g_ptr_array_unref(panels->panels);
    g_ptr_array_unref(panels->series);
    g_string_free(panels->x_ticks, TRUE);
    g_string_free(panels->y_ticks, TRUE);
    g_free(panels->title);
    g_free(panels->note);
    g_free(panels->x_label);
    g_free(panels->y_label);
    g_free(panels);
}

guint panels_series(struct panels *panels, const char *name)
{
    guint index;
    if (g_ptr_array_find_with_equal_func(panels->series, name, g_str_equal, &index)) {
        return index;
    }
    g_ptr_array_add(panels->series, g_strdup(name));
    return panels->series->len - 1;
}

struct panel *panels_panel(struct panels *panels, const char *title)
{
    for (guint i = 0; i < panels->panels->len; i++) {
        struct panel *panel = g_ptr_array_index(panels->panels, i);
        if (strcmp(panel->title, title) == 0) {
            return panel;
        }
    }
    struct panel *panel = g_new0(struct panel, 1);
    panel->title = g_strdup(title);
    panel->roof = NAN;
    panel->roof_line = g_array_new(FALSE, FALSE, sizeof(struct panel_corner));
    panel->series = g_ptr_array_new_with_free_func(free_series);
    g_ptr_array_add(panels->panels, panel);
    return panel;
}

void panel_add(struct panel *panel, guint series, struct panel_mark mark)
{
    while (panel->series->len <= series) {
        g_ptr_array_add(panel->series, series_new());
    }
    mark.label = g_strdup(mark.label);
    g_array_append_val(g_ptr_array_index(panel->series, series), mark);
}

void panels_spread(struct panels *panels)
{
    double apart = 0.004 * (panels->x_high - panels->x_low);
    double middle = (panels->series->len - 1) / 2.0;
    for (guint i = 0; i < panels->panels->len; i++) {
        const struct panel *panel = g_ptr_array_index(panels->panels, i);
        for (guint j = 0; j < panel->series->len; j++) {
            GArray *marks = g_ptr_array_index(panel->series, j);
            for (guint k = 0; k < marks->len; k++) {
                g_array_index(marks, struct panel_mark, k).x += (j - middle) * apart;
            }
        }
    }
}

void panel_roof(struct panel *panel, double x, double y)
{
    struct panel_corner corner = {x, y};
    g_array_append_val(panel->roof_line, corner);
}

/* ------------------------------------------------------------- as text */

/* One field: gnuplot takes what stands between tabs as it is, but for double quotes. */
static void append_field(GString *text, const char *words)
{
    for (; *words != '\0'; words++) {
        char c = (unsigned char)*words < 0x20 ? ' ' : *words;
        g_string_append_c(text, c == '"' ? '\'' : c);
    }
}

static void append_word(GString *text, const char *key, const char *words)
{
    if (words != NULL && *words != '\0') {
        g_string_append_printf(text, "%s\t", key);
        append_field(text, words);
        g_string_append_c(text, '\n');
    }
}

static void append_number(GString *text, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, isnan(number) ? "NaN"
                                        : g_ascii_formatd(digits, sizeof digits, "%.9g", number));
}

static void append_quantity(GString *text, const char *key, double number)
{
    g_string_append_printf(text, "%s\t", key);
    append_number(text, number);
    g_string_append_c(text, '\n');
}

void panels_tick(GString *ticks, double position, const char *label)
{
    append_number(ticks, position);
    g_string_append_c(ticks, '\t');
    append_field(ticks, label);
    g_string_append(ticks, "\t\u00a0\n"); /* the label where it is not to be seen */
}

static void append_marks(GString *text, const GArray *marks)
{
    for (guint i = 0; marks != NULL && i < marks->len; i++) {
        const struct panel_mark *mark = &g_array_index(marks, struct panel_mark, i);
        double line = mark->joined ? mark->y : NAN;
        const double numbers[] = {mark->x, mark->y, mark->lo, mark->hi, line};
        for (guint j = 0; j < G_N_ELEMENTS(numbers); j++) {
            append_number(text, numbers[j]);
            g_string_append_c(text, '\t');
        }
        append_field(text, *mark->label != '\0' ? mark->label : " ");
        g_string_append_c(text, '\n');
    }
    if (marks == NULL || marks->len == 0) {
        g_string_append(text, "NaN\tNaN\tNaN\tNaN\tNaN\t \n"); /* an empty block would not count */
    }
}

static void append_roof(GString *text, const GArray *corners)
{
    g_string_append(text, "\n\n");
    for (guint i = 0; i < corners->len; i++) {
        const struct panel_corner *corner = &g_array_index(corners, struct panel_corner, i);
        append_number(text, corner->x);
        g_string_append_c(text, '\t');
        append_number(text, corner->y);
        g_string_append_c(text, '\n');
    }
    if (corners->len == 0) {
        g_string_append(text, "NaN\tNaN\n");
    }
}

static void append_panel(GString *text, const struct panels *panels, const struct panel *panel)
{
    g_string_append(text, "\n\n");
    append_word(text, "title", panel->title);
    if (isnan(panel->roof)) {
        append_word(text, "roof", "none"); /* an empty block would not count */
    } else {
        append_quantity(text, "roof", panel->roof);
    }
    for (guint i = 0; i < panels->series->len; i++) {
        g_string_append(text, "\n\n");
        append_marks(text, i < panel->series->len ? g_ptr_array_index(panel->series, i) : NULL);
    }
    append_roof(text, panel->roof_line);
}

GString *panels_text(const struct panels *panels)
{
    if (panels->panels->len == 0 || panels->series->len == 0) {
        return NULL;
    }
    GString *text = g_string_new(NULL);
    append_word(text, "title", panels->title);
    append_word(text, "note", panels->note);
    append_word(text, "xlabel", panels->x_label);
    append_word(text, "ylabel", panels->y_label);
    append_quantity(text, "columns", panels->columns);
    append_quantity(text, "panels", panels->panels->len);
    append_quantity(text, "series", panels->series->len);
    append_quantity(text, "xlow", panels->x_low);
    append_quantity(text, "xhigh", panels->x_high);
    append_quantity(text, "ylow", panels->y_low);
    append_quantity(text, "yhigh", panels->y_high);
    g_string_append_printf(text, "\n\n%s\n\n%s\n\n", panels->x_ticks->str, panels->y_ticks->str);
    for (guint i = 0; i < panels->series->len; i++) {
        append_field(text, g_ptr_array_index(panels->series, i));
        g_string_append_c(text, '\n');
    }
    for (guint i = 0; i < panels->panels->len; i++) {
        append_panel(text, panels, g_ptr_array_index(panels->panels, i));
    }
    return text;
}

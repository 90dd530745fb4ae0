/* plot: a figure from a result directory. */
#include "analysis/plot.h"
#include "sim/command/verb.h"
#include "sim/run/manifest.h"

#include <string.h>

/* "--out survival.png" is a PNG, whatever --format does not say. */
static const char *format_of(const char *out)
{
    static const char *const formats[] = {"svg", "png", "pdf"};
    const char *dot = out != NULL ? strrchr(out, '.') : NULL;

    for (gsize i = 0; dot != NULL && i < G_N_ELEMENTS(formats); i++) {
        if (g_ascii_strcasecmp(dot + 1, formats[i]) == 0) {
            return formats[i];
        }
    }
    return dot != NULL && g_ascii_strcasecmp(dot, ".txt") == 0 ? "text" : "svg";
}

static enum status draw(const struct verb *verb, int argc, char **argv, const char *format,
                        const char *out)
{
    g_autoptr(GError) error = NULL;

    bool many = argc > 2 && (g_str_equal(argv[2], "forms") || g_str_equal(argv[2], "frontier"));
    if (!many && !manifest_present(argv[1])) {
        return verb_fail(verb, STATUS_INPUT, "%s: no results there (make some with \"understudy "
                         "sweep FILE --out %s\")", argv[1], argv[1]);
    }
    if (plot_directory(argv[1], argc > 2 ? argv[2] : NULL, format, out, &error)) {
        return STATUS_DONE;
    }
    bool input = g_error_matches(error, PLOT_ERROR, PLOT_ERROR_INPUT);
    return verb_fail(verb, input ? STATUS_INPUT : STATUS_TROUBLE, "%s", error->message);
}

static enum status act(const struct verb *verb, struct console *console, int argc, char **argv)
{
    char *format = NULL, *out = NULL;
    const GOptionEntry entries[] = {
        {"format", 0, 0, G_OPTION_ARG_STRING, &format,
         "default: as FILE ends, or svg", "svg|png|pdf|text"},
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "default DIR/FIGURE.FORMAT", "FILE"},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    enum verb_parse parse = verb_parse(verb, console, entries, &argc, &argv);
    const char *wanted = format != NULL ? format : format_of(out);
    enum status status = parse != VERB_GO ? verb_parse_status(parse)
                                          : draw(verb, argc, argv, wanted, out);

    g_free(format);
    g_free(out);
    return status;
}

const struct verb verb_plot = {
    .name = "plot",
    .arguments = "DIR [FIGURE]",
    .summary = "Draw a figure from the tables of a sweep.",
    .details = "Figures: survival (the default), and nines, where it is near to all;\n"
               "takeover, cost, timeline; known, and by age protection, and protection-panels,\n"
               "of virtual crashes; saving, what telling less spares and risks; ghosts and\n"
               "counter-error, over time, of samples.csv; ranks, of protocols over all settings\n"
               "of a sweep; forms and frontier, of all result directories in DIR.\n"
               "It is drawn by gnuplot (package gnuplot-nox).\n\n"
               "Examples:\n"
               "  understudy plot results/loss-sweep\n"
               "  understudy plot results/loss-sweep --format text\n"
               "  understudy plot results/loss-sweep cost --format pdf --out cost.pdf\n",
    .arguments_min = 1,
    .arguments_max = 2,
    .act = act,
};

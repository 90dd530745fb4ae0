#include "sim/network/impairment.h"

#include "sim/network/loss.h"

#include <glib.h>

struct impairment impairment_default(void)
{
    return (struct impairment){ .delay = 200 * NSTIME_US, .limit = 1000 };
}

static double gemodel_mean(const struct loss *loss)
{
    double bad = loss_bad_share(loss);

    return bad * probability_share(loss->loss_in_bad)
        + (1 - bad) * probability_share(loss->loss_in_good);
}

double impairment_mean_loss(const struct impairment *impairment)
{
    const struct loss *loss = &impairment->loss;

    if (impairment->down)
        return 1;
    switch (loss->model) {
    case LOSS_NONE:
        return 0;
    case LOSS_RANDOM:
        return probability_share(loss->random);
    case LOSS_GEMODEL:
        return gemodel_mean(loss);
    case LOSS_OUTAGE:
        return probability_share(loss->outage_share);
    }
    g_assert_not_reached();
}

/* With a point whatever the locale. */
static char *number(double value, const char *format)
{
    char *text = g_malloc(G_ASCII_DTOSTR_BUF_SIZE);

    return g_ascii_formatd(text, G_ASCII_DTOSTR_BUF_SIZE, format, value);
}

static char *percent(double share)
{
    return number(100 * share, "%.2f");
}

static char *duration(nstime span)
{
    static const struct {
        nstime ns;
        const char *word;
    } units[] = { { NSTIME_S, "s" }, { NSTIME_MS, "ms" }, { NSTIME_US, "us" }, { 1, "ns" } };
    size_t i = 0;

    while (span % units[i].ns != 0)
        i++;
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", span / units[i].ns, units[i].word);
}

static char *describe_gemodel(const struct loss *loss)
{
    g_autofree char *mean = percent(gemodel_mean(loss));
    g_autofree char *bad = percent(loss_bad_share(loss));
    double out = probability_share(loss->bad_to_good);

    if (out <= 0)
        return g_strdup_printf("mean loss %s%%, bad state %s%%, never left once entered", mean,
                               bad);
    g_autofree char *period = number(1 / out, "%.1f");
    return g_strdup_printf("mean loss %s%%, bad state %s%%, mean bad period %s packets", mean,
                           bad, period);
}

static char *describe_outage(const struct loss *loss)
{
    g_autofree char *share = percent(probability_share(loss->outage_share));
    g_autofree char *mean = duration(loss->outage_mean);

    return g_strdup_printf("off %s%% of the time, %s at a stretch", share, mean);
}

static char *describe_random(const struct loss *loss)
{
    g_autofree char *mean = percent(probability_share(loss->random));

    return g_strdup_printf("mean loss %s%%", mean);
}

char *impairment_describe(const struct impairment *impairment)
{
    if (impairment->down)
        return g_strdup("down, everything is lost");
    switch (impairment->loss.model) {
    case LOSS_NONE:
        return g_strdup("no loss");
    case LOSS_RANDOM:
        return describe_random(&impairment->loss);
    case LOSS_GEMODEL:
        return describe_gemodel(&impairment->loss);
    case LOSS_OUTAGE:
        return describe_outage(&impairment->loss);
    }
    g_assert_not_reached();
}

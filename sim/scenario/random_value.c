#include "sim/scenario/random_value.h"

#include "analysis/table.h"
#include "sim/scenario/phrase.h"

#include <string.h>

/* How each type's mean is read, and what one unit of it is in the scenario. */
struct random_kind {
    enum quantity quantity;
    double scale;    /* quantity's units in one unit of the value */
    uint64_t least;  /* of the mean, in the quantity's units */
    const char *least_text;
    double table_scale; /* the scenario's units in one of the table's */
};

static const struct random_kind *random_kind(enum value_type type)
{
    static const struct random_kind kinds[] = {
        {QUANTITY_TIME, 1, 0, "0s", 1e9},
        {QUANTITY_SIZE, 1, 1, "1b", 1},
        {QUANTITY_DECIMAL, DECIMAL_ONE, DECIMAL_ONE, "1", 1},
    };
    g_assert(random_value_type(type));
    return &kinds[type - VALUE_RANDOM_TIME];
}

bool random_value_type(enum value_type type)
{
    return type >= VALUE_RANDOM_TIME && type <= VALUE_RANDOM_COUNT;
}

static bool read_empirical(struct phrase *phrase, struct distribution *distribution, char **file)
{
    distribution->kind = DISTRIBUTION_EMPIRICAL;
    const char *name = phrase_take(phrase);
    if (name == NULL)
        return phrase_refuse(phrase, "a file is missing (write empirical sizes.csv, for example)");
    *file = g_strdup(name);
    return true;
}

static bool read_uniform(struct phrase *phrase, const struct random_kind *kind, uint64_t mean,
                         struct distribution *distribution)
{
    uint64_t spread;
    distribution->kind = DISTRIBUTION_UNIFORM;
    if (!phrase_quantity(phrase, kind->quantity, "the spread", &spread))
        return false;
    if (spread > mean - kind->least)
        return phrase_refuse(phrase, "the spread goes below %s", kind->least_text);
    distribution->spread = (double)spread / kind->scale;
    return true;
}

static bool read_lognormal(struct phrase *phrase, struct distribution *distribution)
{
    uint64_t sigma;
    distribution->kind = DISTRIBUTION_LOGNORMAL;
    if (!phrase_quantity(phrase, QUANTITY_DECIMAL, "sigma", &sigma))
        return false;
    if (sigma > 5 * DECIMAL_ONE)
        return phrase_refuse(phrase, "a sigma of the logarithm is 5 at most");
    distribution->sigma = (double)sigma / DECIMAL_ONE;
    return true;
}

static bool read_shape(struct phrase *phrase, const struct random_kind *kind, uint64_t mean,
                       struct distribution *distribution)
{
    bool count = kind->quantity == QUANTITY_DECIMAL;
    const char *word = phrase_peek(phrase);
    distribution->kind = DISTRIBUTION_CONSTANT;
    if (word != NULL && strcmp(word, "constant") == 0)
        phrase->next++; /* "3 constant" is spelled "3" */
    else if (phrase_take_if(phrase, "exponential"))
        distribution->kind = DISTRIBUTION_EXPONENTIAL;
    else if (phrase_take_if(phrase, "uniform"))
        return read_uniform(phrase, kind, mean, distribution);
    else if (phrase_take_if(phrase, "lognormal"))
        return read_lognormal(phrase, distribution);
    else if (count && phrase_take_if(phrase, "geometric"))
        distribution->kind = DISTRIBUTION_GEOMETRIC;
    else if (word != NULL)
        return phrase_refuse(phrase, "\"%s\" is not known here (write constant, exponential, "
                             "uniform SPREAD%s%s)", word, count ? ", geometric" : "",
                             " or lognormal SIGMA");
    if (distribution->kind == DISTRIBUTION_CONSTANT && count && mean % DECIMAL_ONE != 0)
        return phrase_refuse(phrase, "a constant count is whole");
    return true;
}

bool random_value_read(enum value_type type, const char *text, struct distribution *distribution,
                       char **file, GString *canonical, char **problem)
{
    const struct random_kind *kind = random_kind(type);
    struct phrase phrase;
    uint64_t mean;
    *distribution = (struct distribution){.kind = DISTRIBUTION_CONSTANT};
    *file = NULL;
    phrase_init(&phrase, text, canonical, problem);
    bool fine;
    if (phrase_take_if(&phrase, "empirical"))
        fine = read_empirical(&phrase, distribution, file);
    else if ((fine = phrase_quantity(&phrase, kind->quantity, "a mean", &mean))) {
        distribution->mean = (double)mean / kind->scale;
        if (mean < kind->least)
            fine = phrase_refuse(&phrase, "less than %s", kind->least_text);
        else
            fine = read_shape(&phrase, kind, mean, distribution);
    }
    fine = fine && phrase_end(&phrase);
    phrase_clear(&phrase);
    if (!fine)
        g_clear_pointer(file, g_free);
    return fine;
}

bool random_value_arrivals(const char *text, enum arrival_kind *kind, double *rate,
                           GString *canonical, char **problem)
{
    struct phrase phrase;
    uint64_t frequency = 0;
    phrase_init(&phrase, text, canonical, problem);
    bool poisson = phrase_take_if(&phrase, "poisson");
    bool fine = poisson || phrase_take_if(&phrase, "constant");
    if (!fine)
        phrase_refuse(&phrase, "not arrivals (write poisson 350/s or constant 10/s)");
    fine = fine && phrase_quantity(&phrase, QUANTITY_FREQUENCY, "a rate", &frequency);
    if (fine && frequency == 0)
        fine = phrase_refuse(&phrase, "nobody ever comes (write a rate above 0/s)");
    fine = fine && phrase_end(&phrase);
    phrase_clear(&phrase);
    *kind = poisson ? ARRIVAL_POISSON : ARRIVAL_CONSTANT;
    *rate = (double)frequency / DECIMAL_ONE;
    return fine;
}

static bool refuse_row(const char *path, const struct table *table, size_t row, const char *what,
                       GError **error)
{
    g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s:%zu: %s", path,
                table_line(table, row), what);
    return false;
}

static bool take_rows(const struct random_kind *kind, const char *path, const struct table *table,
                      size_t percentile, struct distribution *distribution, GError **error)
{
    size_t count = table_rows(table);
    double last_value = 0, last_share = 0;
    distribution->rows = g_new0(struct distribution_row, count);
    distribution->row_count = count;
    for (size_t row = 0; row < count; row++) {
        double value, share;
        if (!table_number(table, row, 1 - percentile, &value) || !(value >= last_value))
            return refuse_row(path, table, row, "a value must be a number, 0 or more, and not "
                                                "below the row before", error);
        if (!table_number(table, row, percentile, &share) || !(share >= last_share)
            || share > 100)
            return refuse_row(path, table, row, "a percentile must be a number from 0 to 100, and "
                                                "not below the row before", error);
        distribution->rows[row].value = value * kind->table_scale;
        distribution->rows[row].share = share / 100;
        last_value = value;
        last_share = share;
    }
    if (count == 0 || last_share < 100)
        return refuse_row(path, table, count == 0 ? 0 : count - 1,
                          "the last row must have percentile 100", error);
    return true;
}

bool random_value_table(enum value_type type, const char *path, struct distribution *distribution,
                        GError **error)
{
    struct table *table = table_read(path, error);
    if (table == NULL)
        return false;
    int percentile = table_column(table, "percentile");
    bool fine = false;
    *distribution = (struct distribution){.kind = DISTRIBUTION_EMPIRICAL};
    if (table_columns(table) != 2 || percentile < 0 || table_rows(table) == 0)
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                    "%s: needs two columns, a value and percentile, and rows", path);
    else
        fine = take_rows(random_kind(type), path, table, (size_t)percentile, distribution, error);
    table_free(table);
    if (!fine)
        distribution_clear(distribution);
    return fine;
}

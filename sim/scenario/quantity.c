#include "sim/scenario/quantity.h"

#include <string.h>

struct unit {
    const char *suffix;
    uint64_t factor;
    uint64_t from; /* printed in this unit from here on */
    bool whole;    /* printed in it only without a remainder */
};

struct scale {
    const char *noun;    /* "a time" */
    const char *example;
    const char *units;   /* in words, for messages */
    const char *finest;  /* what it cannot hold less of */
    uint64_t limit;
    const char *limit_text;
    unsigned zero;       /* the unit 0 is printed in */
    struct unit list[5]; /* ascending */
};

static const struct scale scales[QUANTITY_KINDS] = {
    [QUANTITY_TIME] = {"a time", "20ms", "us, ms, s or min", "a nanosecond",
        UINT64_C(6000000000000000), "100000min", 2,
        {{"us", 1000, 0, false}, {"ms", 1000000, 1000000, false},
         {"s", 1000000000, 1000000000, false},
         {"min", UINT64_C(60000000000), UINT64_C(120000000000), true}}},
    [QUANTITY_SHARE] = {"a share", "5%", "%", "a billionth", SHARE_ONE, "100 %", 0,
        {{"%", 10000000, 0, false}}},
    [QUANTITY_SIZE] = {"a size", "12kb", "b, kb or mb", "a byte", UINT64_C(1000000000000),
        "1000000mb", 0,
        {{"b", 1, 0, false}, {"kb", 1000, 1000, false}, {"mb", 1000000, 1000000, false}}},
    [QUANTITY_RATE] = {"a rate", "100mbit", "bit, kbit, mbit or gbit", "a bit a second",
        UINT64_C(10000000000000), "10000gbit", 1,
        {{"bit", 1, 0, false}, {"kbit", 1000, 0, false}, {"mbit", 1000000, 1000000, false},
         {"gbit", 1000000000, 1000000000, false}}},
    [QUANTITY_FREQUENCY] = {"a frequency", "350/s", "/s", "a millionth",
        UINT64_C(1000000000000000), "1000000000/s", 0, {{"/s", DECIMAL_ONE, 0, false}}},
    [QUANTITY_COUNT] = {"a whole number", "3", "", "one", UINT64_MAX, "18446744073709551615", 0,
        {{"", 1, 0, false}}},
    [QUANTITY_DECIMAL] = {"a number", "1.2", "", "a millionth", UINT64_C(1000000000000000),
        "1000000000", 0, {{"", DECIMAL_ONE, 0, false}}},
};

enum { DIGITS_MAX = 24 };

/* A decimal number and what follows it. */
struct number {
    unsigned __int128 digits; /* without the point */
    unsigned decimals;
    unsigned count; /* of digits in all */
    bool negative;
    const char *rest;
};

static struct number number_read(const char *word)
{
    struct number number = {0};
    bool point = false;
    number.negative = *word == '-';
    for (word += *word == '-' || *word == '+'; ; word++) {
        if (*word == '.' && !point) {
            point = true;
            continue;
        }
        if (!g_ascii_isdigit(*word) || number.count == DIGITS_MAX)
            break;
        number.digits = number.digits * 10 + (unsigned)(*word - '0');
        number.decimals += point;
        number.count++;
    }
    number.rest = word;
    return number;
}

static bool refuse(char **problem, char *sentence)
{
    g_assert(problem != NULL);
    *problem = sentence;
    return false;
}

/* A bare number where a unit is needed: guess what was meant. */
static bool refuse_bare(const struct scale *scale, const char *word, const struct number *number,
                        char **problem)
{
    if (scale != &scales[QUANTITY_SHARE])
        return refuse(problem, g_strdup_printf("unit missing (use %s: %s, for example)",
                                               scale->units, scale->example));
    GString *hint = g_string_new("percent sign missing (did you mean ");
    unsigned __int128 one = 1;
    for (unsigned i = 0; i < number->decimals; i++)
        one *= 10;
    if (number->digits > 0 && number->digits <= one && number->decimals <= 9) {
        quantity_print(QUANTITY_SHARE, (uint64_t)(number->digits * SHARE_ONE / one), hint);
        g_string_append(hint, " or ");
    }
    g_string_append_printf(hint, "%s%%?)", word);
    return refuse(problem, g_string_free(hint, FALSE));
}

static bool refuse_unit(const struct scale *scale, const char *unit, char **problem)
{
    /* tc's kbps, mbps and gbps are bytes: the grammar's oldest trap */
    if (scale == &scales[QUANTITY_RATE] && g_str_has_suffix(unit, "bps"))
        return refuse(problem, g_strdup_printf(
            "%s is bytes a second to some and bits to others (write kbit, mbit or gbit: bits)",
            unit));
    if (*scale->units == '\0')
        return refuse(problem, g_strdup_printf("not %s (write %s, without a unit)", scale->noun,
                                               scale->example));
    return refuse(problem, g_strdup_printf("unknown unit %s (use %s)", unit, scale->units));
}

static const struct unit *find_unit(const struct scale *scale, const char *suffix)
{
    for (const struct unit *unit = scale->list; unit->suffix != NULL; unit++)
        if (strcmp(unit->suffix, suffix) == 0)
            return unit;
    return NULL;
}

static bool refuse_size(const struct scale *scale, char **problem)
{
    return refuse(problem, g_strdup_printf("more than %s (write %s, for example)",
                                           scale->limit_text, scale->example));
}

/* digits * factor / 10^decimals, which must be whole and within the limit. */
static bool scale_number(const struct scale *scale, const struct number *number, uint64_t factor,
                         uint64_t *value, char **problem)
{
    unsigned __int128 divisor = 1;
    for (unsigned i = 0; i < number->decimals; i++)
        divisor *= 10;
    unsigned __int128 whole = number->digits / divisor, part = number->digits % divisor;
    if (whole > scale->limit / factor)
        return refuse_size(scale, problem);
    if (part * factor % divisor != 0)
        return refuse(problem, g_strdup_printf("finer than %s", scale->finest));
    whole = whole * factor + part * factor / divisor;
    if (whole > scale->limit)
        return refuse_size(scale, problem);
    *value = (uint64_t)whole;
    return true;
}

bool quantity_read(enum quantity quantity, const char *word, uint64_t *value, char **problem)
{
    g_assert(quantity < QUANTITY_KINDS && word != NULL);
    const struct scale *scale = &scales[quantity];
    struct number number = number_read(word);
    if (number.count == 0)
        return refuse(problem, g_strdup_printf("\"%s\" is not %s (write %s, for example)", word,
                                               scale->noun, scale->example));
    if (number.count == DIGITS_MAX)
        return refuse(problem, g_strdup_printf("more than %u digits", DIGITS_MAX - 1));
    if (number.negative)
        return refuse(problem, g_strdup_printf("%s is never negative (write %s, for example)",
                                               scale->noun, scale->example));
    const struct unit *unit = find_unit(scale, number.rest);
    if (unit == NULL && *number.rest == '\0')
        return refuse_bare(scale, word, &number, problem);
    if (unit == NULL)
        return refuse_unit(scale, number.rest, problem);
    return scale_number(scale, &number, unit->factor, value, problem);
}

static const struct unit *choose_unit(const struct scale *scale, uint64_t value)
{
    const struct unit *chosen = &scale->list[value == 0 ? scale->zero : 0];
    for (const struct unit *unit = scale->list; value > 0 && unit->suffix != NULL; unit++)
        if (value >= unit->from && (!unit->whole || value % unit->factor == 0))
            chosen = unit;
    return chosen;
}

void quantity_print(enum quantity quantity, uint64_t value, GString *text)
{
    g_assert(quantity < QUANTITY_KINDS);
    const struct unit *unit = choose_unit(&scales[quantity], value);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT, value / unit->factor);
    uint64_t rest = value % unit->factor;
    if (rest > 0)
        g_string_append_c(text, '.');
    for (uint64_t digit = unit->factor / 10; rest > 0; rest %= digit, digit /= 10)
        g_string_append_c(text, (char)('0' + rest / digit));
    g_string_append(text, unit->suffix);
}

bool quantity_read_ip(const char *word, uint32_t *ip, char **problem)
{
    const char *cursor = word;
    uint32_t value = 0;
    for (unsigned field = 0; field < 4; field++) {
        unsigned number = 0, digits = 0;
        bool padded = cursor[0] == '0' && g_ascii_isdigit(cursor[1]);
        for (; g_ascii_isdigit(*cursor) && digits < 4; cursor++, digits++)
            number = number * 10 + (unsigned)(*cursor - '0');
        bool ended = *cursor == (field == 3 ? '\0' : '.');
        if (digits == 0 || digits > 3 || padded || number > 255 || !ended)
            return refuse(problem, g_strdup_printf("\"%s\" is not an IPv4 address (write four "
                                                   "numbers from 0 to 255: 192.0.2.80)", word));
        value = value << 8 | number;
        cursor += *cursor == '.';
    }
    *ip = value;
    return true;
}

void quantity_print_ip(uint32_t ip, GString *text)
{
    g_string_append_printf(text, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

uint32_t quantity_mask(unsigned prefix)
{
    g_assert(prefix <= 32);
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

bool quantity_read_network(const char *word, uint32_t *network, unsigned *prefix, char **problem)
{
    const char *slash = strchr(word, '/');
    char *address = slash == NULL ? g_strdup(word) : g_strndup(word, (gsize)(slash - word));
    uint64_t length = 32;
    char *trouble = NULL;
    bool fine = quantity_read_ip(address, network, problem);
    g_free(address);
    if (fine && slash != NULL
        && (!quantity_read(QUANTITY_COUNT, slash + 1, &length, &trouble) || length > 32)) {
        fine = refuse(problem, g_strdup_printf("\"%s\" is not a prefix length (0 to 32)",
                                               slash + 1));
        g_free(trouble);
    }
    if (!fine)
        return false;
    *prefix = (unsigned)length;
    uint32_t base = *network & quantity_mask(*prefix);
    if (base == *network)
        return true;
    GString *hint = g_string_new("bits are set beyond the prefix (did you mean ");
    quantity_print_ip(base, hint);
    g_string_append_printf(hint, "/%u?)", *prefix);
    return refuse(problem, g_string_free(hint, FALSE));
}

char **quantity_words(const char *value)
{
    char **words = g_strsplit_set(value, " \t", -1);
    unsigned kept = 0;
    for (unsigned i = 0; words[i] != NULL; i++) {
        if (*words[i] == '\0')
            g_free(words[i]);
        else
            words[kept++] = words[i];
    }
    words[kept] = NULL;
    return words;
}

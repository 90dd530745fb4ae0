#include "core/command_parse.h"

#include "core/packet.h"

#include <string.h>

/* Reads digits from *at on, moves it behind them; false without a digit or above
 * maximum. */
static bool read_digits(const char **at, uint64_t maximum, uint64_t *number)
{
    uint64_t sum = 0;
    const char *digit = *at;
    if (!g_ascii_isdigit(*digit))
        return false;
    for (; g_ascii_isdigit(*digit); digit++) {
        uint64_t value = (uint64_t)(*digit - '0');
        if (value > maximum || sum > (maximum - value) / 10)
            return false;
        sum = 10 * sum + value;
    }
    *at = digit;
    *number = sum;
    return true;
}

bool parse_number(const char *word, uint64_t maximum, uint64_t *number)
{
    uint64_t value;
    if (!read_digits(&word, maximum, &value) || *word != '\0')
        return false;
    *number = value;
    return true;
}

bool parse_ip(const char *word, uint32_t *ip)
{
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++) {
        uint64_t octet;
        if (i > 0 && *word++ != '.')
            return false;
        bool padded = word[0] == '0' && g_ascii_isdigit(word[1]);
        if (padded || !read_digits(&word, 255, &octet))
            return false;
        bits = bits << 8 | (uint32_t)octet;
    }
    if (*word != '\0')
        return false;
    *ip = bits;
    return true;
}

bool parse_mask(const char *word, unsigned *prefix)
{
    uint32_t mask;
    if (!parse_ip(word, &mask))
        return false;
    unsigned length = 0;
    while (length < 32 && (mask & UINT32_C(0x80000000) >> length) != 0)
        length++;
    if (length < 32 && mask << length != 0)
        return false;
    *prefix = length;
    return true;
}

/* Longest first, so that printing takes the first that divides. */
static const struct {
    const char *word;
    nstime length;
} units[] = {
    {"min", NSTIME_MIN},
    {"s", NSTIME_S},
    {"ms", NSTIME_MS},
    {"us", NSTIME_US},
};

static nstime unit_length(const char *word)
{
    if (*word == '\0')
        return NSTIME_S;
    for (unsigned i = 0; i < G_N_ELEMENTS(units); i++)
        if (strcmp(word, units[i].word) == 0)
            return units[i].length;
    return 0;
}

bool parse_time(const char *word, nstime *time)
{
    uint64_t whole;
    const char *unit = word;
    if (!read_digits(&unit, INT64_MAX, &whole))
        return false;
    const char *decimals = unit;
    if (*unit == '.')
        unit += 1 + strspn(unit + 1, "0123456789");
    nstime place = unit_length(unit);
    bool bare_point = *decimals == '.' && unit == decimals + 1;
    if (place == 0 || bare_point || whole >= (uint64_t)(NSTIME_NEVER / place))
        return false;
    nstime sum = (nstime)whole * place;
    for (const char *digit = decimals + 1; digit < unit; digit++) {
        if (place % 10 != 0 && *digit != '0')
            return false; /* finer than a nanosecond */
        place /= 10;
        sum += (*digit - '0') * place;
    }
    *time = sum;
    return true;
}

char *print_time(nstime time)
{
    g_assert(time >= 0);
    if (time == 0)
        return g_strdup("0s");
    for (unsigned i = 0; i < G_N_ELEMENTS(units); i++)
        if (time % units[i].length == 0)
            return g_strdup_printf("%" G_GINT64_FORMAT "%s", time / units[i].length,
                                   units[i].word);
    char decimals[4];
    g_snprintf(decimals, sizeof decimals, "%03d", (int)(time % NSTIME_US));
    for (size_t end = 3; decimals[end - 1] == '0'; end--)
        decimals[end - 1] = '\0';
    return g_strdup_printf("%" G_GINT64_FORMAT ".%sus", time / NSTIME_US, decimals);
}

static bool wild(const char *field)
{
    return field == NULL || *field == '\0' || strcmp(field, "all") == 0;
}

static bool parse_field(const char *field, bool *any, uint16_t *value)
{
    uint64_t number = 0;
    *any = wild(field);
    if (!*any && !parse_number(field, UINT16_MAX, &number))
        return false;
    *value = (uint16_t)number;
    return true;
}

static bool parse_protocol(const char *field, bool *any, uint8_t *protocol)
{
    *any = wild(field);
    *protocol = PROTOCOL_TCP;
    if (*any || strcmp(field, "tcp") == 0)
        return true;
    *protocol = PROTOCOL_UDP;
    return strcmp(field, "udp") == 0;
}

/* fields ends with NULL. Those that are not there are wild. */
static const char *parse_fields(char **fields, guint count, struct machine_pattern *pattern)
{
    struct machine_id *id = &pattern->id;
    const char *field[4] = {NULL, NULL, NULL, NULL};
    if (count > G_N_ELEMENTS(field))
        return "there are more than four fields";
    for (guint i = 0; i < count; i++)
        field[i] = fields[i];
    pattern->any_ip = field[0] != NULL && strcmp(field[0], "all") == 0;
    if (!pattern->any_ip && (field[0] == NULL || !parse_ip(field[0], &id->ip) || id->ip == 0))
        return "the address is not an IPv4 address";
    if (!parse_field(field[1], &pattern->any_port, &id->port))
        return "the port is not a number from 0 to 65535";
    if (!parse_field(field[2], &pattern->any_bind_id, &id->bind_id))
        return "the bind ID is not a number from 0 to 65535";
    if (!parse_protocol(field[3], &pattern->any_protocol, &id->protocol))
        return "the protocol is neither tcp nor udp";
    return NULL;
}

const char *parse_pattern(const char *word, struct machine_pattern *pattern)
{
    struct machine_pattern read = {0};
    char **fields = g_strsplit(word, ":", -1);
    const char *wrong = parse_fields(fields, g_strv_length(fields), &read);
    g_strfreev(fields);
    if (wrong == NULL)
        *pattern = read;
    return wrong;
}

bool pattern_matches(const struct machine_pattern *pattern, struct machine_id id)
{
    return (pattern->any_ip || pattern->id.ip == id.ip)
           && (pattern->any_port || pattern->id.port == id.port)
           && (pattern->any_bind_id || pattern->id.bind_id == id.bind_id)
           && (pattern->any_protocol || pattern->id.protocol == id.protocol);
}

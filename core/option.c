#include "core/option.h"

#include "core/command_parse.h"
#include "core/replication.h"
#include "core/spelling.h"
#include "core/unknown.h"

#include <stddef.h>
#include <string.h>

/* A kind of value: how it is read (false when it is not one), printed, and what
 * a user is told to write. */
struct option;
struct kind {
    bool (*read)(const struct option *option, const char *value, void *field);
    void (*print)(const struct option *option, const void *field, GString *text);
};

struct option {
    const char *name;
    const struct kind *kind;
    size_t offset;       /* of its field in struct settings */
    const char *expects; /* for CHOICE the words themselves, by their number */
};

#define WAIT_MAX (60 * NSTIME_MIN)

/* ---- kinds */

/* The fields are enums of their own; the constants are small and not negative. */
_Static_assert(sizeof(enum active_on) == sizeof(unsigned), "an enum is stored as unsigned");

static bool read_choice(const struct option *option, const char *value, void *field)
{
    char **words = g_strsplit(option->expects, "|", -1);
    unsigned number = 0;
    while (words[number] != NULL && strcmp(words[number], value) != 0)
        number++;
    bool found = words[number] != NULL;
    g_strfreev(words);
    if (found)
        memcpy(field, &number, sizeof number);
    return found;
}

static void print_choice(const struct option *option, const void *field, GString *text)
{
    unsigned number;
    memcpy(&number, field, sizeof number);
    char **words = g_strsplit(option->expects, "|", -1);
    g_assert(number < g_strv_length(words));
    g_string_append(text, words[number]);
    g_strfreev(words);
}

static bool read_protocol(const struct option *option, const char *value, void *field)
{
    (void)option;
    return replication_parse(value, field);
}

static void print_protocol(const struct option *option, const void *field, GString *text)
{
    const enum replication_kind *kind = field;
    (void)option;
    g_string_append(text, replication_word(*kind));
}

static bool read_time(const struct option *option, const char *value, void *field)
{
    nstime time;
    (void)option;
    if (!parse_time(value, &time) || time == 0 || time > OPTION_TIME_MAX)
        return false;
    memcpy(field, &time, sizeof time);
    return true;
}

static void print_time_value(const struct option *option, const void *field, GString *text)
{
    const nstime *time = field;
    (void)option;
    char *word = print_time(*time);
    g_string_append(text, word);
    g_free(word);
}

/* Bounds stand in what the user is told: "LOW..HIGH". */
static bool read_count(const struct option *option, const char *value, void *field)
{
    uint64_t low = g_ascii_strtoull(option->expects, NULL, 10);
    uint64_t high = g_ascii_strtoull(strstr(option->expects, "..") + 2, NULL, 10);
    uint64_t number;
    if (!parse_number(value, high, &number) || number < low)
        return false;
    unsigned count = (unsigned)number;
    memcpy(field, &count, sizeof count);
    return true;
}

static void print_count(const struct option *option, const void *field, GString *text)
{
    const unsigned *count = field;
    (void)option;
    g_string_append_printf(text, "%u", *count);
}

static bool read_wait(const struct option *option, const char *value, void *field)
{
    nstime time;
    (void)option;
    if (!parse_time(value, &time) || time > WAIT_MAX)
        return false;
    memcpy(field, &time, sizeof time);
    return true;
}

/* Between hellos: shorter ones would be a storm. */
static bool read_interval(const struct option *option, const char *value, void *field)
{
    nstime time;
    return parse_time(value, &time) && time >= NSTIME_MS && read_wait(option, value, field);
}

static bool read_time_or_off(const struct option *option, const char *value, void *field)
{
    nstime off = NSTIME_NEVER;
    if (strcmp(value, "off") != 0)
        return read_time(option, value, field);
    memcpy(field, &off, sizeof off);
    return true;
}

static void print_time_or_off(const struct option *option, const void *field, GString *text)
{
    const nstime *time = field;
    if (*time == NSTIME_NEVER)
        g_string_append(text, "off");
    else
        print_time_value(option, field, text);
}

enum { BULK_RATE_MAX = 1000000 };

static bool read_rate_or_off(const struct option *option, const char *value, void *field)
{
    uint64_t number = 0;
    (void)option;
    if (strcmp(value, "off") != 0) {
        char *digits = g_strndup(value, strcspn(value, "/"));
        bool is_rate = strcmp(value + strlen(digits), "/s") == 0
                       && parse_number(digits, BULK_RATE_MAX, &number) && number > 0;
        g_free(digits);
        if (!is_rate)
            return false;
    }
    uint32_t rate = (uint32_t)number;
    memcpy(field, &rate, sizeof rate);
    return true;
}

static void print_rate_or_off(const struct option *option, const void *field, GString *text)
{
    const uint32_t *rate = field;
    (void)option;
    if (*rate == 0)
        g_string_append(text, "off");
    else
        g_string_append_printf(text, "%u/s", *rate);
}

static bool read_unknown(const struct option *option, const char *value, void *field)
{
    unsigned set;
    (void)option;
    bool known = unknown_parse(value, &set);
    if (known)
        memcpy(field, &set, sizeof set);
    return known;
}

static void print_unknown(const struct option *option, const void *field, GString *text)
{
    const unsigned *set = field;
    (void)option;
    char *words = unknown_words(*set);
    g_string_append(text, words);
    g_free(words);
}

static const struct kind unknown = {read_unknown, print_unknown};
static const struct kind choice = {read_choice, print_choice};
static const struct kind protocol = {read_protocol, print_protocol};
static const struct kind span = {read_time, print_time_value};
static const struct kind interval = {read_interval, print_time_value};
static const struct kind wait = {read_wait, print_time_value};
static const struct kind count = {read_count, print_count};
static const struct kind rate_or_off = {read_rate_or_off, print_rate_or_off};
static const struct kind span_or_off = {read_time_or_off, print_time_or_off};

/* ---- the table, in the order of printing */

#define FIELD(name) offsetof(struct settings, name)
#define A_TIME "a time up to 10 years, such as 60s"
#define AN_INTERVAL "a time from 1ms to 60min"
#define A_WAIT "a time up to 60min"

static const struct option options[] = {
    {"conn-real", &choice, FIELD(conn_real), "direct|pointer"},               /* */
    {"bind0", &choice, FIELD(bind0), "default|none"},                         /* */
    {"unknown-connection", &unknown, FIELD(unknown_connection),
     "drop, or reset, schedule, hash or probe, each with or without learn, such as learn+probe"},
    {"active-on", &choice, FIELD(active_on), "ack|synack|syn"},               /* */
    {"delete-send", &choice, FIELD(delete_send), "if-created|always"},        /* */
    {"bad-flags", &choice, FIELD(bad_flags), "reject|lenient"},               /* */
    {"rst-ditch", &choice, FIELD(rst_ditch), "on|off"},                       /* */
    {"fail-distinct-clients", &choice, FIELD(fail_distinct_clients), "off|on"}, /* */
    {"buddy-packet", &choice, FIELD(buddy_packet), "same|separate"},          /* */
    {"bulk-sync", &rate_or_off, FIELD(bulk_sync), "off, or records a second up to 1000000/s"},
    {"standby-timeout", &span_or_off, FIELD(standby_timeout), "off or " A_TIME}, /* */
    {"half-open-time", &span, FIELD(half_open_time), A_TIME},                 /* fact F-605 */
    {"replication", &protocol, FIELD(replication), "the name of a protocol, such as patent"},
};

/* Of protocols, of detectors (detection.h, handover.h), of the mirror, of what a router would
 * pass: printed only where they are not the default. */
static const struct option tacit_options[] = {
    {"repeats", &count, FIELD(repeats), "1..16"},
    {"repeat-spacing", &interval, FIELD(repeat_spacing), AN_INTERVAL},
    {"round-trip", &span, FIELD(round_trip), A_TIME},
    {"blackout", &count, FIELD(blackout), "1..1000000"},
    {"delete-delay", &wait, FIELD(delete_delay), A_WAIT},
    {"digest-interval", &interval, FIELD(digest_interval), AN_INTERVAL},
    {"join-rate", &count, FIELD(join_rate), "1..100000"},
    {"refresh-time", &interval, FIELD(refresh_time), AN_INTERVAL},
    {"cache-timeout", &span, FIELD(cache_timeout), A_TIME},
    {"ack-window", &count, FIELD(ack_window), "1..1000000"},
    {"resend-queue", &count, FIELD(resend_queue), "1..1000000"},
    {"sync-threshold", &count, FIELD(sync_threshold), "0..1000000"},
    {"sync-period", &count, FIELD(sync_period), "0..1000000"},
    {"sync-refresh-period", &wait, FIELD(sync_refresh_period), A_WAIT},
    {"sync-retries", &count, FIELD(sync_retries), "0..3"},
    {"sync-maxlen", &count, FIELD(sync_maxlen), "44..1472"},
    {"sync-ports", &choice, FIELD(sync_ports), "1|2|4|8|16|32|64"},
    {"sync-qlen-max", &count, FIELD(sync_qlen_max), "1..1000000"},
    {"sync-timeout-established", &span, FIELD(sync_timeout[IPVS_ESTABLISHED]), A_TIME},
    {"sync-timeout-syn-recv", &span, FIELD(sync_timeout[IPVS_SYN_RECV]), A_TIME},
    {"sync-timeout-fin-wait", &span, FIELD(sync_timeout[IPVS_FIN_WAIT]), A_TIME},
    {"sync-timeout-time-wait", &span, FIELD(sync_timeout[IPVS_TIME_WAIT]), A_TIME},
    {"sync-timeout-close", &span, FIELD(sync_timeout[IPVS_CLOSE]), A_TIME},
    {"sync-timeout-close-wait", &span, FIELD(sync_timeout[IPVS_CLOSE_WAIT]), A_TIME},
    {"sync-timeout-last-ack", &span, FIELD(sync_timeout[IPVS_LAST_ACK]), A_TIME},
    {"sync-timeout-udp", &span, FIELD(sync_timeout_udp), A_TIME},
    {"replicate-after", &wait, FIELD(replicate_after), A_WAIT},
    {"replicate-jitter", &wait, FIELD(replicate_jitter), A_WAIT},
    {"defer", &choice, FIELD(defer), "no|yes"},
    {"pfsync-buckets", &count, FIELD(pfsync_buckets), "1..64"},
    {"pfsync-stale", &choice, FIELD(pfsync_stale), "keep|overwrite"},
    {"exceptions", &choice, FIELD(exceptions), "no|yes"},
    {"second-chance", &choice, FIELD(second_chance), "no|yes"},
    {"detector", &choice, FIELD(detector), "localdirector|vrrp|carp|bfd|oracle"},
    {"advert-int", &interval, FIELD(advert_int), AN_INTERVAL},
    {"down-timer-adverts", &count, FIELD(down_timer_adverts), "1..100"},
    {"priority", &count, FIELD(priority), "1..255"},
    {"vrrp-version", &choice, FIELD(vrrp_version), "2|3"},
    {"preempt", &choice, FIELD(preempt), "yes|no"},
    {"preempt-delay", &wait, FIELD(preempt_delay), A_WAIT},
    {"advbase", &interval, FIELD(advbase), AN_INTERVAL},
    {"advskew", &count, FIELD(advskew), "0..254"},
    {"min-tx", &interval, FIELD(min_tx), AN_INTERVAL},
    {"multiplier", &count, FIELD(multiplier), "1..255"},
    {"interface-test-time", &interval, FIELD(interface_test_time), AN_INTERVAL}, /* R-1006 */
    {"health-switch", &choice, FIELD(health_switch), "off|on"},                 /* R-1104 */
    {"switchover-wait", &wait, FIELD(switchover_wait), A_WAIT},
    {"unknown-outbound", &choice, FIELD(unknown_outbound), "drop|pass"}, /* */
    {"probe-limit", &count, FIELD(probe_limit), "8..1000000"},
    {"probe-source-limit", &count, FIELD(probe_source_limit), "8..1000000"},
    {"mirror", &choice, FIELD(mirror), "serial|network|none"}, /* R-1201, R-1205 */
    {"window-check", &choice, FIELD(window_check), "liberal|strict"},
    {"mac", &choice, FIELD(mac), "swapped|own"}, /* R-1003 */
};

enum { OPTIONS = G_N_ELEMENTS(options), ALL_OPTIONS = OPTIONS + G_N_ELEMENTS(tacit_options) };

static const struct option *option_at(unsigned number)
{
    g_assert(number < ALL_OPTIONS);
    return number < OPTIONS ? &options[number] : &tacit_options[number - OPTIONS];
}

static char *unknown_option(const char *name)
{
    GPtrArray *names = g_ptr_array_new();
    for (unsigned i = 0; i < ALL_OPTIONS; i++)
        g_ptr_array_add(names, (void *)(uintptr_t)option_at(i)->name);
    const char *nearest = spelling_nearest(name, names);
    char *sentence =
        nearest != NULL
            ? g_strdup_printf("there is no option \"%s\"; did you mean \"%s\"?", name, nearest)
            : g_strdup_printf("there is no option \"%s\"; show configuration lists all", name);
    g_ptr_array_free(names, TRUE);
    return sentence;
}

char *option_set(struct settings *settings, const char *name, const char *value)
{
    char *known_name = g_strdelimit(g_strdup(name), "_", '-');
    char *known_value = g_strdelimit(g_strdup(value), "_", '-');
    char *sentence = NULL;
    unsigned i = 0;
    while (i < ALL_OPTIONS && strcmp(option_at(i)->name, known_name) != 0)
        i++;
    const struct option *option = i < ALL_OPTIONS ? option_at(i) : NULL;
    if (option == NULL)
        sentence = unknown_option(known_name);
    else if (!option->kind->read(option, known_value, (char *)settings + option->offset))
        sentence = g_strdup_printf("\"%s\" is no value of %s; write %s", value, option->name,
                                   option->expects);
    g_free(known_name);
    g_free(known_value);
    return sentence;
}

static void print_option(const struct option *option, const struct settings *settings,
                         GString *text)
{
    g_string_append_printf(text, "option %s ", option->name);
    option->kind->print(option, (const char *)settings + option->offset, text);
    g_string_append_c(text, '\n');
}

/* Do two settings print alike? */
static bool agree(const struct option *option, const struct settings *a, const struct settings *b)
{
    GString *one = g_string_new(NULL), *other = g_string_new(NULL);
    print_option(option, a, one);
    print_option(option, b, other);
    bool same = g_string_equal(one, other);
    g_string_free(one, TRUE);
    g_string_free(other, TRUE);
    return same;
}

void option_print_all(const struct settings *settings, GString *text)
{
    struct settings defaults;
    settings_init(&defaults);
    for (unsigned i = 0; i < ALL_OPTIONS; i++)
        if (i < OPTIONS || !agree(option_at(i), settings, &defaults))
            print_option(option_at(i), settings, text);
}

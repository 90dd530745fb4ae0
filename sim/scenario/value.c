#include "sim/scenario/value.h"

#include "core/packet.h"
#include "sim/scenario/fate_list.h"
#include "sim/scenario/fault_line.h"
#include "sim/scenario/link_value.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/phrase.h"
#include "sim/scenario/random_value.h"

#include <string.h>

enum { NUMBER_MAX = 100000000 }; /* of a connection or datagram */

/* One word of "drop reset" or "weighted/wlc roundrobin/rr"; the first is canonical. */
static bool read_word(struct phrase *phrase, const char *range)
{
    const char *given = phrase_peek(phrase);
    if (given == NULL)
        return phrase_refuse(phrase, "a word is missing (known: %s)", range);
    char *spelled = g_strdelimit(g_strdup(given), "_", '-');
    char **words = quantity_words(range);
    GPtrArray *known = g_ptr_array_new();
    const char *chosen = NULL;
    for (unsigned i = 0; words[i] != NULL; i++) {
        char *alias = strchr(words[i], '/');
        if (alias != NULL)
            *alias++ = '\0';
        g_ptr_array_add(known, words[i]);
        if (strcmp(spelled, words[i]) == 0 || (alias != NULL && strcmp(spelled, alias) == 0))
            chosen = words[i];
    }
    if (chosen != NULL) {
        phrase_write(phrase, chosen);
        phrase->next++;
    } else {
        char *hint = nearest_hint(given, known);
        phrase_refuse(phrase, "unknown word %s%s", given, hint);
        g_free(hint);
    }
    g_ptr_array_free(known, TRUE);
    g_strfreev(words);
    g_free(spelled);
    return chosen != NULL;
}

static bool read_yesno(struct phrase *phrase)
{
    static const char *const spellings[] = {"no", "yes", "off", "on", "false", "true"};
    const char *given = phrase_peek(phrase);
    for (unsigned i = 0; given != NULL && i < G_N_ELEMENTS(spellings); i++)
        if (strcmp(given, spellings[i]) == 0) {
            phrase_write(phrase, spellings[i % 2]);
            phrase->next++;
            return true;
        }
    return phrase_refuse(phrase, "not yes or no");
}

/* Several words of the range, each once, printed in the order of the range; runs
 * are always written. */
/* In the order of the range; chosen are those that stand there in any case. */
static bool read_words(struct phrase *phrase, const char *range, unsigned chosen)
{
    char **known = quantity_words(range);
    bool fine = chosen != 0 || phrase_peek(phrase) != NULL
                || phrase_refuse(phrase, "a word is missing (known: %s)", range);
    while (fine && phrase_peek(phrase) != NULL) {
        unsigned i = 0;
        while (known[i] != NULL && strcmp(known[i], phrase_peek(phrase)) != 0)
            i++;
        if (known[i] == NULL)
            fine = phrase_refuse(phrase, "unknown word %s (known: %s)", phrase_peek(phrase), range);
        else
            chosen |= 1u << i;
        phrase->next++;
    }
    for (unsigned i = 0; known[i] != NULL; i++)
        if (chosen >> i & 1)
            phrase_write(phrase, known[i]);
    g_strfreev(known);
    return fine;
}

static bool read_names(struct phrase *phrase)
{
    bool any = false;
    while (phrase_peek(phrase) != NULL) {
        for (unsigned i = 0; i < phrase->next; i++)
            if (strcmp(phrase->words[i], phrase_peek(phrase)) == 0)
                return phrase_refuse(phrase, "%s is named twice", phrase_peek(phrase));
        phrase_take(phrase);
        any = true;
    }
    return any || phrase_refuse(phrase, "a name is missing");
}

/* One for each casualty: several may have died of the same. */
static bool read_causes(struct phrase *phrase)
{
    bool any = false;
    for (; phrase_peek(phrase) != NULL; any = true)
        phrase_take(phrase);
    return any || phrase_refuse(phrase, "a cause is missing");
}

static bool within(struct phrase *phrase, enum quantity quantity, const char *range,
                   uint64_t value)
{
    const char *dots = strstr(range, "..");
    char *low_text = g_strndup(range, (gsize)(dots - range));
    uint64_t low, high;
    char *problem = NULL;
    bool sound = quantity_read(quantity, low_text, &low, &problem)
                 && quantity_read(quantity, dots + 2, &high, &problem);
    g_assert(sound);
    g_free(low_text);
    return (value >= low && value <= high) || phrase_refuse(phrase, "outside %s", range);
}

static bool read_ranged(struct phrase *phrase, enum quantity quantity, const char *what,
                        const char *range)
{
    uint64_t value;
    return phrase_quantity(phrase, quantity, what, &value)
           && within(phrase, quantity, range, value);
}

/* Whole: what the core is told is a number of records. */
static bool read_frequency(struct phrase *phrase, const char *range)
{
    uint64_t value;
    if (!phrase_quantity(phrase, QUANTITY_FREQUENCY, "a number a second", &value)
        || !within(phrase, QUANTITY_FREQUENCY, range, value))
        return false;
    return value % DECIMAL_ONE == 0 || phrase_refuse(phrase, "not whole (write 1000/s)");
}

static bool read_ip(struct phrase *phrase)
{
    uint32_t ip;
    const char *word = phrase_peek(phrase);
    if (word == NULL)
        return phrase_refuse(phrase, "an address is missing (write 192.0.2.80, for example)");
    return quantity_read_ip(word, &ip, phrase->problem) && phrase_take(phrase) != NULL;
}

/* port and bind ID of IP:port:bind-id:protocol; "" stays 0 */
static bool read_field(const char *what, const char *word, uint16_t *field, char **problem)
{
    uint64_t value;
    char *trouble = NULL;
    if (quantity_read(QUANTITY_COUNT, word, &value, &trouble) && value <= UINT16_MAX) {
        *field = (uint16_t)value;
        return true;
    }
    g_free(trouble);
    *problem = g_strdup_printf("%s %s is not a number from 0 to 65535", what, word);
    return false;
}

static bool parse_machine(const char *word, struct machine_address *machine, char **problem)
{
    char **fields = g_strsplit(word, ":", -1);
    unsigned count = g_strv_length(fields);
    bool fine = true;
    *machine = (struct machine_address){.protocol = PROTOCOL_TCP};
    if (count == 0 || count > 4) {
        *problem = g_strdup("not IP:port:bind-id:protocol (write 192.0.2.80:80:0:tcp)");
        fine = false;
    }
    fine = fine && quantity_read_ip(fields[0], &machine->ip, problem);
    if (fine && count > 1)
        fine = read_field("port", fields[1], &machine->port, problem);
    if (fine && count > 2)
        fine = read_field("bind ID", fields[2], &machine->bind_id, problem);
    if (fine && count > 3 && strcmp(fields[3], "udp") == 0)
        machine->protocol = PROTOCOL_UDP;
    else if (fine && count > 3 && strcmp(fields[3], "tcp") != 0) {
        *problem = g_strdup_printf("unknown protocol %s (known: tcp, udp)", fields[3]);
        fine = false;
    }
    g_strfreev(fields);
    return fine;
}

static bool read_machine(struct phrase *phrase)
{
    struct machine_address machine;
    const char *word = phrase_peek(phrase);
    if (word == NULL)
        return phrase_refuse(phrase, "an address is missing (write 192.0.2.80:80:0:tcp)");
    if (!parse_machine(word, &machine, phrase->problem))
        return false;
    phrase_write(phrase, "");
    quantity_print_ip(machine.ip, phrase->canonical);
    g_string_append_printf(phrase->canonical, ":%u:%u:%s", machine.port, machine.bind_id,
                           machine.protocol == PROTOCOL_TCP ? "tcp" : "udp");
    phrase->next++;
    return true;
}

static bool read_network(struct phrase *phrase)
{
    struct network network;
    const char *word = phrase_peek(phrase);
    if (word == NULL)
        return phrase_refuse(phrase, "a network is missing (write 203.0.113.0/24, for example)");
    if (!quantity_read_network(word, &network.ip, &network.prefix, phrase->problem))
        return false;
    phrase_write(phrase, "");
    quantity_print_ip(network.ip, phrase->canonical);
    g_string_append_printf(phrase->canonical, "/%u", network.prefix);
    phrase->next++;
    return true;
}

static bool read_networks(struct phrase *phrase)
{
    bool fine = read_network(phrase);
    while (fine && phrase_peek(phrase) != NULL)
        fine = read_network(phrase);
    return fine;
}

static bool read_confidence(struct phrase *phrase)
{
    if (!phrase_take_if(phrase, "runs"))
        return phrase_refuse(phrase, "intervals are taken over runs (write runs 95%%)");
    uint64_t share;
    if (!phrase_quantity(phrase, QUANTITY_SHARE, "a confidence", &share))
        return false;
    if (share < SHARE_ONE / 2 || share > SHARE_ONE / 10000 * 9999)
        return phrase_refuse(phrase, "a confidence is 50%% to 99.99%%");
    return true;
}

static bool read_share(struct phrase *phrase)
{
    uint64_t share;
    return phrase_quantity(phrase, QUANTITY_SHARE, "a share", &share);
}

/* A time behind a word, or neither of the two. */
static bool read_bound(struct phrase *phrase, const char *word)
{
    uint64_t time;
    return !phrase_take_if(phrase, word)
           || phrase_quantity(phrase, QUANTITY_TIME, "a time", &time);
}

/* Batches are made of so many cells (sim/run/protection.h), none of them empty. */
enum { INSTANTS_AT_LEAST = 60 };

static bool read_instants(struct phrase *phrase, const char *range)
{
    uint64_t count;
    if (!phrase_quantity(phrase, QUANTITY_COUNT, "a number of instants", &count))
        return false;
    if (count < INSTANTS_AT_LEAST)
        return phrase_refuse(phrase, "too few for the batches of an interval, which take %d at "
                                     "least (write 1000)", INSTANTS_AT_LEAST);
    return within(phrase, QUANTITY_COUNT, range, count) && read_bound(phrase, "from")
           && read_bound(phrase, "to");
}

enum { PROBES_MAX = 127 }; /* Linux's TCP_KEEPCNT */

static bool read_keepalive(struct phrase *phrase, const char *range)
{
    uint64_t probes;
    if (!read_ranged(phrase, QUANTITY_TIME, "a time", range))
        return false;
    if (phrase_peek(phrase) == NULL)
        return true;
    if (!read_ranged(phrase, QUANTITY_TIME, "an interval", range))
        return false;
    if (phrase_peek(phrase) == NULL)
        return true;
    if (!phrase_quantity(phrase, QUANTITY_COUNT, "a number of probes", &probes))
        return false;
    return (probes >= 1 && probes <= PROBES_MAX)
           || phrase_refuse(phrase, "1 to %d probes can be sent (write 9)", PROBES_MAX);
}

bool value_span(const char *word, uint32_t *first, uint32_t *last, char **problem)
{
    uint64_t low, high;
    char **ends = g_strsplit(word, "..", 2);
    bool fine = quantity_read(QUANTITY_COUNT, ends[0], &low, problem)
                && quantity_read(QUANTITY_COUNT, ends[1] == NULL ? ends[0] : ends[1], &high,
                                 problem);
    g_strfreev(ends);
    if (!fine)
        return false;
    if (low > high || high > NUMBER_MAX) {
        *problem = g_strdup_printf("numbers ascend, and stay below %d", NUMBER_MAX);
        return false;
    }
    *first = (uint32_t)low;
    *last = (uint32_t)high;
    return true;
}

static bool read_numbers(struct phrase *phrase)
{
    uint32_t first, last, before = 0;
    bool any = false;
    while (!any || phrase_peek(phrase) != NULL) {
        const char *word = phrase_peek(phrase);
        if (word == NULL)
            return phrase_refuse(phrase, "a number is missing");
        if (!value_span(word, &first, &last, phrase->problem))
            return false;
        if (any && first <= before)
            return phrase_refuse(phrase, "numbers ascend, and stay below %d", NUMBER_MAX);
        phrase_take(phrase);
        before = last;
        any = true;
    }
    return true;
}

static bool read_fates(const char *text, GString *canonical, char **problem)
{
    GArray *fates = g_array_new(FALSE, FALSE, sizeof(struct chosen_fate));
    bool fine = fate_list_read(text, fates, canonical, problem);
    g_array_free(fates, TRUE);
    return fine;
}

/* Text is kept as it is, its inner blanks too. */
static char *read_text(const struct schema_key *key, const char *text, char **problem)
{
    if (*text != '\0' || key->value == NULL || *key->value == '\0')
        return g_strdup(text);
    *problem = g_strdup("a value is missing");
    return NULL;
}

static bool read_random(const struct schema_key *key, const char *text, GString *canonical,
                        char **problem)
{
    struct distribution distribution;
    char *file;
    if (!random_value_read(key->type, text, &distribution, &file, canonical, problem))
        return false;
    g_free(file);
    return true;
}

static bool read_phrase(const struct schema_key *key, const char *text, GString *canonical,
                        char **problem)
{
    struct phrase phrase;
    bool fine;
    phrase_init(&phrase, text, canonical, problem);
    switch (key->type) {
    case VALUE_YESNO: fine = read_yesno(&phrase); break;
    case VALUE_WORD: fine = read_word(&phrase, key->range); break;
    case VALUE_WORDS: fine = read_words(&phrase, key->range, 1); break;
    case VALUE_SET: fine = read_words(&phrase, key->range, 0); break;
    case VALUE_NAME:
        fine = phrase_take(&phrase) != NULL || phrase_refuse(&phrase, "a name is missing");
        break;
    case VALUE_NAMES: fine = read_names(&phrase); break;
    case VALUE_COUNT:
        fine = read_ranged(&phrase, QUANTITY_COUNT, "a number", key->range);
        break;
    case VALUE_TIME: fine = read_ranged(&phrase, QUANTITY_TIME, "a time", key->range); break;
    case VALUE_FREQUENCY: fine = read_frequency(&phrase, key->range); break;
    case VALUE_SIZE: fine = read_ranged(&phrase, QUANTITY_SIZE, "a size", key->range); break;
    case VALUE_IP: fine = read_ip(&phrase); break;
    case VALUE_MACHINE: fine = read_machine(&phrase); break;
    case VALUE_NETWORK: fine = read_network(&phrase); break;
    case VALUE_NETWORKS: fine = read_networks(&phrase); break;
    case VALUE_CONFIDENCE: fine = read_confidence(&phrase); break;
    case VALUE_INSTANTS: fine = read_instants(&phrase, key->range); break;
    case VALUE_NUMBERS: fine = read_numbers(&phrase); break;
    case VALUE_CAUSES: fine = read_causes(&phrase); break;
    case VALUE_SHARE: fine = read_share(&phrase); break;
    case VALUE_KEEPALIVE: fine = read_keepalive(&phrase, key->range); break;
    default: g_assert_not_reached();
    }
    fine = fine && phrase_end(&phrase);
    phrase_clear(&phrase);
    return fine;
}

static bool read_value(const struct schema_key *key, const char *text, GString *canonical,
                       char **problem)
{
    if (link_value_type(key->type)) {
        struct impairment impairment = {0};
        return link_value_read(key->type, text, &impairment, canonical, problem);
    }
    if (random_value_type(key->type))
        return read_random(key, text, canonical, problem);
    if (key->type == VALUE_ARRIVALS) {
        enum arrival_kind kind;
        double rate;
        return random_value_arrivals(text, &kind, &rate, canonical, problem);
    }
    if (key->type == VALUE_FAULT) {
        struct fault_line line;
        bool fine = fault_line_read(text, &line, canonical, problem);
        fault_line_clear(&line);
        return fine;
    }
    if (key->type == VALUE_FATES)
        return read_fates(text, canonical, problem);
    return read_phrase(key, text, canonical, problem);
}

static bool is_word(const char *words, const char *text)
{
    char **list = quantity_words(words == NULL ? "" : words);
    bool found = g_strv_contains((const char *const *)list, text);
    g_strfreev(list);
    return found;
}

char *value_canonical(const struct schema_key *key, const char *text, char **problem)
{
    g_assert(key != NULL && text != NULL && problem != NULL);
    if (is_word(key->words, text))
        return g_strdup(text);
    if (key->type == VALUE_TEXT)
        return read_text(key, text, problem);
    GString *canonical = g_string_new(NULL);
    bool fine = read_value(key, text, canonical, problem);
    g_assert(fine == (*problem == NULL));
    return g_string_free(canonical, !fine);
}

bool value_yes(const char *text)
{
    return strcmp(text, "yes") == 0;
}

static uint64_t sound_quantity(enum quantity quantity, const char *text)
{
    uint64_t value = 0;
    char *problem = NULL;
    bool fine = quantity_read(quantity, text, &value, &problem);
    g_assert(fine);
    return value;
}

uint64_t value_count(const char *text)
{
    return sound_quantity(QUANTITY_COUNT, text);
}

nstime value_time(const char *text)
{
    return g_ascii_isalpha(*text) ? NSTIME_NEVER : (nstime)sound_quantity(QUANTITY_TIME, text);
}

uint64_t value_frequency(const char *text)
{
    return g_ascii_isalpha(*text) ? 0 : sound_quantity(QUANTITY_FREQUENCY, text) / DECIMAL_ONE;
}

uint64_t value_size(const char *text)
{
    return sound_quantity(QUANTITY_SIZE, text);
}

uint32_t value_ip(const char *text)
{
    uint32_t ip = 0;
    char *problem = NULL;
    bool fine = quantity_read_ip(text, &ip, &problem);
    g_assert(fine);
    return ip;
}

double value_confidence(const char *text)
{
    g_assert(g_str_has_prefix(text, "runs "));
    return (double)sound_quantity(QUANTITY_SHARE, text + strlen("runs ")) / SHARE_ONE;
}

uint64_t value_share(const char *text)
{
    return sound_quantity(QUANTITY_SHARE, text);
}

struct value_instants value_instants(const char *text)
{
    struct value_instants instants = {0, NSTIME_NEVER, NSTIME_NEVER};
    char **words = quantity_words(text);
    if (!g_ascii_isalpha(*words[0]))
        instants.count = sound_quantity(QUANTITY_COUNT, words[0]);
    for (unsigned i = 1; instants.count > 0 && words[i] != NULL; i += 2) {
        nstime time = (nstime)sound_quantity(QUANTITY_TIME, words[i + 1]);
        if (strcmp(words[i], "from") == 0)
            instants.from = time;
        else
            instants.to = time;
    }
    g_strfreev(words);
    return instants;
}

struct keepalive value_keepalive(const char *text)
{
    struct keepalive keepalive = {KEEPALIVE_TIME, KEEPALIVE_INTERVAL, KEEPALIVE_PROBES};
    if (strcmp(text, "off") == 0)
        return (struct keepalive){0};
    if (strcmp(text, "on") == 0)
        return keepalive;
    char **words = quantity_words(text);
    keepalive.time = value_time(words[0]);
    if (words[1] != NULL)
        keepalive.interval = value_time(words[1]);
    if (words[1] != NULL && words[2] != NULL)
        keepalive.probes = (unsigned)value_count(words[2]);
    g_strfreev(words);
    return keepalive;
}

struct machine_address value_machine(const char *text)
{
    struct machine_address machine;
    char *problem = NULL;
    bool fine = parse_machine(text, &machine, &problem);
    g_assert(fine);
    return machine;
}

struct network value_network(const char *text)
{
    struct network network = {0, 0};
    char *problem = NULL;
    bool fine = quantity_read_network(text, &network.ip, &network.prefix, &problem);
    g_assert(fine);
    return network;
}

bool network_overlaps(struct network a, struct network b)
{
    return ((a.ip ^ b.ip) & quantity_mask(MIN(a.prefix, b.prefix))) == 0;
}

#include "sim/scenario/fault_action.h"

#include "core/event.h"
#include "sim/scenario/nearest.h"
#include "sim/scenario/value.h"

#include <string.h>

enum { RATE_MAX = 10000000 }; /* packets a second */

/* ---- whom it hits */

static bool read_unit(struct phrase *phrase, struct fault_line *line)
{
    line->subject = g_strdup(phrase_take(phrase));
    return line->subject != NULL
           || phrase_refuse(phrase, "whom it hits is missing (a unit, or active, standby, "
                                    "primary, secondary, spare)");
}

static bool read_server(struct phrase *phrase, struct fault_line *line)
{
    line->subject = g_strdup(phrase_take(phrase));
    return line->subject != NULL
           || phrase_refuse(phrase, "whom it hits is missing (a [real NAME])");
}

static bool read_power(struct phrase *phrase, struct fault_line *line)
{
    return read_unit(phrase, line)
           && (phrase_take_if(phrase, "off")
               || phrase_refuse(phrase, "\"off\" is missing (write power X off)"));
}

static bool read_interface(struct phrase *phrase, struct fault_line *line)
{
    if (!read_unit(phrase, line))
        return false;
    for (unsigned i = INTERFACE_PEER; i <= INTERFACE_INSIDE; i++)
        if (phrase_take_if(phrase, interface_word(i))) {
            line->interface = i;
            line->unnoticed = phrase_take_if(phrase, "cut");
            return line->unnoticed || phrase_take_if(phrase, "down")
                   || phrase_refuse(phrase, "\"down\" or \"cut\" is missing (write interface X "
                                            "%s down, or cut: the line looks up)",
                                    interface_word(i));
        }
    return phrase_refuse(phrase, "which interface is missing (write interface X outside down, or "
                                 "inside, or peer)");
}

static bool read_cable(struct phrase *phrase, struct fault_line *line)
{
    (void)line;
    return phrase_take_if(phrase, "pulled")
           || phrase_refuse(phrase, "what happens to the cable is missing (write cable pulled)");
}

static bool read_switchover(struct phrase *phrase, struct fault_line *line)
{
    (void)phrase;
    line->subject = g_strdup("active");
    return true;
}

/* ---- gray failures and floods */

static bool read_rate(struct phrase *phrase, struct fault_line *line)
{
    uint64_t rate;
    if (!phrase_quantity(phrase, QUANTITY_FREQUENCY, "a number a second", &rate))
        return false;
    line->rate = rate / DECIMAL_ONE;
    return (rate % DECIMAL_ONE == 0 && rate > 0 && line->rate <= RATE_MAX)
           || phrase_refuse(phrase, "not a whole number of packets a second from 1 to %d",
                            RATE_MAX);
}

static bool read_slow(struct phrase *phrase, struct fault_line *line)
{
    return read_unit(phrase, line) && read_rate(phrase, line);
}

static bool read_lossy(struct phrase *phrase, struct fault_line *line)
{
    uint64_t share;
    if (!read_unit(phrase, line)
        || !phrase_quantity(phrase, QUANTITY_SHARE, "the share that it drops", &share))
        return false;
    line->share = probability_from_ppb(share);
    return true;
}

/* SYNs, unless it says otherwise. */
static bool read_flags(struct phrase *phrase, struct fault_line *line)
{
    line->acks = phrase_take_if(phrase, "acks");
    return true;
}

static bool read_flood(struct phrase *phrase, struct fault_line *line)
{
    line->subject = g_strdup(phrase_take(phrase));
    return (line->subject != NULL
            || phrase_refuse(phrase, "whom it asks is missing (a [virtual NAME])"))
           && read_rate(phrase, line) && read_flags(phrase, line);
}

/* ---- links */

/* The words of a value up to the end, or up to "for TIME". */
static char *take_value(struct phrase *phrase)
{
    GString *value = g_string_new(NULL);
    const char *word;
    while ((word = phrase_peek(phrase)) != NULL && strcmp(word, "for") != 0) {
        g_string_append_printf(value, "%s%s", value->len > 0 ? " " : "", word);
        phrase->next++;
    }
    return g_string_free(value, FALSE);
}

static bool read_link_value(struct phrase *phrase, struct fault_line *line)
{
    const char *name = phrase_peek(phrase);
    const struct schema_key *key = schema_key(GROUP_LINK, name);
    if (key == NULL || !key->defaults) {
        GPtrArray *known = schema_key_names(GROUP_LINK_DEFAULTS);
        g_ptr_array_add(known, (char *)"down");
        char *hint = nearest_hint(name, known);
        phrase_refuse(phrase, "\"%s\" is not a key of a link%s", name, hint);
        g_free(hint);
        g_ptr_array_free(known, TRUE);
        return false;
    }
    phrase->next++;
    line->key = schema_canonical(key, name);
    char *value = take_value(phrase);
    line->value = value_canonical(key, value, phrase->problem);
    g_free(value);
    if (line->value == NULL)
        return false;
    phrase_write(phrase, line->key);
    phrase_write(phrase, line->value);
    return true;
}

/* A key of one way is the link's key there, whatever has "rev." of its own. */
static bool read_way(struct phrase *phrase, struct fault_line *line)
{
    line->ways = phrase_take_if(phrase, "forward")   ? WAY_FORWARD
                 : phrase_take_if(phrase, "reverse") ? WAY_REVERSE
                                                     : WAY_BOTH;
    const char *word = phrase_peek(phrase);
    return line->ways == WAY_BOTH || word == NULL || !g_str_has_prefix(word, "rev.")
           || phrase_refuse(phrase, "forward and reverse say which way already (write the key "
                                    "without rev.)");
}

static bool read_link(struct phrase *phrase, struct fault_line *line)
{
    const char *name = phrase_take(phrase);
    if (name == NULL)
        return phrase_refuse(phrase, "the link's name is missing");
    line->subject = g_strdup(name);
    if (!read_way(phrase, line))
        return false;
    if (phrase_peek(phrase) == NULL)
        return phrase_refuse(phrase, "what happens to the link is missing (write down, or a key "
                                     "and a value)");
    return phrase_take_if(phrase, "down") || read_link_value(phrase, line);
}

/* ---- commands */

/* Words between quotes, one blank between each two. */
static bool read_quoted(struct phrase *phrase, char **text)
{
    GString *words = g_string_new(NULL);
    const char *word = phrase_peek(phrase);
    bool closed = false;
    if (word == NULL || *word != '"') {
        g_string_free(words, TRUE);
        return phrase_refuse(phrase, "the command is missing (write command X \"TEXT\", in "
                                     "quotes)");
    }
    for (; word != NULL && !closed; word = phrase_peek(phrase)) {
        g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "", word);
        closed = words->len > 1 && g_str_has_suffix(word, "\"");
        phrase_take(phrase);
    }
    if (closed)
        *text = g_strstrip(g_strndup(words->str + 1, words->len - 2));
    g_string_free(words, TRUE);
    return closed || phrase_refuse(phrase, "the command does not end (write a quote after it)");
}

static bool read_command(struct phrase *phrase, struct fault_line *line)
{
    line->subject = g_strdup(phrase_take(phrase));
    return (line->subject != NULL
            || phrase_refuse(phrase, "who gets the command is missing (a unit, or active, "
                                     "standby, primary, secondary, spare)"))
           && read_quoted(phrase, &line->value);
}

/* ---- the list */

static const struct {
    const char *word;
    bool (*read)(struct phrase *phrase, struct fault_line *line); /* what follows the word */
    enum fault_length length;
} actions[] = {
    [FAULT_CRASH] = {"crash", read_unit, LENGTH_UNTIL_RESTART},
    [FAULT_FREEZE] = {"freeze", read_unit, LENGTH_NEEDED},
    [FAULT_RESTART] = {"restart", read_unit, LENGTH_UNTIL_RESTART},
    [FAULT_POWER] = {"power", read_power, LENGTH_FREE},
    [FAULT_INTERFACE] = {"interface", read_interface, LENGTH_FREE},
    [FAULT_CABLE] = {"cable", read_cable, LENGTH_FREE},
    [FAULT_LINK] = {"link", read_link, LENGTH_FREE},
    [FAULT_FAIL] = {"fail", read_server, LENGTH_FREE},
    [FAULT_RECOVER] = {"recover", read_server, LENGTH_UNTIL_RESTART},
    [FAULT_DRAIN] = {"drain", read_server, LENGTH_FREE},
    [FAULT_UNDRAIN] = {"undrain", read_server, LENGTH_NONE},
    [FAULT_SWITCHOVER] = {"switchover", read_switchover, LENGTH_NONE},
    [FAULT_COMMAND] = {"command", read_command, LENGTH_NONE},
    [FAULT_SLOW] = {"slow", read_slow, LENGTH_FREE},
    [FAULT_LOSSY] = {"lossy", read_lossy, LENGTH_FREE},
    [FAULT_FLOOD] = {"flood", read_flood, LENGTH_NEEDED},
};

bool fault_action_read(struct phrase *phrase, struct fault_line *line)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(actions); i++)
        if (phrase_take_if(phrase, actions[i].word)) {
            line->action = (enum fault_action)i;
            return actions[i].read(phrase, line);
        }
    const char *word = phrase_peek(phrase);
    return phrase_refuse(phrase, "%s%s (write crash X, freeze X, restart X, power X off, "
                                 "interface X outside down, interface X outside cut, "
                                 "cable pulled, switchover, "
                                 "command X \"TEXT\", link NAME down, link NAME KEY VALUE, "
                                 "fail REAL, recover REAL, drain REAL, undrain REAL, slow X N/s, "
                                 "lossy X P or flood VIRTUAL N/s [acks])",
                         word == NULL ? "an action is missing" : "unknown action ",
                         word == NULL ? "" : word);
}

enum fault_length fault_action_length(enum fault_action action)
{
    g_assert((unsigned)action < G_N_ELEMENTS(actions));
    return actions[action].length;
}

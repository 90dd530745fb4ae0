#include "sim/scenario/fault_line.h"

#include "sim/scenario/nearest.h"
#include "sim/scenario/phrase.h"
#include "sim/scenario/value.h"

#include <string.h>

static bool read_time(struct phrase *phrase, const char *what, nstime *time)
{
    uint64_t value;
    if (!phrase_quantity(phrase, QUANTITY_TIME, what, &value))
        return false;
    *time = (nstime)value;
    return true;
}

/* "+-500ms", or "+-" and the time apart. */
static bool read_spread(struct phrase *phrase, struct fault_line *line)
{
    const char *word = phrase_peek(phrase);
    uint64_t value;
    if (word == NULL || !g_str_has_prefix(word, "+-"))
        return true;
    word += strlen("+-");
    if (*word == '\0') {
        phrase->next++;
        word = phrase_peek(phrase);
    }
    if (word == NULL)
        return phrase_refuse(phrase, "a spread is missing after +-");
    if (!quantity_read(QUANTITY_TIME, word, &value, phrase->problem))
        return false;
    phrase->next++;
    line->spread = (nstime)value;
    phrase_write(phrase, "+-");
    quantity_print(QUANTITY_TIME, value, phrase->canonical);
    return true;
}

static bool read_at(struct phrase *phrase, struct fault_line *line)
{
    return read_time(phrase, "a time", &line->at) && read_spread(phrase, line);
}

static bool read_after(struct phrase *phrase, struct fault_line *line)
{
    const char *label = phrase_take(phrase);
    line->when = FAULT_AFTER;
    if (label == NULL)
        return phrase_refuse(phrase, "the label of another fault is missing");
    line->after = g_strdup(label);
    return read_at(phrase, line);
}

static bool read_from(struct phrase *phrase, struct fault_line *line)
{
    nstime end;
    if (!read_time(phrase, "a time", &line->at))
        return false;
    if (!phrase_take_if(phrase, "to"))
        return phrase_refuse(phrase, "\"to\" is missing (write from 12s to 13s ACTION)");
    if (!read_time(phrase, "a time", &end))
        return false;
    if (end <= line->at)
        return phrase_refuse(phrase, "it ends before it begins");
    line->lasts = end - line->at;
    return true;
}

static bool read_when(struct phrase *phrase, struct fault_line *line)
{
    line->when = FAULT_AT;
    line->lasts = NSTIME_NEVER;
    if (phrase_take_if(phrase, "at"))
        return read_at(phrase, line);
    if (phrase_take_if(phrase, "after"))
        return read_after(phrase, line);
    if (phrase_take_if(phrase, "from"))
        return read_from(phrase, line);
    return phrase_refuse(phrase, "does not say when (write at TIME ACTION, after LABEL TIME ACTION "
                                 "or from TIME to TIME ACTION)");
}

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

static bool read_link(struct phrase *phrase, struct fault_line *line)
{
    const char *name = phrase_take(phrase);
    line->action = FAULT_LINK;
    if (name == NULL)
        return phrase_refuse(phrase, "the link's name is missing");
    line->subject = g_strdup(name);
    if (phrase_peek(phrase) == NULL)
        return phrase_refuse(phrase, "what happens to the link is missing (write down, or a key "
                                     "and a value)");
    return phrase_take_if(phrase, "down") || read_link_value(phrase, line);
}

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
    line->action = FAULT_COMMAND;
    line->subject = g_strdup(phrase_take(phrase));
    return (line->subject != NULL
            || phrase_refuse(phrase, "who gets the command is missing (a unit, or active, "
                                     "standby, primary, secondary)"))
           && read_quoted(phrase, &line->value);
}

static bool read_switchover(struct fault_line *line)
{
    line->action = FAULT_SWITCHOVER;
    line->subject = g_strdup("active");
    return true;
}

static bool read_action(struct phrase *phrase, struct fault_line *line)
{
    static const char *const words[] = {
        [FAULT_CRASH] = "crash", [FAULT_FREEZE] = "freeze", [FAULT_RESTART] = "restart",
        [FAULT_FAIL] = "fail", [FAULT_RECOVER] = "recover"};
    if (phrase_take_if(phrase, "link"))
        return read_link(phrase, line);
    if (phrase_take_if(phrase, "switchover"))
        return read_switchover(line);
    if (phrase_take_if(phrase, "command"))
        return read_command(phrase, line);
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++)
        if (words[i] != NULL && phrase_take_if(phrase, words[i])) {
            line->action = (enum fault_action)i;
            line->subject = g_strdup(phrase_take(phrase));
            return line->subject != NULL
                   || phrase_refuse(phrase, "whom it hits is missing (a unit, or active, standby, "
                                            "primary, secondary; of fail and recover a "
                                            "[real NAME])");
        }
    const char *word = phrase_peek(phrase);
    return phrase_refuse(phrase, "%s%s (write crash X, freeze X, restart X, switchover, "
                                 "command X \"TEXT\", link NAME down, link NAME KEY VALUE, "
                                 "fail REAL or recover REAL)",
                         word == NULL ? "an action is missing" : "unknown action ",
                         word == NULL ? "" : word);
}

/* How long: given by from .. to, or by "for TIME", or for good. */
static bool read_length(struct phrase *phrase, struct fault_line *line)
{
    bool bounded = line->lasts != NSTIME_NEVER;
    if (phrase_take_if(phrase, "for")) {
        if (bounded)
            return phrase_refuse(phrase, "from .. to says already for how long");
        if (!read_time(phrase, "a time", &line->lasts))
            return false;
        if (line->lasts == 0)
            return phrase_refuse(phrase, "a fault lasts longer than 0s");
        bounded = true;
    }
    if (bounded && (line->action == FAULT_CRASH || line->action == FAULT_RESTART
                    || line->action == FAULT_RECOVER))
        return phrase_refuse(phrase, "a crash, restart or recovery has no end (write at TIME, and "
                                     "a restart of its own)");
    if (bounded && line->action != FAULT_FREEZE && line->action != FAULT_LINK
        && line->action != FAULT_FAIL)
        return phrase_refuse(phrase, "it happens at an instant and has no end (write at TIME)");
    if (!bounded && line->action == FAULT_FREEZE)
        return phrase_refuse(phrase, "a freeze needs an end (write from 12s to 13s freeze X, or "
                                     "at 12s freeze X for 1s)");
    return phrase_end(phrase);
}

bool fault_line_read(const char *text, struct fault_line *line, GString *canonical, char **problem)
{
    g_assert(text != NULL && line != NULL);
    struct phrase phrase;
    *line = (struct fault_line){.lasts = NSTIME_NEVER};
    phrase_init(&phrase, text, canonical, problem);
    bool fine = read_when(&phrase, line);
    gsize start = canonical->len + 1;
    fine = fine && read_action(&phrase, line) && read_length(&phrase, line);
    if (fine)
        line->text = g_strdup(canonical->str + start);
    phrase_clear(&phrase);
    return fine;
}

void fault_line_clear(struct fault_line *line)
{
    g_free(line->after);
    g_free(line->subject);
    g_free(line->key);
    g_free(line->value);
    g_free(line->text);
    *line = (struct fault_line){0};
}

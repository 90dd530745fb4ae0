#include "sim/scenario/fault_action.h"

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
    if (label == NULL)
        return phrase_refuse(phrase, "the label of another fault is missing");
    bool takeover = strcmp(label, FAULT_TAKEOVER) == 0;
    line->when = takeover ? FAULT_AFTER_TAKEOVER : FAULT_AFTER;
    line->after = takeover ? NULL : g_strdup(label);
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

static bool refuse_endless(struct phrase *phrase, bool flood)
{
    const char *what = flood ? "flood" : "freeze";
    const char *whom = flood ? "VIRTUAL 1000/s" : "X";
    return phrase_refuse(phrase, "a %s needs an end (write from 12s to 13s %s %s, or at 12s %s "
                                 "%s for 1s)", what, what, whom, what, whom);
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
    enum fault_length length = fault_action_length(line->action);
    if (bounded && length == LENGTH_UNTIL_RESTART)
        return phrase_refuse(phrase, "a crash, restart or recovery has no end (write at TIME, and "
                                     "a restart of its own)");
    if (bounded && length == LENGTH_NONE)
        return phrase_refuse(phrase, "it happens at an instant and has no end (write at TIME)");
    if (!bounded && length == LENGTH_NEEDED)
        return refuse_endless(phrase, line->action == FAULT_FLOOD);
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
    fine = fine && fault_action_read(&phrase, line) && read_length(&phrase, line);
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

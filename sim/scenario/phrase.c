#include "sim/scenario/phrase.h"

#include <string.h>

void phrase_init(struct phrase *phrase, const char *text, GString *canonical, char **problem)
{
    g_assert(text != NULL && canonical != NULL && problem != NULL);
    *phrase = (struct phrase){quantity_words(text), 0, canonical, problem};
}

void phrase_clear(struct phrase *phrase)
{
    g_strfreev(phrase->words);
    phrase->words = NULL;
}

const char *phrase_peek(const struct phrase *phrase)
{
    return phrase->words[phrase->next];
}

void phrase_write(struct phrase *phrase, const char *word)
{
    if (phrase->canonical->len > 0)
        g_string_append_c(phrase->canonical, ' ');
    g_string_append(phrase->canonical, word);
}

const char *phrase_take(struct phrase *phrase)
{
    const char *word = phrase_peek(phrase);
    if (word != NULL) {
        phrase_write(phrase, word);
        phrase->next++;
    }
    return word;
}

bool phrase_take_if(struct phrase *phrase, const char *word)
{
    const char *next = phrase_peek(phrase);
    return next != NULL && strcmp(next, word) == 0 && phrase_take(phrase) != NULL;
}

bool phrase_quantity(struct phrase *phrase, enum quantity quantity, const char *what,
                     uint64_t *value)
{
    const char *word = phrase_peek(phrase);
    if (word == NULL)
        return phrase_refuse(phrase, "%s is missing", what);
    if (!quantity_read(quantity, word, value, phrase->problem))
        return false;
    phrase_write(phrase, "");
    quantity_print(quantity, *value, phrase->canonical);
    phrase->next++;
    return true;
}

bool phrase_optional(struct phrase *phrase, enum quantity quantity, uint64_t *value)
{
    return phrase_peek(phrase) == NULL || phrase_quantity(phrase, quantity, "a value", value);
}

bool phrase_end(struct phrase *phrase)
{
    const char *word = phrase_peek(phrase);
    return word == NULL || phrase_refuse(phrase, "\"%s\" is one word too many", word);
}

bool phrase_refuse(struct phrase *phrase, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    *phrase->problem = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

#include "sim/scenario/fate_list.h"

#include "sim/scenario/phrase.h"
#include "sim/scenario/value.h"

#include <string.h>

#define REMEDY "(write lose create 3, delay delete 4 20ms or double datagram 7..9)"

/* The words of an enum, in its order. */
static bool read_choice(struct phrase *phrase, const char *const *words, unsigned count,
                        const char *what, unsigned *choice)
{
    for (unsigned i = 0; i < count; i++)
        if (phrase_take_if(phrase, words[i])) {
            *choice = i;
            return true;
        }
    const char *word = phrase_peek(phrase);
    return word == NULL ? phrase_refuse(phrase, "%s is missing " REMEDY, what)
                        : phrase_refuse(phrase, "\"%s\" is not %s " REMEDY, word, what);
}

/* "7", or "7..9". */
static bool read_numbers(struct phrase *phrase, struct chosen_fate *fate)
{
    const char *word = phrase_peek(phrase);
    if (word == NULL)
        return phrase_refuse(phrase, "a number is missing " REMEDY);
    if (!value_span(word, &fate->first, &fate->last, phrase->problem))
        return false;
    phrase_take(phrase);
    return fate->subject != FATE_OF_DATAGRAMS || fate->first > 0
           || phrase_refuse(phrase, "datagrams are numbered from 1");
}

static bool read_delay(struct phrase *phrase, struct chosen_fate *fate)
{
    uint64_t delay;
    if (fate->kind != FATE_DELAY)
        return true;
    if (!phrase_quantity(phrase, QUANTITY_TIME, "how much later", &delay))
        return false;
    fate->delay = (nstime)delay;
    return true;
}

static bool read_fate(const char *text, struct chosen_fate *fate, GString *canonical,
                      char **problem)
{
    static const char *const kinds[] = {"lose", "delay", "double"};
    static const char *const subjects[] = {"create", "delete", "datagram"};
    struct phrase phrase;
    unsigned kind = 0, subject = 0;
    phrase_init(&phrase, text, canonical, problem);
    bool fine = read_choice(&phrase, kinds, G_N_ELEMENTS(kinds), "what befalls it", &kind)
                && read_choice(&phrase, subjects, G_N_ELEMENTS(subjects), "what it befalls",
                               &subject);
    *fate = (struct chosen_fate){.kind = kind, .subject = subject};
    fine = fine && read_numbers(&phrase, fate) && read_delay(&phrase, fate)
           && phrase_end(&phrase);
    phrase_clear(&phrase);
    return fine;
}

bool fate_list_read(const char *text, GArray *fates, GString *canonical, char **problem)
{
    char **parts = g_strsplit(text, ",", -1);
    bool fine = true;
    for (unsigned i = 0; parts[i] != NULL && fine; i++) {
        struct chosen_fate fate;
        GString *spelled = g_string_new(NULL);
        fine = read_fate(parts[i], &fate, spelled, problem);
        if (fine) {
            g_array_append_val(fates, fate);
            g_string_append_printf(canonical, "%s%s", i > 0 ? ", " : "", spelled->str);
        }
        g_string_free(spelled, TRUE);
    }
    g_strfreev(parts);
    return fine;
}

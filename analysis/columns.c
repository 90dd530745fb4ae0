#include "analysis/columns.h"

#include <glib.h>
#include <string.h>

/* Each list of columns.h once more, as its words. */
#define WORD2(code, word) [code] = word,
#define WORD3(code, word, phrase) [code] = word,
#define PHRASE3(code, word, phrase) [code] = phrase,

const char *outcome_word(enum outcome outcome)
{
    static const char *const words[OUTCOME_COUNT] = {OUTCOME_LIST(WORD2)};
    g_assert((unsigned)outcome < OUTCOME_COUNT);
    return words[outcome];
}

const char *cause_word(enum cause cause)
{
    static const char *const words[CAUSE_COUNT] = {CAUSE_LIST(WORD3)};
    g_assert((unsigned)cause < CAUSE_COUNT);
    return words[cause];
}

const char *cause_phrase(enum cause cause)
{
    static const char *const phrases[CAUSE_COUNT] = {CAUSE_LIST(PHRASE3)};
    g_assert((unsigned)cause < CAUSE_COUNT);
    return phrases[cause];
}

const char *saved_word(enum saved_by saved)
{
    static const char *const words[SAVED_COUNT] = {SAVED_LIST(WORD3)};
    g_assert((unsigned)saved < SAVED_COUNT);
    return words[saved];
}

const char *saved_phrase(enum saved_by saved)
{
    static const char *const phrases[SAVED_COUNT] = {SAVED_LIST(PHRASE3)};
    g_assert((unsigned)saved < SAVED_COUNT);
    return phrases[saved];
}

const char *speaker_word(enum speaker speaker)
{
    static const char *const words[SPEAKER_COUNT] = {SPEAKER_LIST(WORD2)};
    g_assert((unsigned)speaker < SPEAKER_COUNT);
    return words[speaker];
}

const char *state_word(enum state_at_failure state)
{
    static const char *const words[STATE_COUNT] = {STATE_LIST(WORD2)};
    g_assert((unsigned)state < STATE_COUNT);
    return words[state];
}

const char *form_word(enum form form)
{
    static const char *const words[FORM_COUNT] = {FORM_LIST(WORD3)};
    g_assert((unsigned)form < FORM_COUNT);
    return words[form];
}

int state_word_counts(const char *word)
{
    for (unsigned state = 0; state < STATE_COUNT; state++) {
        if (strcmp(state_word(state), word) == 0) {
            return state_counts(state);
        }
    }
    return 0;
}

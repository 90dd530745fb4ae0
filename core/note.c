#include "core/note.h"

#include <glib.h>

#define NOTE_WORD(code, word, text) [code] = word,
#define ENUM_WORD(code, word) [code] = word,

static const char *const note_words[] = {NOTE_LIST(NOTE_WORD)};
static const char *const end_words[] = {END_LIST(ENUM_WORD)};
static const char *const ditch_words[] = {DITCH_LIST(ENUM_WORD)};
static const char *const drop_words[] = {DROP_LIST(ENUM_WORD)};
static const char *const refusal_words[] = {REFUSAL_LIST(ENUM_WORD)};
static const char *const role_reason_words[] = {ROLE_REASON_LIST(ENUM_WORD)};
static const char *const no_switch_words[] = {NO_SWITCH_LIST(ENUM_WORD)};
static const char *const mirror_refusal_words[] = {MIRROR_REFUSAL_LIST(ENUM_WORD)};

static const char *word_at(const char *const *words, unsigned count, unsigned index)
{
    g_assert(index < count);
    return words[index];
}

const char *note_word(enum note_code code)
{
    return word_at(note_words, NOTE_COUNT, code);
}

const char *end_word(enum end_reason reason)
{
    return word_at(end_words, END_COUNT, reason);
}

const char *ditch_word(enum ditch_reason reason)
{
    return word_at(ditch_words, DITCH_COUNT, reason);
}

const char *drop_word(enum drop_reason reason)
{
    return word_at(drop_words, DROP_COUNT, reason);
}

const char *refusal_word(enum record_refusal refusal)
{
    return word_at(refusal_words, REFUSAL_COUNT, refusal);
}

const char *role_reason_word(enum role_reason reason)
{
    return word_at(role_reason_words, ROLE_REASON_COUNT, reason);
}

const char *no_switch_word(enum no_switch reason)
{
    return word_at(no_switch_words, NO_SWITCH_COUNT, reason);
}

const char *mirror_refusal_word(enum mirror_refusal refusal)
{
    return word_at(mirror_refusal_words, MIRROR_REFUSALS, refusal);
}

const char *note_detail_word(const struct note *note)
{
    switch (note->code) {
    case NOTE_ENDED: return end_word(note->detail);
    case NOTE_DITCHED: return ditch_word(note->detail);
    case NOTE_REFUSED:
    case NOTE_DROPPED:
    case NOTE_PASSED: return drop_word(note->detail);
    case NOTE_RECORD_REFUSED: return refusal_word(note->detail);
    case NOTE_BECAME_ACTIVE:
    case NOTE_BECAME_STANDBY: return role_reason_word(note->detail);
    case NOTE_NO_SWITCH: return no_switch_word(note->detail);
    case NOTE_MIRROR_REFUSED: return mirror_refusal_word(note->detail);
    default: return NULL;
    }
}

/* A value of several words, read word by word; what was understood is written
 * down again in canonical spelling on the way. */
#ifndef SIM_SCENARIO_PHRASE_H
#define SIM_SCENARIO_PHRASE_H

#include "sim/scenario/quantity.h"

#include <glib.h>
#include <stdbool.h>

struct phrase {
    char **words;
    unsigned next;
    GString *canonical; /* the caller's; appended to */
    char **problem;     /* the caller's; set once, free with g_free() */
};

void phrase_init(struct phrase *phrase, const char *text, GString *canonical, char **problem);
void phrase_clear(struct phrase *phrase);

/* The next word, not yet taken, or NULL at the end. */
const char *phrase_peek(const struct phrase *phrase);

/* Take the next word as it stands; NULL at the end. */
const char *phrase_take(struct phrase *phrase);

/* Take the next word if it is this one. */
bool phrase_take_if(struct phrase *phrase, const char *word);

/* Take a quantity; false with a problem when it is wrong, or when there is no word
 * left (then what, "a loss", is missing). */
bool phrase_quantity(struct phrase *phrase, enum quantity quantity, const char *what,
                     uint64_t *value);

/* The same, but nothing is well too: *value then keeps what it had. */
bool phrase_optional(struct phrase *phrase, enum quantity quantity, uint64_t *value);

/* True at the end; else the words left over are the problem. */
bool phrase_end(struct phrase *phrase);

/* Set the problem; always false. */
bool phrase_refuse(struct phrase *phrase, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Append a word to the canonical text, with a blank where one is needed. */
void phrase_write(struct phrase *phrase, const char *word);

#endif

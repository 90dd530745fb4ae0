#include "sim/scenario/range.h"

#include <glib.h>
#include <string.h>

static bool read_as(struct range *range, enum quantity quantity, const char *low,
                    const char *high, const char *step)
{
    char *problem = NULL;
    bool fine = quantity_read(quantity, low, &range->low, &problem)
                && quantity_read(quantity, high, &range->high, &problem)
                && quantity_read(quantity, step, &range->step, &problem);
    range->quantity = quantity;
    g_free(problem);
    return fine;
}

bool range_read(const char *text, struct range *range)
{
    char **words = quantity_words(text);
    char *dots = words[0] == NULL ? NULL : strstr(words[0], "..");
    bool found = false;
    if (dots != NULL && g_strv_length(words) == 3 && strcmp(words[1], "step") == 0) {
        *dots = '\0';
        for (unsigned kind = 0; kind < QUANTITY_KINDS && !found; kind++)
            found = read_as(range, (enum quantity)kind, words[0], dots + 2, words[2]);
    }
    g_strfreev(words);
    return found;
}

#include "sim/run/chosen_fate.h"

#include "sim/scenario/fate_list.h"

static bool is_within(const struct chosen_fate *fate, uint32_t number)
{
    return number >= fate->first && number <= fate->last;
}

/* Tags are numbers of connections plus 1; 0 is nobody's. */
static bool concerns(const struct chosen_fate *fate, const struct datagram *datagram)
{
    if (fate->subject == FATE_OF_DATAGRAMS)
        return is_within(fate, datagram->name.number);
    for (unsigned i = 0; i < datagram->mark_count; i++) {
        const struct record_mark *mark = &datagram->marks[i];
        if (mark->is_delete == (fate->subject == FATE_OF_DELETES) && mark->tag > 0
            && is_within(fate, mark->tag - 1))
            return true;
    }
    return false;
}

static void lose(struct passage *passage)
{
    passage->copies = 0;
    passage->loss = LOST_CHOSEN;
}

static void delay(struct passage *passage, nstime by)
{
    for (unsigned i = 0; i < passage->copies; i++)
        passage->arrival[i] += by;
}

static void make_double(struct passage *passage)
{
    if (passage->copies != 1)
        return;
    passage->copies = 2;
    passage->arrival[1] = passage->arrival[0];
    passage->damage[1] = passage->damage[0];
}

void chosen_fate_befall(const struct scenario *scenario, const struct datagram *datagram,
                        struct passage *passage)
{
    for (guint i = 0; i < scenario->fates->len && datagram->name.number > 0; i++) {
        const struct chosen_fate *fate = &g_array_index(scenario->fates, struct chosen_fate, i);
        if (!concerns(fate, datagram))
            continue;
        switch (fate->kind) {
        case FATE_LOSE: lose(passage); break;
        case FATE_DELAY: delay(passage, fate->delay); break;
        case FATE_DOUBLE: make_double(passage); break;
        }
    }
}

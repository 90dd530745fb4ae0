/* "static": which virtual machine a real one is seen as where it opens connections itself
 * (R-410, fact F-212). */
#include "core/command_call.h"

void command_make_static(struct command_call *call)
{
    char text[MACHINE_TEXT_SIZE];
    struct virtual *virtual = command_one_virtual(call, 0);
    struct physical *real = virtual != NULL ? command_one_real(call, 1) : NULL;
    if (real == NULL)
        return;
    if (real->id.protocol != virtual->id.protocol)
        command_refuse(call, "%s and %s are of different protocols; tie tcp to tcp and udp to"
                             " udp", call->words[0], call->words[1]);
    else if (real->appears_as != NULL)
        command_refuse(call, "%s is tied to %s already; write no static for that first",
                       call->words[1], machine_print(real->appears_as->id, text));
    else
        real->appears_as = virtual;
}

/* What it has opened stays, as with a client that is assigned anew. */
void command_remove_static(struct command_call *call)
{
    struct virtual *virtual = command_one_virtual(call, 0);
    struct physical *real = virtual != NULL ? command_one_real(call, 1) : NULL;
    if (real == NULL)
        return;
    if (real->appears_as != virtual)
        command_refuse(call, "%s is not tied to %s; show configuration lists what is",
                       call->words[1], call->words[0]);
    else
        real->appears_as = NULL;
}

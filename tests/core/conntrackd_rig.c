#include "tests/core/conntrackd_rig.h"

#include <stdio.h>

void conntrackd_rig_set_up(struct rig *rig, const char *protocol)
{
    char command[64];
    snprintf(command, sizeof command, "option replication %s", protocol);
    rig_set_up(rig);
    rig_run_both(rig, NSTIME_S);
    rig_command_both(rig, "failover hellotime 60min");
    rig_command_both(rig, "failover hellomisses 100");
    rig_command_both(rig, command);
}

const struct said *conntrackd_said(const struct rig_unit *unit)
{
    static struct said said;
    const struct effect *effect;
    said.count = said.datagrams = 0;
    said.bytes = 0;
    for (unsigned i = 0; (effect = rig_effect(unit, EFFECT_DATAGRAM, i)) != NULL; i++) {
        unsigned count;
        if (effect->datagram.channel != CHANNEL_REPLICATION)
            continue;
        ck_assert_uint_le(said.count + CONNTRACKD_MESSAGES_MAX, G_N_ELEMENTS(said.messages));
        ck_assert_int_eq(conntrackd_decode(unit->effects.bytes + effect->datagram.offset,
                                           effect->datagram.length, said.messages + said.count,
                                           &count),
                         REFUSAL_NONE);
        said.count += count;
        said.datagrams++;
        said.bytes += effect->datagram.length;
    }
    return &said;
}

const struct said *conntrackd_turn_of(struct rig_unit *unit)
{
    rig_deadline(unit);
    return conntrackd_said(unit);
}

const struct conntrackd_message *conntrackd_only(const struct said *said, uint8_t flag)
{
    const struct conntrackd_message *found = NULL;
    for (unsigned i = 0; i < said->count; i++) {
        const struct conntrackd_message *message = &said->messages[i];
        if (message->type != CONNTRACKD_CONTROL || (message->flags & flag) == 0)
            continue;
        ck_assert_ptr_null(found);
        found = message;
    }
    ck_assert_ptr_nonnull(found);
    return found;
}

/* Deeds: what units do to the world, one function for each effect. */
#include "sim/run/world_internal.h"

#include "core/machine.h"

static void unit_forwards(void *context, struct unit *unit, enum side side,
                          const struct packet *packet)
{
    struct world *world = context;
    carrier_forward(world->carrier, unit, side, packet);
}

static void unit_sends(void *context, struct unit *unit, enum channel channel,
                       const uint8_t *bytes, size_t length, const struct record_mark *marks,
                       unsigned mark_count)
{
    struct world *world = context;
    carrier_datagram(world->carrier, unit, channel, bytes, length, marks, mark_count);
}

static void unit_claims(void *context, struct unit *unit, uint32_t ip, uint64_t mac)
{
    (void)mac;
    struct world *world = context;
    carrier_claim(world->carrier, unit, ip);
    bool active = ip == world->scenario->active_ip;
    world_report_unit(world, unit_number(unit), active ? "claims-active-address" : "claims-address",
                NULL);
    if (active)
        observer_claim(world->observer, unit_number(unit), unit_director(unit));
    world_look_at_service(world);
}

static void unit_releases(void *context, struct unit *unit, uint32_t ip)
{
    struct world *world = context;
    carrier_release(world->carrier, unit, ip);
    world_look_at_service(world);
}

/* Notes about the unit as a whole; those about connections would be a log of all
 * traffic. */
static bool is_about_the_unit(enum note_code code)
{
    return code == NOTE_PEER_SILENT || code == NOTE_PEER_HEARD || code == NOTE_BECAME_ACTIVE
           || code == NOTE_BECAME_STANDBY || code == NOTE_BOTH_ACTIVE
           || code == NOTE_TABLE_FULL;
}

static void tell_note(struct world *world, unsigned number, const struct note *note,
                      const struct record_mark *mark)
{
    uint32_t tag = note->tag != 0 ? note->tag : mark ? mark->tag : 0;
    const char *detail = note_detail_word(note);
    if (tag != 0 && story_wants(world->story, tag))
        story_tell(world->story, engine_now(world->engine), story_unit_place(number), PLACE_NOWHERE,
                   "%s%s%s%s", note_word(note->code), detail ? " (" : "", detail ? detail : "",
                   detail ? ")" : "");
}

/* A server, in a unit's opinion. What virtual machines are follows from theirs. */
static void tell_machine(struct world *world, unsigned number, const struct note *note)
{
    for (guint i = 0; i < world->scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(world->scenario->reals, i);
        if (real->ip != note->real.ip || real->port != note->real.port)
            continue;
        char *detail = g_strdup_printf("%s %s", real->name,
                                       machine_state_word(note->detail & 0xFF));
        world_report_unit(world, number, note_word(note->code), detail);
        g_free(detail);
    }
}

/* A preemption is nobody's fault: its instant is known from the director's note, which
 * comes before the claim of the address. */
static void note_preemption(struct world *world, unsigned number, const struct note *note)
{
    if (world->scenario->measure_preempt && world->failed_unit < 0
        && note->code == NOTE_BECAME_ACTIVE && note->detail == ROLE_PREEMPTED)
        world_measure(world, 1 - number);
}

static void unit_notes(void *context, struct unit *unit, const struct note *note)
{
    struct world *world = context;
    const struct record_mark *mark = carrier_mark_at_hand(world->carrier, &note->flow);
    unsigned number = unit_number(unit);
    observer_note(world->observer, number, note, mark);
    note_preemption(world, number, note);
    if (is_about_the_unit(note->code))
        world_report_unit(world, number, note_word(note->code), note_detail_word(note));
    else if (note->code == NOTE_MACHINE_STATE)
        tell_machine(world, number, note);
    else if (world->story)
        tell_note(world, number, note, mark);
}

struct unit_network deed_network(struct world *world)
{
    return (struct unit_network){
        .context = world,
        .forward = unit_forwards,
        .datagram = unit_sends,
        .claim = unit_claims,
        .release = unit_releases,
        .note = unit_notes,
    };
}

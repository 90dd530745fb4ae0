/* Deeds: what units do to the world, one function for each effect. */
#include "sim/run/world_internal.h"

#include "core/machine.h"
#include "core/path.h"

static void unit_forwards(void *context, struct unit *unit, enum side side,
                          const struct packet *packet)
{
    struct world *world = context;
    carrier_forward(world->carrier, unit, side, packet);
}

static void unit_sends(void *context, struct unit *unit, const struct unit_datagram *datagram)
{
    struct world *world = context;
    carrier_datagram(world->carrier, unit, datagram);
}

static void unit_asks(void *context, struct unit *unit, unsigned interface, uint32_t ip)
{
    struct world *world = context;
    carrier_ask(world->carrier, unit, interface, ip);
}

/* Neighbours must learn it, and may be slow to: R-1003 keeps it from happening. */
static void report_mac(struct world *world, unsigned number, uint64_t before)
{
    char *detail = g_strdup_printf("was %012" G_GINT64_MODIFIER "x", before);
    world_report_unit(world, number, "address-has-another-mac", detail);
    g_free(detail);
}

static void unit_sends_serial(void *context, struct unit *unit, const uint8_t *bytes,
                              size_t length)
{
    struct world *world = context;
    carrier_serial(world->carrier, unit, bytes, length);
}

static void take_note_of_claim(struct world *world, unsigned number,
                               const struct director *director)
{
    bool before = observer_heir(world->observer) >= 0;
    observer_claim(world->observer, number, director);
    if (!before && observer_heir(world->observer) >= 0)
        reprotection_begin(world->reprotection, number);
}

static void unit_claims(void *context, struct unit *unit, uint32_t ip, uint64_t mac)
{
    struct world *world = context;
    unsigned number = unit_number(unit);
    bool active = ip == world->scenario->active_ip;
    world_report_unit(world, number, active ? "claims-active-address" : "claims-address", NULL);
    uint64_t other = carrier_claim(world->carrier, unit, ip, mac);
    if (other != 0 && active)
        report_mac(world, number, other);
    if (active) {
        take_note_of_claim(world, number, unit_director(unit));
        strike_follow_takeover(world);
    }
    world_look_at_service(world);
}

static void unit_releases(void *context, struct unit *unit, uint32_t ip)
{
    struct world *world = context;
    carrier_release(world->carrier, unit, ip);
    world_look_at_service(world);
}

/* What the mirror did, unless the standby was configured the same already. */
static bool is_about_the_mirror(const struct note *note)
{
    return note->code == NOTE_MIRRORED || note->code == NOTE_NOT_MIRRORED
           || note->code == NOTE_MIRROR_REFUSED || note->code == NOTE_MIRROR_FULL
           || (note->code == NOTE_CONFIGURED && note->detail != 0);
}

/* Notes about the unit as a whole; those about connections would be a log of all
 * traffic. */
static bool is_about_the_unit(enum note_code code)
{
    switch (code) {
    case NOTE_PEER_SILENT:
    case NOTE_PEER_HEARD:
    case NOTE_BECAME_ACTIVE:
    case NOTE_BECAME_STANDBY:
    case NOTE_BOTH_ACTIVE:
    case NOTE_TABLE_FULL:
    case NOTE_BULK_BEGAN:
    case NOTE_BULK_ENDED:
    case NOTE_STANDBY_CHOSEN:
    case NOTE_PATH_SILENT:
    case NOTE_INTERFACE_TESTED:
    case NOTE_INTERFACE_GOOD:
    case NOTE_INTERFACE_FAILED:
    case NOTE_NO_SWITCH:
    case NOTE_POWER_LOST:
    case NOTE_CABLE_PULLED:
    case NOTE_RECOVERED:
        return true;
    default:
        return false;
    }
}

/* Peers are numbered in the order of rank, without the unit itself. */
static const char *peer_name(const struct world *world, unsigned number, uint32_t peer)
{
    return world_unit_spec(world, peer < number ? peer : peer + 1)->name;
}

/* What the note's number means here, or NULL. In a pair there is no question which peer. */
static const char *detail_word(const struct world *world, unsigned number,
                               const struct note *note)
{
    switch (note->code) {
    case NOTE_PEER_SILENT:
        return world->unit_count > 2 ? peer_name(world, number, note->detail) : NULL;
    case NOTE_STANDBY_CHOSEN:
        return peer_name(world, number, note->detail);
    case NOTE_PATH_SILENT:
        return path_word(note->detail);
    case NOTE_INTERFACE_TESTED:
    case NOTE_INTERFACE_GOOD:
    case NOTE_INTERFACE_FAILED:
        return interface_word(note->detail);
    default:
        return note_detail_word(note);
    }
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
static void note_preemption(struct world *world, const struct note *note)
{
    if (world->scenario->measure_preempt && !world->measured
        && note->code == NOTE_BECAME_ACTIVE && note->detail == ROLE_PREEMPTED)
        world_measure(world, (int)world_active(world));
}

static void unit_notes(void *context, struct unit *unit, const struct note *note)
{
    struct world *world = context;
    struct record_at_hand at_hand = carrier_at_hand(world->carrier, &note->flow);
    unsigned number = unit_number(unit);
    observer_note(world->observer, number, note, &at_hand);
    joining_note(world->joining, number, note);
    reprotection_note(world->reprotection, number, note);
    note_preemption(world, note);
    if (is_about_the_unit(note->code) || is_about_the_mirror(note))
        world_report_unit(world, number, note_word(note->code),
                          detail_word(world, number, note));
    else if (note->code == NOTE_MACHINE_STATE)
        tell_machine(world, number, note);
    else if (world->story)
        tell_note(world, number, note, at_hand.mark);
}

struct unit_network deed_network(struct world *world)
{
    return (struct unit_network){
        .context = world,
        .forward = unit_forwards,
        .datagram = unit_sends,
        .serial = unit_sends_serial,
        .ask = unit_asks,
        .claim = unit_claims,
        .release = unit_releases,
        .note = unit_notes,
    };
}

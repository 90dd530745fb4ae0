/* Frames: what is asked on an interface, and what is seen there besides packets and
 * datagrams (R-1006). A question on a side reaches the other units at its switch, and the
 * hosts over the side's link: servers inside, the clients' router outside. Whoever is asked
 * answers the same way. Between the units it takes the hellos' link. */
#include "sim/run/carrier_internal.h"

#include "sim/engine/chance.h"

enum { FRAME_BYTES = 46 };

enum answerer { ANSWERER_UNIT, ANSWERER_ROUTER, ANSWERER_SERVER };

struct frame {
    uint64_t number; /* among the asker's questions */
    uint32_t ip;     /* asked for, 0: everybody */
    uint8_t asker;
    uint8_t interface;
    uint8_t kind; /* enum answerer */
    bool announcement; /* nobody answers it */
    uint16_t who; /* number of the unit or server that is to answer */
};

void frame_carrier_init(struct carrier *carrier)
{
    carrier->frames = pool_new(sizeof(struct frame));
}

void frame_carrier_clear(struct carrier *carrier)
{
    pool_free(carrier->frames);
}

static void put(struct carrier *carrier, const struct frame *frame, nstime arrival,
                event_handler *came)
{
    struct frame *parcel = pool_take(carrier->frames);
    *parcel = *frame;
    engine_schedule(carrier->engine, arrival, came, carrier, (uintptr_t)parcel);
}

static struct frame take(struct carrier *carrier, uint64_t number)
{
    struct frame *parcel = (void *)(uintptr_t)number;
    struct frame frame = *parcel;
    pool_give(carrier->frames, parcel);
    return frame;
}

static void see(struct carrier *carrier, unsigned unit, unsigned interface)
{
    if (!carrier_is_cut(carrier, unit, interface))
        unit_seen(carrier->units[unit], interface);
}

/* Which link takes it, and which way a question goes there. */
static struct link *link_for(const struct carrier *carrier, const struct frame *frame,
                             enum direction *way)
{
    if (frame->kind == ANSWERER_UNIT) {
        *way = carrier_way(frame->asker, frame->who);
        return carrier_pair_link(carrier, LINK_HELLO, frame->asker, frame->who);
    }
    bool inside = frame->kind == ANSWERER_SERVER;
    *way = inside ? DIRECTION_FORWARD : DIRECTION_REVERSE;
    return carrier->links[inside ? LINK_SERVERS : LINK_CLIENTS][0];
}

/* A question and its answer have luck of their own. */
static uint64_t frame_identity(const struct frame *frame, bool answer)
{
    uint64_t key = chance_fold_name(frame->number << 1 | answer, "frame");
    return chance_fold(chance_fold(key, frame->asker),
                       (uint64_t)frame->interface << 32 | frame->kind << 16 | frame->who);
}

static void send(struct carrier *carrier, const struct frame *frame, bool answer,
                 event_handler *came)
{
    nstime now = engine_now(carrier->engine);
    if (frame->kind == ANSWERER_UNIT && frame->interface != INTERFACE_PEER) {
        put(carrier, frame, now + SWITCH_DELAY, came);
        return;
    }
    enum direction way;
    struct passage passage;
    struct link *link = link_for(carrier, frame, &way);
    if (answer)
        way = way == DIRECTION_FORWARD ? DIRECTION_REVERSE : DIRECTION_FORWARD;
    link_pass(link, way, now, frame_identity(frame, answer), FRAME_BYTES, &passage);
    for (unsigned i = 0; i < passage.copies; i++)
        put(carrier, frame, passage.arrival[i], came);
}

static void answer_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct frame frame = take(carrier, number);
    see(carrier, frame.asker, frame.interface);
}

/* A unit answers for the address it holds, and for its fixed one. */
static bool unit_answers(const struct carrier *carrier, const struct frame *frame)
{
    return unit_health(carrier->units[frame->who]) == UNIT_UP
           && !carrier_is_cut(carrier, frame->who, frame->interface) && !frame->announcement
           && (frame->ip == 0 || frame->ip == carrier->held[frame->who].ip
               || frame->ip == carrier_unit_ip(frame->who));
}

static bool is_answered(const struct carrier *carrier, const struct frame *frame)
{
    return frame->kind == ANSWERER_ROUTER
           || (frame->kind == ANSWERER_SERVER
               && !traffic_server_failed(carrier->traffic, frame->who))
           || (frame->kind == ANSWERER_UNIT && unit_answers(carrier, frame));
}

/* Every question is a broadcast, so that a unit sees it whomever it is for. */
static void question_came(void *object, uint64_t number)
{
    struct carrier *carrier = object;
    struct frame frame = take(carrier, number);
    if (frame.kind == ANSWERER_UNIT)
        see(carrier, frame.who, frame.interface);
    if (is_answered(carrier, &frame))
        send(carrier, &frame, true, answer_came);
}

static void ask_units(struct carrier *carrier, struct frame frame)
{
    frame.kind = ANSWERER_UNIT;
    for (unsigned i = 0; i < carrier->scenario->units->len; i++)
        if (i != frame.asker && carrier->units[i]) {
            frame.who = (uint16_t)i;
            send(carrier, &frame, false, question_came);
        }
}

/* Whatever lies outside lies behind the router, which speaks for it. */
static void ask_router(struct carrier *carrier, struct frame frame)
{
    frame.kind = ANSWERER_ROUTER;
    send(carrier, &frame, false, question_came);
}

static void ask_servers(struct carrier *carrier, struct frame frame)
{
    frame.kind = ANSWERER_SERVER;
    for (guint i = 0; i < carrier->scenario->reals->len; i++) {
        const struct real_spec *real = g_ptr_array_index(carrier->scenario->reals, i);
        frame.who = (uint16_t)i;
        if (frame.ip == 0 || frame.ip == real->ip)
            send(carrier, &frame, false, question_came);
    }
}

void carrier_ask(struct carrier *carrier, struct unit *unit, unsigned interface, uint32_t ip)
{
    struct frame frame = {
        .number = ++carrier->asked[unit_number(unit)],
        .ip = ip,
        .asker = (uint8_t)unit_number(unit),
        .interface = (uint8_t)interface,
    };
    if (interface >= UNIT_INTERFACES || carrier_is_cut(carrier, frame.asker, interface))
        return;
    carrier_note_frame(carrier, frame.asker, interface);
    ask_units(carrier, frame);
    if (interface == INTERFACE_OUTSIDE)
        ask_router(carrier, frame);
    else if (interface == INTERFACE_INSIDE)
        ask_servers(carrier, frame);
}

/* Where no hellos go nobody listens, and nothing need be carried. */
void frame_carrier_announce(struct carrier *carrier, unsigned unit, unsigned interface)
{
    struct frame frame = {
        .asker = (uint8_t)unit, .interface = (uint8_t)interface, .announcement = true,
    };
    if (carrier_listens(carrier, interface))
        ask_units(carrier, frame);
}

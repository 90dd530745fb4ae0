/* A sequence of datagrams, packets and instants. */
#include "tests/fuzz/targets.h"
#include "tests/fuzz/unit.h"

enum { EVENTS_MAX = 400, CLIENT_BEGINS = 1000, SERVER_BEGINS = 5000 };

struct input {
    const uint8_t *at, *end;
};

static uint8_t take(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static unsigned take_two(struct input *input)
{
    unsigned high = take(input);
    return high << 8 | take(input);
}

static void hear(struct unit *unit, struct input *input, enum channel channel, uint32_t source_ip)
{
    size_t length = take_two(input);
    const uint8_t *bytes = input->at;
    length = MIN(length, (size_t)(input->end - input->at));
    input->at += length;
    unit_hear(unit, channel, source_ip, bytes, length);
}

/* Numbers near the beginning, the byte being what was sent before, of either sign. */
static uint32_t number(struct input *input, uint32_t begin)
{
    return (uint32_t)((int32_t)begin + (int8_t)take(input));
}

static void client_sends(struct unit *unit, struct input *input)
{
    struct flow flow = unit_flow(take(input));
    struct packet packet = {
        .source_ip = flow.foreign.ip,
        .source_port = flow.foreign.port,
        .destination_ip = flow.local.ip,
        .destination_port = flow.local.port,
        .protocol = PROTOCOL_TCP,
        .flags = take(input),
    };
    packet.sequence = number(input, CLIENT_BEGINS);
    packet.acknowledgement = number(input, SERVER_BEGINS);
    unit_step(unit, &(struct event){.kind = EVENT_PACKET, .packet = {SIDE_OUTSIDE, &packet}});
}

static void server_sends(struct unit *unit, struct input *input)
{
    struct connection_view view;
    bool found = unit_find(unit, take(input), &view);
    struct packet packet = {.protocol = PROTOCOL_TCP, .flags = take(input)};
    packet.sequence = number(input, SERVER_BEGINS);
    packet.acknowledgement = number(input, CLIENT_BEGINS);
    if (!found)
        return;
    packet.source_ip = view.real.ip;
    packet.source_port = view.real.port;
    packet.destination_ip = view.foreign.ip;
    packet.destination_port = view.foreign.port;
    unit_step(unit, &(struct event){.kind = EVENT_PACKET, .packet = {SIDE_INSIDE, &packet}});
}

static void turn_machine(struct unit *unit, struct input *input)
{
    static const char *const machines[] = {"10.0.1.1:80", "10.0.1.2:80", "10.0.1.3"};
    unsigned bits = take(input);
    char line[64];
    g_snprintf(line, sizeof line, "%s %s", (bits & 1) != 0 ? "in-service" : "out-of-service",
               machines[bits / 2 % G_N_ELEMENTS(machines)]);
    unit_command(unit, line);
}

static void happen(struct unit *unit, struct input *input)
{
    switch ((enum fuzz_event)(take(input) % FUZZ_EVENTS)) {
    case FUZZ_PEER_SAYS: hear(unit, input, CHANNEL_REPLICATION, UNIT_PEER_IP); break;
    case FUZZ_SPARE_SAYS: hear(unit, input, CHANNEL_REPLICATION, UNIT_SPARE_IP); break;
    case FUZZ_PEER_HELLO: hear(unit, input, CHANNEL_HELLO, UNIT_PEER_IP); break;
    case FUZZ_TIME: unit_run(unit, take_two(input) * NSTIME_MS); break;
    case FUZZ_CLIENT: client_sends(unit, input); break;
    case FUZZ_SERVER: server_sends(unit, input); break;
    case FUZZ_SWITCH:
        unit_command(unit, (take(input) & 1) != 0 ? "failover active" : "no failover active");
        break;
    case FUZZ_MACHINE: turn_machine(unit, input); break;
    case FUZZ_EVENTS: g_assert_not_reached();
    }
}

void fuzz_sequence(const uint8_t *bytes, size_t length)
{
    struct unit unit;
    if (length < 2)
        return;
    struct input input = {bytes + 2, bytes + length};
    unit_init(&unit, bytes[0], bytes[1]);
    for (unsigned i = 0; i < EVENTS_MAX && input.at < input.end; i++)
        happen(&unit, &input);
    unit_run(&unit, 100 * NSTIME_S);
    unit_clear(&unit);
}

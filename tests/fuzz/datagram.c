/* One datagram, to a unit that has two connections, or is about to be told of its first. */
#include "tests/fuzz/targets.h"
#include "tests/fuzz/unit.h"

static void open_one(struct unit *unit, uint8_t bits)
{
    struct flow flow = unit_flow(bits);
    struct packet request = {
        .source_ip = flow.foreign.ip,
        .source_port = flow.foreign.port,
        .destination_ip = flow.local.ip,
        .destination_port = flow.local.port,
        .protocol = PROTOCOL_TCP,
        .flags = TCP_SYN,
    };
    unit_step(unit, &(struct event){.kind = EVENT_PACKET,
                                    .packet = {SIDE_OUTSIDE, &request}});
}

void fuzz_datagram(const uint8_t *bytes, size_t length)
{
    struct unit unit;
    if (length < 2)
        return;
    unit_init(&unit, bytes[0], bytes[1]);
    open_one(&unit, 0);
    open_one(&unit, FUZZ_CONTROL);
    unit_hear(&unit, CHANNEL_REPLICATION, UNIT_PEER_IP, bytes + 2, length - 2);
    unit_run(&unit, 100 * NSTIME_MS);
    unit_hear(&unit, CHANNEL_REPLICATION, UNIT_PEER_IP, bytes + 2, length - 2);
    unit_run(&unit, 10 * NSTIME_S);
    unit_command(&unit, "failover active");
    unit_run(&unit, 10 * NSTIME_S);
    unit_clear(&unit);
}

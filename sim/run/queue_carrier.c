/* What waits in a unit, and what is dropped there: a queue for records on their way out, a
 * backlog for all that comes in, a buffer for the records among that. A unit without budgets
 * has them too, and nothing ever waits there. */
#include "sim/network/throttle.h"
#include "sim/run/carrier_internal.h"

static const struct unit_spec *spec_of(const struct carrier *carrier, unsigned unit)
{
    return g_ptr_array_index(carrier->scenario->units, unit);
}

void queue_carrier_init(struct carrier *carrier)
{
    const struct scenario *scenario = carrier->scenario;
    const struct budgets *budgets = &scenario->budgets;
    for (unsigned i = 0; i < scenario->units->len; i++) {
        const struct unit_spec *unit = spec_of(carrier, i);
        carrier->queues[i] = (struct unit_queues){
            .send = throttle_new(carrier->engine, budgets->send, budgets->send_queue, carrier),
            .backlog = throttle_new(carrier->engine, unit->capacity, unit->backlog, carrier),
            .buffer = throttle_new(carrier->engine, budgets->receive, budgets->receive_buffer,
                                   carrier),
        };
    }
}

void queue_carrier_clear(struct carrier *carrier)
{
    for (unsigned i = 0; i < carrier->scenario->units->len; i++) {
        throttle_free(carrier->queues[i].send);
        throttle_free(carrier->queues[i].backlog);
        throttle_free(carrier->queues[i].buffer);
    }
}

void carrier_empty_unit(struct carrier *carrier, unsigned unit)
{
    struct unit_queues *queues = &carrier->queues[unit];
    throttle_flush(queues->send);
    throttle_flush(queues->buffer);
    throttle_flush(queues->backlog);
    carrier_slow_unit(carrier, unit, spec_of(carrier, unit)->capacity);
    carrier_make_lossy(carrier, unit, (struct probability){ 0 });
}

void carrier_stop_unit(struct carrier *carrier, unsigned unit)
{
    struct unit_queues *queues = &carrier->queues[unit];
    throttle_stop(queues->send);
    throttle_stop(queues->backlog);
    throttle_stop(queues->buffer);
}

void carrier_let_unit_go(struct carrier *carrier, unsigned unit)
{
    struct unit_queues *queues = &carrier->queues[unit];
    throttle_go(queues->send);
    throttle_go(queues->buffer);
    throttle_go(queues->backlog);
}

void carrier_slow_unit(struct carrier *carrier, unsigned unit, uint64_t capacity)
{
    throttle_set_rate(carrier->queues[unit].backlog, capacity);
}

void carrier_make_lossy(struct carrier *carrier, unsigned unit, struct probability share)
{
    carrier->queues[unit].lossy = share;
}

bool carrier_unit_loses(struct carrier *carrier, unsigned unit, enum way way, uint64_t identity)
{
    uint64_t key = chance_fold(chance_fold(carrier->lossy_key, unit), way);
    return chance_occurs(chance_fold(key, identity), carrier->queues[unit].lossy);
}

uint64_t carrier_drops(const struct carrier *carrier, enum drop_place place)
{
    g_assert(place < DROP_PLACES);
    return carrier->drops[place];
}

double carrier_replication_loss(const struct carrier *carrier)
{
    if (carrier->handed_out == 0)
        return -1;
    return (double)carrier->unapplied / (double)carrier->handed_out;
}

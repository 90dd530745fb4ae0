/* A range on an axis of the sweep: values of one kind of quantity, at equal steps. */
#ifndef SIM_SCENARIO_RANGE_H
#define SIM_SCENARIO_RANGE_H

#include "sim/scenario/quantity.h"

#include <stdbool.h>
#include <stdint.h>

struct range {
    enum quantity quantity;
    uint64_t low, high, step;
};

/* "0%..50% step 5%" with any one kind of quantity; false when it is none. */
bool range_read(const char *text, struct range *range);

#endif

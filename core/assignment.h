/* Assignments: which clients belong to which bind ID of a service (R-119, R-205,
 * Part of struct machines; nobody else uses it. */
#ifndef CORE_ASSIGNMENT_H
#define CORE_ASSIGNMENT_H

#include "core/machine.h"

struct assignments {
    GPtrArray *list;                /* struct assignment, owned, in order of making */
    GHashTable *index;              /* the same by service and network; never iterated */
    unsigned prefix_count[32 + 1];  /* how many have this prefix: others are not looked up */
};

void assignments_init(struct assignments *assignments);
void assignments_clear(struct assignments *assignments);

/* As machines_assign() and machines_unassign() say. */
void assignments_set(struct assignments *assignments, struct machine_id service,
                     uint32_t network, unsigned prefix);
bool assignments_remove(struct assignments *assignments, struct machine_id service,
                        uint32_t network, unsigned prefix);

/* Remove all that lead to this virtual machine. */
void assignments_forget(struct assignments *assignments, struct machine_id id);

/* The bind ID of foreign_ip at exactly this address, port and protocol: that of
 * the longest network. False when none fits. */
bool assignments_find(const struct assignments *assignments, struct address local,
                      uint8_t protocol, uint32_t foreign_ip, uint16_t *bind_id);

#endif

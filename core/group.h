/* The address group: the pair of addresses that belongs to the roles (R-1001; settings.h
 * has both), and which of them this unit has. What moves between the units, moves as a
 * group. There is one group, number 0; hellos of another are passed over. */
#ifndef CORE_GROUP_H
#define CORE_GROUP_H

#include "core/director.h"

struct group {
    uint8_t number;    /* as hellos say it */
    enum role role;    /* role.c changes it, nobody else */
    nstime since;      /* when it did */
    uint32_t held_ip;  /* the address this unit owns, 0 = none */
    uint64_t held_mac; /* and with which MAC (R-1003); 0: its own */
};

#endif

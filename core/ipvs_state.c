#include "core/ipvs_state.h"

#include <glib.h>

enum { SYN, FIN, ACK, RST, PACKETS };

/* Whatever the state: two letters each, so that a row is a line. */
enum {
    NO = IPVS_NONE,
    ES = IPVS_ESTABLISHED,
    SS = IPVS_SYN_SENT,
    SR = IPVS_SYN_RECV,
    FW = IPVS_FIN_WAIT,
    TW = IPVS_TIME_WAIT,
    CL = IPVS_CLOSE,
    CW = IPVS_CLOSE_WAIT,
    LA = IPVS_LAST_ACK,
    LI = IPVS_LISTEN,
    SA = IPVS_SYNACK,
};

/* A column for each state, in the order of the enumeration: NO ES SS SR FW TW CL CW LA LI SA. */
static const uint8_t next[IPVS_DIRECTIONS][PACKETS][IPVS_TCP_STATES] = {
    [IPVS_INPUT] = {
        [SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},
        [FIN] = {CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW},
        [ACK] = {CL, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
        [RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR},
    },
    [IPVS_OUTPUT] = {
        [SYN] = {SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR},
        [FIN] = {TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW},
        [ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES},
        [RST] = {CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL},
    },
    [IPVS_INPUT_ONLY] = {
        [SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},
        [FIN] = {CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW},
        [ACK] = {CL, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
        [RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL},
    },
};

/* Of several flags the first of these counts. */
static unsigned packet_of(uint8_t flags)
{
    if ((flags & TCP_RST) != 0)
        return RST;
    if ((flags & TCP_SYN) != 0)
        return SYN;
    if ((flags & TCP_FIN) != 0)
        return FIN;
    return (flags & TCP_ACK) != 0 ? ACK : PACKETS;
}

enum ipvs_state ipvs_state_after(enum ipvs_state state, enum ipvs_direction direction,
                                 uint8_t flags)
{
    g_assert(state < IPVS_TCP_STATES && direction < IPVS_DIRECTIONS);
    unsigned packet = packet_of(flags);
    return packet < PACKETS ? next[direction][packet][state] : IPVS_CLOSE;
}

bool ipvs_state_is_synced(enum ipvs_state state)
{
    return state == IPVS_ESTABLISHED || state == IPVS_FIN_WAIT || state == IPVS_CLOSE
           || state == IPVS_CLOSE_WAIT || state == IPVS_TIME_WAIT;
}

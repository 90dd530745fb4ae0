/* A datagram between units, for the two parts that carry it: its way out and over the link
 * (datagram_carrier.c) and its way in (datagram_arrival.c). Nobody else includes this. */
#ifndef SIM_RUN_DATAGRAM_H
#define SIM_RUN_DATAGRAM_H

#include "sim/network/throttle.h"
#include "sim/run/carrier_internal.h"

struct datagram {
    uint8_t channel;
    uint8_t sender; /* numbers of units */
    uint8_t receiver;
    uint8_t interface;
    bool damaged;
    bool copied; /* the second of two copies that a link made */
    bool early;  /* handed out before the failure */
    bool saved;  /* lost without the rescue: from there on it takes nobody's place or luck */
    bool husk;   /* its records were delivered at once; it goes on in its place, for the others */
    struct datagram_name name; /* of one of the replication; else 0 */
    uint16_t length;
    uint16_t mark_count;
    const struct record_mark *marks;
    const uint8_t *bytes;
};

/* A datagram on its way, its marks and then its bytes in the room behind it. */
struct datagram_parcel {
    struct throttle_item item;
    struct datagram datagram;
    nstime arrival;
    struct datagram_parcel *before, *after; /* on the wire; records only */
    struct record_mark room[];
};

/* A copy of a datagram, with its marks and bytes. */
struct datagram_parcel *datagram_parcel_new(struct carrier *carrier,
                                            const struct datagram *datagram);
void datagram_parcel_free(struct carrier *carrier, struct datagram_parcel *parcel);

/* On the wire, where carrier_on_wire() sees it. */
void datagram_put_on_wire(struct carrier *carrier, struct datagram_parcel *parcel);
void datagram_take_from_wire(struct carrier *carrier, struct datagram_parcel *parcel);

/* What happens to its records is told: they wait, leave, are dropped before they left, are
 * lost behind that, are lost with the machine in which they waited, arrive. where goes on the
 * sentence: " on replication (random loss)". */
void datagram_waits(struct carrier *carrier, const struct datagram *datagram, const char *where);
void datagram_left(struct carrier *carrier, const struct datagram *datagram);
void datagram_dropped(struct carrier *carrier, const struct datagram *datagram,
                      const char *where);
void datagram_lost(struct carrier *carrier, const struct datagram *datagram, const char *where);
void datagram_forgotten(struct carrier *carrier, const struct datagram *datagram,
                        const char *where);
void datagram_arrived(struct carrier *carrier, const struct datagram *datagram);

/* Its length with the headers before it. */
uint32_t datagram_ip_bytes(const struct carrier *carrier, const struct datagram *datagram);

/* Is it one that the rescue is about? */
bool datagram_is_concerned(const struct carrier *carrier, const struct datagram *datagram);

/* It would be lost here: false, if the rescue does not save it. */
bool datagram_save(struct carrier *carrier, struct datagram *datagram);

/* What a link made of it, set right by the rescue: whole, or withheld. */
void datagram_come_between(struct carrier *carrier, const struct datagram *datagram,
                           struct passage *passage);

/* What it is, for keyed chance: its records; its number where it has none, or one of them is
 * another copy of what was sent before (RECORD_COPY_ANOTHER). */
bool datagram_is_numbered(const struct datagram *datagram);
uint64_t datagram_identity(const struct carrier *carrier, const struct datagram *datagram);

/* Does a gray failure of a unit drop it, and does no rescue save it? That is counted. */
bool datagram_unit_loses(struct carrier *carrier, struct datagram *datagram, unsigned unit,
                         enum way way);

/* A datagram comes to its receiver's interface; the parcel is taken. */
void datagram_arrival(struct carrier *carrier, struct datagram_parcel *parcel);

/* It reaches its receiver's director, past all that waits. */
void datagram_arrival_at_once(struct carrier *carrier, struct datagram_parcel *parcel);

#endif

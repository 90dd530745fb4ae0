/* A segment: who owns which address now, and by which MAC its neighbours know it. The last
 * to claim an address owns it; a release by another than the owner changes nothing. A
 * handful of addresses. */
#ifndef SIM_NETWORK_SEGMENT_H
#define SIM_NETWORK_SEGMENT_H

#include <stdint.h>

struct segment;

struct segment *segment_new(void);
void segment_free(struct segment *segment);

void segment_claim(struct segment *segment, uint32_t ip, void *owner, uint64_t mac);
void segment_release(struct segment *segment, uint32_t ip, const void *owner);

/* The owner, or NULL when nobody owns it. */
void *segment_owner(const struct segment *segment, uint32_t ip);

/* The MAC of the last claim, which a release leaves in the neighbours' tables; 0: none. */
uint64_t segment_mac(const struct segment *segment, uint32_t ip);

#endif

/* A segment: who owns which address now. The last to claim an address owns it;
 * a release by another than the owner changes nothing. A handful of addresses. */
#ifndef SIM_NETWORK_SEGMENT_H
#define SIM_NETWORK_SEGMENT_H

#include <stdint.h>

struct segment;

struct segment *segment_new(void);
void segment_free(struct segment *segment);

void segment_claim(struct segment *segment, uint32_t ip, void *owner);
void segment_release(struct segment *segment, uint32_t ip, const void *owner);

/* The owner, or NULL when nobody owns it. */
void *segment_owner(const struct segment *segment, uint32_t ip);

#endif

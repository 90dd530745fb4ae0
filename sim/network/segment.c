#include "sim/network/segment.h"

#include <glib.h>

struct claim {
    uint32_t ip;
    void *owner; /* NULL after a release */
    uint64_t mac;
};

struct segment {
    GArray *claims; /* of struct claim, one for each address ever claimed */
};

struct segment *segment_new(void)
{
    struct segment *segment = g_new0(struct segment, 1);

    segment->claims = g_array_new(FALSE, FALSE, sizeof(struct claim));
    return segment;
}

void segment_free(struct segment *segment)
{
    if (segment == NULL)
        return;
    g_array_unref(segment->claims);
    g_free(segment);
}

static struct claim *claim_of(const struct segment *segment, uint32_t ip)
{
    for (guint i = 0; i < segment->claims->len; i++) {
        struct claim *claim = &g_array_index(segment->claims, struct claim, i);
        if (claim->ip == ip)
            return claim;
    }
    return NULL;
}

void segment_claim(struct segment *segment, uint32_t ip, void *owner, uint64_t mac)
{
    struct claim *claim = claim_of(segment, ip);

    g_assert(owner != NULL);
    if (claim != NULL) {
        claim->owner = owner;
        claim->mac = mac;
        return;
    }
    struct claim fresh = { .ip = ip, .owner = owner, .mac = mac };
    g_array_append_val(segment->claims, fresh);
}

void segment_release(struct segment *segment, uint32_t ip, const void *owner)
{
    struct claim *claim = claim_of(segment, ip);

    g_assert(owner != NULL);
    if (claim != NULL && claim->owner == owner)
        claim->owner = NULL;
}

void *segment_owner(const struct segment *segment, uint32_t ip)
{
    struct claim *claim = claim_of(segment, ip);

    return claim != NULL ? claim->owner : NULL;
}

uint64_t segment_mac(const struct segment *segment, uint32_t ip)
{
    struct claim *claim = claim_of(segment, ip);

    return claim != NULL ? claim->mac : 0;
}

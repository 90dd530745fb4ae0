#include "core/response.h"

#include <glib.h>

enum { FRACTION = 16 };      /* bits of a smoothed time behind the nanosecond */
#define ONE ((uint64_t)1 << 32)
#define AGE (60 * NSTIME_S)   /* fact F-408 */
#define INVERSE_E 1580030169u /* exp(-1) in 2^-32 */
enum { AGES_MAX = 23 };       /* exp(-23) is less than 2^-32 */

static uint64_t times(uint64_t a, uint64_t b)
{
    return a * b >> 32; /* both are at most ONE, and one of them is less */
}

/* exp(-x) for x below 1 by its series; what is left out is below 2^-32. */
static uint64_t decay_within(uint64_t x)
{
    uint64_t plus = ONE - 1, minus = 0, term = ONE - 1;
    for (uint64_t k = 1; term > 0; k++) {
        term = times(term, x) / k;
        *(k % 2 == 1 ? &minus : &plus) += term;
    }
    return plus - minus;
}

uint64_t response_share(nstime dt)
{
    g_assert(dt >= 0);
    if (dt / AGE >= AGES_MAX)
        return ONE;
    uint64_t rest = ((uint64_t)(dt % AGE) << 28) / ((uint64_t)AGE >> 4);
    uint64_t decay = decay_within(rest);
    for (nstime ages = dt / AGE; ages > 0; ages--)
        decay = times(decay, INVERSE_E);
    return ONE - 1 - decay;
}

void response_sample(struct response *response, nstime now, nstime sample)
{
    g_assert(now >= response->sampled_at && sample >= 0);
    int64_t fresh = MAX(MIN(sample, RESPONSE_MAX), 1) << FRACTION;
    int64_t old = (int64_t)response->smoothed;
    if (old == 0) {
        response->smoothed = (uint64_t)fresh;
    } else {
        uint64_t share = response_share(now - response->sampled_at);
        __int128 step = (__int128)(fresh - old) * (int64_t)share;
        response->smoothed = (uint64_t)(old + (int64_t)(step / (__int128)ONE));
    }
    response->sampled_at = now;
}

uint64_t response_time(const struct response *response)
{
    return response->smoothed != 0 ? MAX(response->smoothed >> FRACTION, 1)
                                   : (uint64_t)RESPONSE_UNKNOWN;
}

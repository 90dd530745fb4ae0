#include "analysis/batch.h"

#include <glib.h>
#include <math.h>

enum { FEW_LOST = 30 };

static double sum(const double *values, size_t count)
{
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        total += values[i];
    }
    return total;
}

/* How far a batch's parts are from what its whole promises, squared. The wholes differ
 * from batch to batch, so that the spread of the batches' own shares would count a batch
 * that holds next to nothing like a full one. */
static double square_off(const double *parts, const double *wholes, size_t count, double share)
{
    double off = sum(parts, count) - share * sum(wholes, count);
    return off * off;
}

struct interval batch_ratio(const double *parts, const double *wholes, size_t count,
                            size_t batches, double confidence)
{
    g_assert(batches >= 2 && batches <= count);
    double whole = sum(wholes, count);
    g_assert(whole > 0);
    double share = sum(parts, count) / whole;
    double squares = 0;
    for (size_t i = 0; i < batches; i++) {
        size_t first = i * count / batches;
        size_t end = (i + 1) * count / batches;
        squares += square_off(parts + first, wholes + first, end - first, share);
    }
    double number = (double)batches;
    double standard_error = sqrt(squares * number / (number - 1)) / whole;
    double half = stats_t_quantile(0.5 + confidence / 2, number - 1) * standard_error;
    return (struct interval){share, share - half, share + half};
}

/* The rule of three over connections. */
static void widen_at_edge(struct interval *share, uint64_t connections)
{
    double bound = connections == 0 ? 1 : 3 / (double)connections;
    share->lo = share->estimate - bound;
    share->hi = share->estimate + bound;
}

static void widen(struct interval *share, struct batch_basis basis, double confidence)
{
    struct interval exact =
        stats_binomial(basis.connections - basis.lost, basis.connections, confidence);
    share->lo = MIN(share->lo, share->estimate - (exact.estimate - exact.lo));
    share->hi = MAX(share->hi, share->estimate + (exact.hi - exact.estimate));
}

struct interval batch_share(const double *parts, const double *wholes, size_t count,
                            size_t batches, double confidence, struct batch_basis basis)
{
    g_assert(basis.lost <= basis.connections);
    struct interval share = batch_ratio(parts, wholes, count, batches, confidence);
    g_assert(share.estimate >= 0 && share.estimate <= 1);
    uint64_t rarer = MIN(basis.lost, basis.connections - basis.lost);
    if (share.estimate <= 0 || share.estimate >= 1) {
        widen_at_edge(&share, basis.connections);
    } else if (rarer < FEW_LOST && basis.connections > 0) {
        widen(&share, basis, confidence);
    }
    share.lo = MAX(share.lo, 0);
    share.hi = MIN(share.hi, 1);
    return share;
}

#include "sim/engine/exact.h"

#include <glib.h>
#include <math.h> /* sqrt, which IEEE 754 rounds correctly everywhere, and constants */
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts: a multiple of the first by an exponent is exact. */
static const double LN2_HIGH = 0x1.62e42feep-1;
static const double LN2_LOW = 0x1.a39ef35793c76p-33;

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* c[0] + c[1] x + ... + c[n-1] x^(n-1) */
static double polynomial(const double *c, int n, double x)
{
    double sum = c[n - 1];

    for (int i = n - 2; i >= 0; i--)
        sum = sum * x + c[i];
    return sum;
}

/* x = m 2^exponent with m in [sqrt(1/2), sqrt(2)), which is returned. */
static double split(double x, int *exponent)
{
    *exponent = 0;
    if (x < 0x1p-1022) { /* subnormal */
        x *= 0x1p54;
        *exponent = -54;
    }
    uint64_t bits = bits_of(x);
    *exponent += (int)(bits >> 52) - 1023;
    double m = from_bits((bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000));
    if (m >= 0x1.6a09e667f3bcdp0) {
        m *= 0.5;
        *exponent += 1;
    }
    return m;
}

/* ln m = 2 artanh s with s = (m-1)/(m+1), |s| < 0.172: eleven terms are enough. */
double exact_log(double x)
{
    static const double c[] = { 1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21 };
    int exponent;

    g_assert(x > 0 && x <= 0x1.fffffffffffffp1023);
    double m = split(x, &exponent);
    double s = (m - 1) / (m + 1);
    double rest = s * s * s * polynomial(c, G_N_ELEMENTS(c), s * s);
    return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * (s + rest));
}

/* e^x = 2^k e^r with |r| <= ln(2)/2, and e^r by its series. */
double exact_exp(double x)
{
    static const double c[] = { 1.0,           1.0,          1.0 / 2,        1.0 / 6,
                                1.0 / 24,      1.0 / 120,    1.0 / 720,      1.0 / 5040,
                                1.0 / 40320,   1.0 / 362880, 1.0 / 3628800,  1.0 / 39916800,
                                1.0 / 479001600, 1.0 / 6227020800.0 };

    g_assert(x >= -700 && x <= 700);
    double in_powers = x / (LN2_HIGH + LN2_LOW);
    int k = (int)(in_powers < 0 ? in_powers - 0.5 : in_powers + 0.5);
    double r = x - k * LN2_HIGH - k * LN2_LOW;
    return polynomial(c, G_N_ELEMENTS(c), r) * from_bits((uint64_t)(k + 1023) << 52);
}

/* A quotient of two polynomials of degree 7: the shape of all three pieces below. */
struct rational {
    double over[8];
    double under[8];
};

static double rational(const struct rational *q, double x)
{
    return polynomial(q->over, 8, x) / polynomial(q->under, 8, x);
}

/* The coefficients of M. J. Wichura's algorithm AS 241 (Applied Statistics 37, 1988):
 * the middle, the tails, and the far tails beyond e^-25. */
static const struct rational MIDDLE = {
    { 3.387132872796366608, 133.14166789178437745, 1971.5909503065514427,
      13731.693765509461125, 45921.953931549871457, 67265.770927008700853,
      33430.575583588128105, 2509.0809287301226727 },
    { 1.0, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077,
      21213.794301586595867, 39307.89580009271061, 28729.085735721942674,
      5226.495278852854561 },
};
static const struct rational TAIL = {
    { 1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055,
      3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177,
      0.0227238449892691845833, 7.7454501427834140764e-4 },
    { 1.0, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
      0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4,
      1.05075007164441684324e-9 },
};
static const struct rational FAR_TAIL = {
    { 6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358,
      0.29656057182850489123, 0.026532189526576123093, 0.0012426609473880784386,
      2.71155556874348757815e-5, 2.01033439929228813265e-7 },
    { 1.0, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
      7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
      2.04426310338993978564e-15 },
};

double exact_normal_quantile(double u)
{
    g_assert(u > 0 && u < 1);
    double q = u - 0.5;

    if (q >= -0.425 && q <= 0.425)
        return q * rational(&MIDDLE, 0.180625 - q * q);
    double r = sqrt(-exact_log(q < 0 ? u : 1 - u));
    double z = r <= 5 ? rational(&TAIL, r - 1.6) : rational(&FAR_TAIL, r - 5);
    return q < 0 ? -z : z;
}

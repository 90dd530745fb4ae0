/* Logarithm, exponential and the normal quantile from additions, multiplications,
 * divisions and square roots only, so that the same bits come out on every
 * machine, compiler and C library (compiled with -ffp-contract=off). Accurate to
 * about 1e-14 relative (the quantile to 1e-9): ample for durations in whole
 * nanoseconds. */
#ifndef SIM_ENGINE_EXACT_H
#define SIM_ENGINE_EXACT_H

double exact_log(double x);             /* x > 0, finite */
double exact_exp(double x);             /* |x| <= 700 */
double exact_normal_quantile(double u); /* 0 < u < 1 */

#endif

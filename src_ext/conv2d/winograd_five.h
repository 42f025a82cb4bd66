/* The five linear maps of Winograd's F(4x4, 5x5) on real points, along one line; see winograd_transform.h for what they
 * do, and winograd_complex.h for a form that rounds less and takes almost twice the products.
 *
 * The points are 0, 1, -1, 2, -2, 1/2, -1/2 and infinity. All factors but one over the derivative of
 * x (x^2 - 1) (x^2 - 4) (x^2 - 1/4) at the points are exact.
 */
#ifndef CONVLAB_WINOGRAD_FIVE_H
#define CONVLAB_WINOGRAD_FIVE_H

#include "tap_tile.h"

/* One over that derivative at 1, 2 and 1/2. */
#define FIVE_SCALE_ONE (-1.0f / 4.5f)
#define FIVE_SCALE_TWO (1.0f / 90.0f)
#define FIVE_SCALE_HALF (1.0f / 1.40625f)

/* What is even + odd at a point and even - odd at its opposite. */
CONVLAB_INLINE void at_both(vector_float even, vector_float odd, vector_float *values) {
    values[0] = even + odd;
    values[1] = even - odd;
}

/* B^T d */
CONVLAB_INLINE void five_input_line(const vector_float *d, const int from, vector_float *v) {
    const vector_float d1 = d[from], d2 = d[2 * from], d3 = d[3 * from], d4 = d[4 * from], d5 = d[5 * from];
    const vector_float d6 = d[6 * from];
    v[0] = d[0] - d6 + (d4 - d2) * 5.25f;
    at_both(d6 + d2 - d4 * 4.25f, d5 + d1 - d3 * 4.25f, v + 1);
    at_both(d6 + d2 * 0.25f - d4 * 1.25f, d5 * 2.0f + d1 * 0.5f - d3 * 2.5f, v + 3);
    at_both(d6 + d2 * 4.0f - d4 * 5.0f, d5 * 0.5f + d1 * 2.0f - d3 * 2.5f, v + 5);
    v[7] = d[7 * from] - d1 + (d3 - d5) * 5.25f;
}

/* A^T m */
CONVLAB_INLINE void five_output_line(const vector_float *m, const int from, vector_float *y) {
    const vector_float even_1 = m[from] + m[2 * from], odd_1 = m[from] - m[2 * from];
    const vector_float even_2 = m[3 * from] + m[4 * from], odd_2 = m[3 * from] - m[4 * from];
    const vector_float even_half = m[5 * from] + m[6 * from], odd_half = m[5 * from] - m[6 * from];
    y[0] = m[0] + (even_1 + even_2 + even_half);
    y[1] = odd_1 + odd_2 * 2.0f + odd_half * 0.5f;
    y[2] = even_1 + even_2 * 4.0f + even_half * 0.25f;
    y[3] = odd_1 + odd_2 * 8.0f + odd_half * 0.125f + m[7 * from];
}

/* A dy */
CONVLAB_INLINE void five_gradient_line(const vector_float *dy, const int from, vector_float *z) {
    const vector_float dy1 = dy[from], dy2 = dy[2 * from], dy3 = dy[3 * from];
    z[0] = dy[0];
    at_both(dy[0] + dy2, dy1 + dy3, z + 1);
    at_both(dy[0] + dy2 * 4.0f, dy1 * 2.0f + dy3 * 8.0f, z + 3);
    at_both(dy[0] + dy2 * 0.25f, dy1 * 0.5f + dy3 * 0.125f, z + 5);
    z[7] = dy3;
}

/* G g */
CONVLAB_INLINE void five_kernel_line(const vector_float *g, const int from, vector_float *u) {
    const vector_float g1 = g[from], g2 = g[2 * from], g3 = g[3 * from], g4 = g[4 * from];
    u[0] = g[0];
    at_both((g[0] + g2 + g4) * FIVE_SCALE_ONE, (g1 + g3) * FIVE_SCALE_ONE, u + 1);
    at_both((g[0] + g2 * 4.0f + g4 * 16.0f) * FIVE_SCALE_TWO, (g1 * 2.0f + g3 * 8.0f) * FIVE_SCALE_TWO, u + 3);
    at_both((g[0] + g2 * 0.25f + g4 * 0.0625f) * FIVE_SCALE_HALF, (g1 * 0.5f + g3 * 0.125f) * FIVE_SCALE_HALF, u + 5);
    u[7] = g4;
}

/* G^T u */
CONVLAB_INLINE void five_kernel_gradient_line(const vector_float *u, const int from, vector_float *dg) {
    const vector_float even_1 = (u[from] + u[2 * from]) * FIVE_SCALE_ONE;
    const vector_float odd_1 = (u[from] - u[2 * from]) * FIVE_SCALE_ONE;
    const vector_float even_2 = (u[3 * from] + u[4 * from]) * FIVE_SCALE_TWO;
    const vector_float odd_2 = (u[3 * from] - u[4 * from]) * FIVE_SCALE_TWO;
    const vector_float even_half = (u[5 * from] + u[6 * from]) * FIVE_SCALE_HALF;
    const vector_float odd_half = (u[5 * from] - u[6 * from]) * FIVE_SCALE_HALF;
    dg[0] = u[0] + (even_1 + even_2 + even_half);
    dg[1] = odd_1 + odd_2 * 2.0f + odd_half * 0.5f;
    dg[2] = even_1 + even_2 * 4.0f + even_half * 0.25f;
    dg[3] = odd_1 + odd_2 * 8.0f + odd_half * 0.125f;
    dg[4] = even_1 + even_2 * 16.0f + even_half * 0.0625f + u[7 * from];
}

#endif

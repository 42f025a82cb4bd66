/* The five linear maps of Winograd's F(2x2, 3x3) and F(4x4, 3x3), on vectors of channels.
 *
 * Polynomials are multiplied through their values at some points, infinity among them:
 *   y  = A^T [(G g G^T) . (B^T d B)] A       OUT x OUT outputs y from inputs d and the 3x3 kernel g
 *   dg = G^T [(A dy A^T) . (B^T d B)] G      the adjoint in g
 * Each map is written for one line of values and applied to rows, then to columns.
 *
 * OUT = 2 takes 0, 1, -1: all factors are 1 or 1/2, so that the results on whole numbers are exact.
 * OUT = 4 takes 0, a, -a, b, -b. Lavin, Gray: Fast algorithms for convolutional neural networks, 2016, section 4.3,
 * has a = 1, b = 2; points with a b = 1 round less, because no power of them is large.
 */
#ifndef CONVLAB_WINOGRAD_TRANSFORM_H
#define CONVLAB_WINOGRAD_TRANSFORM_H

#include "tap_tile.h"

#define POINT_A 0.70710678f
#define POINT_B 1.41421356f
#define SQUARE_A (POINT_A * POINT_A)
#define SQUARE_B (POINT_B * POINT_B)
/* One over the derivative of x (x^2 - a^2) (x^2 - b^2) at 0, a, b. */
#define SCALE_0 (1.0f / (SQUARE_A * SQUARE_B))
#define SCALE_A (0.5f / (SQUARE_A * (SQUARE_A - SQUARE_B)))
#define SCALE_B (0.5f / (SQUARE_B * (SQUARE_B - SQUARE_A)))

/* B^T d */
CONVLAB_INLINE void input_line(const int OUT, const vector_float *d, const int from, vector_float *v) {
    if (OUT == 2) {
        v[0] = d[0] - d[2 * from];
        v[1] = d[from] + d[2 * from];
        v[2] = d[2 * from] - d[from];
        v[3] = d[from] - d[3 * from];
        return;
    }
    const vector_float even_a = d[4 * from] - d[2 * from] * SQUARE_B;
    const vector_float odd_a = (d[3 * from] - d[from] * SQUARE_B) * POINT_A;
    const vector_float even_b = d[4 * from] - d[2 * from] * SQUARE_A;
    const vector_float odd_b = (d[3 * from] - d[from] * SQUARE_A) * POINT_B;
    v[0] = d[0] * (SQUARE_A * SQUARE_B) - d[2 * from] * (SQUARE_A + SQUARE_B) + d[4 * from];
    v[1] = even_a + odd_a;
    v[2] = even_a - odd_a;
    v[3] = even_b + odd_b;
    v[4] = even_b - odd_b;
    v[5] = d[from] * (SQUARE_A * SQUARE_B) - d[3 * from] * (SQUARE_A + SQUARE_B) + d[5 * from];
}

/* A^T m */
CONVLAB_INLINE void output_line(const int OUT, const vector_float *m, const int from, vector_float *y) {
    if (OUT == 2) {
        y[0] = m[0] + (m[from] + m[2 * from]);
        y[1] = (m[from] - m[2 * from]) - m[3 * from];
        return;
    }
    const vector_float even_a = m[from] + m[2 * from], odd_a = (m[from] - m[2 * from]) * POINT_A;
    const vector_float even_b = m[3 * from] + m[4 * from], odd_b = (m[3 * from] - m[4 * from]) * POINT_B;
    /* Of two products one is rounded before they are added; left to the compiler, it might be the other one where
     * an activation is fused. */
    vector_float even_of_b = even_b * SQUARE_B, odd_of_b = odd_b * SQUARE_B;
    VECTOR_IN_REGISTER(even_of_b);
    VECTOR_IN_REGISTER(odd_of_b);
    y[0] = m[0] + (even_a + even_b);
    y[1] = odd_a + odd_b;
    y[2] = even_a * SQUARE_A + even_of_b;
    y[3] = odd_a * SQUARE_A + odd_of_b + m[5 * from];
}

/* A dy */
CONVLAB_INLINE void gradient_line(const int OUT, const vector_float *dy, const int from, vector_float *z) {
    if (OUT == 2) {
        z[0] = dy[0];
        z[1] = dy[0] + dy[from];
        z[2] = dy[0] - dy[from];
        z[3] = -dy[from];
        return;
    }
    const vector_float even_a = dy[0] + dy[2 * from] * SQUARE_A;
    const vector_float odd_a = (dy[from] + dy[3 * from] * SQUARE_A) * POINT_A;
    const vector_float even_b = dy[0] + dy[2 * from] * SQUARE_B;
    const vector_float odd_b = (dy[from] + dy[3 * from] * SQUARE_B) * POINT_B;
    z[0] = dy[0];
    z[1] = even_a + odd_a;
    z[2] = even_a - odd_a;
    z[3] = even_b + odd_b;
    z[4] = even_b - odd_b;
    z[5] = dy[3 * from];
}

/* G g */
CONVLAB_INLINE void kernel_line(const int OUT, const vector_float *g, const int from, vector_float *u) {
    if (OUT == 2) {
        const vector_float even = (g[0] + g[2 * from]) * 0.5f, odd = g[from] * 0.5f;
        u[0] = g[0];
        u[1] = even + odd;
        u[2] = even - odd;
        u[3] = g[2 * from];
        return;
    }
    const vector_float even_a = (g[0] + g[2 * from] * SQUARE_A) * SCALE_A, odd_a = g[from] * (POINT_A * SCALE_A);
    const vector_float even_b = (g[0] + g[2 * from] * SQUARE_B) * SCALE_B, odd_b = g[from] * (POINT_B * SCALE_B);
    u[0] = g[0] * SCALE_0;
    u[1] = even_a + odd_a;
    u[2] = even_a - odd_a;
    u[3] = even_b + odd_b;
    u[4] = even_b - odd_b;
    u[5] = g[2 * from];
}

/* G^T u */
CONVLAB_INLINE void kernel_gradient_line(const int OUT, const vector_float *u, const int from, vector_float *dg) {
    if (OUT == 2) {
        const vector_float even = (u[from] + u[2 * from]) * 0.5f;
        dg[0] = u[0] + even;
        dg[1] = (u[from] - u[2 * from]) * 0.5f;
        dg[2] = even + u[3 * from];
        return;
    }
    const vector_float even_a = (u[from] + u[2 * from]) * SCALE_A, odd_a = (u[from] - u[2 * from]) * SCALE_A;
    const vector_float even_b = (u[3 * from] + u[4 * from]) * SCALE_B, odd_b = (u[3 * from] - u[4 * from]) * SCALE_B;
    dg[0] = u[0] * SCALE_0 + (even_a + even_b);
    dg[1] = odd_a * POINT_A + odd_b * POINT_B;
    dg[2] = even_a * SQUARE_A + even_b * SQUARE_B + u[5 * from];
}

#endif

/* The five linear maps of Winograd's F(4x4, 3x3), on vectors of channels.
 *
 * Polynomials of degree 5 are multiplied through their values at 0, a, -a, b, -b and infinity:
 *   y  = A^T [(G g G^T) . (B^T d B)] A       4x4 outputs y from 6x6 inputs d and the 3x3 kernel g
 *   dg = G^T [(A dy A^T) . (B^T d B)] G      the adjoint in g
 * Each map is written for one line of values and applied to rows, then to columns.
 *
 * Lavin, Gray: Fast algorithms for convolutional neural networks, 2016, section 4.3, takes a = 1, b = 2;
 * points with a b = 1 round less, because no power of them is large.
 */
#ifndef CONVLAB_WINOGRAD_TRANSFORM_H
#define CONVLAB_WINOGRAD_TRANSFORM_H

#include "tap_tile.h"

enum {
    WINOGRAD_OUT = 4,   /* outputs of a tile along one axis */
    WINOGRAD_IN = 6,    /* inputs that they see, and points of evaluation */
    WINOGRAD_TAPS = 3,
    WINOGRAD_POINTS = WINOGRAD_IN * WINOGRAD_IN
};

#define POINT_A 0.70710678f
#define POINT_B 1.41421356f
#define SQUARE_A (POINT_A * POINT_A)
#define SQUARE_B (POINT_B * POINT_B)
/* One over the derivative of x (x^2 - a^2) (x^2 - b^2) at 0, a, b. */
#define SCALE_0 (1.0f / (SQUARE_A * SQUARE_B))
#define SCALE_A (0.5f / (SQUARE_A * (SQUARE_A - SQUARE_B)))
#define SCALE_B (0.5f / (SQUARE_B * (SQUARE_B - SQUARE_A)))

/* B^T d */
CONVLAB_INLINE void input_line(const vector_float *d, const int from, vector_float *v, const int to) {
    const vector_float even_a = d[4 * from] - d[2 * from] * SQUARE_B;
    const vector_float odd_a = (d[3 * from] - d[from] * SQUARE_B) * POINT_A;
    const vector_float even_b = d[4 * from] - d[2 * from] * SQUARE_A;
    const vector_float odd_b = (d[3 * from] - d[from] * SQUARE_A) * POINT_B;
    v[0] = d[0] * (SQUARE_A * SQUARE_B) - d[2 * from] * (SQUARE_A + SQUARE_B) + d[4 * from];
    v[to] = even_a + odd_a;
    v[2 * to] = even_a - odd_a;
    v[3 * to] = even_b + odd_b;
    v[4 * to] = even_b - odd_b;
    v[5 * to] = d[from] * (SQUARE_A * SQUARE_B) - d[3 * from] * (SQUARE_A + SQUARE_B) + d[5 * from];
}

/* A^T m */
CONVLAB_INLINE void output_line(const vector_float *m, const int from, vector_float *y, const int to) {
    const vector_float even_a = m[from] + m[2 * from], odd_a = (m[from] - m[2 * from]) * POINT_A;
    const vector_float even_b = m[3 * from] + m[4 * from], odd_b = (m[3 * from] - m[4 * from]) * POINT_B;
    y[0] = m[0] + (even_a + even_b);
    y[to] = odd_a + odd_b;
    y[2 * to] = even_a * SQUARE_A + even_b * SQUARE_B;
    y[3 * to] = odd_a * SQUARE_A + odd_b * SQUARE_B + m[5 * from];
}

/* A dy */
CONVLAB_INLINE void gradient_line(const vector_float *dy, const int from, vector_float *z, const int to) {
    const vector_float even_a = dy[0] + dy[2 * from] * SQUARE_A;
    const vector_float odd_a = (dy[from] + dy[3 * from] * SQUARE_A) * POINT_A;
    const vector_float even_b = dy[0] + dy[2 * from] * SQUARE_B;
    const vector_float odd_b = (dy[from] + dy[3 * from] * SQUARE_B) * POINT_B;
    z[0] = dy[0];
    z[to] = even_a + odd_a;
    z[2 * to] = even_a - odd_a;
    z[3 * to] = even_b + odd_b;
    z[4 * to] = even_b - odd_b;
    z[5 * to] = dy[3 * from];
}

/* G g */
CONVLAB_INLINE void kernel_line(const vector_float *g, const int from, vector_float *u, const int to) {
    const vector_float even_a = (g[0] + g[2 * from] * SQUARE_A) * SCALE_A, odd_a = g[from] * (POINT_A * SCALE_A);
    const vector_float even_b = (g[0] + g[2 * from] * SQUARE_B) * SCALE_B, odd_b = g[from] * (POINT_B * SCALE_B);
    u[0] = g[0] * SCALE_0;
    u[to] = even_a + odd_a;
    u[2 * to] = even_a - odd_a;
    u[3 * to] = even_b + odd_b;
    u[4 * to] = even_b - odd_b;
    u[5 * to] = g[2 * from];
}

/* G^T u */
CONVLAB_INLINE void kernel_gradient_line(const vector_float *u, const int from, vector_float *dg, const int to) {
    const vector_float even_a = (u[from] + u[2 * from]) * SCALE_A, odd_a = (u[from] - u[2 * from]) * SCALE_A;
    const vector_float even_b = (u[3 * from] + u[4 * from]) * SCALE_B, odd_b = (u[3 * from] - u[4 * from]) * SCALE_B;
    dg[0] = u[0] * SCALE_0 + (even_a + even_b);
    dg[to] = odd_a * POINT_A + odd_b * POINT_B;
    dg[2 * to] = even_a * SQUARE_A + even_b * SQUARE_B + u[5 * from];
}

/* A map of squares of SIDE_IN to squares of SIDE_OUT. */
#define DEFINE_SQUARE_MAP(name, line, SIDE_IN, SIDE_OUT)                                                 \
    CONVLAB_INLINE void name(const vector_float *source, vector_float *target) {                         \
        vector_float middle[(SIDE_IN) * (SIDE_OUT)];                                                     \
        UNROLL for (int i = 0; i < (SIDE_IN); i++) { line(source + i * (SIDE_IN), 1, middle + i * (SIDE_OUT), 1); } \
        UNROLL for (int j = 0; j < (SIDE_OUT); j++) { line(middle + j, SIDE_OUT, target + j, SIDE_OUT); } \
    }

DEFINE_SQUARE_MAP(transform_input, input_line, WINOGRAD_IN, WINOGRAD_IN)
DEFINE_SQUARE_MAP(transform_output, output_line, WINOGRAD_IN, WINOGRAD_OUT)
DEFINE_SQUARE_MAP(transform_gradient, gradient_line, WINOGRAD_OUT, WINOGRAD_IN)
DEFINE_SQUARE_MAP(transform_kernel, kernel_line, WINOGRAD_TAPS, WINOGRAD_IN)
DEFINE_SQUARE_MAP(transform_kernel_gradient, kernel_gradient_line, WINOGRAD_IN, WINOGRAD_TAPS)

#endif

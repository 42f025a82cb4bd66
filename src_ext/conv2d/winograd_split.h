/* The linear maps of 5x5 kernels over 2x2 outputs, along one line, on the points 0, 1, -1 and infinity.
 *
 * Five taps are three and two. The first three are Winograd's F(2, 3); the other two, on inputs three further, take
 * three of the same four points:
 *   y0 = (d3 - d4) g3 + d4 (g3 + g4)
 *   y1 = d4 (g3 + g4) - (d4 - d5) g4
 * So both parts add up at the points, and are transformed back as one. A slice is one part at one point: 7 of them for
 * two outputs along a line, 49 for four of a square, where the direct sum has 100 products. All factors are 1 or 1/2:
 * results on whole numbers are exact, which six points in place of four would not let them be.
 */
#ifndef CONVLAB_WINOGRAD_SPLIT_H
#define CONVLAB_WINOGRAD_SPLIT_H

#include "winograd_transform.h"

/* The first slice of each point, and the point of each slice; -1 is none of the points of two taps. */
#define SPLIT_FIRST_SLICES {0, 2, 4, 5, 7, 7}
#define SPLIT_POINTS {0, 0, 1, 1, 2, 3, 3}

/* B^T d */
CONVLAB_INLINE void split_input_line(const vector_float *d, const int from, vector_float *v) {
    v[0] = d[0] - d[2 * from];
    v[1] = d[3 * from] - d[4 * from];
    v[2] = d[from] + d[2 * from];
    v[3] = d[4 * from];
    v[4] = d[2 * from] - d[from];
    v[5] = d[from] - d[3 * from];
    v[6] = d[4 * from] - d[5 * from];
}

/* G g */
CONVLAB_INLINE void split_kernel_line(const vector_float *g, const int from, vector_float *u) {
    const vector_float even = (g[0] + g[2 * from]) * 0.5f, odd = g[from] * 0.5f;
    u[0] = g[0];
    u[1] = g[3 * from];
    u[2] = even + odd;
    u[3] = g[3 * from] + g[4 * from];
    u[4] = even - odd;
    u[5] = g[2 * from];
    u[6] = g[4 * from];
}

/* A^T m: both parts have become one. */
CONVLAB_INLINE void split_output_line(const vector_float *m, const int from, vector_float *y) {
    output_line(2, m, from, y);
}

/* A dy */
CONVLAB_INLINE void split_gradient_line(const vector_float *dy, const int from, vector_float *z) {
    gradient_line(2, dy, from, z);
}

/* G^T u */
CONVLAB_INLINE void split_kernel_gradient_line(const vector_float *u, const int from, vector_float *dg) {
    const vector_float even = (u[2 * from] + u[4 * from]) * 0.5f;
    dg[0] = u[0] + even;
    dg[1] = (u[2 * from] - u[4 * from]) * 0.5f;
    dg[2] = even + u[5 * from];
    dg[3] = u[from] + u[3 * from];
    dg[4] = u[3 * from] + u[6 * from];
}

#endif

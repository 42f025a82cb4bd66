/* The linear maps of 3x3 and 5x5 kernels over 4x4 outputs, along one line, on the fourth roots of unity: 1, -1, i, -i.
 *
 * Outputs are the adjoint of a product s = p g of polynomials, of 4 coefficients and of the kernel's 3 or 5:
 *   sum over k of p_k y_k = sum over n of d_n s_n
 * The values of s at the roots give s modulo x^4 - 1, where s_k and s_(k+4) add up. Which is which, the first and the
 * last coefficients of s tell: they are values at 0 and at infinity. For five taps these are two coefficients each,
 *   s0 = p0 g0, s1 = p0 g1 + p1 g0,   s7 = p3 g4, s6 = p3 g3 + p2 g4
 * with three products. The values at i and -i are conjugates: one complex product, three real ones. So a line of 4
 * outputs takes 7 products for three taps and 11 for five; F(2, 3) takes 8. All factors are powers of two: results on
 * whole numbers are exact, and no point magnifies a rounding error, as 2 or 1/2 would.
 *
 * A line of numbers begins with the real and the imaginary part at i (see winograd_map.h).
 */
#ifndef CONVLAB_WINOGRAD_COMPLEX_H
#define CONVLAB_WINOGRAD_COMPLEX_H

#include "tap_tile.h"

/* Real products of one complex product: (a + b i) (c + d i) = c (a + b) - (c + d) b + (c (a + b) + (d - c) a) i */
enum { COMPLEX_PARTS = 3 };

/* Of five taps: the first slice of each point, and the point of each slice. */
#define COMPLEX_5_FIRST_SLICES {0, 1, 2, 3, 5, 6, 7, 8, 9, 11}
#define COMPLEX_5_POINTS {0, 1, 2, 3, 3, 4, 5, 6, 7, 8, 8}

CONVLAB_INLINE void input_parts(vector_float re, vector_float im, vector_float *parts) {
    parts[0] = re + im;
    parts[1] = re;
    parts[2] = im;
}

CONVLAB_INLINE void kernel_parts(vector_float re, vector_float im, vector_float *parts) {
    parts[0] = re;
    parts[1] = im - re;
    parts[2] = re + im;
}

CONVLAB_INLINE void output_number(vector_float first, vector_float second, vector_float third, vector_float *number) {
    number[0] = first - third;
    number[1] = first + second;
}

/* The adjoint of output_number. */
CONVLAB_INLINE void gradient_parts(vector_float re, vector_float im, vector_float *parts) {
    parts[0] = re + im;
    parts[1] = im;
    parts[2] = -re;
}

/* The adjoint of kernel_parts. */
CONVLAB_INLINE void kernel_gradient_number(vector_float first, vector_float second, vector_float third,
                                           vector_float *number) {
    number[0] = first - second + third;
    number[1] = second + third;
}

/* B^T d at i, 1 and -1, of the inputs that meet s modulo x^4 - 1. */
CONVLAB_INLINE void roots_of_inputs(vector_float d0, vector_float d1, vector_float d2, vector_float d3,
                                    vector_float *at_i, vector_float *at_one) {
    const vector_float even = d0 + d2, odd = d1 + d3;
    at_i[0] = d0 - d2;
    at_i[1] = d1 - d3;
    at_one[0] = even + odd;
    at_one[1] = even - odd;
}

/* A^T m of the same points: what they add to the outputs. */
CONVLAB_INLINE void outputs_of_roots(vector_float re, vector_float im, vector_float one, vector_float minus_one,
                                     vector_float *y) {
    const vector_float even = one + minus_one, odd = one - minus_one;
    y[0] = even + re;
    y[1] = odd + im;
    y[2] = even - re;
    y[3] = odd - im;
}

/* B^T d */
CONVLAB_INLINE void complex_input_line(const vector_float *d, const int from, vector_float *v) {
    roots_of_inputs(d[4 * from], d[from], d[2 * from], d[3 * from], v, v + 3);
    v[2] = d[0] - d[4 * from];
    v[5] = d[5 * from] - d[from];
}

CONVLAB_INLINE void complex_5_input_line(const vector_float *d, const int from, vector_float *v) {
    roots_of_inputs(d[4 * from], d[5 * from], d[2 * from], d[3 * from], v, v + 5);
    v[2] = d[0] - d[4 * from];
    v[3] = d[from] - d[5 * from];
    v[4] = v[3];
    v[7] = d[6 * from] - d[2 * from];
    v[8] = v[7];
    v[9] = d[7 * from] - d[3 * from];
}

/* A^T m */
CONVLAB_INLINE void complex_output_line(const vector_float *m, const int from, vector_float *y) {
    outputs_of_roots(m[0], m[from], m[3 * from], m[4 * from], y);
    y[0] += m[2 * from];
    y[3] += m[5 * from];
}

CONVLAB_INLINE void complex_5_output_line(const vector_float *m, const int from, vector_float *y) {
    outputs_of_roots(m[0], m[from], m[4 * from], m[5 * from], y);
    y[0] += m[2 * from];
    y[1] += m[3 * from];
    y[2] += m[6 * from];
    y[3] += m[7 * from];
}

/* A dy */
CONVLAB_INLINE void complex_gradient_line(const vector_float *dy, const int from, vector_float *z) {
    roots_of_inputs(dy[0], dy[from], dy[2 * from], dy[3 * from], z, z + 3);
    z[2] = dy[0];
    z[5] = dy[3 * from];
}

CONVLAB_INLINE void complex_5_gradient_line(const vector_float *dy, const int from, vector_float *z) {
    roots_of_inputs(dy[0], dy[from], dy[2 * from], dy[3 * from], z, z + 4);
    z[2] = dy[0];
    z[3] = dy[from];
    z[6] = dy[2 * from];
    z[7] = dy[3 * from];
}

/* G g */
CONVLAB_INLINE void complex_kernel_line(const vector_float *g, const int from, vector_float *u) {
    const vector_float even = (g[0] + g[2 * from]) * 0.25f, odd = g[from] * 0.25f;
    u[0] = (g[0] - g[2 * from]) * 0.5f;
    u[1] = g[from] * -0.5f;
    u[2] = g[0];
    u[3] = even + odd;
    u[4] = even - odd;
    u[5] = g[2 * from];
}

CONVLAB_INLINE void complex_5_kernel_line(const vector_float *g, const int from, vector_float *u) {
    const vector_float ends = g[0] + g[4 * from];
    const vector_float even = (ends + g[2 * from]) * 0.25f, odd = (g[from] + g[3 * from]) * 0.25f;
    u[0] = (ends - g[2 * from]) * 0.5f;
    u[1] = (g[3 * from] - g[from]) * 0.5f;
    u[2] = g[0];
    u[3] = g[from];
    u[4] = g[0];
    u[5] = even + odd;
    u[6] = even - odd;
    u[7] = g[4 * from];
    u[8] = g[3 * from];
    u[9] = g[4 * from];
}

/* G^T u */
CONVLAB_INLINE void complex_kernel_gradient_line(const vector_float *u, const int from, vector_float *dg) {
    const vector_float even = (u[3 * from] + u[4 * from]) * 0.25f, odd = (u[3 * from] - u[4 * from]) * 0.25f;
    dg[0] = even + u[0] * 0.5f + u[2 * from];
    dg[1] = odd - u[from] * 0.5f;
    dg[2] = even - u[0] * 0.5f + u[5 * from];
}

CONVLAB_INLINE void complex_5_kernel_gradient_line(const vector_float *u, const int from, vector_float *dg) {
    const vector_float even = (u[5 * from] + u[6 * from]) * 0.25f, odd = (u[5 * from] - u[6 * from]) * 0.25f;
    const vector_float re = u[0] * 0.5f, im = u[from] * 0.5f;
    dg[0] = even + re + (u[2 * from] + u[4 * from]);
    dg[1] = odd - im + u[3 * from];
    dg[2] = even - re;
    dg[3] = odd + im + u[8 * from];
    dg[4] = even + re + (u[7 * from] + u[9 * from]);
}

#endif

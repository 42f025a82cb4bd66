/* The forms of Winograd's algorithm: how many outputs a tile has, for how many taps, and which maps it takes.
 *
 * A form has points of evaluation and, at each of them, one product of channels or several that add up: its slices.
 * Slices are numbered along an axis in the order of their points.
 */
#ifndef CONVLAB_WINOGRAD_FORM_H
#define CONVLAB_WINOGRAD_FORM_H

#include "winograd_split.h"
#include "winograd_transform.h"

enum winograd_form {
    WINOGRAD_2,      /* 2x2 outputs, 3x3 taps */
    WINOGRAD_4,      /* 4x4 outputs, 3x3 taps */
    WINOGRAD_2_SPLIT /* 2x2 outputs, 5x5 taps */
};

/* Along one axis: outputs, taps, inputs that the outputs see, points, slices. */
#define WINOGRAD_OUT(FORM) ((FORM) == WINOGRAD_4 ? 4 : 2)
#define WINOGRAD_TAPS(FORM) ((FORM) == WINOGRAD_2_SPLIT ? 5 : 3)
#define WINOGRAD_IN(FORM) (WINOGRAD_OUT(FORM) + WINOGRAD_TAPS(FORM) - 1)
#define WINOGRAD_SIDE(FORM) ((FORM) == WINOGRAD_4 ? 6 : 4)
#define WINOGRAD_SLICES(FORM) ((FORM) == WINOGRAD_2_SPLIT ? 7 : WINOGRAD_SIDE(FORM))

/* Products that add up at one point, at most. */
#define WINOGRAD_SHARES(FORM) ((FORM) == WINOGRAD_2_SPLIT ? 4 : 1)

#define SQUARE(number) ((number) * (number))

/* The first slice of a point along an axis; of the point behind the last, the number of slices. */
CONVLAB_INLINE int first_slice(const int FORM, const int point) {
    static const int of_split[] = SPLIT_FIRST_SLICES;
    return FORM == WINOGRAD_2_SPLIT ? of_split[point] : point;
}

/* Each slice of a square is one plane in memory, in the order of the points: those of a point are neighbours. The
 * first plane of a point; of the point behind the last, the number of planes. */
CONVLAB_INLINE int first_plane(const int FORM, const int point) {
    const int i = point / WINOGRAD_SIDE(FORM), j = point % WINOGRAD_SIDE(FORM);
    const int first = first_slice(FORM, i), along = first_slice(FORM, i + 1) - first;
    return first * WINOGRAD_SLICES(FORM) + along * first_slice(FORM, j);
}

CONVLAB_INLINE int point_of_plane(const int FORM, const int plane) {
    int point = 0;
    while (first_plane(FORM, point + 1) <= plane) {
        point++;
    }
    return point;
}

/* The plane of slice (i, j) of the square. */
CONVLAB_INLINE int plane_of_slice(const int FORM, const int i, const int j) {
    static const int points_of_split[] = SPLIT_POINTS;
    const int a = FORM == WINOGRAD_2_SPLIT ? points_of_split[i] : i;
    const int b = FORM == WINOGRAD_2_SPLIT ? points_of_split[j] : j;
    const int first = first_slice(FORM, b), across = first_slice(FORM, b + 1) - first;
    return first_plane(FORM, a * WINOGRAD_SIDE(FORM) + b) + (i - first_slice(FORM, a)) * across + j - first;
}

/* B^T d */
CONVLAB_INLINE void form_input_line(const int FORM, const vector_float *d, const int from, vector_float *v) {
    if (FORM == WINOGRAD_2_SPLIT) {
        split_input_line(d, from, v);
    } else {
        input_line(WINOGRAD_OUT(FORM), d, from, v);
    }
}

/* A^T m */
CONVLAB_INLINE void form_output_line(const int FORM, const vector_float *m, const int from, vector_float *y) {
    output_line(WINOGRAD_OUT(FORM), m, from, y);
}

/* A dy */
CONVLAB_INLINE void form_gradient_line(const int FORM, const vector_float *dy, const int from, vector_float *z) {
    gradient_line(WINOGRAD_OUT(FORM), dy, from, z);
}

/* G g */
CONVLAB_INLINE void form_kernel_line(const int FORM, const vector_float *g, const int from, vector_float *u) {
    if (FORM == WINOGRAD_2_SPLIT) {
        split_kernel_line(g, from, u);
    } else {
        kernel_line(WINOGRAD_OUT(FORM), g, from, u);
    }
}

/* G^T u */
CONVLAB_INLINE void form_kernel_gradient_line(const int FORM, const vector_float *u, const int from,
                                              vector_float *dg) {
    if (FORM == WINOGRAD_2_SPLIT) {
        split_kernel_gradient_line(u, from, dg);
    } else {
        kernel_gradient_line(WINOGRAD_OUT(FORM), u, from, dg);
    }
}

#endif

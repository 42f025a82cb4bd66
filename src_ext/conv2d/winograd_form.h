/* The forms of Winograd's algorithm: how many outputs a tile has, for how many taps, and which maps it takes.
 *
 * A form has points of evaluation and, at each of them, one product of channels or several that add up: its slices.
 * Slices are numbered along an axis in the order of their points.
 */
#ifndef CONVLAB_WINOGRAD_FORM_H
#define CONVLAB_WINOGRAD_FORM_H

#include "winograd_complex.h"
#include "winograd_five.h"
#include "winograd_map.h"
#include "winograd_transform.h"

enum winograd_form {
    WINOGRAD_2,          /* 2x2 outputs, 3x3 taps */
    WINOGRAD_4,          /* 4x4 outputs, 3x3 taps, real points */
    WINOGRAD_4_COMPLEX,  /* 4x4 outputs, 3x3 taps, complex points */
    WINOGRAD_4_5,        /* 4x4 outputs, 5x5 taps, real points */
    WINOGRAD_4_COMPLEX_5 /* 4x4 outputs, 5x5 taps, complex points */
};

#define IS_COMPLEX(FORM) ((FORM) == WINOGRAD_4_COMPLEX || (FORM) == WINOGRAD_4_COMPLEX_5)

/* Along one axis: outputs, taps, inputs that the outputs see, points, slices. */
#define WINOGRAD_OUT(FORM) ((FORM) == WINOGRAD_2 ? 2 : 4)
#define WINOGRAD_TAPS(FORM) ((FORM) == WINOGRAD_4_5 || (FORM) == WINOGRAD_4_COMPLEX_5 ? 5 : 3)
#define WINOGRAD_IN(FORM) (WINOGRAD_OUT(FORM) + WINOGRAD_TAPS(FORM) - 1)
#define WINOGRAD_SIDE(FORM)              \
    ((FORM) == WINOGRAD_2           ? 4 \
     : (FORM) == WINOGRAD_4         ? 6 \
     : (FORM) == WINOGRAD_4_COMPLEX ? 7 \
     : (FORM) == WINOGRAD_4_5       ? 8 \
                                    : 9)
#define WINOGRAD_SLICES(FORM) ((FORM) == WINOGRAD_4_COMPLEX_5 ? 11 : WINOGRAD_SIDE(FORM))

/* Products that add up at one point, at most. */
#define WINOGRAD_SHARES(FORM) ((FORM) == WINOGRAD_4_COMPLEX_5 ? 4 : 1)

/* The last points along an axis, at infinity, and how many of the last outputs they add to. */
#define WINOGRAD_AT_INFINITY(FORM) ((FORM) == WINOGRAD_4_COMPLEX_5 ? 2 : 1)

/* Points of a square that stay empty: see winograd_map.h. */
#define WINOGRAD_HOLES(FORM) (IS_COMPLEX(FORM) ? COMPLEX_PARTS : 0)

#define SQUARE(number) ((number) * (number))

/* The first slice of a point along an axis; of the point behind the last, the number of slices. */
CONVLAB_INLINE int first_slice(const int FORM, const int point) {
    static const int of_complex_5[] = COMPLEX_5_FIRST_SLICES;
    return FORM == WINOGRAD_4_COMPLEX_5 ? of_complex_5[point] : point;
}

/* Empty points before one of a square, in the order of its rows. */
CONVLAB_INLINE int holes_before(const int FORM, const int i, const int j) {
    const int row = COMPLEX_PARTS - 1, holes = WINOGRAD_HOLES(FORM);
    return i < row || holes == 0 ? 0 : i == row && j < holes ? j : holes;
}

CONVLAB_INLINE int point_of_slice(const int FORM, const int slice) {
    static const int of_complex_5[] = COMPLEX_5_POINTS;
    return FORM == WINOGRAD_4_COMPLEX_5 ? of_complex_5[slice] : slice;
}

/* Each slice of a square is one plane in memory, in the order of the points: those of a point are neighbours. The
 * first plane of a point; of the point behind the last, the number of planes. */
CONVLAB_INLINE int first_plane(const int FORM, const int point) {
    const int i = point / WINOGRAD_SIDE(FORM), j = point % WINOGRAD_SIDE(FORM);
    const int first = first_slice(FORM, i), along = first_slice(FORM, i + 1) - first;
    return first * WINOGRAD_SLICES(FORM) + along * first_slice(FORM, j) - holes_before(FORM, i, j);
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
    const int a = point_of_slice(FORM, i), b = point_of_slice(FORM, j);
    const int first = first_slice(FORM, b), across = first_slice(FORM, b + 1) - first;
    return first_plane(FORM, a * WINOGRAD_SIDE(FORM) + b) + (i - first_slice(FORM, a)) * across + j - first;
}

/* A map of one line in the form's own way: complex forms take and give numbers of which two are a pair. */
#define FORM_LINE(name)                                                                                 \
    CONVLAB_INLINE void form_##name(const int FORM, const vector_float *in, const int from,             \
                                    vector_float *out) {                                                \
        switch (FORM) {                                                                                 \
        case WINOGRAD_4_COMPLEX:                                                                        \
            complex_##name(in, from, out);                                                              \
            break;                                                                                      \
        case WINOGRAD_4_5:                                                                              \
            five_##name(in, from, out);                                                                 \
            break;                                                                                      \
        case WINOGRAD_4_COMPLEX_5:                                                                      \
            complex_5_##name(in, from, out);                                                            \
            break;                                                                                      \
        default:                                                                                        \
            name(WINOGRAD_OUT(FORM), in, from, out);                                                    \
        }                                                                                               \
    }

FORM_LINE(input_line)           /* B^T d */
FORM_LINE(output_line)          /* A^T m */
FORM_LINE(gradient_line)        /* A dy */
FORM_LINE(kernel_line)          /* G g */
FORM_LINE(kernel_gradient_line) /* G^T u */

/* Maps a square to slices or points, and back: B^T d B, G g G^T, A dy A^T; A^T m A, G^T u G. The square has `side`
 * lines, the form has `parts` slices or points along an axis; `pair` says what a complex number becomes. */
#define WINOGRAD_MAP_TO(FORM, line, pair, half, side, parts, LOAD, STORE)                                   \
    do {                                                                                                    \
        if (IS_COMPLEX(FORM)) {                                                                             \
            COMPLEX_MAP_TO(FORM, line, pair, half, side, (parts) - 1, LOAD, STORE);                         \
        } else {                                                                                            \
            WINOGRAD_MAP(FORM, line, side, parts, LOAD, STORE);                                             \
        }                                                                                                   \
    } while (0)
#define WINOGRAD_MAP_FROM(FORM, line, pair, half, parts, side, LOAD, STORE)                                 \
    do {                                                                                                    \
        if (IS_COMPLEX(FORM)) {                                                                             \
            COMPLEX_MAP_FROM(FORM, line, pair, half, (parts) - 1, side, LOAD, STORE);                       \
        } else {                                                                                            \
            WINOGRAD_MAP(FORM, line, parts, side, LOAD, STORE);                                             \
        }                                                                                                   \
    } while (0)

#endif

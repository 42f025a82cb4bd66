/* Applying a map of lines to rows, then to columns.
 *
 * In a complex form (winograd_complex.h) the first two numbers of a line are the parts of one complex number, which is
 * multiplied by the kernel's in three real products, its slices 0, 1 and 2; number n > 1 is slice n + 1. A square holds
 * such numbers along rows and along columns. Where they meet, numbers w + x i + y j + z i j, with i^2 = j^2 = -1, are two
 * complex numbers, for j = i and for j = -i: the square's slices (0, 0..2) and (1, 0..2); (2, 0..2) stay empty. So Meng, Brothers: Efficient Winograd convolution via integer arithmetic, 2019, count 46 products in place of
 * the 49 that lines of 7 would make.
 */
#ifndef CONVLAB_WINOGRAD_MAP_H
#define CONVLAB_WINOGRAD_MAP_H

#include "winograd_complex.h"

/* Of any form (see winograd_form.h) along one axis: outputs, taps, and what a map takes or gives. */
enum { WINOGRAD_MOST_OUT = 4, WINOGRAD_MOST_TAPS = 5, WINOGRAD_MOST_LINE = 11 };

/* Maps a square of SIDE_IN vectors to one of SIDE_OUT: LOAD(i, j) gives a value, STORE(i, j, value) takes one. Loads
 * and stores are part of the map because the registers hold no whole square. */
#define WINOGRAD_MAP(FORM, line, SIDE_IN, SIDE_OUT, LOAD, STORE)                                                 \
    do {                                                                                                         \
        const int side_in = (SIDE_IN), side_out = (SIDE_OUT); /* gcc unrolls no loop with `? :` in its head */   \
        vector_float middle[WINOGRAD_MOST_LINE * WINOGRAD_MOST_LINE];                                            \
        UNROLL for (int i = 0; i < side_in; i++) {                                                               \
            vector_float row[WINOGRAD_MOST_LINE];                                                                \
            UNROLL for (int j = 0; j < side_in; j++) { row[j] = LOAD(i, j); }                                    \
            line(FORM, row, 1, middle + i * side_out);                                                           \
        }                                                                                                        \
        UNROLL for (int j = 0; j < side_out; j++) {                                                              \
            vector_float column[WINOGRAD_MOST_LINE];                                                             \
            line(FORM, middle + j, side_out, column);                                                            \
            UNROLL for (int i = 0; i < side_out; i++) { STORE(i, j, column[i]); }                                \
        }                                                                                                        \
    } while (0)

/* One complex number to its slices: row i, or column j, of the square. */
#define STORE_ACROSS(pair, i, re, im, STORE)                                                   \
    do {                                                                                       \
        vector_float parts[COMPLEX_PARTS];                                                     \
        pair(re, im, parts);                                                                   \
        UNROLL for (int part = 0; part < COMPLEX_PARTS; part++) { STORE(i, part, parts[part]); } \
    } while (0)
#define STORE_DOWN(pair, j, re, im, STORE)                                                     \
    do {                                                                                       \
        vector_float parts[COMPLEX_PARTS];                                                     \
        pair(re, im, parts);                                                                   \
        UNROLL for (int part = 0; part < COMPLEX_PARTS; part++) { STORE(part, j, parts[part]); } \
    } while (0)

/* Maps a square of SIDE_IN vectors to one of NUMBERS, stored as slices. */
#define COMPLEX_MAP_TO(FORM, line, pair, half, SIDE_IN, NUMBERS, LOAD, STORE)                                    \
    do {                                                                                                         \
        const int side_in = (SIDE_IN), numbers = (NUMBERS);                                                      \
        vector_float middle[WINOGRAD_MOST_LINE * WINOGRAD_MOST_LINE];                                            \
        UNROLL for (int i = 0; i < side_in; i++) {                                                               \
            vector_float row[WINOGRAD_MOST_LINE];                                                                \
            UNROLL for (int j = 0; j < side_in; j++) { row[j] = LOAD(i, j); }                                    \
            line(FORM, row, 1, middle + i * numbers);                                                            \
        }                                                                                                        \
        vector_float re[WINOGRAD_MOST_LINE], im[WINOGRAD_MOST_LINE];                                             \
        line(FORM, middle, numbers, re);                                                                         \
        line(FORM, middle + 1, numbers, im);                                                                     \
        STORE_ACROSS(pair, 0, (re[0] - im[1]) * (half), (re[1] + im[0]) * (half), STORE);                        \
        STORE_ACROSS(pair, 1, (re[0] + im[1]) * (half), (re[1] - im[0]) * (half), STORE);                        \
        UNROLL for (int i = 2; i < numbers; i++) { STORE_ACROSS(pair, i + 1, re[i], im[i], STORE); }             \
        UNROLL for (int j = 2; j < numbers; j++) {                                                               \
            vector_float column[WINOGRAD_MOST_LINE];                                                             \
            line(FORM, middle + j, numbers, column);                                                             \
            STORE_DOWN(pair, j + 1, column[0], column[1], STORE);                                                \
            UNROLL for (int i = 2; i < numbers; i++) { STORE(i + 1, j + 1, column[i]); }                         \
        }                                                                                                        \
    } while (0)

/* Maps a square of NUMBERS, loaded as slices, to one of SIDE_OUT vectors. */
#define COMPLEX_MAP_FROM(FORM, line, pair, half, NUMBERS, SIDE_OUT, LOAD, STORE)                                 \
    do {                                                                                                         \
        const int numbers = (NUMBERS), side_out = (SIDE_OUT);                                                    \
        vector_float middle[WINOGRAD_MOST_LINE * WINOGRAD_MOST_LINE];                                            \
        vector_float re[WINOGRAD_MOST_LINE], im[WINOGRAD_MOST_LINE], same[2], opposite[2], number[2];            \
        pair(LOAD(0, 0), LOAD(0, 1), LOAD(0, 2), same);                                                          \
        pair(LOAD(1, 0), LOAD(1, 1), LOAD(1, 2), opposite);                                                      \
        re[0] = (same[0] + opposite[0]) * (half);                                                                \
        re[1] = (same[1] - opposite[1]) * (half);                                                                \
        im[0] = (same[1] + opposite[1]) * (half);                                                                \
        im[1] = (opposite[0] - same[0]) * (half);                                                                \
        UNROLL for (int j = 2; j < numbers; j++) {                                                               \
            pair(LOAD(0, j + 1), LOAD(1, j + 1), LOAD(2, j + 1), number);                                        \
            re[j] = number[0];                                                                                   \
            im[j] = number[1];                                                                                   \
        }                                                                                                        \
        line(FORM, re, 1, middle);                                                                               \
        line(FORM, im, 1, middle + side_out);                                                                    \
        UNROLL for (int i = 2; i < numbers; i++) {                                                               \
            vector_float row[WINOGRAD_MOST_LINE];                                                                \
            pair(LOAD(i + 1, 0), LOAD(i + 1, 1), LOAD(i + 1, 2), row);                                           \
            UNROLL for (int j = 2; j < numbers; j++) { row[j] = LOAD(i + 1, j + 1); }                            \
            line(FORM, row, 1, middle + i * side_out);                                                           \
        }                                                                                                        \
        UNROLL for (int j = 0; j < side_out; j++) {                                                              \
            vector_float column[WINOGRAD_MOST_LINE];                                                             \
            line(FORM, middle + j, side_out, column);                                                            \
            UNROLL for (int i = 0; i < side_out; i++) { STORE(i, j, column[i]); }                                \
        }                                                                                                        \
    } while (0)

#endif

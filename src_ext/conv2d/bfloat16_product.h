/* What a product of matrices of bfloat16 is; bfloat16_tile.h and amx_product.h multiply.
 *
 * sums[m, lane] (+)= sum over segment s, pair p, h = 0 and 1 of left[m, s, 2 p + h] * right[s, p, lane, h]
 *
 * with left[m, s, k] at left + m * row + offsets[s] + k, and right contiguous. Where the operands have several terms,
 * the products of all terms that matter are added up, those of the small terms first.
 *
 * A file that multiplies defines multiply(), with the limits of its sizes:
 *   MULTIPLY_ROWS   the most rows of one call
 *   MULTIPLY_PAIRS  the pairs of a segment are a multiple of this
 *   MULTIPLY_TERMS  the most terms
 *   MULTIPLY_READS  rows that are read may be this many more than there are, less one
 *   MULTIPLY_LINES  1: rows are cheap only in large numbers, so positions that mean nothing are multiplied as well
 * and enter_multiply(), leave_multiply(), which each task calls before the first and after the last.
 */
#ifndef CONVLAB_BFLOAT16_PRODUCT_H
#define CONVLAB_BFLOAT16_PRODUCT_H

#include <stdint.h>

/* Distances are in elements. */
struct product {
    const int64_t *offsets; /* (segments,) */
    int64_t segments, pairs;
    int64_t row;
    int64_t left_term, right_term;
    int terms;
    int vectors; /* of 16 lanes: 1 or 2 */
};

#endif

/* Factors of a product of matrices in the order of use: for some neighbouring lines [term][line]. */
#ifndef CONVLAB_MATRIX_PACK_H
#define CONVLAB_MATRIX_PACK_H

#include "strips.h"
#include "tap_tile.h"

/* A matrix of which one index is the summed one: value (line, term) is values[line * of_line + term * of_term]. */
struct factor {
    const float *values;
    int64_t of_line, of_term; /* one of them is 1 */
};

/* Exchanges rows and columns of a square of vectors, by exchanging ever larger squares. */
CONVLAB_INLINE void transpose_square(vector_float *rows) {
    const vector_int lane = VECTOR_LANE_NUMBERS;
    UNROLL for (int step = 1; step < CONVLAB_LANES; step *= 2) {
        const vector_int is_odd = (lane & step) != 0; /* -1 or 0 */
        const vector_int even = lane + (is_odd & (CONVLAB_LANES - step)), odd = even + step;
        UNROLL for (int i = 0; i < CONVLAB_LANES; i++) {
            if (!(i & step)) {
                const vector_float upper = rows[i], lower = rows[i + step];
                rows[i] = __builtin_shuffle(upper, lower, even);
                rows[i + step] = __builtin_shuffle(upper, lower, odd);
            }
        }
    }
}

/* At most LANES lines whose terms are neighbours, to target[term * width + line]; up to `room` lines are written. */
static void pack_across(float *target, const struct factor *f, int64_t lines, int64_t terms, int64_t width,
                        int64_t room) {
    for (int64_t term = 0; term < terms; term += CONVLAB_LANES) {
        const int64_t lanes = smaller(CONVLAB_LANES, terms - term);
        vector_float square[CONVLAB_VECTOR_BYTES / 4];
        UNROLL for (int i = 0; i < CONVLAB_LANES; i++) {
            square[i] = (vector_float){0};
            if (i < lines) {
                square[i] = vector_load_partial(f->values + i * f->of_line + term, lanes);
            }
        }
        transpose_square(square);
        UNROLL for (int i = 0; i < CONVLAB_LANES; i++) {
            if (i < lanes) {
                vector_store_partial(target + (term + i) * width, square[i], room);
            }
        }
    }
}

/* `lines` lines and `terms` terms to target[term][width]; lines that do not exist become zero. */
static void pack_lines(float *target, const struct factor *f, int64_t lines, int64_t terms, int64_t width) {
    for (int64_t line = 0; line < width; line += CONVLAB_LANES) {
        const int64_t room = smaller(CONVLAB_LANES, width - line);
        const int64_t here = larger(0, smaller(room, lines - line));
        const struct factor part = {f->values + line * f->of_line, f->of_line, f->of_term};
        if (f->of_line != 1) {
            pack_across(target + line, &part, here, terms, width, room);
            continue;
        }
        for (int64_t term = 0; term < terms; term++) {
            const vector_float value = vector_load_partial(part.values + term * f->of_term, here);
            vector_store_partial(target + term * width + line, value, room);
        }
    }
}

#endif

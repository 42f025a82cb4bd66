/* Floats to the operands of a product, term by term; TERMS is known when compiling. */
#ifndef CONVLAB_BFLOAT16_PACK_H
#define CONVLAB_BFLOAT16_PACK_H

#include "bfloat16_weight_plan.h"

/* function(TERMS, ...) with the number of terms as a constant; numbers that this file never multiplies are left out. */
#define WITH_TERMS(terms, function, ...)      \
    do {                                      \
        if ((terms) == 1) {                   \
            function(1, __VA_ARGS__);         \
        } else if (MULTIPLY_TERMS > 1) {      \
            if ((terms) == 2) {               \
                function(2, __VA_ARGS__);     \
            } else {                          \
                function(3, __VA_ARGS__);     \
            }                                 \
        }                                     \
    } while (0)

/* Weights whose output channels are neighbours in memory: element f of the segment is at w + column(f) * w_column +
 * channel(f) * w_in. Right is (pair, vector, lane, 2). */
CONVLAB_INLINE void pack_by_lanes(const int TERMS, uint16_t *right, const struct bfloat16_plan *plan,
                                  const struct tap_convolution *t, const float *w, const struct bfloat16_block *block,
                                  uint32_t *least) {
    const __m512 zero = _mm512_setzero_ps();
    __m512i found = _mm512_set1_epi32(-1), terms[3];
    for (int64_t pair = 0; pair < plan->pairs; pair++) {
        for (int v = 0; v < block->vectors; v++, right += 32) {
            const __mmask16 lanes = lanes_mask(block->channels - v * 16);
            __m512 values[2];
            for (int half = 0; half < 2; half++) {
                const int64_t f = 2 * pair + half, column = f / t->group_in;
                const float *source = w + column * t->w_column + (f - column * t->group_in) * t->w_in + v * 16;
                values[half] = f < plan->segment_length ? _mm512_maskz_loadu_ps(lanes, source) : zero;
                note_magnitude(&found, values[half]);
            }
            split_pairs(TERMS, values[0], values[1], terms);
            UNROLL for (int term = 0; term < TERMS; term++) {
                _mm512_storeu_si512(right + term * plan->block_elements, terms[term]);
            }
        }
    }
    note_least(least, found);
}

/* Weights whose terms of the sum are neighbours in memory: 16 lanes x 32 of them at a time, transposed. */
CONVLAB_INLINE void pack_by_terms(const int TERMS, uint16_t *right, const struct bfloat16_plan *plan,
                                  const struct tap_convolution *t, const float *w, const struct bfloat16_block *block,
                                  uint32_t *least) {
    __m512i found = _mm512_set1_epi32(-1), terms[3], matrix[3][16];
    for (int v = 0; v < block->vectors; v++) {
        for (int64_t pair = 0; pair < plan->pairs; pair += 16) {
            const int64_t rest = plan->segment_length - 2 * pair;
            for (int lane = 0; lane < 16; lane++) {
                const int64_t exists = v * 16 + lane < block->channels ? rest : 0;
                const float *source = w + (v * 16 + lane) * t->w_out + 2 * pair;
                const __m512 first = _mm512_maskz_loadu_ps(lanes_mask(exists), source);
                const __m512 second = _mm512_maskz_loadu_ps(lanes_mask(exists - 16), source + 16);
                note_magnitude(&found, first);
                note_magnitude(&found, second);
                split_neighbours(TERMS, first, second, terms);
                UNROLL for (int term = 0; term < TERMS; term++) { matrix[term][lane] = terms[term]; }
            }
            UNROLL for (int term = 0; term < TERMS; term++) {
                transpose_16x16(matrix[term]);
                for (int64_t i = 0; i < smaller(16, plan->pairs - pair); i++) {
                    uint16_t *target = right + term * plan->block_elements + ((pair + i) * block->vectors + v) * 32;
                    _mm512_storeu_si512(target, matrix[term][i]);
                }
            }
        }
    }
    note_least(least, found);
}

/* Pixels' channels, one pixel behind the other, to terms. */
CONVLAB_INLINE void split_pixels(const int TERMS, uint16_t *left, int64_t left_term, const float *const *pixels,
                                 int64_t count, int64_t channels, uint32_t *least) {
    __m512i found = _mm512_set1_epi32(-1);
    __m256i terms[3];
    for (int64_t i = 0; i < count; i++, left += channels) {
        for (int64_t c = 0; c < channels; c += 16) {
            const __mmask16 lanes = lanes_mask(channels - c);
            const __m512 values = _mm512_maskz_loadu_ps(lanes, pixels[i] + c);
            note_magnitude(&found, values);
            split(TERMS, values, terms);
            UNROLL for (int term = 0; term < TERMS; term++) {
                _mm256_mask_storeu_epi16(left + term * left_term + c, lanes, terms[term]);
            }
        }
    }
    note_least(least, found);
}

/* Channels [c0, c1) of all positions of one plane to rows: 16 channels x 32 positions at a time, transposed. */
CONVLAB_INLINE void split_plane(const int TERMS, uint16_t *rows, const struct bfloat16_weight_plan *plan,
                                const float *const *pixels, int64_t c0, int64_t c1, uint32_t *least) {
    __m512i found = _mm512_set1_epi32(-1), terms[3], matrix[3][16];
    for (int64_t position = 0; position < plan->left_row; position += 32) {
        for (int64_t c = c0; c < c1; c += 16) {
            const __mmask16 lanes = lanes_mask(c1 - c);
            for (int i = 0; i < 16; i++) {
                const __m512 first = _mm512_maskz_loadu_ps(lanes, pixels[position + 2 * i] + c);
                const __m512 second = _mm512_maskz_loadu_ps(lanes, pixels[position + 2 * i + 1] + c);
                note_magnitude(&found, first);
                note_magnitude(&found, second);
                split_pairs(TERMS, first, second, terms);
                UNROLL for (int term = 0; term < TERMS; term++) { matrix[term][i] = terms[term]; }
            }
            UNROLL for (int term = 0; term < TERMS; term++) {
                transpose_16x16(matrix[term]);
                for (int64_t i = 0; i < smaller(16, c1 - c); i++) {
                    uint16_t *target = rows + term * plan->left_term + (c + i) * plan->left_row + position;
                    _mm512_storeu_si512(target, matrix[term][i]);
                }
            }
        }
    }
    note_least(least, found);
}

/* One block of the gradient, (pair of positions, vector, lane, 2). */
CONVLAB_INLINE void split_gradients(const int TERMS, uint16_t *right, int64_t right_term,
                                    const float *const *gradients, int64_t positions, int64_t first, int64_t channels,
                                    uint32_t *least) {
    const int vectors = channels > 16 ? 2 : 1;
    __m512i found = _mm512_set1_epi32(-1), terms[3];
    for (int64_t i = 0; i < positions; i += 2) {
        for (int v = 0; v < vectors; v++, right += 32) {
            const __mmask16 lanes = lanes_mask(channels - v * 16);
            const __m512 low = _mm512_maskz_loadu_ps(lanes, gradients[i] + first + v * 16);
            const __m512 high = _mm512_maskz_loadu_ps(lanes, gradients[i + 1] + first + v * 16);
            note_magnitude(&found, low);
            note_magnitude(&found, high);
            split_pairs(TERMS, low, high, terms);
            UNROLL for (int term = 0; term < TERMS; term++) {
                _mm512_storeu_si512(right + term * right_term, terms[term]);
            }
        }
    }
    note_least(least, found);
}

#endif

/* Dropout: out[i] = x[i] * scale where hash(i, key) >= threshold, else 0; x and out are (n,), out == x allowed.
 *
 * The hash of the position stands for a random number, so that no mask is stored, the way back draws the same
 * one, and no result depends on threads or instruction sets. It is two rounds of a 32-bit mixing function
 * with low bias, one half of the key going into each.
 */
#ifndef CONVLAB_DROPOUT_H
#define CONVLAB_DROPOUT_H

#include <stdint.h>

#include "isa.h"

struct convlab_dropout_draw {
    uint32_t first_key, second_key, threshold;
    float scale;
};

/* One round, with the shifts and factors of "lowbias32" (Wellons: Prospecting for hash functions, 2018). */
#define CONVLAB_DROPOUT_MIX(h) \
    do {                       \
        (h) ^= (h) >> 16;      \
        (h) *= 0x7feb352dU;    \
        (h) ^= (h) >> 15;      \
        (h) *= 0x846ca68bU;    \
        (h) ^= (h) >> 16;      \
    } while (0)

/* Draws for a key of 64 bits; keys that are close to each other are scrambled first (Steele, Lea, Flood: Fast
 * splittable pseudorandom number generators, 2014, the finalizer of splitmix64). */
struct convlab_dropout_draw convlab_dropout_draw_of(uint64_t key, uint32_t threshold, float scale);

struct convlab_dropout_table {
    /* elements start to start + n of the whole; the pointers are to the first of them */
    void (*apply)(const float *x, float *out, int64_t start, int64_t n,
                  const struct convlab_dropout_draw *draw);
};

extern const struct convlab_dropout_table convlab_dropout__reference;
extern const struct convlab_dropout_table convlab_dropout__baseline;
extern const struct convlab_dropout_table convlab_dropout__avx2;
extern const struct convlab_dropout_table convlab_dropout__avx512;

void convlab_dropout_double(const double *x, double *out, int64_t n, const struct convlab_dropout_draw *draw,
                            double scale);
void convlab_dropout(const float *x, float *out, int64_t n, const struct convlab_dropout_draw *draw, int isa,
                     int threads);

#endif

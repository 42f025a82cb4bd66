/* Normalization of chosen images: out[i, j] = images[indices[i], j] * scale[j % period] + shift[j % period].
 *
 * images is (any, size) of bytes, indices is (count,), out is (count, size). period is a multiple of 16
 * and of the number of channels, so that a row of vectors repeats the channels.
 */
#ifndef CONVLAB_IMAGES_H
#define CONVLAB_IMAGES_H

#include <stdint.h>

#include "isa.h"

struct convlab_images_table {
    /* one image */
    void (*normalize)(const uint8_t *image, int64_t size, const float *scale, const float *shift,
                      int64_t period, float *out);
};

extern const struct convlab_images_table convlab_images__reference;
extern const struct convlab_images_table convlab_images__baseline;
extern const struct convlab_images_table convlab_images__avx2;
extern const struct convlab_images_table convlab_images__avx512;

/* Position of the first value outside 0 <= value < limit, or -1. */
int64_t convlab_first_outside(const int64_t *values, int64_t n, int64_t limit);

void convlab_normalize_images(const uint8_t *images, const int64_t *indices, int64_t count, int64_t size,
                              const float *scale, const float *shift, int64_t period, float *out, int isa,
                              int threads);

#endif

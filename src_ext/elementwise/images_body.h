/* Image normalization on vectors of one instruction set; see images.h for the arrays. */
#include "images.h"
#include "vector.h"

CONVLAB_INLINE vector_float bytes_to_float(const uint8_t *source, int64_t count) {
    return __builtin_convertvector(vector_from_bytes(vector_load_bytes(source, count)), vector_float);
}

static void normalize(const uint8_t *image, int64_t size, const float *scale, const float *shift,
                      int64_t period, float *out) {
    for (int64_t start = 0; start < size; start += period) {
        const int64_t count = size - start < period ? size - start : period;
        int64_t j = 0;
        for (; j + CONVLAB_LANES <= count; j += CONVLAB_LANES) {
            const vector_float value = bytes_to_float(image + start + j, CONVLAB_LANES);
            vector_store(out + start + j, value * vector_load(scale + j) + vector_load(shift + j));
        }
        if (j < count) {
            const vector_float value = bytes_to_float(image + start + j, count - j);
            vector_store_partial(out + start + j, value * vector_load(scale + j) + vector_load(shift + j),
                                 count - j);
        }
    }
}

const struct convlab_images_table CONVLAB_NAME(convlab_images) = {normalize};

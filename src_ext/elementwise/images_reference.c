/* Image normalization in plain loops; see images.h for the arrays. */
#include "images.h"

static void normalize(const uint8_t *image, int64_t size, const float *scale, const float *shift,
                      int64_t period, float *out) {
    for (int64_t j = 0; j < size; j++) {
        out[j] = (float)((double)image[j] * scale[j % period] + shift[j % period]);
    }
}

const struct convlab_images_table convlab_images__reference = {normalize};

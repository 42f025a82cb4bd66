/* Gathers and normalizes images, whole images to a thread. */
#include "isa_tables.h"
#include "images.h"

static const int64_t WORTH_A_TEAM = 131072;

static const struct convlab_images_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_images);

int64_t convlab_first_outside(const int64_t *values, int64_t n, int64_t limit) {
    for (int64_t i = 0; i < n; i++) {
        if (values[i] < 0 || values[i] >= limit) {
            return i;
        }
    }
    return -1;
}

void convlab_normalize_images(const uint8_t *images, const int64_t *indices, int64_t count, int64_t size,
                              const float *scale, const float *shift, int64_t period, float *out, int isa,
                              int threads) {
    const struct convlab_images_table *table = tables[isa];
    const int team = count * size < WORTH_A_TEAM ? 1 : threads;
    (void)team; /* only OpenMP reads it */
#pragma omp parallel for schedule(static) num_threads(team)
    for (int64_t i = 0; i < count; i++) {
        table->normalize(images + indices[i] * size, size, scale, shift, period, out + i * size);
    }
}

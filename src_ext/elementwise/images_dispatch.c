/* Gathers and normalizes images, whole images to a thread. */
#include "isa_tables.h"
#include "images.h"
#include "team.h"

static const int64_t WORTH_A_TEAM = 32768;

static const struct convlab_images_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_images);

int64_t convlab_first_outside(const int64_t *values, int64_t n, int64_t limit) {
    for (int64_t i = 0; i < n; i++) {
        if (values[i] < 0 || values[i] >= limit) {
            return i;
        }
    }
    return -1;
}

struct job {
    const struct convlab_images_table *table;
    const uint8_t *images; /* (any, size) */
    const int64_t *indices;
    int64_t size, period;
    const float *scale, *shift; /* (period,) */
    float *out;                 /* (count, size) */
};

static void normalize_image(void *context, int64_t i, int member) {
    const struct job *job = context;
    (void)member;
    job->table->normalize(job->images + job->indices[i] * job->size, job->size, job->scale, job->shift,
                          job->period, job->out + i * job->size);
}

void convlab_normalize_images(const uint8_t *images, const int64_t *indices, int64_t count, int64_t size,
                              const float *scale, const float *shift, int64_t period, float *out, int isa,
                              int threads) {
    struct job job = {tables[isa], images, indices, size, period, scale, shift, out};
    convlab_share(count * size < WORTH_A_TEAM ? 1 : threads, count, normalize_image, &job);
}

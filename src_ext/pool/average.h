/* Average-pooling on vectors of channels, over windows and over whole images; see pool.h for the arrays. */
#include "windows.h"

/* Rows of the window first, then their sums: smaller rounding errors for large windows. */
CONVLAB_INLINE vector_float patch_sum(const struct convlab_pool_problem *p, struct patch patch, int64_t c,
                                      int64_t lanes) {
    vector_float sum = {0};
    for (int64_t row = 0; row < patch.rows; row++) {
        vector_float row_sum = {0};
        for (int64_t column = 0; column < patch.columns; column++) {
            row_sum += load_lanes(patch.x + (row * p->w + column) * p->c + c, lanes);
        }
        sum += row_sum;
    }
    return sum;
}

CONVLAB_INLINE void window_mean(const struct convlab_pool_problem *p, struct patch patch, float *y) {
    const float divisor = (float)(p->count_include_pad ? p->r * p->s : patch.rows * patch.columns);
#define WRITE_MEAN(c, lanes) store_lanes(y + (c), patch_sum(p, patch, c, lanes) / divisor, lanes)
    FOR_LANES(p->c, WRITE_MEAN);
}

static void avg_forward(const struct convlab_pool_problem *problem, const void *x, void *y, int64_t begin,
                        int64_t end) {
    const struct convlab_pool_problem copy = *problem, *const p = &copy;
    for (int64_t row = begin; row < end; row++) {
        const float *image = (const float *)x + row / p->oh * p->h * p->w * p->c;
        float *target = (float *)y + row * p->ow * p->c;
        const int64_t i = row % p->oh;
        const struct convlab_pool_range whole = whole_windows(p, i);
        for (int64_t j = 0; j < whole.begin; j++) {
            window_mean(p, patch_of(p, image, i, j), target + j * p->c);
        }
#define MEAN_OF_WHOLE(rows, columns)                                                             \
    for (int64_t j = whole.begin; j < whole.end; j++) {                                          \
        const int64_t pixel = (i * p->stride_h - p->pad_top) * p->w + j * p->stride_w - p->pad_left; \
        const struct patch patch = {image + pixel * p->c, rows, columns, 0};                     \
        window_mean(p, patch, target + j * p->c);                                                \
    }
        WITH_WINDOW(p, MEAN_OF_WHOLE);
        for (int64_t j = whole.end; j < p->ow; j++) {
            window_mean(p, patch_of(p, image, i, j), target + j * p->c);
        }
    }
}

CONVLAB_INLINE vector_float gather_avg(const struct convlab_pool_problem *p, const float *grad, int64_t row,
                                       int64_t w, struct convlab_pool_range is, int64_t c, int64_t lanes) {
    const struct convlab_pool_range js = convlab_pool_covering(w, p->stride_w, p->pad_left, p->s, p->ow);
    vector_float sum = {0};
    for (int64_t i = is.begin; i < is.end; i++) {
        const struct convlab_pool_range rows = convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h);
        for (int64_t j = js.begin; j < js.end; j++) {
            const struct convlab_pool_range columns =
                convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w);
            const float divisor = (float)convlab_pool_divisor(p, rows, columns);
            sum += load_lanes(grad + ((row / p->h * p->oh + i) * p->ow + j) * p->c + c, lanes) / divisor;
        }
    }
    return sum;
}

/* Row `row` of dx from column `begin` to `end`, by gathering. */
CONVLAB_INLINE void gather_avg_row(const struct convlab_pool_problem *p, const float *grad, float *dx,
                                   int64_t row, int64_t begin, int64_t end) {
    const struct convlab_pool_range is =
        convlab_pool_covering(row % p->h, p->stride_h, p->pad_top, p->r, p->oh);
    for (int64_t w = begin; w < end; w++) {
        float *target = dx + (row * p->w + w) * p->c;
#define WRITE_SHARES(c, lanes) store_lanes(target + (c), gather_avg(p, grad, row, w, is, c, lanes), lanes)
        FOR_LANES(p->c, WRITE_SHARES);
    }
}

/* Gives each of `columns` pixels side by side its share of `lanes` channels. */
CONVLAB_INLINE void spread_share(vector_float share, int64_t columns, int64_t channels, int64_t lanes,
                                 float *dx) {
    for (int64_t column = 0; column < columns; column++) {
        store_lanes(dx + column * channels, share, lanes);
    }
}

/* One row of pixels under windows side by side. */
CONVLAB_INLINE void spread_avg_row(const struct convlab_pool_problem *p, const float *grad,
                                   struct covered_row under, int64_t columns, float *dx) {
    const float divisor = (float)(p->r * p->s);
    const int64_t channels = p->c;
    for (int64_t j = 0; j < under.count; j++) {
        const float *source = grad + under.at + j * channels;
        float *target = dx + (under.first + j * columns) * channels;
#define SPREAD_SHARE(c, lanes) \
    spread_share(load_lanes(source + (c), lanes) / divisor, columns, channels, lanes, target + (c))
        FOR_LANES(channels, SPREAD_SHARE);
    }
}

static void avg_backward(const struct convlab_pool_problem *problem, const void *grad, void *dx,
                         int64_t begin, int64_t end) {
    const struct convlab_pool_problem copy = *problem, *const p = &copy;
    for (int64_t row = begin; row < end; row++) {
        const struct covered_row under = covered_row_of(p, row);
#define SPREAD_MEANS(rows, columns) \
    spread_avg_row(p, grad, under, columns, (float *)dx + row * p->w * p->c)
        gather_avg_row(p, grad, dx, row, 0, under.first);
        WITH_WINDOW(p, SPREAD_MEANS);
        gather_avg_row(p, grad, dx, row, under.first + under.count * p->s, p->w);
    }
}

/* Vectors summed side by side: a whole cache line or two, so that every line is fetched once. */
enum { ABREAST = 4 };

/* As patch_sum over a whole image, for ABREAST vectors. */
CONVLAB_INLINE void image_means(const struct convlab_pool_problem *p, const float *image, float *target) {
    const float pixels = (float)(p->h * p->w);
    vector_float sums[ABREAST] = {{0}};
    for (int64_t row = 0; row < p->h; row++) {
        vector_float row_sums[ABREAST] = {{0}};
        for (int64_t column = 0; column < p->w; column++) {
            for (int v = 0; v < ABREAST; v++) {
                row_sums[v] += vector_load(image + (row * p->w + column) * p->c + v * CONVLAB_LANES);
            }
        }
        for (int v = 0; v < ABREAST; v++) {
            sums[v] += row_sums[v];
        }
    }
    for (int v = 0; v < ABREAST; v++) {
        vector_store(target + v * CONVLAB_LANES, sums[v] / pixels);
    }
}

static void global_forward(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                           int64_t end) {
    const float pixels = (float)(p->h * p->w);
    for (int64_t n = begin; n < end; n++) {
        const struct patch image = {(const float *)x + n * p->h * p->w * p->c, p->h, p->w, 0};
        float *target = (float *)y + n * p->c;
        const int64_t together = p->c - p->c % (ABREAST * CONVLAB_LANES);
        for (int64_t c = 0; c < together; c += ABREAST * CONVLAB_LANES) {
            image_means(p, image.x + c, target + c);
        }
#define WRITE_GLOBAL_MEAN(c, lanes) \
    store_lanes(target + together + (c), patch_sum(p, image, together + (c), lanes) / pixels, lanes)
        FOR_LANES(p->c - together, WRITE_GLOBAL_MEAN);
    }
}

static void global_backward(const struct convlab_pool_problem *p, const void *grad, void *dx, int64_t begin,
                            int64_t end) {
    const float pixels = (float)(p->h * p->w);
    for (int64_t n = begin; n < end; n++) {
        const float *source = (const float *)grad + n * p->c;
        for (int64_t pixel = 0; pixel < p->h * p->w; pixel++) {
            float *target = (float *)dx + (n * p->h * p->w + pixel) * p->c;
#define WRITE_SHARE(c, lanes) store_lanes(target + (c), load_lanes(source + (c), lanes) / pixels, lanes)
            FOR_LANES(p->c, WRITE_SHARE);
        }
    }
}

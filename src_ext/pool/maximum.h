/* Max-pooling on vectors of channels; see pool.h for the arrays. */
#include "windows.h"

CONVLAB_INLINE vector_int load_indices(const void *indices, int64_t index_bytes, int64_t at, int64_t lanes) {
    if (index_bytes == 4) {
        return (vector_int)load_lanes((const float *)indices + at, lanes);
    }
    return vector_from_bytes(vector_load_bytes((const uint8_t *)indices + at, lanes));
}

CONVLAB_INLINE void store_indices(void *indices, int64_t index_bytes, int64_t at, vector_int value,
                                  int64_t lanes) {
    if (index_bytes == 4) {
        store_lanes((float *)indices + at, (vector_float)value, lanes);
        return;
    }
    const vector_bytes bytes = __builtin_convertvector(value, vector_bytes);
    vector_store_bytes((uint8_t *)indices + at, bytes, lanes);
}

/* The largest value of a patch, the last NaN if there is one, and the position of the first such value. */
CONVLAB_INLINE vector_float patch_max(const struct convlab_pool_problem *p, struct patch patch, int64_t c,
                                      int64_t lanes, vector_int *position) {
    vector_float best = load_lanes(patch.x + c, lanes);
    vector_int where = vector_broadcast_int((int32_t)patch.position);
    for (int64_t row = 0; row < patch.rows; row++) {
        for (int64_t column = 0; column < patch.columns; column++) {
            const vector_float value = load_lanes(patch.x + (row * p->w + column) * p->c + c, lanes);
            const vector_int here = vector_broadcast_int((int32_t)(patch.position + row * p->s + column));
            const vector_int better = (value > best) | (value != value);
            best = vector_select(better, value, best);
            where = (vector_int)vector_select(better, (vector_float)here, (vector_float)where);
        }
    }
    *position = where;
    return best;
}

/* One window: writes its maximum to y[at ...], and the position to indices unless they are NULL. */
CONVLAB_INLINE void window_max(const struct convlab_pool_problem *p, struct patch patch, float *y,
                               void *indices, int64_t at) {
#define WRITE_MAX(c, lanes)                                                          \
    do {                                                                             \
        vector_int position_;                                                        \
        store_lanes(y + at + (c), patch_max(p, patch, c, lanes, &position_), lanes); \
        if (indices != NULL) {                                                       \
            store_indices(indices, p->index_bytes, at + (c), position_, lanes);      \
        }                                                                            \
    } while (0)
    FOR_LANES(p->c, WRITE_MAX);
}

static void max_forward(const struct convlab_pool_problem *problem, const void *x, void *y, void *indices,
                        int64_t begin, int64_t end) {
    /* a copy that no store can change, so that its fields stay in registers; below as well */
    const struct convlab_pool_problem copy = *problem, *const p = &copy;
    for (int64_t row = begin; row < end; row++) {
        const float *image = (const float *)x + row / p->oh * p->h * p->w * p->c;
        const int64_t i = row % p->oh, at = row * p->ow * p->c;
        const struct convlab_pool_range whole = whole_windows(p, i);
        for (int64_t j = 0; j < whole.begin; j++) {
            window_max(p, patch_of(p, image, i, j), y, indices, at + j * p->c);
        }
#define MAX_OF_WHOLE(rows, columns)                                                              \
    for (int64_t j = whole.begin; j < whole.end; j++) {                                          \
        const int64_t pixel = (i * p->stride_h - p->pad_top) * p->w + j * p->stride_w - p->pad_left; \
        const struct patch patch = {image + pixel * p->c, rows, columns, 0};                     \
        window_max(p, patch, y, indices, at + j * p->c);                                         \
    }
        WITH_WINDOW(p, MAX_OF_WHOLE);
        for (int64_t j = whole.end; j < p->ow; j++) {
            window_max(p, patch_of(p, image, i, j), y, indices, at + j * p->c);
        }
    }
}

/* The windows that cover one pixel: rows x columns of them in y, the first one at `at`; the pixel has the
 * number `position` in that first window, and a smaller one in the next. */
struct cover {
    int64_t rows, columns, at, position;
};

/* Narrows what covers a row, with the position of its first pixel, down to what covers pixel w of it. */
CONVLAB_INLINE struct cover cover_of(const struct convlab_pool_problem *p, struct cover row, int64_t w) {
    const struct convlab_pool_range js = convlab_pool_covering(w, p->stride_w, p->pad_left, p->s, p->ow);
    struct cover cover = {row.rows, js.end - js.begin, row.at + js.begin * p->c,
                          row.position + w - js.begin * p->stride_w + p->pad_left};
    return cover;
}

/* Gathers, so that every pixel is written once and no two threads share one. */
CONVLAB_INLINE vector_float gather_max(const struct convlab_pool_problem *p, const float *grad,
                                       const void *indices, int64_t index_bytes, struct cover cover,
                                       int64_t c, int64_t lanes) {
    vector_float sum = {0};
    for (int64_t i = 0; i < cover.rows; i++) {
        for (int64_t j = 0; j < cover.columns; j++) {
            const int64_t at = cover.at + (i * p->ow + j) * p->c + c;
            const int64_t here = cover.position - i * p->stride_h * p->s - j * p->stride_w;
            const vector_int chosen = load_indices(indices, index_bytes, at, lanes);
            sum += vector_keep(chosen == vector_broadcast_int((int32_t)here), load_lanes(grad + at, lanes));
        }
    }
    return sum;
}

CONVLAB_INLINE void gather_max_pixels(const struct convlab_pool_problem *p, const float *grad,
                                      const void *indices, int64_t index_bytes, struct cover row,
                                      int64_t begin, int64_t end, float *dx) {
    for (int64_t w = begin; w < end; w++) {
        const struct cover cover = cover_of(p, row, w);
        float *target = dx + w * p->c;
#define WRITE_GATHERED(c, lanes) \
    store_lanes(target + (c), gather_max(p, grad, indices, index_bytes, cover, c, lanes), lanes)
        FOR_LANES(p->c, WRITE_GATHERED);
    }
}

/* Row `row` of dx from column `begin` to `end`, by gathering. Not inlined, for registers are scarce. */
static __attribute__((noinline)) void gather_max_row(const struct convlab_pool_problem *p, const float *grad,
                                                     const void *indices, float *dx, int64_t row,
                                                     int64_t begin, int64_t end) {
    const struct convlab_pool_range is =
        convlab_pool_covering(row % p->h, p->stride_h, p->pad_top, p->r, p->oh);
    const struct cover around = {is.end - is.begin, p->ow, (row / p->h * p->oh + is.begin) * p->ow * p->c,
                                 (row % p->h - is.begin * p->stride_h + p->pad_top) * p->s};
    float *target = dx + row * p->w * p->c;
    if (p->index_bytes == 1) {
        gather_max_pixels(p, grad, indices, 1, around, begin, end, target);
    } else {
        gather_max_pixels(p, grad, indices, 4, around, begin, end, target);
    }
}

/* Sends the gradients of `lanes` channels to those of `columns` pixels side by side that were the maximum;
 * the first pixel is the one with the number `position`. */
CONVLAB_INLINE void spread_max(vector_float grad, vector_int chosen, int64_t columns, int64_t position,
                               int64_t channels, int64_t lanes, float *dx) {
    for (int64_t column = 0; column < columns; column++) {
        const vector_int here = vector_broadcast_int((int32_t)(position + column));
        store_lanes(dx + column * channels, vector_keep(chosen == here, grad), lanes);
    }
}

CONVLAB_INLINE void spread_max_pixels(int64_t channels, const float *grad, const void *indices,
                                      int64_t index_bytes, struct covered_row under, int64_t columns,
                                      float *dx) {
    for (int64_t j = 0; j < under.count; j++) {
        const int64_t at = under.at + j * channels;
        float *target = dx + (under.first + j * columns) * channels;
#define SPREAD_MAX(c, lanes)                                                                            \
    spread_max(load_lanes(grad + at + (c), lanes), load_indices(indices, index_bytes, at + (c), lanes), \
               columns, under.inside * columns, channels, lanes, target + (c))
        FOR_LANES(channels, SPREAD_MAX);
    }
}

/* The pixels of row `row` of dx that lie under windows side by side. */
static __attribute__((noinline)) void spread_max_row(const struct convlab_pool_problem *p, const float *grad,
                                                     const void *indices, float *dx, int64_t row,
                                                     struct covered_row under) {
    float *target = dx + row * p->w * p->c;
#define SPREAD_MAXIMA(rows, columns) spread_max_pixels(p->c, grad, indices, 1, under, columns, target)
    if (p->index_bytes == 1) {
        WITH_WINDOW(p, SPREAD_MAXIMA);
    } else {
        spread_max_pixels(p->c, grad, indices, 4, under, p->s, target);
    }
}

static void max_backward(const struct convlab_pool_problem *problem, const void *grad, const void *indices,
                         void *dx, int64_t begin, int64_t end) {
    const struct convlab_pool_problem copy = *problem, *const p = &copy;
    for (int64_t row = begin; row < end; row++) {
        const struct covered_row under = covered_row_of(p, row);
        gather_max_row(p, grad, indices, dx, row, 0, under.first);
        spread_max_row(p, grad, indices, dx, row, under);
        gather_max_row(p, grad, indices, dx, row, under.first + under.count * p->s, p->w);
    }
}

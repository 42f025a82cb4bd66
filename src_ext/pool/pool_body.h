/* Pooling on vectors of channels of one instruction set; see pool.h for the arrays. */
#include <stddef.h>

#include "pool.h"
#include "vector_math.h"

/* Calls DO(c, lanes) for all channels, vector by vector; the last call may have fewer lanes. */
#define FOR_CHANNELS(channels, DO)                                      \
    do {                                                                \
        int64_t c_ = 0;                                                 \
        for (; c_ + CONVLAB_LANES <= (channels); c_ += CONVLAB_LANES) { \
            DO(c_, CONVLAB_LANES);                                      \
        }                                                               \
        if (c_ < (channels)) {                                          \
            DO(c_, (channels) - c_);                                    \
        }                                                               \
    } while (0)

CONVLAB_INLINE vector_float load_lanes(const float *source, int64_t lanes) {
    return lanes == CONVLAB_LANES ? vector_load(source) : vector_load_partial(source, lanes);
}

CONVLAB_INLINE void store_lanes(float *target, vector_float value, int64_t lanes) {
    if (lanes == CONVLAB_LANES) {
        vector_store(target, value);
    } else {
        vector_store_partial(target, value, lanes);
    }
}

typedef uint8_t vector_bytes __attribute__((vector_size(CONVLAB_VECTOR_BYTES / 4)));

CONVLAB_INLINE vector_int load_indices(const void *indices, int64_t index_bytes, int64_t at, int64_t lanes) {
    if (index_bytes == 4) {
        return (vector_int)load_lanes((const float *)indices + at, lanes);
    }
    vector_bytes bytes = {0};
    const uint8_t *source = (const uint8_t *)indices + at;
    if (lanes == CONVLAB_LANES) {
        memcpy(&bytes, source, sizeof bytes);
    } else {
        for (int64_t i = 0; i < lanes; i++) {
            bytes[i] = source[i];
        }
    }
    return __builtin_convertvector(bytes, vector_int);
}

CONVLAB_INLINE void store_indices(void *indices, int64_t index_bytes, int64_t at, vector_int value,
                                  int64_t lanes) {
    if (index_bytes == 4) {
        store_lanes((float *)indices + at, (vector_float)value, lanes);
        return;
    }
    const vector_bytes bytes = __builtin_convertvector(value, vector_bytes);
    uint8_t *target = (uint8_t *)indices + at;
    if (lanes == CONVLAB_LANES) {
        memcpy(target, &bytes, sizeof bytes);
    } else {
        for (int64_t i = 0; i < lanes; i++) {
            target[i] = bytes[i];
        }
    }
}

/* The part of a window that lies on the image: its pixels start at x, and its rows at `position`. */
struct patch {
    const float *x;
    int64_t rows, columns, position;
};

CONVLAB_INLINE struct patch patch_of(const struct convlab_pool_problem *p, const float *image, int64_t i,
                                     int64_t j) {
    const struct convlab_pool_range rows = convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h);
    const struct convlab_pool_range columns = convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w);
    const int64_t first_row = rows.begin - i * p->stride_h + p->pad_top;
    const int64_t first_column = columns.begin - j * p->stride_w + p->pad_left;
    struct patch patch = {image + (rows.begin * p->w + columns.begin) * p->c, rows.end - rows.begin,
                          columns.end - columns.begin, first_row * p->s + first_column};
    return patch;
}

CONVLAB_INLINE vector_int beats(vector_float value, vector_float best) {
    return (value > best) | (value != value);
}

CONVLAB_INLINE vector_float patch_max(const struct convlab_pool_problem *p, struct patch patch, int64_t c,
                                      int64_t lanes) {
    vector_float best = load_lanes(patch.x + c, lanes);
    for (int64_t row = 0; row < patch.rows; row++) {
        for (int64_t column = 0; column < patch.columns; column++) {
            const vector_float value = load_lanes(patch.x + (row * p->w + column) * p->c + c, lanes);
            best = vector_select(beats(value, best), value, best);
        }
    }
    return best;
}

CONVLAB_INLINE vector_float patch_max_position(const struct convlab_pool_problem *p, struct patch patch,
                                               int64_t c, int64_t lanes, vector_int *position) {
    vector_float best = load_lanes(patch.x + c, lanes);
    vector_int where = vector_broadcast_int((int32_t)patch.position);
    for (int64_t row = 0; row < patch.rows; row++) {
        for (int64_t column = 0; column < patch.columns; column++) {
            const vector_float value = load_lanes(patch.x + (row * p->w + column) * p->c + c, lanes);
            const vector_int here = vector_broadcast_int((int32_t)(patch.position + row * p->s + column));
            const vector_int better = beats(value, best);
            best = vector_select(better, value, best);
            where = (vector_int)vector_select(better, (vector_float)here, (vector_float)where);
        }
    }
    *position = where;
    return best;
}

static void max_forward(const struct convlab_pool_problem *problem, const void *x, void *y, void *indices,
                        int64_t begin, int64_t end) {
    const struct convlab_pool_problem copy = *problem, *const p = &copy;
    for (int64_t row = begin; row < end; row++) {
        const float *image = (const float *)x + row / p->oh * p->h * p->w * p->c;
        for (int64_t j = 0; j < p->ow; j++) {
            const struct patch patch = patch_of(p, image, row % p->oh, j);
            const int64_t at = (row * p->ow + j) * p->c;
            float *target = (float *)y + at;
#define WRITE_MAX(c, lanes) store_lanes(target + (c), patch_max(p, patch, c, lanes), lanes)
#define WRITE_MAX_AND_POSITION(c, lanes)                                                      \
    do {                                                                                      \
        vector_int position_;                                                                 \
        store_lanes(target + (c), patch_max_position(p, patch, c, lanes, &position_), lanes); \
        store_indices(indices, p->index_bytes, at + (c), position_, lanes);                   \
    } while (0)
            if (indices == NULL) {
                FOR_CHANNELS(p->c, WRITE_MAX);
            } else {
                FOR_CHANNELS(p->c, WRITE_MAX_AND_POSITION);
            }
        }
    }
}

/* The windows that cover one pixel: rows x columns of them in y, the first one at `at`; the pixel has the
 * number `position` in that first window, and a smaller one in the next. */
struct cover {
    int64_t rows, columns, at, position;
};

CONVLAB_INLINE struct cover cover_of(const struct convlab_pool_problem *p, int64_t row, int64_t w,
                                     struct convlab_pool_range is) {
    const struct convlab_pool_range js = convlab_pool_covering(w, p->stride_w, p->pad_left, p->s, p->ow);
    const int64_t in_row = row % p->h - is.begin * p->stride_h + p->pad_top;
    const int64_t in_column = w - js.begin * p->stride_w + p->pad_left;
    struct cover cover = {is.end - is.begin, js.end - js.begin,
                          ((row / p->h * p->oh + is.begin) * p->ow + js.begin) * p->c,
                          in_row * p->s + in_column};
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

CONVLAB_INLINE void max_backward_rows(const struct convlab_pool_problem *p, const float *grad,
                                      const void *indices, int64_t index_bytes, float *dx, int64_t begin,
                                      int64_t end) {
    for (int64_t row = begin; row < end; row++) {
        const struct convlab_pool_range is =
            convlab_pool_covering(row % p->h, p->stride_h, p->pad_top, p->r, p->oh);
        for (int64_t w = 0; w < p->w; w++) {
            const struct cover cover = cover_of(p, row, w, is);
            float *target = dx + (row * p->w + w) * p->c;
#define WRITE_GATHERED(c, lanes) \
    store_lanes(target + (c), gather_max(p, grad, indices, index_bytes, cover, c, lanes), lanes)
            FOR_CHANNELS(p->c, WRITE_GATHERED);
        }
    }
}

static void max_backward(const struct convlab_pool_problem *problem, const void *grad, const void *indices,
                         void *dx, int64_t begin, int64_t end) {
    /* a copy that no store can change, so that its fields stay in registers; below as well */
    const struct convlab_pool_problem p = *problem;
    if (p.index_bytes == 1) {
        max_backward_rows(&p, grad, indices, 1, dx, begin, end);
    } else {
        max_backward_rows(&p, grad, indices, 4, dx, begin, end);
    }
}

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

static void avg_forward(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                        int64_t end) {
    for (int64_t row = begin; row < end; row++) {
        const float *image = (const float *)x + row / p->oh * p->h * p->w * p->c;
        for (int64_t j = 0; j < p->ow; j++) {
            const struct patch patch = patch_of(p, image, row % p->oh, j);
            const float divisor = (float)(p->count_include_pad ? p->r * p->s : patch.rows * patch.columns);
            float *target = (float *)y + (row * p->ow + j) * p->c;
#define WRITE_MEAN(c, lanes) store_lanes(target + (c), patch_sum(p, patch, c, lanes) / divisor, lanes)
            FOR_CHANNELS(p->c, WRITE_MEAN);
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

static void avg_backward(const struct convlab_pool_problem *problem, const void *grad, void *dx,
                         int64_t begin, int64_t end) {
    const struct convlab_pool_problem p = *problem;
    for (int64_t row = begin; row < end; row++) {
        const struct convlab_pool_range is =
            convlab_pool_covering(row % p.h, p.stride_h, p.pad_top, p.r, p.oh);
        for (int64_t w = 0; w < p.w; w++) {
            float *target = (float *)dx + (row * p.w + w) * p.c;
#define WRITE_SHARES(c, lanes) store_lanes(target + (c), gather_avg(&p, grad, row, w, is, c, lanes), lanes)
            FOR_CHANNELS(p.c, WRITE_SHARES);
        }
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
        FOR_CHANNELS(p->c - together, WRITE_GLOBAL_MEAN);
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
            FOR_CHANNELS(p->c, WRITE_SHARE);
        }
    }
}

const struct convlab_pool_table CONVLAB_NAME(convlab_pool) = {
    max_forward, max_backward, avg_forward, avg_backward, global_forward, global_backward,
};

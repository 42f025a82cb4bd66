/* Batch normalization of a chunk of rows on vectors of one instruction set; see norm.h for the arrays. */
#include "lanes.h"
#include "norm.h"

/* Vectors side by side: enough sums that none waits for itself, and what belongs to columns in registers. */
enum { ABREAST = 4 };

/* Calls DO(column, abreast, lanes) for all columns, as many vectors at once as there are. */
#define FOR_COLUMNS(columns, DO)                                              \
    do {                                                                      \
        int64_t column_ = 0;                                                  \
        for (; column_ + ABREAST * CONVLAB_LANES <= (columns); column_ += ABREAST * CONVLAB_LANES) { \
            DO(column_, ABREAST, CONVLAB_LANES);                              \
        }                                                                     \
        for (; column_ + CONVLAB_LANES <= (columns); column_ += CONVLAB_LANES) { \
            DO(column_, 1, CONVLAB_LANES);                                    \
        }                                                                     \
        if (column_ < (columns)) {                                            \
            DO(column_, 1, (columns) - column_);                              \
        }                                                                     \
    } while (0)

CONVLAB_INLINE void moments_of(const float *x, int64_t rows, int64_t columns, int64_t column, int abreast,
                               int64_t lanes, float *moments) {
    vector_float sums[ABREAST] = {{0}}, rests[ABREAST] = {{0}}, squares[ABREAST] = {{0}};
    for (int64_t row = 0; row < rows; row++) {
        for (int v = 0; v < abreast; v++) {
            sums[v] += load_lanes(x + row * columns + column + v * CONVLAB_LANES, lanes);
        }
    }
    for (int v = 0; v < abreast; v++) {
        sums[v] /= (float)rows;
    }
    for (int64_t row = 0; row < rows; row++) {
        for (int v = 0; v < abreast; v++) {
            const vector_float rest =
                load_lanes(x + row * columns + column + v * CONVLAB_LANES, lanes) - sums[v];
            rests[v] += rest;
            squares[v] += rest * rest;
        }
    }
    for (int v = 0; v < abreast; v++) {
        float *target = moments + column + v * CONVLAB_LANES;
        store_lanes(target, sums[v], lanes);
        store_lanes(target + columns, rests[v], lanes);
        store_lanes(target + 2 * columns, squares[v], lanes);
    }
}

static void moments(const float *x, int64_t rows, int64_t columns, float *moments) {
#define MOMENTS(column, abreast, lanes) moments_of(x, rows, columns, column, abreast, lanes, moments)
    FOR_COLUMNS(columns, MOMENTS);
}

CONVLAB_INLINE void gradient_sums_of(const float *x, const float *grad, const float *mean, int64_t rows,
                                     int64_t columns, int64_t column, int abreast, int64_t lanes,
                                     float *sums) {
    vector_float plain[ABREAST] = {{0}}, weighted[ABREAST] = {{0}}, centers[ABREAST] = {{0}};
    for (int v = 0; v < abreast; v++) {
        centers[v] = load_lanes(mean + column + v * CONVLAB_LANES, lanes);
    }
    for (int64_t row = 0; row < rows; row++) {
        for (int v = 0; v < abreast; v++) {
            const int64_t at = row * columns + column + v * CONVLAB_LANES;
            const vector_float g = load_lanes(grad + at, lanes);
            plain[v] += g;
            weighted[v] += g * (load_lanes(x + at, lanes) - centers[v]);
        }
    }
    for (int v = 0; v < abreast; v++) {
        float *target = sums + column + v * CONVLAB_LANES;
        store_lanes(target, plain[v], lanes);
        store_lanes(target + columns, weighted[v], lanes);
    }
}

static void gradient_sums(const float *x, const float *grad, const float *mean, int64_t rows, int64_t columns,
                          float *sums) {
#define GRADIENT_SUMS(column, abreast, lanes) \
    gradient_sums_of(x, grad, mean, rows, columns, column, abreast, lanes, sums)
    FOR_COLUMNS(columns, GRADIENT_SUMS);
}

CONVLAB_INLINE void load_abreast(const float *source, int abreast, int64_t lanes, vector_float *target) {
    for (int v = 0; v < abreast; v++) {
        target[v] = load_lanes(source + v * CONVLAB_LANES, lanes);
    }
}

CONVLAB_INLINE void normalize_columns(const float *x, const float *mean, const float *factor,
                                      const float *shift, int64_t rows, int64_t columns, int64_t column,
                                      int abreast, int64_t lanes, float *y) {
    vector_float centers[ABREAST], factors[ABREAST], shifts[ABREAST];
    load_abreast(mean + column, abreast, lanes, centers);
    load_abreast(factor + column, abreast, lanes, factors);
    load_abreast(shift + column, abreast, lanes, shifts);
    for (int64_t row = 0; row < rows; row++) {
        for (int v = 0; v < abreast; v++) {
            const int64_t at = row * columns + column + v * CONVLAB_LANES;
            store_lanes(y + at, (load_lanes(x + at, lanes) - centers[v]) * factors[v] + shifts[v], lanes);
        }
    }
}

static void normalize(const float *x, const float *mean, const float *factor, const float *shift,
                      int64_t rows, int64_t columns, float *y) {
#define NORMALIZE(column, abreast, lanes) \
    normalize_columns(x, mean, factor, shift, rows, columns, column, abreast, lanes, y)
    FOR_COLUMNS(columns, NORMALIZE);
}

CONVLAB_INLINE void input_gradient_columns(const float *x, const float *grad, const float *mean,
                                           const float *factor, const float *part, const float *slope,
                                           int64_t rows, int64_t columns, int64_t column, int abreast,
                                           int64_t lanes, float *dx) {
    vector_float centers[ABREAST], factors[ABREAST], parts[ABREAST], slopes[ABREAST];
    load_abreast(mean + column, abreast, lanes, centers);
    load_abreast(factor + column, abreast, lanes, factors);
    load_abreast(part + column, abreast, lanes, parts);
    load_abreast(slope + column, abreast, lanes, slopes);
    for (int64_t row = 0; row < rows; row++) {
        for (int v = 0; v < abreast; v++) {
            const int64_t at = row * columns + column + v * CONVLAB_LANES;
            const vector_float centered = load_lanes(x + at, lanes) - centers[v];
            const vector_float rest = load_lanes(grad + at, lanes) - parts[v] - centered * slopes[v];
            store_lanes(dx + at, factors[v] * rest, lanes);
        }
    }
}

static void input_gradient(const float *x, const float *grad, const float *mean, const float *factor,
                           const float *part, const float *slope, int64_t rows, int64_t columns, float *dx) {
#define INPUT_GRADIENT(column, abreast, lanes)                                                            \
    input_gradient_columns(x, grad, mean, factor, part, slope, rows, columns, column, abreast, lanes, dx)
    FOR_COLUMNS(columns, INPUT_GRADIENT);
}

const struct convlab_norm_table CONVLAB_NAME(convlab_norm) = {moments, gradient_sums, normalize,
                                                              input_gradient};

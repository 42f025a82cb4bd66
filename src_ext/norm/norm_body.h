/* Batch normalization of a chunk of rows on vectors of one instruction set; see norm.h for the arrays. */
#include "lanes.h"
#include "norm.h"

/* Vectors summed side by side: a whole cache line or two, so that every line is fetched once. */
enum { ABREAST = 4 };

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
    int64_t column = 0;
    for (; column + ABREAST * CONVLAB_LANES <= columns; column += ABREAST * CONVLAB_LANES) {
        moments_of(x, rows, columns, column, ABREAST, CONVLAB_LANES, moments);
    }
    for (; column + CONVLAB_LANES <= columns; column += CONVLAB_LANES) {
        moments_of(x, rows, columns, column, 1, CONVLAB_LANES, moments);
    }
    if (column < columns) {
        moments_of(x, rows, columns, column, 1, columns - column, moments);
    }
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
    int64_t column = 0;
    for (; column + ABREAST * CONVLAB_LANES <= columns; column += ABREAST * CONVLAB_LANES) {
        gradient_sums_of(x, grad, mean, rows, columns, column, ABREAST, CONVLAB_LANES, sums);
    }
    for (; column + CONVLAB_LANES <= columns; column += CONVLAB_LANES) {
        gradient_sums_of(x, grad, mean, rows, columns, column, 1, CONVLAB_LANES, sums);
    }
    if (column < columns) {
        gradient_sums_of(x, grad, mean, rows, columns, column, 1, columns - column, sums);
    }
}

static void normalize(const float *x, const float *mean, const float *factor, const float *shift,
                      int64_t rows, int64_t columns, float *y) {
    for (int64_t row = 0; row < rows; row++) {
        const float *source = x + row * columns;
        float *target = y + row * columns;
#define NORMALIZE(column, lanes)                                                              \
    store_lanes(target + (column),                                                            \
                (load_lanes(source + (column), lanes) - load_lanes(mean + (column), lanes)) * \
                        load_lanes(factor + (column), lanes) +                                \
                    load_lanes(shift + (column), lanes),                                      \
                lanes)
        FOR_LANES(columns, NORMALIZE);
    }
}

static void input_gradient(const float *x, const float *grad, const float *mean, const float *factor,
                           const float *part, const float *slope, int64_t rows, int64_t columns, float *dx) {
    for (int64_t row = 0; row < rows; row++) {
        const float *source = x + row * columns, *g = grad + row * columns;
        float *target = dx + row * columns;
#define INPUT_GRADIENT(column, lanes)                                                              \
    store_lanes(target + (column),                                                                 \
                load_lanes(factor + (column), lanes) *                                             \
                    (load_lanes(g + (column), lanes) - load_lanes(part + (column), lanes) -        \
                     (load_lanes(source + (column), lanes) - load_lanes(mean + (column), lanes)) * \
                         load_lanes(slope + (column), lanes)),                                     \
                lanes)
        FOR_LANES(columns, INPUT_GRADIENT);
    }
}

const struct convlab_norm_table CONVLAB_NAME(convlab_norm) = {moments, gradient_sums, normalize,
                                                              input_gradient};

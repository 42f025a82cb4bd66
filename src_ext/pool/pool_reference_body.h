/* Pooling in plain loops with double sums, for one ELEMENT type; see pool.h for the arrays. */

static ELEMENT NAMED(pixel)(const struct convlab_pool_problem *p, const ELEMENT *x, int64_t n, int64_t h,
                            int64_t w, int64_t c) {
    return x[((n * p->h + h) * p->w + w) * p->c + c];
}

/* The maximum of one window and its position inside; NaN beats every number. */
static ELEMENT NAMED(window_max)(const struct convlab_pool_problem *p, const ELEMENT *x, int64_t n, int64_t i,
                                 int64_t j, int64_t c, int64_t *position) {
    const struct convlab_pool_range rows = convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h);
    const struct convlab_pool_range columns = convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w);
    ELEMENT best = 0;
    *position = -1;
    for (int64_t h = rows.begin; h < rows.end; h++) {
        for (int64_t w = columns.begin; w < columns.end; w++) {
            const ELEMENT value = NAMED(pixel)(p, x, n, h, w, c);
            if (*position < 0 || value > best || value != value) {
                best = value;
                *position = (h - i * p->stride_h + p->pad_top) * p->s + w - j * p->stride_w + p->pad_left;
            }
        }
    }
    return best;
}

static void NAMED(max_forward)(const struct convlab_pool_problem *p, const void *x, void *y, void *indices,
                               int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
        for (int64_t j = 0; j < p->ow; j++) {
            for (int64_t c = 0; c < p->c; c++) {
                const int64_t at = (row * p->ow + j) * p->c + c;
                int64_t position;
                ((ELEMENT *)y)[at] = NAMED(window_max)(p, x, row / p->oh, row % p->oh, j, c, &position);
                if (indices != NULL && p->index_bytes == 1) {
                    ((uint8_t *)indices)[at] = (uint8_t)position;
                } else if (indices != NULL) {
                    ((int32_t *)indices)[at] = (int32_t)position;
                }
            }
        }
    }
}

/* The sum over the windows that cover pixel (h, w): of their gradients if this pixel was their maximum, or,
 * without indices, of their gradients divided by what they cover. */
static double NAMED(gather)(const struct convlab_pool_problem *p, const ELEMENT *grad, const void *indices,
                            int64_t n, int64_t h, int64_t w, int64_t c) {
    const struct convlab_pool_range is = convlab_pool_covering(h, p->stride_h, p->pad_top, p->r, p->oh);
    const struct convlab_pool_range js = convlab_pool_covering(w, p->stride_w, p->pad_left, p->s, p->ow);
    double sum = 0;
    for (int64_t i = is.begin; i < is.end; i++) {
        for (int64_t j = js.begin; j < js.end; j++) {
            const int64_t at = ((n * p->oh + i) * p->ow + j) * p->c + c;
            if (indices == NULL) {
                sum += (double)grad[at] / (double)convlab_pool_divisor(
                                              p, convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h),
                                              convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w));
                continue;
            }
            const int64_t position =
                (h - i * p->stride_h + p->pad_top) * p->s + w - j * p->stride_w + p->pad_left;
            const int64_t chosen =
                p->index_bytes == 1 ? ((const uint8_t *)indices)[at] : ((const int32_t *)indices)[at];
            sum += chosen == position ? (double)grad[at] : 0.0;
        }
    }
    return sum;
}

static void NAMED(max_backward)(const struct convlab_pool_problem *p, const void *grad, const void *indices,
                                void *dx, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row++) {
        for (int64_t w = 0; w < p->w; w++) {
            for (int64_t c = 0; c < p->c; c++) {
                ((ELEMENT *)dx)[(row * p->w + w) * p->c + c] =
                    (ELEMENT)NAMED(gather)(p, grad, indices, row / p->h, row % p->h, w, c);
            }
        }
    }
}

static void NAMED(avg_backward)(const struct convlab_pool_problem *p, const void *grad, void *dx,
                                int64_t begin, int64_t end) {
    NAMED(max_backward)(p, grad, NULL, dx, begin, end);
}

static double NAMED(window_mean)(const struct convlab_pool_problem *p, const ELEMENT *x, int64_t n, int64_t i,
                                 int64_t j, int64_t c) {
    const struct convlab_pool_range rows = convlab_pool_covered(i, p->stride_h, p->pad_top, p->r, p->h);
    const struct convlab_pool_range columns = convlab_pool_covered(j, p->stride_w, p->pad_left, p->s, p->w);
    double sum = 0;
    for (int64_t h = rows.begin; h < rows.end; h++) {
        for (int64_t w = columns.begin; w < columns.end; w++) {
            sum += NAMED(pixel)(p, x, n, h, w, c);
        }
    }
    return sum / (double)convlab_pool_divisor(p, rows, columns);
}

static void NAMED(avg_forward)(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                               int64_t end) {
    for (int64_t row = begin; row < end; row++) {
        for (int64_t j = 0; j < p->ow; j++) {
            for (int64_t c = 0; c < p->c; c++) {
                ((ELEMENT *)y)[(row * p->ow + j) * p->c + c] =
                    (ELEMENT)NAMED(window_mean)(p, x, row / p->oh, row % p->oh, j, c);
            }
        }
    }
}

static void NAMED(global_forward)(const struct convlab_pool_problem *p, const void *x, void *y, int64_t begin,
                                  int64_t end) {
    for (int64_t n = begin; n < end; n++) {
        for (int64_t c = 0; c < p->c; c++) {
            double sum = 0;
            for (int64_t pixel = 0; pixel < p->h * p->w; pixel++) {
                sum += ((const ELEMENT *)x)[(n * p->h * p->w + pixel) * p->c + c];
            }
            ((ELEMENT *)y)[n * p->c + c] = (ELEMENT)(sum / (double)(p->h * p->w));
        }
    }
}

static void NAMED(global_backward)(const struct convlab_pool_problem *p, const void *grad, void *dx,
                                   int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++) {
        for (int64_t pixel = 0; pixel < p->h * p->w; pixel++) {
            for (int64_t c = 0; c < p->c; c++) {
                ((ELEMENT *)dx)[(n * p->h * p->w + pixel) * p->c + c] =
                    ((const ELEMENT *)grad)[n * p->c + c] / (ELEMENT)(p->h * p->w);
            }
        }
    }
}

const struct convlab_pool_table TABLE = {
    NAMED(max_forward),  NAMED(max_backward),   NAMED(avg_forward),
    NAMED(avg_backward), NAMED(global_forward), NAMED(global_backward),
};

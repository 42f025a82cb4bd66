/* The oracle: the definition of convolution in plain loops, summed in double.
 * Included once for each ELEMENT (float, double), with NAMED(name) giving the function's name. */

/* y[n,o,p,k] = bias[k] + sum over i,j,c of x[n, o*stride - pad + i*dilation, ..., c] * w[k,i,j,c] */
static void NAMED(forward)(const struct convlab_conv2d_problem *q, const struct convlab_conv2d_arguments *a,
                           int threads, void *scratch) {
    const ELEMENT *x = a->image, *w = a->weight, *bias = a->bias;
    ELEMENT *y = a->out;
    const int64_t cg = q->c / q->groups, kg = q->k / q->groups;
    (void)threads, (void)scratch;
    for (int64_t n = 0; n < q->n; n++) {
        for (int64_t o = 0; o < q->oh; o++) {
            for (int64_t p = 0; p < q->ow; p++) {
                for (int64_t k = 0; k < q->k; k++) {
                    double sum = bias ? (double)bias[k] : 0.0;
                    for (int64_t i = 0; i < q->r; i++) {
                        const int64_t row = o * q->stride_h - q->pad_top + i * q->dilation_h;
                        for (int64_t j = 0; j < q->s && row >= 0 && row < q->h; j++) {
                            const int64_t column = p * q->stride_w - q->pad_left + j * q->dilation_w;
                            if (column < 0 || column >= q->w) {
                                continue;
                            }
                            const ELEMENT *xs = x + ((n * q->h + row) * q->w + column) * q->c + k / kg * cg;
                            const ELEMENT *ws = w + ((k * q->r + i) * q->s + j) * cg;
                            for (int64_t c = 0; c < cg; c++) {
                                sum += (double)xs[c] * (double)ws[c];
                            }
                        }
                    }
                    y[((n * q->oh + o) * q->ow + p) * q->k + k] = (ELEMENT)sum;
                }
            }
        }
    }
}

/* dx[n,h,w,c] = bias[c] + sum over the outputs (o,p,k) whose window holds (h,w) of dy[n,o,p,k] * w[k,i,j,c] */
static void NAMED(backward_input)(const struct convlab_conv2d_problem *q,
                                  const struct convlab_conv2d_arguments *a, int threads, void *scratch) {
    const ELEMENT *dy = a->image, *w = a->weight, *bias = a->bias;
    ELEMENT *dx = a->out;
    const int64_t cg = q->c / q->groups, kg = q->k / q->groups;
    (void)threads, (void)scratch;
    for (int64_t n = 0; n < q->n; n++) {
        for (int64_t row = 0; row < q->h; row++) {
            for (int64_t column = 0; column < q->w; column++) {
                for (int64_t c = 0; c < q->c; c++) {
                    double sum = bias ? (double)bias[c] : 0.0;
                    const int64_t k0 = c / cg * kg;
                    for (int64_t i = 0; i < q->r; i++) {
                        const int64_t o = (row + q->pad_top - i * q->dilation_h) / q->stride_h;
                        if (o * q->stride_h - q->pad_top + i * q->dilation_h != row || o < 0 || o >= q->oh) {
                            continue;
                        }
                        for (int64_t j = 0; j < q->s; j++) {
                            const int64_t p = (column + q->pad_left - j * q->dilation_w) / q->stride_w;
                            if (p * q->stride_w - q->pad_left + j * q->dilation_w != column || p < 0 ||
                                p >= q->ow) {
                                continue;
                            }
                            const ELEMENT *dys = dy + ((n * q->oh + o) * q->ow + p) * q->k;
                            for (int64_t k = k0; k < k0 + kg; k++) {
                                sum += (double)dys[k] * (double)w[((k * q->r + i) * q->s + j) * cg + c % cg];
                            }
                        }
                    }
                    dx[((n * q->h + row) * q->w + column) * q->c + c] = (ELEMENT)sum;
                }
            }
        }
    }
}

/* dw[k,i,j,c] = sum over n,o,p of x[n, o*stride - pad + i*dilation, ..., c] * dy[n,o,p,k] */
static double NAMED(weight_gradient)(const struct convlab_conv2d_problem *q, const ELEMENT *x,
                                     const ELEMENT *dy, int64_t k, int64_t i, int64_t j, int64_t c) {
    double sum = 0.0;
    for (int64_t n = 0; n < q->n; n++) {
        for (int64_t o = 0; o < q->oh; o++) {
            const int64_t row = o * q->stride_h - q->pad_top + i * q->dilation_h;
            for (int64_t p = 0; p < q->ow && row >= 0 && row < q->h; p++) {
                const int64_t column = p * q->stride_w - q->pad_left + j * q->dilation_w;
                if (column >= 0 && column < q->w) {
                    sum += (double)x[((n * q->h + row) * q->w + column) * q->c + c] *
                           (double)dy[((n * q->oh + o) * q->ow + p) * q->k + k];
                }
            }
        }
    }
    return sum;
}

/* The above for every (k,i,j,c), and db[k] = sum over n,o,p of dy[n,o,p,k] */
static void NAMED(backward_weight)(const struct convlab_conv2d_problem *q,
                                   const struct convlab_conv2d_arguments *a, int threads, void *scratch) {
    const ELEMENT *x = a->image, *dy = a->weight;
    ELEMENT *dw = a->out, *db = a->out_bias;
    const int64_t cg = q->c / q->groups, kg = q->k / q->groups;
    (void)threads, (void)scratch;
    for (int64_t k = 0; k < q->k; k++) {
        for (int64_t i = 0; i < q->r; i++) {
            for (int64_t j = 0; j < q->s; j++) {
                for (int64_t c = 0; c < cg; c++) {
                    *dw++ = (ELEMENT)NAMED(weight_gradient)(q, x, dy, k, i, j, k / kg * cg + c);
                }
            }
        }
        if (db) {
            double sum = 0.0;
            for (int64_t pixel = 0; pixel < q->n * q->oh * q->ow; pixel++) {
                sum += (double)dy[pixel * q->k + k];
            }
            db[k] = (ELEMENT)sum;
        }
    }
}

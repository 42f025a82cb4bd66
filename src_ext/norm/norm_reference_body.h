/* Batch normalization in plain loops with double sums, for one ELEMENT type; see norm.h for the arrays. */

static void NAMED(forward)(const struct convlab_norm_arrays *a) {
    const ELEMENT *x = a->x;
    for (int64_t c = 0; c < a->c; c++) {
        double sum = 0, squares = 0;
        for (int64_t i = 0; i < a->m; i++) {
            sum += x[i * a->c + c];
        }
        const double mean = a->m > 0 ? sum / (double)a->m : 0;
        for (int64_t i = 0; i < a->m; i++) {
            squares += (x[i * a->c + c] - mean) * (x[i * a->c + c] - mean);
        }
        const double variance = a->m > 0 ? squares / (double)a->m : 0;
        const double inverse_std = 1 / sqrt(variance + a->epsilon);
        ((ELEMENT *)a->mean)[c] = (ELEMENT)mean;
        ((ELEMENT *)a->inverse_std)[c] = (ELEMENT)inverse_std;
        for (int64_t i = 0; i < a->m; i++) {
            ((ELEMENT *)a->out)[i * a->c + c] =
                (ELEMENT)((x[i * a->c + c] - mean) * inverse_std * ((const ELEMENT *)a->scale)[c] +
                          ((const ELEMENT *)a->shift)[c]);
        }
    }
}

static void NAMED(inference)(const struct convlab_norm_arrays *a) {
    const ELEMENT *x = a->x, *scale = a->scale, *shift = a->shift, *mean = a->mean,
                  *inverse_std = a->inverse_std;
    for (int64_t i = 0; i < a->m; i++) {
        for (int64_t c = 0; c < a->c; c++) {
            const double centered = (double)x[i * a->c + c] - mean[c];
            ((ELEMENT *)a->out)[i * a->c + c] = (ELEMENT)(centered * inverse_std[c] * scale[c] + shift[c]);
        }
    }
}

static void NAMED(backward)(const struct convlab_norm_arrays *a) {
    const ELEMENT *x = a->x, *grad = a->grad;
    for (int64_t c = 0; c < a->c; c++) {
        const double mean = ((const ELEMENT *)a->mean)[c], inverse_std = ((const ELEMENT *)a->inverse_std)[c];
        double dshift = 0, dscale = 0;
        for (int64_t i = 0; i < a->m; i++) {
            const double g = grad[i * a->c + c];
            dshift += g;
            dscale += g * (x[i * a->c + c] - mean) * inverse_std;
        }
        ((ELEMENT *)a->dshift)[c] = (ELEMENT)dshift;
        ((ELEMENT *)a->dscale)[c] = (ELEMENT)dscale;
        for (int64_t i = 0; i < a->m; i++) {
            const double centered = (x[i * a->c + c] - mean) * inverse_std;
            ((ELEMENT *)a->out)[i * a->c + c] =
                (ELEMENT)(((const ELEMENT *)a->scale)[c] * inverse_std *
                          (grad[i * a->c + c] - dshift / (double)a->m - centered * dscale / (double)a->m));
        }
    }
}

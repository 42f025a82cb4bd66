/* Losses of one row or block on vectors of one instruction set; see loss.h for the arrays. */
#include "loss.h"
#include "vector_math.h"

/* Partial sums are in float over this many vectors, then in double. */
enum { VECTORS_IN_FLOAT = 16 };

static double lane_sum(vector_float values) {
    double sum = 0;
    for (int lane = 0; lane < CONVLAB_LANES; lane++) {
        sum += (double)values[lane];
    }
    return sum;
}

/* NaN may get lost here: it shows in the exponentials. */
static float row_max(const float *row, int64_t c) {
    vector_float most = vector_broadcast(row[0]);
    int64_t i = 0;
    for (; i + CONVLAB_LANES <= c; i += CONVLAB_LANES) {
        most = vector_max(vector_load(row + i), most);
    }
    float max = most[0];
    for (int lane = 1; lane < CONVLAB_LANES; lane++) {
        max = most[lane] > max ? most[lane] : max;
    }
    for (; i < c; i++) {
        max = row[i] > max ? row[i] : max;
    }
    return max;
}

static double exponentials(const float *logits, int64_t c, float *out, double *max) {
    const float top = row_max(logits, c);
    double sum = 0;
    vector_float partial = {0};
    int64_t i = 0, vectors = 0;
    for (; i + CONVLAB_LANES <= c; i += CONVLAB_LANES) {
        const vector_float e = vector_exp(vector_load(logits + i) - top);
        vector_store(out + i, e);
        partial += e;
        if (++vectors % VECTORS_IN_FLOAT == 0) {
            sum += lane_sum(partial);
            partial = (vector_float){0};
        }
    }
    sum += lane_sum(partial);
    if (i < c) {
        vector_store_partial(out + i, vector_exp(vector_load_partial(logits + i, c - i) - top), c - i);
        for (; i < c; i++) {
            sum += (double)out[i];
        }
    }
    *max = top;
    return sum;
}

static void scale_row(float *out, int64_t c, float factor, float part) {
    int64_t i = 0;
    for (; i + CONVLAB_LANES <= c; i += CONVLAB_LANES) {
        vector_store(out + i, vector_load(out + i) * factor - part);
    }
    if (i < c) {
        vector_store_partial(out + i, vector_load_partial(out + i, c - i) * factor - part, c - i);
    }
}

static double squared_error(const float *prediction, const float *target, int64_t count, float factor,
                            float *grad) {
    double sum = 0;
    vector_float partial = {0};
    int64_t i = 0, vectors = 0;
    for (; i + CONVLAB_LANES <= count; i += CONVLAB_LANES) {
        const vector_float error = vector_load(prediction + i) - vector_load(target + i);
        vector_store(grad + i, error * factor);
        partial += error * error;
        if (++vectors % VECTORS_IN_FLOAT == 0) {
            sum += lane_sum(partial);
            partial = (vector_float){0};
        }
    }
    if (i < count) {
        const vector_float error =
            vector_load_partial(prediction + i, count - i) - vector_load_partial(target + i, count - i);
        vector_store_partial(grad + i, error * factor, count - i);
        partial += error * error;
    }
    return sum + lane_sum(partial);
}

const struct convlab_loss_table CONVLAB_NAME(convlab_loss) = {exponentials, scale_row, squared_error};

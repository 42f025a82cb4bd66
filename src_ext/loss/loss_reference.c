/* The losses as their formulas say, in double; see loss.h for the arrays. */
#include <math.h>

#include "loss.h"

static double max_of(const double *row, int64_t c) {
    double max = row[0];
    for (int64_t i = 1; i < c; i++) {
        max = row[i] > max ? row[i] : max;
    }
    return max;
}

static double softmax_row(const double *logits, int64_t c, double *out) {
    const double max = max_of(logits, c);
    double sum = 0;
    for (int64_t i = 0; i < c; i++) {
        sum += exp(logits[i] - max);
    }
    for (int64_t i = 0; i < c; i++) {
        out[i] = exp(logits[i] - max) / sum;
    }
    return log(sum) + max;
}

void convlab_softmax_double(const double *logits, int64_t n, int64_t c, double *out) {
    for (int64_t row = 0; row < n; row++) {
        softmax_row(logits + row * c, c, out + row * c);
    }
}

double convlab_softmax_cross_entropy_double(const double *logits, const int64_t *labels, int64_t n, int64_t c,
                                            double smoothing, double *grad) {
    double loss = 0;
    for (int64_t row = 0; row < n; row++) {
        const double log_sum = softmax_row(logits + row * c, c, grad + row * c);
        for (int64_t i = 0; i < c; i++) {
            const double target = (i == labels[row] ? 1 - smoothing : 0) + smoothing / (double)c;
            if (target != 0) {
                loss += target * (log_sum - logits[row * c + i]);
            }
            grad[row * c + i] = (grad[row * c + i] - target) / (double)n;
        }
    }
    return loss / (double)n;
}

double convlab_squared_error_double(const double *prediction, const double *target, int64_t count,
                                    double *grad) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        const double error = prediction[i] - target[i];
        sum += error * error;
        grad[i] = 2 * error / (double)count;
    }
    return sum / (double)count;
}

static double exponentials(const float *logits, int64_t c, float *out, double *max) {
    double sum = 0;
    *max = logits[0];
    for (int64_t i = 1; i < c; i++) {
        *max = logits[i] > *max ? logits[i] : *max;
    }
    for (int64_t i = 0; i < c; i++) {
        const double e = exp(logits[i] - *max);
        out[i] = (float)e;
        sum += e;
    }
    return sum;
}

static void scale_row(float *out, int64_t c, float factor, float part) {
    for (int64_t i = 0; i < c; i++) {
        out[i] = (float)((double)out[i] * factor - part);
    }
}

static double squared_error(const float *prediction, const float *target, int64_t count, float factor,
                            float *grad) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++) {
        const double error = (double)prediction[i] - target[i];
        grad[i] = (float)(error * factor);
        sum += error * error;
    }
    return sum;
}

const struct convlab_loss_table convlab_loss__reference = {exponentials, scale_row, squared_error};

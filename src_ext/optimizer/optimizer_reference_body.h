/* Optimizer updates in plain loops in double, for one ELEMENT type; see optimizer.h for the formulas. */

#define SPAN(rule)                                                                                         \
    static void NAMED(rule)(const struct convlab_optimizer_arrays *arrays, int64_t start, int64_t stop,    \
                            const struct convlab_optimizer_settings *settings, int decays) {               \
        ELEMENT *values = arrays->values;                                                                  \
        const ELEMENT *gradients = arrays->gradients;                                                      \
        for (int64_t i = start; i < stop; i++) {                                                           \
            double w = (double)values[i], g = (double)gradients[i], state[CONVLAB_OPTIMIZER_STATES] = {0}; \
            for (int k = 0; k < CONVLAB_OPTIMIZER_STATES && arrays->states[k] != NULL; k++) {              \
                state[k] = (double)((const ELEMENT *)arrays->states[k])[i];                                \
            }                                                                                              \
            if (decays) {                                                                                  \
                g += settings->weight_decay * w;                                                           \
                w *= settings->shrink;                                                                     \
            }                                                                                              \
            w -= rule##_change(g, state, settings);                                                        \
            for (int k = 0; k < CONVLAB_OPTIMIZER_STATES && arrays->states[k] != NULL; k++) {              \
                ((ELEMENT *)arrays->states[k])[i] = (ELEMENT)state[k];                                     \
            }                                                                                              \
            values[i] = (ELEMENT)w;                                                                        \
        }                                                                                                  \
    }
CONVLAB_OPTIMIZER_RULES(SPAN)
#undef SPAN

static double NAMED(sum_of_squares)(const ELEMENT *x, int64_t n) {
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)x[i] * (double)x[i];
    }
    return sum;
}

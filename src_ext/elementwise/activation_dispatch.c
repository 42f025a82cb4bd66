/* Cuts arrays of activations into chunks, one thread at a time on each. */
#include "activation.h"
#include "isa_tables.h"

/* Small enough for a level-1 cache, large enough that the call of a chunk costs nothing. */
static const int64_t CHUNK = 4096;
/* Below this many elements waking other threads costs more than it saves. */
static const int64_t WORTH_A_TEAM = 65536;

static const struct convlab_activation_table *const tables[CONVLAB_ISA_COUNT] =
    CONVLAB_TABLES(convlab_activations);

#define NAME_ENTRY(name, saves) #name,
#define SAVES_ENTRY(name, saves) #saves,
static const char *const names[] = {CONVLAB_ACTIVATIONS(NAME_ENTRY)};
static const char *const needs[] = {CONVLAB_ACTIVATIONS(SAVES_ENTRY)};

const char *convlab_activation_name(int activation) { return names[activation]; }
const char *convlab_activation_saves(int activation) { return needs[activation]; }

convlab_activation_span convlab_activation_span_of(int activation, int isa) {
    return tables[isa] == NULL ? NULL : tables[isa]->forward[activation];
}

static int64_t size_of_chunk(int64_t start, int64_t n) { return n - start < CHUNK ? n - start : CHUNK; }

void convlab_activation_forward(int activation, const float *x, float *y, int64_t n, float parameter, int isa,
                                int threads) {
    const convlab_activation_span span = tables[isa]->forward[activation];
    if (n < WORTH_A_TEAM || threads == 1) {
        span(x, y, n, &parameter);
        return;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t start = 0; start < n; start += CHUNK) {
        span(x + start, y + start, size_of_chunk(start, n), &parameter);
    }
}

void convlab_activation_backward(int activation, const float *saved, const float *grad, float *out, int64_t n,
                                 float parameter, int isa, int threads) {
    const convlab_activation_gradient_span span = tables[isa]->backward[activation];
    if (n < WORTH_A_TEAM || threads == 1) {
        span(saved, grad, out, n, &parameter);
        return;
    }
#pragma omp parallel for schedule(static) num_threads(threads)
    for (int64_t start = 0; start < n; start += CHUNK) {
        span(saved + start, grad + start, out + start, size_of_chunk(start, n), &parameter);
    }
}

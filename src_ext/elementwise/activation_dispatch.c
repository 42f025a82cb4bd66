/* Cuts arrays of activations into chunks, one thread at a time on each. */
#include <stddef.h>

#include "activation.h"
#include "isa_tables.h"
#include "team.h"

/* Small enough for a level-1 cache, large enough that the call of a chunk costs nothing. */
enum { CHUNK = 4096 };
/* Below this many elements waking other threads costs more than it saves. */
static const int64_t WORTH_A_TEAM = 16384;

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

convlab_activation_gradient_span convlab_activation_gradient_span_of(int activation, int isa) {
    return tables[isa] == NULL ? NULL : tables[isa]->backward[activation];
}

convlab_activation_sloped_span convlab_activation_sloped_span_of(int activation, int isa) {
    return tables[isa] == NULL ? NULL : tables[isa]->sloped[activation];
}

/* What the tasks of one pass share; a task is a chunk. */
struct job {
    const struct convlab_activation_spans *spans;
    const struct convlab_activation_table *table;
    const float *x, *grad; /* (n,); x: what was saved, going back */
    const float *addend;   /* (n,): for a sum, what is added to x or grad */
    float *out, *slope;    /* (n,) */
    int64_t n;
};

static int64_t size_of_chunk(const struct job *job, int64_t start) {
    return job->n - start < CHUNK ? job->n - start : CHUNK;
}

/* Linear, which has nothing to do where a sum stands in its place already. */
static int is_linear(const struct job *job) {
    return job->spans->forward == job->table->forward[CONVLAB_ACTIVATION_linear];
}

static void forward_chunk(void *context, int64_t chunk, int member) {
    const struct job *job = context;
    const int64_t start = chunk * CHUNK, size = size_of_chunk(job, start);
    const float *x = job->x + start;
    float *out = job->out + start;
    (void)member;
    if (job->addend != NULL) {
        job->table->add(x, job->addend + start, out, size);
        x = out;
    }
    if (x != out || !is_linear(job)) {
        job->spans->forward(x, out, size, job->spans->parameters);
    }
}

static void backward_chunk(void *context, int64_t chunk, int member) {
    const struct job *job = context;
    const int64_t start = chunk * CHUNK, size = size_of_chunk(job, start);
    const float *grad = job->grad + start;
    float *out = job->out + start;
    (void)member;
    if (job->addend != NULL) {
        job->table->add(grad, job->addend + start, out, size);
        grad = out;
    }
    if (grad != out || !is_linear(job)) {
        job->spans->backward(job->x + start, grad, out, size, job->spans->parameters);
    }
}

static void sloped_chunk(void *context, int64_t chunk, int member) {
    const struct job *job = context;
    const int64_t start = chunk * CHUNK, size = size_of_chunk(job, start);
    const float *x = job->x + start, *parameters = job->spans->parameters;
    float *out = job->out + start, *slope = job->slope + start;
    (void)member;
    if (job->spans->sloped != NULL) {
        job->spans->sloped(x, out, slope, size, parameters);
        return;
    }
    float ones[CHUNK];
    for (int64_t i = 0; i < size; i++) {
        ones[i] = 1.0f;
    }
    job->spans->forward(x, out, size, parameters);
    job->spans->backward(x, ones, slope, size, parameters);
}

static void multiply_chunk(void *context, int64_t chunk, int member) {
    const struct job *job = context;
    const int64_t start = chunk * CHUNK;
    (void)member;
    job->table->multiply(job->x + start, job->grad + start, job->out + start, size_of_chunk(job, start));
}

static void share_chunks(struct job *job, convlab_task run, int threads) {
    convlab_share(job->n < WORTH_A_TEAM ? 1 : threads, (job->n + CHUNK - 1) / CHUNK, run, job);
}

void convlab_spans_forward(const struct convlab_activation_spans *spans, const float *a, const float *b,
                           float *out, int64_t n, int isa, int threads) {
    struct job job = {.spans = spans, .table = tables[isa], .x = a, .addend = b, .out = out, .n = n};
    share_chunks(&job, forward_chunk, threads);
}

void convlab_spans_backward(const struct convlab_activation_spans *spans, const float *saved, const float *a,
                            const float *b, float *out, int64_t n, int isa, int threads) {
    struct job job = {
        .spans = spans, .table = tables[isa], .x = saved, .grad = a, .addend = b, .out = out, .n = n};
    share_chunks(&job, backward_chunk, threads);
}

void convlab_spans_sloped(const struct convlab_activation_spans *spans, const float *x, float *y, float *slope,
                          int64_t n, int isa, int threads) {
    struct job job = {.spans = spans, .table = tables[isa], .x = x, .out = y, .slope = slope, .n = n};
    share_chunks(&job, sloped_chunk, threads);
}

void convlab_multiply(const float *a, const float *b, float *out, int64_t n, int isa, int threads) {
    struct job job = {.table = tables[isa], .x = a, .grad = b, .out = out, .n = n};
    share_chunks(&job, multiply_chunk, threads);
}

static struct convlab_activation_spans spans_of(int activation, const float *parameter, int isa) {
    return (struct convlab_activation_spans){.forward = convlab_activation_span_of(activation, isa),
                                             .backward = convlab_activation_gradient_span_of(activation, isa),
                                             .parameters = parameter};
}

void convlab_activation_forward(int activation, const float *x, float *y, int64_t n, float parameter, int isa,
                                int threads) {
    const struct convlab_activation_spans spans = spans_of(activation, &parameter, isa);
    convlab_spans_forward(&spans, x, NULL, y, n, isa, threads);
}

void convlab_activation_backward(int activation, const float *saved, const float *grad, float *out, int64_t n,
                                 float parameter, int isa, int threads) {
    const struct convlab_activation_spans spans = spans_of(activation, &parameter, isa);
    convlab_spans_backward(&spans, saved, grad, NULL, out, n, isa, threads);
}

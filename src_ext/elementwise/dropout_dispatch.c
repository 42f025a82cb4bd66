/* Cuts dropout into chunks, one thread at a time on each. */
#include "dropout.h"
#include "isa_tables.h"
#include "team.h"

static const int64_t CHUNK = 4096;
/* One element, with its hash, counts as so many multiply-adds. */
static const int64_t COST_PER_ELEMENT = 15;

static const struct convlab_dropout_table *const tables[CONVLAB_ISA_COUNT] = CONVLAB_TABLES(convlab_dropout);

struct convlab_dropout_draw convlab_dropout_draw_of(uint64_t key, uint32_t threshold, float scale) {
    uint64_t z = key + 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    z ^= z >> 31;
    struct convlab_dropout_draw draw = {(uint32_t)z, (uint32_t)(z >> 32), threshold, scale};
    return draw;
}

struct job {
    const struct convlab_dropout_table *table;
    const float *x; /* (n,) */
    float *out;     /* (n,) */
    int64_t n;
    const struct convlab_dropout_draw *draw;
};

static void apply_to_chunk(void *context, int64_t chunk, int member) {
    const struct job *job = context;
    const int64_t start = chunk * CHUNK, left = job->n - start;
    (void)member;
    job->table->apply(job->x + start, job->out + start, start, left < CHUNK ? left : CHUNK, job->draw);
}

void convlab_dropout(const float *x, float *out, int64_t n, const struct convlab_dropout_draw *draw, int isa,
                     int threads) {
    const int64_t chunks = (n + CHUNK - 1) / CHUNK;
    struct job job = {tables[isa], x, out, n, draw};
    convlab_share(convlab_threads_for(n * COST_PER_ELEMENT, chunks, threads), chunks, apply_to_chunk, &job);
}

/* The tile registers: AMX's, or for tests an emulation in memory with the same results.
 *
 * tile_multiply(t, a, b): t[m, n] += sum over pair k of a[m, 2 k] * b[k, 2 n] + a[m, 2 k + 1] * b[k, 2 n + 1]
 * on 16 rows of 64 bytes: bfloat16 in a and b, floats in t. Tiles are numbers known when compiling.
 */
#ifndef CONVLAB_AMX_TILE_H
#define CONVLAB_AMX_TILE_H

#include <stdint.h>
#include <string.h>

enum { TILE_ROWS = 16, TILE_ROW_BYTES = 64 };

#ifndef CONVLAB_AMX_EMULATED

#include <immintrin.h>

/* To each thread before it uses tiles; afterwards their state is released, which makes its switches cheaper. */
static inline void configure_tiles(void) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } configuration __attribute__((aligned(64))) = {.palette = 1};
    for (int tile = 0; tile < 8; tile++) {
        configuration.row_bytes[tile] = TILE_ROW_BYTES;
        configuration.rows[tile] = TILE_ROWS;
    }
    __asm__ volatile("" : : "m"(configuration));
    _tile_loadconfig(&configuration);
}

static inline void release_tiles(void) { _tile_release(); }

/* The compiler does not know that tiles are loaded from memory: what was written before is written before them. */
#define tile_load(tile, source, stride)          \
    do {                                         \
        __asm__ volatile("" : : : "memory");     \
        _tile_loadd(tile, source, stride);       \
    } while (0)
#define tile_store(tile, target, stride)         \
    do {                                         \
        _tile_stored(tile, target, stride);      \
        __asm__ volatile("" : : : "memory");     \
    } while (0)
#define tile_zero(tile) _tile_zero(tile)
#define tile_multiply(tile, a, b) _tile_dpbf16ps(tile, a, b)

#else

#include "vector_math.h"

struct emulated_tile {
    uint32_t rows[TILE_ROWS][TILE_ROW_BYTES / 4];
} __attribute__((aligned(64)));

static _Thread_local struct emulated_tile emulated_tiles[8];
static _Thread_local int tiles_are_configured;

static inline struct emulated_tile *emulated_tile_of(int number) {
    if (!tiles_are_configured) {
        __builtin_trap(); /* the processor would end the program as well */
    }
    return &emulated_tiles[number];
}

static inline void configure_tiles(void) {
    tiles_are_configured = 1;
    memset(emulated_tiles, 0xff, sizeof emulated_tiles); /* NaN: no tile may be used before it is set */
}

static inline void release_tiles(void) { tiles_are_configured = 0; }

static inline void tile_zero(int number) { memset(emulated_tile_of(number), 0, sizeof(struct emulated_tile)); }

static inline void tile_load(int number, const void *source, int64_t stride) {
    struct emulated_tile *tile = emulated_tile_of(number);
    for (int row = 0; row < TILE_ROWS; row++) {
        memcpy(tile->rows[row], (const char *)source + row * stride, TILE_ROW_BYTES);
    }
}

static inline void tile_store(int number, void *target, int64_t stride) {
    const struct emulated_tile *tile = emulated_tile_of(number);
    for (int row = 0; row < TILE_ROWS; row++) {
        memcpy((char *)target + row * stride, tile->rows[row], TILE_ROW_BYTES);
    }
}

/* The value, or zero of its sign where it is denormal. */
CONVLAB_INLINE vector_float flush_denormals(vector_float x) {
    const vector_int exponent = (vector_int)x & 0x7f800000;
    return (vector_float)((vector_int)x & ((exponent != 0) | (int32_t)0x80000000));
}

/* total + a * b, rounded once */
CONVLAB_INLINE vector_float multiply_add(vector_float a, vector_float b, vector_float total) {
    return flush_denormals((vector_float)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)total));
}

/* As Intel describes TDPBF16PS: even and odd elements are summed on their own, from zero, each product added without
 * a rounding of its own; then the two sums are added, and their sum to the tile. Denormals are zeros everywhere. */
static inline void tile_multiply(int target, int a, int b) {
    const struct emulated_tile *left = emulated_tile_of(a), *right = emulated_tile_of(b);
    struct emulated_tile *tile = emulated_tile_of(target);
    const vector_int upper = vector_broadcast_int((int32_t)0xffff0000);
    vector_float even_right[TILE_ROWS], odd_right[TILE_ROWS];
    for (int k = 0; k < TILE_ROWS; k++) {
        const vector_int pairs = *(const vector_int *)right->rows[k];
        even_right[k] = flush_denormals((vector_float)(pairs << 16));
        odd_right[k] = flush_denormals((vector_float)(pairs & upper));
    }
    for (int m = 0; m < TILE_ROWS; m++) {
        vector_float even = {0}, odd = {0};
        for (int k = 0; k < TILE_ROWS; k++) {
            const vector_int pair = vector_broadcast_int((int32_t)left->rows[m][k]);
            even = multiply_add(flush_denormals((vector_float)(pair << 16)), even_right[k], even);
            odd = multiply_add(flush_denormals((vector_float)(pair & upper)), odd_right[k], odd);
        }
        vector_float *sums = (vector_float *)tile->rows[m];
        *sums = flush_denormals(flush_denormals(*sums) + flush_denormals(even + odd));
    }
}

#endif

#endif

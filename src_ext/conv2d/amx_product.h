/* Products of bfloat16 with AMX: two tiles of rows x two of lanes, over tiles of 16 pairs.
 *
 * All products with a small term come first, then those of the leading terms: the sums are small while most of their
 * additions are rounded.
 */
#ifndef CONVLAB_AMX_PRODUCT_H
#define CONVLAB_AMX_PRODUCT_H

#include "amx_tile.h"
#include "bfloat16.h"
#include "bfloat16_product.h"

enum { MULTIPLY_ROWS = 32, MULTIPLY_PAIRS = 16, MULTIPLY_TERMS = 3, MULTIPLY_READS = 16, MULTIPLY_LINES = 1 };

static inline void enter_multiply(void) { configure_tiles(); }
static inline void leave_multiply(void) { release_tiles(); }

/* Tiles 0 to 3 hold sums, by (tile of rows, tile of lanes); 4 and 5 rows of left, 6 and 7 lanes of right. */
CONVLAB_INLINE void clear_sums(const int M, const int V) {
    tile_zero(0);
    if (V == 2) {
        tile_zero(1);
    }
    if (M == 2) {
        tile_zero(2);
    }
    if (M == 2 && V == 2) {
        tile_zero(3);
    }
}

CONVLAB_INLINE void load_left(const int M, const struct product *p, const uint16_t *left, int term) {
    const uint16_t *source = left + term * p->left_term;
    tile_load(4, source, p->row * 2);
    if (M == 2) {
        tile_load(5, source + TILE_ROWS * p->row, p->row * 2);
    }
}

CONVLAB_INLINE void load_right(const int V, const struct product *p, const uint16_t *right, int term) {
    const uint16_t *source = right + term * p->right_term;
    tile_load(6, source, V * TILE_ROW_BYTES);
    if (V == 2) {
        tile_load(7, source + 32, V * TILE_ROW_BYTES);
    }
}

CONVLAB_INLINE void add_products(const int M, const int V) {
    tile_multiply(0, 4, 6);
    if (V == 2) {
        tile_multiply(1, 4, 7);
    }
    if (M == 2) {
        tile_multiply(2, 5, 6);
    }
    if (M == 2 && V == 2) {
        tile_multiply(3, 5, 7);
    }
}

/* Every product with a small term that counts beside the leading one: of 2 terms two, of 3 terms five. */
CONVLAB_INLINE void add_small_terms(const int M, const int V, const struct product *p, const uint16_t *left,
                                    const uint16_t *right) {
    if (p->terms == 3) {
        load_left(M, p, left, 2);
        load_right(V, p, right, 0);
        add_products(M, V);
        load_left(M, p, left, 1);
        add_products(M, V);
        load_right(V, p, right, 1);
        add_products(M, V);
        load_left(M, p, left, 0);
        add_products(M, V);
        load_right(V, p, right, 2);
        add_products(M, V);
    } else {
        load_left(M, p, left, 1);
        load_right(V, p, right, 0);
        add_products(M, V);
        load_left(M, p, left, 0);
        load_right(V, p, right, 1);
        add_products(M, V);
    }
}

CONVLAB_INLINE void add_leading_terms(const int M, const int V, const struct product *p, const uint16_t *left,
                                      const uint16_t *right) {
    load_left(M, p, left, 0);
    load_right(V, p, right, 0);
    add_products(M, V);
}

/* The sums of `rows` rows to or onto (rows, V, 16). */
CONVLAB_INLINE void write_sums(const int M, const int V, int64_t rows, float *sums, int adds) {
    float tiles[MULTIPLY_ROWS * 32] __attribute__((aligned(64)));
    tile_store(0, tiles, V * TILE_ROW_BYTES);
    if (V == 2) {
        tile_store(1, tiles + 16, V * TILE_ROW_BYTES);
    }
    if (M == 2) {
        tile_store(2, tiles + TILE_ROWS * V * 16, V * TILE_ROW_BYTES);
    }
    if (M == 2 && V == 2) {
        tile_store(3, tiles + TILE_ROWS * V * 16 + 16, V * TILE_ROW_BYTES);
    }
    for (int64_t i = 0; i < rows * V * 16; i += 16) {
        const __m512 sum = _mm512_load_ps(tiles + i);
        _mm512_storeu_ps(sums + i, adds ? _mm512_add_ps(_mm512_loadu_ps(sums + i), sum) : sum);
    }
}

CONVLAB_INLINE void multiply_tiles(const int M, const int V, const struct product *p, const uint16_t *left,
                                   const uint16_t *right, int64_t rows, float *sums, int adds) {
    const int64_t tile = MULTIPLY_PAIRS * V * 32;
    clear_sums(M, V);
    for (int pass = p->terms == 1; pass < 2; pass++) {
        const uint16_t *lanes = right;
        for (int64_t s = 0; s < p->segments; s++) {
            for (int64_t pair = 0; pair < p->pairs; pair += MULTIPLY_PAIRS, lanes += tile) {
                const uint16_t *source = left + p->offsets[s] + 2 * pair;
                if (pass == 0) {
                    add_small_terms(M, V, p, source, lanes);
                } else {
                    add_leading_terms(M, V, p, source, lanes);
                }
            }
        }
    }
    write_sums(M, V, rows, sums, adds);
}

static void multiply(const struct product *p, const uint16_t *left, const uint16_t *right, int64_t rows, float *sums,
                     int adds) {
    if (rows > TILE_ROWS && p->vectors == 2) {
        multiply_tiles(2, 2, p, left, right, rows, sums, adds);
    } else if (rows > TILE_ROWS) {
        multiply_tiles(2, 1, p, left, right, rows, sums, adds);
    } else if (p->vectors == 2) {
        multiply_tiles(1, 2, p, left, right, rows, sums, adds);
    } else {
        multiply_tiles(1, 1, p, left, right, rows, sums, adds);
    }
}

#endif

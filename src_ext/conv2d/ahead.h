/* Calling for memory ahead of its use, while products keep the arithmetic busy: the rows of a tile are too short for
 * the processor's own prefetching to see them coming. */
#ifndef CONVLAB_AHEAD_H
#define CONVLAB_AHEAD_H

#include "strips.h"
#include "winograd_tiles.h"

enum { CACHE_LINE = 64 };

/* A stretch of memory, called for some lines at a time. */
struct stretch {
    const char *next, *end;
    int64_t lines;
};

/* About where tiles [first, end) lie in images of `floats` each, in `times` parts: a row of tiles further on, for tiles
 * reach over their edges. */
static inline struct stretch stretch_of_tiles(const float *images, int64_t floats, const struct tiling *tiles,
                                              int64_t first, int64_t end, int64_t times) {
    const int64_t of_image = tiles->down * tiles->across;
    const int64_t from = smaller(first + tiles->across, tiles->count);
    const int64_t to = smaller(end + tiles->across, tiles->count);
    const char *const next = (const char *)(images + from * floats / of_image);
    const char *const last = (const char *)(images + to * floats / of_image);
    return (struct stretch){next, last, ceil_divide(ceil_divide(last - next, CACHE_LINE), times)};
}

/* Part `number` of `parts`, itself in `times` parts. */
static inline struct stretch part_of_stretch(const struct stretch *whole, int64_t parts, int64_t number,
                                             int64_t times) {
    const int64_t lines = ceil_divide(whole->end - whole->next, CACHE_LINE);
    const int64_t first = part_start(lines, parts, number), end = part_start(lines, parts, number + 1);
    return (struct stretch){whole->next + first * CACHE_LINE, whole->next + end * CACHE_LINE,
                            ceil_divide(end - first, times)};
}

/* Calls for the next part, to be read or written. */
CONVLAB_INLINE void call_for(struct stretch *stretch, const int writes) {
    for (int64_t line = 0; line < stretch->lines && stretch->next < stretch->end; line++) {
        __builtin_prefetch(stretch->next, writes);
        stretch->next += CACHE_LINE;
    }
}

#endif

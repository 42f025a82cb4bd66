/* Calling for memory ahead of its use, while products keep the arithmetic busy: the rows of a tile are too short for
 * the processor's own prefetching to see them coming. */
#ifndef CONVLAB_AHEAD_H
#define CONVLAB_AHEAD_H

#include "strips.h"
#include "vector.h"

enum { CACHE_LINE = 64 };

/* A stretch of memory, called for some lines at a time. */
struct stretch {
    const char *next, *end;
    int64_t lines;
};

/* Floats [from, to) of an array, in `times` parts. */
static inline struct stretch stretch_of_floats(const float *array, int64_t from, int64_t to, int64_t times) {
    const int64_t lines = ceil_divide((to - from) * (int64_t)sizeof(float), CACHE_LINE);
    return (struct stretch){(const char *)(array + from), (const char *)(array + to), ceil_divide(lines, times)};
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

/* The few OpenMP calls that kernels need, with a meaning also where the compiler has no OpenMP. */
#ifndef CONVLAB_PARALLEL_H
#define CONVLAB_PARALLEL_H

#include <stdint.h>

#ifdef _OPENMP
#include <omp.h>
#endif

/* The number of the calling thread in its team, from 0. */
static inline int convlab_thread_index(void) {
#ifdef _OPENMP
    return omp_get_thread_num();
#else
    return 0;
#endif
}

/* Waking a team costs up to 70 us: work shorter than that (at some 40 multiply-adds per ns) stays on one thread. */
static inline int convlab_threads_for(int64_t multiply_adds, int64_t tasks, int threads) {
    const int64_t worth_a_team = 1500000;
    if (multiply_adds < worth_a_team || tasks < 2) {
        return 1;
    }
    return tasks < threads ? (int)tasks : threads;
}

#endif

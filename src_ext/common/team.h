/* Sharing independent tasks out to threads.
 *
 * All kernel families use the one team of threads that the runtime module owns, so that the workers of one
 * never compete with those of another. Which thread runs a task is left open; what a task computes must not
 * depend on it.
 */
#ifndef CONVLAB_TEAM_H
#define CONVLAB_TEAM_H

#include <stdint.h>

/* Runs one task; member, from 0, numbers the thread among those at work, for scratch memory of its own. */
typedef void (*convlab_task)(void *context, int64_t task, int member);

/* Runs tasks 0 to count - 1 on at most `threads` threads, the caller's among them, and returns after all. */
typedef void (*convlab_team)(int threads, int64_t count, convlab_task run, void *context);

/* Tells this family which team to use; without one, tasks run on the caller's thread. */
void convlab_use_team(convlab_team team);

/* As convlab_team; without any cost beside the calls where one thread is enough. */
void convlab_share(int threads, int64_t count, convlab_task run, void *context);

/* How many threads a kernel is worth. Between the kernels of a step workers stay awake and join within 1 us: only
 * work that is done in a few of them (at some 40 multiply-adds per ns) stays on one. Workers that sleep hold
 * nothing up, but waking them costs the caller some us. */
static inline int convlab_threads_for(int64_t multiply_adds, int64_t tasks, int threads) {
    const int64_t worth_a_team = 120000;
    if (multiply_adds < worth_a_team || tasks < 2) {
        return 1;
    }
    return tasks < threads ? (int)tasks : threads;
}

#endif

/* The team of threads that all kernel families share; see team.h. */
#ifndef CONVLAB_WORKERS_H
#define CONVLAB_WORKERS_H

#include "team.h"

/* Once per process, before the first job: makes forks safe. */
void convlab_prepare_workers(void);

/* A convlab_team. Jobs of callers on other threads that come meanwhile run on those callers' threads. */
void convlab_run_on_workers(int threads, int64_t count, convlab_task run, void *context);

#endif

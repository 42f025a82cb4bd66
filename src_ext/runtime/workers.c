/* The team of threads behind all kernels.
 *
 * The caller posts a job, and whoever is awake takes tasks from it, one at a time, by an atomic counter. The
 * caller takes tasks like everybody else, so a worker that the system has not woken yet, or has put aside for
 * another program, holds nothing up: at the end only those are waited for who are in the middle of a task.
 * A barrier that all threads must reach, as OpenMP has it, made training a hundred times slower on a machine
 * with one busy core.
 */
#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

enum { MOST_WORKERS = 255 };

/* How often a thread looks before it goes to sleep: some 20 us, the gap between two kernels of a step. */
static const int LOOKS_BEFORE_SLEEP = 2000;

static pthread_mutex_t posting = PTHREAD_MUTEX_INITIALIZER; /* held by the caller whose job it is */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;    /* guards what follows, up to the atomics */
static pthread_cond_t job_posted = PTHREAD_COND_INITIALIZER, job_left = PTHREAD_COND_INITIALIZER;
static int workers, sleepers, caller_sleeps;
static int is_open, seats, members; /* whether the job may be joined, by how many, and how many have */
static convlab_task job_run;
static void *job_context;
static int64_t job_count;

static atomic_uint generation;      /* counts the jobs, for those who look without the lock */
static atomic_int at_work;          /* workers that have joined the job and not left it */
static atomic_int_fast64_t upcoming; /* the first task that nobody has taken */

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

static void take_tasks(convlab_task run, void *context, int64_t count, int member) {
    for (;;) {
        const int64_t task = atomic_fetch_add_explicit(&upcoming, 1, memory_order_relaxed);
        if (task >= count) {
            return;
        }
        run(context, task, member);
    }
}

/* Waits until there is a job after the one seen last: looks for a while, then sleeps. */
static unsigned wait_for_job(unsigned seen) {
    for (int look = 0; look < LOOKS_BEFORE_SLEEP; look++) {
        const unsigned now = atomic_load_explicit(&generation, memory_order_acquire);
        if (now != seen) {
            return now;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&lock);
    sleepers++;
    while (atomic_load(&generation) == seen) {
        pthread_cond_wait(&job_posted, &lock);
    }
    sleepers--;
    seen = atomic_load(&generation);
    pthread_mutex_unlock(&lock);
    return seen;
}

static void leave_job(void) {
    if (atomic_fetch_sub_explicit(&at_work, 1, memory_order_acq_rel) > 1) {
        return;
    }
    pthread_mutex_lock(&lock);
    if (caller_sleeps) {
        pthread_cond_signal(&job_left);
    }
    pthread_mutex_unlock(&lock);
}

static void *work(void *start) {
    unsigned seen = (unsigned)(uintptr_t)start;
    for (;;) {
        seen = wait_for_job(seen);
        pthread_mutex_lock(&lock);
        const int joins = is_open && members < seats;
        const int member = members;
        convlab_task run = job_run;
        void *context = job_context;
        const int64_t count = job_count;
        if (joins) {
            members++;
            atomic_fetch_add_explicit(&at_work, 1, memory_order_relaxed);
        }
        pthread_mutex_unlock(&lock);
        if (joins) {
            take_tasks(run, context, count, member);
            leave_job();
        }
    }
    return NULL;
}

/* Starts workers until there are as many as wanted, or the system refuses one: then fewer do the work. */
static void hire(int wanted) {
    sigset_t all, previous;
    sigfillset(&all);
    while (workers < wanted && workers < MOST_WORKERS) {
        pthread_t thread;
        /* signals are for the interpreter's own threads */
        pthread_sigmask(SIG_SETMASK, &all, &previous);
        const int refused =
            pthread_create(&thread, NULL, work, (void *)(uintptr_t)atomic_load(&generation));
        pthread_sigmask(SIG_SETMASK, &previous, NULL);
        if (refused) {
            return;
        }
        pthread_detach(thread);
        workers++;
    }
}

static void open_job(int threads, int64_t count, convlab_task run, void *context) {
    pthread_mutex_lock(&lock);
    hire(threads - 1);
    job_run = run;
    job_context = context;
    job_count = count;
    seats = threads;
    members = 1;
    is_open = 1;
    atomic_store_explicit(&upcoming, 0, memory_order_relaxed);
    atomic_fetch_add_explicit(&generation, 1, memory_order_release);
    if (sleepers > 0) {
        pthread_cond_broadcast(&job_posted);
    }
    pthread_mutex_unlock(&lock);
}

/* Lets nobody else join, and waits for those who are still at a task. */
static void close_job(void) {
    pthread_mutex_lock(&lock);
    is_open = 0;
    pthread_mutex_unlock(&lock);
    for (int look = 0; look < LOOKS_BEFORE_SLEEP; look++) {
        if (atomic_load_explicit(&at_work, memory_order_acquire) == 0) {
            return;
        }
        pause_briefly();
    }
    pthread_mutex_lock(&lock);
    caller_sleeps = 1;
    while (atomic_load_explicit(&at_work, memory_order_acquire) > 0) {
        pthread_cond_wait(&job_left, &lock);
    }
    caller_sleeps = 0;
    pthread_mutex_unlock(&lock);
}

void convlab_run_on_workers(int threads, int64_t count, convlab_task run, void *context) {
    if (pthread_mutex_trylock(&posting) != 0) { /* another thread's job is under way: the cores are busy */
        for (int64_t task = 0; task < count; task++) {
            run(context, task, 0);
        }
        return;
    }
    open_job(threads, count, run, context);
    take_tasks(run, context, count, 0);
    close_job();
    pthread_mutex_unlock(&posting);
}

/* A forked child has none of its parent's workers, and may have been forked in the middle of a job. */
static void forget_workers(void) {
    pthread_mutex_init(&posting, NULL);
    pthread_mutex_init(&lock, NULL);
    pthread_cond_init(&job_posted, NULL);
    pthread_cond_init(&job_left, NULL);
    workers = sleepers = caller_sleeps = is_open = 0;
    atomic_store(&at_work, 0);
}

void convlab_prepare_workers(void) { pthread_atfork(NULL, NULL, forget_workers); }

/* The team of threads behind all kernels.
 *
 * The caller posts a job, and whoever is awake takes tasks from it, one at a time: first those of its own part, then
 * what others have not begun. Parts are cut alike every time, so that from layer to layer and from step to step the
 * same thread works on the same images, and finds them in its own cache: where the cores of two threads share none,
 * that halves a small network's step. The caller takes tasks like everybody else, so a worker that the system has not
 * woken yet, or has put aside for another program, holds nothing up: at the end only those are waited for who are in
 * the middle of a task. A barrier that all threads must reach, as OpenMP has it, made training a hundred times slower
 * on a machine with one busy core.
 */
#include "workers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

enum { MOST_WORKERS = 255 };

/* How long a thread looks before it goes to sleep, in ns: longer than the gaps between the kernels of a step and
 * between two steps. A worker that is awake joins a job within 1 us, one that sleeps after some 50. */
static const int64_t LOOKING_TIME = 300000;
/* How much of it before it lets other programs on its core go first, each time it looks. */
static const int64_t SELFISH_TIME = 20000;

static pthread_mutex_t posting = PTHREAD_MUTEX_INITIALIZER; /* held by the caller whose job it is */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;    /* guards what follows, up to the atomics */
static pthread_cond_t job_posted = PTHREAD_COND_INITIALIZER, job_left = PTHREAD_COND_INITIALIZER;
static int workers, sleepers, caller_sleeps;
static int is_open, seats; /* whether the job may be joined, and for how many members it has parts */
static convlab_task job_run;
static void *job_context;

static atomic_uint generation; /* counts the jobs, for those who look without the lock */
static atomic_int at_work;     /* workers that have joined the job and not left it */

/* A member's part of the tasks, in a line of the cache of its own. */
static struct part {
    _Alignas(64) atomic_int_fast64_t upcoming; /* the first task that nobody has taken */
    int64_t end;
} parts[MOST_WORKERS + 1];

/* A worker is the same member of every job: its number, from 1; the caller is member 0. */
static struct worker {
    int number;
    unsigned seen; /* the latest job it knows of */
} crew[MOST_WORKERS];

struct patience {
    int looks;
    int64_t end; /* in ns; 0 as long as the clock has not been read */
};

/* Pauses briefly, and tells whether to look once more rather than to go to sleep. */
static int looks_again(struct patience *patience) {
    struct timespec time;
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
    if (++patience->looks % 16 != 0) { /* the clock costs as much as a pause */
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &time);
    const int64_t now = time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
    if (patience->end == 0) {
        patience->end = now + LOOKING_TIME;
    } else if (now > patience->end - LOOKING_TIME + SELFISH_TIME) {
        sched_yield();
    }
    return now < patience->end;
}

static void take_tasks(convlab_task run, void *context, int members, int member) {
    for (int i = 0; i < members; i++) {
        struct part *part = &parts[(member + i) % members];
        for (;;) {
            const int64_t task = atomic_fetch_add_explicit(&part->upcoming, 1, memory_order_relaxed);
            if (task >= part->end) {
                break;
            }
            run(context, task, member);
        }
    }
}

/* Waits until there is a job after the one seen last: looks for a while, then sleeps. */
static unsigned wait_for_job(unsigned seen) {
    struct patience patience = {0};
    do {
        const unsigned now = atomic_load_explicit(&generation, memory_order_acquire);
        if (now != seen) {
            return now;
        }
    } while (looks_again(&patience));
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

static void *work(void *context_of_worker) {
    struct worker *self = context_of_worker;
    for (;;) {
        self->seen = wait_for_job(self->seen);
        pthread_mutex_lock(&lock);
        const int joins = is_open && self->number < seats;
        const int members = seats;
        convlab_task run = job_run;
        void *context = job_context;
        if (joins) {
            atomic_fetch_add_explicit(&at_work, 1, memory_order_relaxed);
        }
        pthread_mutex_unlock(&lock);
        if (joins) {
            take_tasks(run, context, members, self->number);
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
        crew[workers] = (struct worker){workers + 1, atomic_load(&generation)};
        const int refused = pthread_create(&thread, NULL, work, &crew[workers]);
        pthread_sigmask(SIG_SETMASK, &previous, NULL);
        if (refused) {
            return;
        }
        pthread_detach(thread);
        workers++;
    }
}

/* Returns how many members the job has parts for. */
static int open_job(int threads, int64_t count, convlab_task run, void *context) {
    pthread_mutex_lock(&lock);
    hire(threads - 1);
    job_run = run;
    job_context = context;
    seats = threads <= MOST_WORKERS ? threads : MOST_WORKERS + 1;
    is_open = 1;
    for (int member = 0; member < seats; member++) {
        atomic_store_explicit(&parts[member].upcoming, count * member / seats, memory_order_relaxed);
        parts[member].end = count * (member + 1) / seats;
    }
    atomic_fetch_add_explicit(&generation, 1, memory_order_release);
    if (sleepers > 0) {
        pthread_cond_broadcast(&job_posted);
    }
    pthread_mutex_unlock(&lock);
    return seats;
}

/* Lets nobody else join, and waits for those who are still at a task. */
static void close_job(void) {
    pthread_mutex_lock(&lock);
    is_open = 0;
    pthread_mutex_unlock(&lock);
    struct patience patience = {0};
    do {
        if (atomic_load_explicit(&at_work, memory_order_acquire) == 0) {
            return;
        }
    } while (looks_again(&patience));
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
    const int members = open_job(threads, count, run, context);
    take_tasks(run, context, members, 0);
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

/* What this build holds and what this CPU can run. */
#ifndef CONVLAB_PROBE_H
#define CONVLAB_PROBE_H

/* NULL when the instruction set (enum convlab_isa) can be used, else why it cannot. */
const char *convlab_isa_missing(int isa);

/* 1 when the kernels were compiled with OpenMP. */
int convlab_has_openmp(void);

/* Ends the calling thread's team of OpenMP workers, so that a fork leaves no half of it behind. */
void convlab_release_threads(void);

/* Name and version of the compiler. */
const char *convlab_compiler(void);

#endif

/* What this build holds and what this CPU can run. */
#ifndef CONVLAB_PROBE_H
#define CONVLAB_PROBE_H

/* NULL when the instruction set (enum convlab_isa) can be used, else why it cannot. */
const char *convlab_isa_missing(int isa);

/* Name and version of the compiler. */
const char *convlab_compiler(void);

#endif

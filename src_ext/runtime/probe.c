#include "probe.h"

#include <stddef.h>

#include "isa.h"

#if defined(__x86_64__) || defined(__i386__)
static const char *avx2_missing(void) {
#ifdef CONVLAB_WITHOUT_AVX2
    return "the compiler of this build lacks it";
#else
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? NULL : "this CPU lacks it";
#endif
}

static const char *avx512_missing(void) {
#ifdef CONVLAB_WITHOUT_AVX512
    return "the compiler of this build lacks it";
#else
    __builtin_cpu_init();
    int offered = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return offered ? NULL : "this CPU lacks it";
#endif
}
#else
static const char *avx2_missing(void) { return "this build is not for x86"; }
static const char *avx512_missing(void) { return "this build is not for x86"; }
#endif

const char *convlab_isa_missing(int isa) {
    switch (isa) {
    case CONVLAB_ISA_REFERENCE:
    case CONVLAB_ISA_BASELINE:
        return NULL;
    case CONVLAB_ISA_AVX2:
        return avx2_missing();
    case CONVLAB_ISA_AVX512:
        return avx512_missing();
    default:
        return "no such instruction set";
    }
}

const char *convlab_compiler(void) {
#if defined(__clang__)
    return "clang " __clang_version__;
#elif defined(__GNUC__)
    return "gcc " __VERSION__;
#else
    return "unknown";
#endif
}

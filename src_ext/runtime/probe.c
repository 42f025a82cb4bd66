#define _GNU_SOURCE
#include "probe.h"

#include <stddef.h>

#include "isa.h"

#define NOT_BUILT "the compiler of this build lacks it"
#define NOT_OFFERED "this CPU lacks it"
#define NOT_X86 "this build is not for x86"

#if defined(__x86_64__) || defined(__i386__)
static const char *avx2_missing(void) {
#ifdef CONVLAB_WITHOUT_AVX2
    return NOT_BUILT;
#else
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? NULL : NOT_OFFERED;
#endif
}

static const char *avx512_missing(void) {
#ifdef CONVLAB_WITHOUT_AVX512
    return NOT_BUILT;
#else
    __builtin_cpu_init();
    const int offered = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return offered ? NULL : NOT_OFFERED;
#endif
}

static const char *avx512_bf16_missing(void) {
#ifdef CONVLAB_WITHOUT_AVX512_BF16
    return NOT_BUILT;
#else
    __builtin_cpu_init();
    return avx512_missing() == NULL && __builtin_cpu_supports("avx512bf16") ? NULL : NOT_OFFERED;
#endif
}

#if defined(CONVLAB_WITHOUT_AMX)
static const char *amx_missing(void) { return NOT_BUILT; }
#elif defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel gives tiles, whose state is 8 KB a thread, only to a process that asks; its children have them too. */
static const char *amx_missing(void) {
    const long request_permission = 0x1023, tile_data = 18;
    __builtin_cpu_init();
    if (avx512_bf16_missing() != NULL || !__builtin_cpu_supports("amx-tile") ||
        !__builtin_cpu_supports("amx-bf16")) {
        return NOT_OFFERED;
    }
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0
               ? NULL
               : "the operating system refused the use of tiles (arch_prctl)";
}
#else
static const char *amx_missing(void) { return "this build does not ask this operating system for tiles"; }
#endif
#else
static const char *avx2_missing(void) { return NOT_X86; }
static const char *avx512_missing(void) { return NOT_X86; }
static const char *avx512_bf16_missing(void) { return NOT_X86; }
static const char *amx_missing(void) { return NOT_X86; }
#endif

const char *convlab_isa_missing(int isa) {
    switch (isa) {
    case CONVLAB_ISA_REFERENCE:
    case CONVLAB_ISA_BASELINE:
        return NULL;
    case CONVLAB_ISA_AVX2:
        return avx2_missing();
    case CONVLAB_ISA_AVX512:
    case CONVLAB_ISA_AMX_EMULATED:
        return avx512_missing();
    case CONVLAB_ISA_AVX512_BF16:
        return avx512_bf16_missing();
    case CONVLAB_ISA_AMX:
        return amx_missing();
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

/* AMX's convolution on emulated tiles, so that it can be tested where AMX is missing. */
#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define CONVLAB_ISA_NAME amx_emulated
#define CONVLAB_VECTOR_BYTES 64
#define CONVLAB_AMX_EMULATED
#include "amx_body.h"

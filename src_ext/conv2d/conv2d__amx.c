/* Convolution with AMX, beside what AVX-512 offers. */
#pragma GCC target("amx-tile,amx-bf16,avx512bf16,avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define CONVLAB_ISA_NAME amx
#define CONVLAB_VECTOR_BYTES 64
#include "amx_body.h"

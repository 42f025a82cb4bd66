#pragma GCC target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")
#define CONVLAB_ISA_NAME avx512
#define CONVLAB_VECTOR_BYTES 64
#include "dropout_body.h"

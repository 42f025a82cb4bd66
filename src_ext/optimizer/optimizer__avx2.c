#pragma GCC target("avx2,fma")
#define CONVLAB_ISA_NAME avx2
#define CONVLAB_VECTOR_BYTES 32
#include "optimizer_body.h"

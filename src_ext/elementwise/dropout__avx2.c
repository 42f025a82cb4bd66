#pragma GCC target("avx2,fma")
#define CONVLAB_ISA_NAME avx2
#define CONVLAB_VECTOR_BYTES 32
#include "dropout_body.h"

/* Convolution with what every CPU of the build's target offers (SSE2 on x86-64). */
#define CONVLAB_ISA_NAME baseline
#define CONVLAB_VECTOR_BYTES 16
#include "conv2d_body.h"

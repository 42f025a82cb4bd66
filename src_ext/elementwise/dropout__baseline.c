#define CONVLAB_ISA_NAME baseline
#define CONVLAB_VECTOR_BYTES 16
#include "dropout_body.h"

/* The plain loops for float and for double. */
#include <stddef.h>

#include "pool.h"

#define ELEMENT float
#define NAMED(name) name##_float
#define TABLE convlab_pool__reference
#include "pool_reference_body.h"
#undef ELEMENT
#undef NAMED
#undef TABLE

#define ELEMENT double
#define NAMED(name) name##_double
#define TABLE convlab_pool_double__reference
#include "pool_reference_body.h"

#pragma once
#include <oneapi/dnnl/dnnl.h>

// OpenMP's own header belongs to the compiler that the library was not built with; this one call is all that is needed.
extern void omp_set_num_threads(int count);

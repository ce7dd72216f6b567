#pragma once
#include <cblas.h>

// OpenBLAS, loaded by hand at first use: the explorer starts without it, and the environment
// variables that the library reads while it is loaded can be set before.

typedef enum {
  BLAS_LOADED,
  BLAS_NOT_FOUND,      // no libopenblas.so.0 and no libopenblas.so
  BLAS_MISSING_SYMBOL, // a library of that name without the functions that are needed
} blas_status;

// Loads the library once; later calls return the first result. Safe from any thread, but better
// called before other threads start: it sets environment variables for the time of the loading.
blas_status blas_load(void);

// What the dynamic loader said, or the missing symbol; "" when loaded.
const char *blas_load_detail(void);

// The kernels in use, such as "Haswell" or "SkylakeX"; "" unless loaded.
const char *blas_core_name(void);

// The library's own description of its version and build; "" unless loaded.
const char *blas_configuration(void);

// C = alpha * op(A) * op(B) + beta * C in row-major order, on the calling thread alone. Must not
// be called unless blas_load() returned BLAS_LOADED.
void blas_sgemm(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, blasint m, blasint n,
                blasint k, float alpha, const float *a, blasint lda, const float *b, blasint ldb,
                float beta, float *c, blasint ldc);

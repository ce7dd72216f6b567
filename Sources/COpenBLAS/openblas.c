#define _GNU_SOURCE
#include "COpenBLAS.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static blas_status status = BLAS_NOT_FOUND;
static char detail[256];
static __typeof__(cblas_sgemm) *sgemm;
static __typeof__(openblas_get_corename) *corename;
static __typeof__(openblas_get_config) *config;

// The kernels to ask OpenBLAS for where it would choose badly by itself; NULL leaves the choice
// to it. OpenBLAS 0.3.21 does not know AMD's family 26 (Zen 5) and takes it for Haswell, which
// halves the speed of its full-width AVX-512 units. It runs its AVX-512 kernels on family 25
// (Zen 4), which splits 512-bit operations in two: there the AVX2 kernels measured 5-8 % faster.
static const char *better_core(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_is("amd") || !__builtin_cpu_supports("x86-64-v4")) return NULL;
  unsigned eax = 0, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return NULL;
  const unsigned family = ((eax >> 8) & 0xf) + ((eax >> 20) & 0xff);
  if (family < 26) return "Haswell";
  return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
#else
  return NULL;
#endif
}

static void *symbol(void *library, const char *name) {
  void *address = dlsym(library, name);
  if (!address) {
    status = BLAS_MISSING_SYMBOL;
    snprintf(detail, sizeof detail, "%s", name);
  }
  return address;
}

static void load(void) {
  // Kernel choice and thread count are read while the library is loaded. The variables are taken
  // back afterwards so that programs started from here do not inherit them.
  const char *core = getenv("OPENBLAS_CORETYPE") ? NULL : better_core();
  if (core) setenv("OPENBLAS_CORETYPE", core, 1);
  const char *threads = getenv("OPENBLAS_NUM_THREADS");
  char *kept_threads = threads ? strdup(threads) : NULL;
  setenv("OPENBLAS_NUM_THREADS", "1", 1);

  void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(detail, sizeof detail, "%s", dlerror());
    library = dlopen("libopenblas.so", RTLD_NOW | RTLD_LOCAL);
  }

  if (core) unsetenv("OPENBLAS_CORETYPE");
  if (kept_threads) {
    setenv("OPENBLAS_NUM_THREADS", kept_threads, 1);
    free(kept_threads);
  } else {
    unsetenv("OPENBLAS_NUM_THREADS");
  }
  if (!library) return;

  __typeof__(openblas_set_num_threads) *set_threads;
  if (!(sgemm = symbol(library, "cblas_sgemm")) ||
      !(corename = symbol(library, "openblas_get_corename")) ||
      !(config = symbol(library, "openblas_get_config")) ||
      !(set_threads = symbol(library, "openblas_set_num_threads")))
    return;
  // Where something else had loaded the library before, the variable came too late.
  set_threads(1);
  detail[0] = 0;
  status = BLAS_LOADED;
}

blas_status blas_load(void) {
  pthread_once(&once, load);
  return status;
}

const char *blas_load_detail(void) { return detail; }

const char *blas_core_name(void) { return blas_load() == BLAS_LOADED ? corename() : ""; }

const char *blas_configuration(void) { return blas_load() == BLAS_LOADED ? config() : ""; }

void blas_sgemm(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, blasint m, blasint n,
                blasint k, float alpha, const float *a, blasint lda, const float *b, blasint ldb,
                float beta, float *c, blasint ldc) {
  sgemm(CblasRowMajor, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

#include "peak.h"
#include <time.h>

// Twelve chains hide the latency of a fused multiply-add on all current processors.
enum { CHAINS = 12, ROUNDS = 4000000 };

#define CHAIN_LOOP(vector, name, attributes)                                                       \
  attributes static float name(void) {                                                             \
    _Pragma("clang fp contract(fast)") vector chain[CHAINS], factor = {0}, term = {0};             \
    for (int lane = 0; lane < (int)(sizeof(vector) / sizeof(float)); lane++) {                     \
      factor[lane] = 0.999f;                                                                       \
      term[lane] = 0.001f * lane;                                                                  \
    }                                                                                              \
    for (int c = 0; c < CHAINS; c++) chain[c] = term * (float)c;                                   \
    for (int round = 0; round < ROUNDS; round++)                                                   \
      for (int c = 0; c < CHAINS; c++) chain[c] = chain[c] * factor + term;                        \
    float sum = 0;                                                                                 \
    for (int c = 0; c < CHAINS; c++) sum += chain[c][0];                                           \
    return sum;                                                                                    \
  }

typedef float floats4 __attribute__((vector_size(16)));
typedef float floats8 __attribute__((vector_size(32)));
typedef float floats16 __attribute__((vector_size(64)));

CHAIN_LOOP(floats4, run4, )
#if defined(__x86_64__)
CHAIN_LOOP(floats8, run8, __attribute__((target("avx2,fma"))))
CHAIN_LOOP(floats16, run16, __attribute__((target("avx512f"))))
#endif

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

double fused_multiply_add_gflops(void) {
  float (*run)(void) = run4;
  int lanes = 4;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) {
    run = run16;
    lanes = 16;
  } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    run = run8;
    lanes = 8;
  }
#endif
  const double began = now();
  volatile float sink = run();
  (void)sink;
  return 2.0 * lanes * CHAINS * ROUNDS / (now() - began) / 1e9;
}

#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// What the kernels share: clones for the processors that are about, sixteen lanes with a fixed
// order of summation, and the elementary functions as branch-free scalar code that the compiler
// turns into vectors.

// Fused multiply-adds, which double the speed of sums of products. They round differently from
// processor to processor, as OpenBLAS, which computes the large products, does anyway.
#pragma clang fp contract(fast)

#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Vectors of floats at any address. They are never passed by value: clones disagree about how.
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));

enum { LANES = 16 };

// The sum of sixteen lanes, always in the same order.
INLINE float lane_sum(const v16 *lanes) {
  float s[LANES];
  memcpy(s, lanes, sizeof s);
  for (int half = LANES / 2; half; half /= 2)
    for (int i = 0; i < half; i++) s[i] += s[i + half];
  return s[0];
}

INLINE float lane_max(const v16 *lanes) {
  float s[LANES];
  memcpy(s, lanes, sizeof s);
  for (int half = LANES / 2; half; half /= 2)
    for (int i = 0; i < half; i++) s[i] = s[i] > s[i + half] ? s[i] : s[i + half];
  return s[0];
}

INLINE float row_sum(const float *x, size_t n) {
  v16 lanes = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) lanes += *(const v16 *)(x + i);
  float total = lane_sum(&lanes);
  for (; i < n; i++) total += x[i];
  return total;
}

INLINE float row_dot(const float *x, const float *y, size_t n) {
  v16 lanes = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) lanes += *(const v16 *)(x + i) * *(const v16 *)(y + i);
  float total = lane_sum(&lanes);
  for (; i < n; i++) total += x[i] * y[i];
  return total;
}

INLINE float row_max(const float *x, size_t n) {
  float lanes[LANES];
  for (int lane = 0; lane < LANES; lane++) lanes[lane] = -__builtin_inff();
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int lane = 0; lane < LANES; lane++)
      lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
  float most = lane_max((const v16 *)lanes);
  for (; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

INLINE float float_from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

INLINE uint32_t bits_from_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

// e^x to about 1e-7 relative for x up to 88; 0 below -87, so that masked scores vanish.
// 2^n by its exponent bits times a polynomial on [-ln 2 / 2, ln 2 / 2] (least maximum error).
INLINE float low_exp(float x) {
  // Adding 1.5 * 2^23 rounds to the nearest integer, which is then in the lowest bits.
  const float shifted = x * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  const float q =
      (((0.00138144f * r + 0.00836878f) * r + 0.0416684f) * r + 0.1666652f) * r + 0.49999994f;
  const float value = (q * r * r + r + 1.0f) *
                      float_from_bits((bits_from_float(shifted) << 23) + ((uint32_t)127 << 23));
  return x < -87.0f ? 0.0f : value;
}

// The same for any x; finite above 88.
INLINE float fast_exp(float x) { return low_exp(x > 88.0f ? 88.0f : x); }

// tanh x to about 1e-7: a polynomial near zero, where the formula with e^2x would cancel.
INLINE float fast_tanh(float x) {
  const float s = x * x;
  const float near =
      x + x * s *
              ((((-0.00570493f * s + 0.02063904f) * s - 0.0537397f) * s + 0.13331442f) * s -
               0.3333328f);
  const float far = 1.0f - 2.0f / (fast_exp(2.0f * x) + 1.0f);
  return s < 0.390625f ? near : far;
}

INLINE float fast_sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }

// The normal distribution's function at x, given e^(-x^2/2); absolute error below 2e-7.
// erfc(u) = t P(t) e^(-u^2) with t = 1 / (1 + 0.52 u), as in Abramowitz and Stegun 7.1.26, with
// a polynomial of degree 7 fitted for least maximum error.
INLINE float normal_cdf(float x, float gaussian) {
  const float u = __builtin_fabsf(x) * 0.70710678f;
  const float t = 1.0f / (1.0f + 0.52f * u);
  // Half of P.
  const float p =
      ((((((-0.029229985f * t + 0.177925215f) * t - 0.41399375f) * t + 0.3971085f) * t -
         0.10145668f) * t + 0.185754625f) * t + 0.136433885f) * t + 0.147458165f;
  const float tail = t * p * gaussian;
  return x < 0 ? tail : 1.0f - tail;
}

// A hash of a stream's key and an element's index: 32 random bits that depend on nothing else.
// Two rounds of a multiply-and-shift mixer, in 32-bit arithmetic that every vector unit has.
INLINE uint32_t random_bits(uint64_t key, uint32_t index) {
  uint32_t h = index * 0x9e3779b1u ^ (uint32_t)key;
  h = (h ^ (h >> 16)) * 0x85ebca6bu;
  h = (h ^ (h >> 13)) * 0xc2b2ae35u;
  h = (h ^ (h >> 16)) + (uint32_t)(key >> 32);
  h = (h ^ (h >> 16)) * 0x21f0aaadu;
  h = (h ^ (h >> 15)) * 0x735a2d97u;
  return h ^ (h >> 15);
}

// Transposes 8 x 8 floats: rows `from_stride` apart into the eight vectors.
INLINE void transpose8(const float *from, size_t from_stride, v8 *to) {
  v8 a[8], b[8];
  for (int i = 0; i < 8; i++) a[i] = *(const v8 *)(from + (size_t)i * from_stride);
  for (int i = 0; i < 8; i += 2) {
    b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4) {
    a[i] = __builtin_shufflevector(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 1] = __builtin_shufflevector(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    a[i + 2] = __builtin_shufflevector(b[i + 1], b[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    a[i + 3] = __builtin_shufflevector(b[i + 1], b[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  for (int i = 0; i < 4; i++) {
    to[i] = __builtin_shufflevector(a[i], a[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    to[i + 4] = __builtin_shufflevector(a[i], a[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

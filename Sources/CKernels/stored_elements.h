#pragma once
#include "stored_type.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Loops over stored elements are compiled for several processors; the best is chosen at run time.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

// Inlined with a constant type, so that each loop is compiled for the one type it reads.
#define INLINED static inline __attribute__((always_inline))

// Calls a macro once for each type, as the cases of a switch over the type.
#define FOR_EACH_STORED_TYPE(CASE)                                                                 \
  CASE(STORED_F64)                                                                                 \
  CASE(STORED_F32)                                                                                 \
  CASE(STORED_F16)                                                                                 \
  CASE(STORED_BF16)                                                                                \
  CASE(STORED_F8_E4M3)                                                                             \
  CASE(STORED_F8_E5M2)

INLINED uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

INLINED float float_of(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

INLINED size_t stored_size(enum stored_type type) {
  switch (type) {
  case STORED_F64: return 8;
  case STORED_F32: return 4;
  case STORED_F16:
  case STORED_BF16: return 2;
  case STORED_F8_E4M3:
  case STORED_F8_E5M2: return 1;
  }
  __builtin_unreachable();
}

// An element's own bits; 8-bit and 16-bit ones in the low end. Doubles are read by load_double.
INLINED uint32_t load_bits(enum stored_type type, const char *source, size_t i) {
  uint16_t half;
  uint32_t word;
  switch (stored_size(type)) {
  case 1: return (uint8_t)source[i];
  case 2: memcpy(&half, source + 2 * i, 2); return half;
  case 4: memcpy(&word, source + 4 * i, 4); return word;
  }
  __builtin_unreachable();
}

INLINED double load_double(const char *source, size_t i) {
  double value;
  memcpy(&value, source + 8 * i, 8);
  return value;
}

// Bits of a float from those of a half, without branches so that loops become vector code:
// exponents move from bias 15 to 127, subnormals are made normal by a subtraction, infinities and
// NaNs get the full exponent.
INLINED uint32_t widen_half(uint32_t half) {
  const uint32_t sign = (half & 0x8000) << 16;
  const uint32_t magnitude = (half & 0x7fff) << 13;
  const uint32_t normal = magnitude + ((127 - 15) << 23);
  const uint32_t special = magnitude | 0x7f800000;
  const uint32_t smallest_normal = 113 << 23;
  const uint32_t subnormal =
      bits_of(float_of(magnitude + smallest_normal) - float_of(smallest_normal));
  const uint32_t exponent = half & 0x7c00;
  return sign | (exponent == 0 ? subnormal : exponent == 0x7c00 ? special : normal);
}

// Bits of a float from those of an element of at most 32 bits.
INLINED uint32_t widen_bits(enum stored_type type, uint32_t bits) {
  switch (type) {
  case STORED_F32: return bits;
  case STORED_F16: return widen_half(bits);
  case STORED_BF16: return bits << 16;
  case STORED_F8_E5M2: return widen_half(bits << 8);
  case STORED_F8_E4M3: {
    // Its exponent has bias 7 and a half's 15, so shifted into a half the value is 2^8 too small;
    // what would be the largest numbers' exponent is ordinary here.
    const uint32_t half = (bits & 0x80) << 8 | (bits & 0x7f) << 7;
    const uint32_t scaled = bits_of(float_of(widen_half(half)) * 256.0f);
    return (bits & 0x7f) == 0x7f ? 0x7fc00000 | (bits & 0x80) << 24 : scaled;
  }
  case STORED_F64: break;
  }
  __builtin_unreachable();
}

INLINED float load_float(enum stored_type type, const char *source, size_t i) {
  if (type == STORED_F64)
    return (float)load_double(source, i);
  return float_of(widen_bits(type, load_bits(type, source, i)));
}

// A magnitude as an integer of the same order: the bits of |w| as a float. Zero of either sign is
// 0, infinity MAGNITUDE_INFINITY, and NaNs are above it.
INLINED uint32_t load_key(enum stored_type type, const char *source, size_t i) {
  return bits_of(load_float(type, source, i)) & 0x7fffffff;
}

enum { MAGNITUDE_INFINITY = 0x7f800000 };

#include "widening.h"
#include <stdint.h>
#include <string.h>

// The loops are written on bit patterns so that the compiler turns them into vector code on every
// processor; the clones use what the one at hand has.
#if defined(__x86_64__)
#define CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define CLONES
#endif

// Bits of a float from those of a half: exponents move from bias 15 to 127, subnormals are made
// normal by a subtraction, infinities and NaNs get the full exponent.
static inline uint32_t bits_from_half(uint32_t half) {
  const uint32_t sign = (half & 0x8000) << 16;
  const uint32_t magnitude = (half & 0x7fff) << 13;
  const uint32_t normal = magnitude + ((127 - 15) << 23);
  const uint32_t special = magnitude | 0x7f800000;
  const uint32_t scaled_bits = magnitude + (113 << 23);
  const uint32_t smallest_normal_bits = 113 << 23;
  float scaled, smallest_normal;
  memcpy(&scaled, &scaled_bits, 4);
  memcpy(&smallest_normal, &smallest_normal_bits, 4);
  const float difference = scaled - smallest_normal;
  uint32_t subnormal;
  memcpy(&subnormal, &difference, 4);
  const uint32_t exponent = half & 0x7c00;
  return sign | (exponent == 0 ? subnormal : exponent == 0x7c00 ? special : normal);
}

CLONES void widen_f64(const void *source, float *target, size_t count) {
  const char *bytes = source;
  for (size_t i = 0; i < count; i++) {
    double value;
    memcpy(&value, bytes + 8 * i, 8);
    target[i] = (float)value;
  }
}

CLONES void widen_f16(const void *source, float *target, size_t count) {
  const char *bytes = source;
  for (size_t i = 0; i < count; i++) {
    uint16_t half;
    memcpy(&half, bytes + 2 * i, 2);
    const uint32_t bits = bits_from_half(half);
    memcpy(target + i, &bits, 4);
  }
}

CLONES void widen_bf16(const void *source, float *target, size_t count) {
  const char *bytes = source;
  for (size_t i = 0; i < count; i++) {
    uint16_t upper;
    memcpy(&upper, bytes + 2 * i, 2);
    const uint32_t bits = (uint32_t)upper << 16;
    memcpy(target + i, &bits, 4);
  }
}

CLONES void widen_f8e4m3(const void *source, float *target, size_t count) {
  const uint8_t *bytes = source;
  for (size_t i = 0; i < count; i++) {
    // As a half with the same bias offset: e4m3 has bias 7, so shifting its exponent and mantissa
    // into a half (bias 15) gives the value divided by 2^8.
    const uint32_t byte = bytes[i];
    const uint32_t bits = bits_from_half((byte & 0x80) << 8 | (byte & 0x7f) << 7);
    const uint32_t nan_bits = 0x7fc00000 | (byte & 0x80) << 24;
    float value;
    memcpy(&value, &bits, 4);
    value *= 256.0f;
    uint32_t scaled;
    memcpy(&scaled, &value, 4);
    const uint32_t result = (byte & 0x7f) == 0x7f ? nan_bits : scaled;
    memcpy(target + i, &result, 4);
  }
}

CLONES void widen_f8e5m2(const void *source, float *target, size_t count) {
  const uint8_t *bytes = source;
  for (size_t i = 0; i < count; i++) {
    const uint32_t bits = bits_from_half((uint32_t)bytes[i] << 8);
    memcpy(target + i, &bits, 4);
  }
}

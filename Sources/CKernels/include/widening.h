#pragma once
#include <stddef.h>

// Widens `count` stored elements to float. The source may be unaligned and is little-endian.
// A double is rounded to nearest, ties to even; all other types are exact.
void widen_f64(const void *source, float *target, size_t count);
void widen_f16(const void *source, float *target, size_t count);
void widen_bf16(const void *source, float *target, size_t count);
// Finite-only variant with one NaN a sign, as PyTorch's float8_e4m3fn.
void widen_f8e4m3(const void *source, float *target, size_t count);
void widen_f8e5m2(const void *source, float *target, size_t count);

#pragma once

// The floating-point types in which files store weights.
enum stored_type {
  STORED_F64,
  STORED_F32,
  STORED_F16,
  STORED_BF16,
  // Finite-only variant with one NaN a sign, as PyTorch's float8_e4m3fn.
  STORED_F8_E4M3,
  STORED_F8_E5M2,
};

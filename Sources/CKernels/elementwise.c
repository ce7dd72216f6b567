#include "elementwise.h"
#include "lanes.h"
#include <math.h>

#define INVERSE_SQRT_TWO_PI 0.39894228f
#define SQRT_TWO_OVER_PI 0.79788456f

INLINE float gelu(float x) { return x * normal_cdf(x, low_exp(-0.5f * x * x)); }

INLINE float gelu_derivative(float x) {
  const float gaussian = low_exp(-0.5f * x * x);
  return normal_cdf(x, gaussian) + x * gaussian * INVERSE_SQRT_TWO_PI;
}

INLINE float gelu_tanh(float x) {
  return 0.5f * x * (1.0f + fast_tanh(SQRT_TWO_OVER_PI * (x + 0.044715f * x * x * x)));
}

INLINE float gelu_tanh_derivative(float x) {
  const float t = fast_tanh(SQRT_TWO_OVER_PI * (x + 0.044715f * x * x * x));
  return 0.5f * (1.0f + t) +
         0.5f * x * (1.0f - t * t) * SQRT_TWO_OVER_PI * (1.0f + 0.134145f * x * x);
}

INLINE float relu(float x) { return x > 0 ? x : 0; }

INLINE float relu_derivative(float x) { return x > 0 ? 1.0f : 0; }

INLINE float silu(float x) { return x * fast_sigmoid(x); }

INLINE float silu_derivative(float x) {
  const float s = fast_sigmoid(x);
  return s * (1.0f + x * (1.0f - s));
}

INLINE float tanh_derivative(float x) {
  const float t = fast_tanh(x);
  return 1.0f - t * t;
}

// Element i of the output depends on element i of the inputs only, even where they are one array:
// without this the compiler tests for overlap and falls back to single elements.
#define EACH _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < n; i++)

CLONES void elementwise_activation(activation_kind kind, const float *x, float *y, size_t n) {
  switch (kind) {
  case ACTIVATION_GELU: EACH y[i] = gelu(x[i]); break;
  case ACTIVATION_GELU_TANH: EACH y[i] = gelu_tanh(x[i]); break;
  case ACTIVATION_RELU: EACH y[i] = relu(x[i]); break;
  case ACTIVATION_SILU: EACH y[i] = silu(x[i]); break;
  case ACTIVATION_TANH: EACH y[i] = fast_tanh(x[i]); break;
  }
}

#define BACKWARD(derivative)                                                                      \
  if (accumulate) {                                                                               \
    EACH dx[i] += derivative(x[i]) * dy[i];                                                       \
  } else {                                                                                        \
    EACH dx[i] = derivative(x[i]) * dy[i];                                                        \
  }

CLONES void elementwise_activation_backward(activation_kind kind, const float *x, const float *dy,
                                            float *dx, size_t n, int accumulate) {
  switch (kind) {
  case ACTIVATION_GELU: BACKWARD(gelu_derivative) break;
  case ACTIVATION_GELU_TANH: BACKWARD(gelu_tanh_derivative) break;
  case ACTIVATION_RELU: BACKWARD(relu_derivative) break;
  case ACTIVATION_SILU: BACKWARD(silu_derivative) break;
  case ACTIVATION_TANH: BACKWARD(tanh_derivative) break;
  }
}

CLONES void elementwise_multiply(const float *a, const float *b, float *y, size_t n,
                                 int accumulate) {
  if (accumulate)
    EACH y[i] += a[i] * b[i];
  else
    EACH y[i] = a[i] * b[i];
}

CLONES void elementwise_add(const float *x, float scale, float *y, size_t n) {
  EACH y[i] += scale * x[i];
}

CLONES void elementwise_dropout(const dropout_mask *mask, uint32_t first, const float *x, float *y,
                                size_t n, int accumulate) {
  const dropout_mask m = *mask;
  if (accumulate)
    EACH y[i] += random_bits(m.key, first + (uint32_t)i) >= m.threshold ? x[i] * m.scale : 0;
  else
    EACH y[i] = random_bits(m.key, first + (uint32_t)i) >= m.threshold ? x[i] * m.scale : 0;
}

CLONES double elementwise_sum_of_squares(const float *x, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (int lane = 0; lane < LANES; lane++) lanes[lane] += (double)x[i + lane] * x[i + lane];
  double total = 0;
  for (int lane = 0; lane < LANES; lane++) total += lanes[lane];
  for (; i < n; i++) total += (double)x[i] * x[i];
  return total;
}

enum { WORD = 64 };

// The sixteen bits of a word that belong to its `part`th vector.
INLINE uint32_t lane_bits(uint64_t word, int part) { return (uint32_t)(word >> (LANES * part)); }

CLONES double elementwise_mask_and_sum_squares(float *x, const uint64_t *kept, size_t n) {
  double lanes[LANES] = {0};
  size_t i = 0;
  for (; i + WORD <= n; i += WORD)
    for (int part = 0; part < WORD / LANES; part++) {
      const uint32_t bits = lane_bits(kept[i / WORD], part);
      float *values = x + i + LANES * part;
      for (int lane = 0; lane < LANES; lane++) {
        const float value = bits >> lane & 1 ? values[lane] : 0;
        values[lane] = value;
        lanes[lane] += (double)value * value;
      }
    }
  double total = 0;
  for (int lane = 0; lane < LANES; lane++) total += lanes[lane];
  for (; i < n; i++) {
    if (!(kept[i / WORD] >> i % WORD & 1)) x[i] = 0;
    total += (double)x[i] * x[i];
  }
  return total;
}

INLINE void adamw(const adamw_step *step, const float *restrict gradient, float *restrict weight,
                  float *restrict mean, float *restrict variance, size_t n) {
  const adamw_step s = *step;
  const float shrink = 1.0f - s.rate * s.decay, size = s.rate / s.correction1;
  const float root = sqrtf(s.correction2);
  for (size_t i = 0; i < n; i++) {
    const float g = gradient[i] * s.gradient_scale;
    const float m = s.beta1 * mean[i] + (1.0f - s.beta1) * g;
    const float v = s.beta2 * variance[i] + (1.0f - s.beta2) * g * g;
    mean[i] = m;
    variance[i] = v;
    weight[i] = weight[i] * shrink - size * m / (sqrtf(v) / root + s.epsilon);
  }
}

CLONES void elementwise_adamw(const adamw_step *step, const float *restrict gradient,
                              float *restrict weight, float *restrict mean,
                              float *restrict variance, size_t n) {
  adamw(step, gradient, weight, mean, variance, n);
}

CLONES size_t elementwise_adamw_masked(const adamw_step *step, const float *restrict gradient,
                                       float *restrict weight, float *restrict mean,
                                       float *restrict variance, const uint64_t *kept, size_t n) {
  size_t revived = 0;
  for (size_t i = 0; i < n; i += WORD) {
    const size_t count = n - i < WORD ? n - i : WORD;
    adamw(step, gradient + i, weight + i, mean + i, variance + i, count);
    // The weights are still in the first-level cache.
    uint64_t nonzero = 0;
    for (size_t bit = 0; bit < count; bit++)
      nonzero |= (uint64_t)(weight[i + bit] != 0) << bit;
    revived += (size_t)__builtin_popcountll(nonzero & ~kept[i / WORD]);
  }
  return revived;
}

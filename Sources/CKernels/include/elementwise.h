#pragma once
#include <stddef.h>
#include <stdint.h>

// Loops over flat arrays of floats. Where a function takes `accumulate`, nonzero adds to the
// output and zero overwrites it. The same input gives the same bits on any thread of one machine.

typedef enum {
  ACTIVATION_GELU,      // x * Phi(x), the exact form
  ACTIVATION_GELU_TANH, // the tanh approximation ("gelu_new")
  ACTIVATION_RELU,
  ACTIVATION_SILU,
  ACTIVATION_TANH,
} activation_kind;

// y = f(x); x and y may be the same array.
void elementwise_activation(activation_kind kind, const float *x, float *y, size_t n);

// dx (+)= f'(x) * dy.
void elementwise_activation_backward(activation_kind kind, const float *x, const float *dy,
                                     float *dx, size_t n, int accumulate);

// y (+)= a * b.
void elementwise_multiply(const float *a, const float *b, float *y, size_t n, int accumulate);

// y += scale * x.
void elementwise_add(const float *x, float scale, float *y, size_t n);

// A dropout mask: element i is kept, and scaled by 1 / (1 - rate), when the hash of the stream's
// key and first + i is at least `threshold` = rate * 2^32. Never stored: the backward pass
// computes it again.
typedef struct {
  uint64_t key;
  uint32_t threshold;
  float scale;
} dropout_mask;

// y (+)= mask * x.
void elementwise_dropout(const dropout_mask *mask, uint32_t first, const float *x, float *y,
                         size_t n, int accumulate);

// Sum of squares in double precision, in a fixed order.
double elementwise_sum_of_squares(const float *x, size_t n);

// The same after writing zeros over the elements whose bit of `kept` is not set: one bit an
// element, the first in the lowest bit of the first word.
double elementwise_mask_and_sum_squares(float *x, const uint64_t *kept, size_t n);

typedef struct {
  float rate;        // learning rate of this step
  float beta1, beta2;
  float epsilon;
  float decay;       // decoupled weight decay
  float correction1; // 1 - beta1^t
  float correction2; // 1 - beta2^t
  float gradient_scale;
} adamw_step;

// One AdamW step (Loshchilov and Hutter 2019, algorithm 2, in PyTorch's order of operations).
void elementwise_adamw(const adamw_step *step, const float *restrict gradient,
                       float *restrict weight, float *restrict mean, float *restrict variance,
                       size_t n);

// The same step for weights under a mask, laid out as for elementwise_mask_and_sum_squares. Returns
// how many weights that are not kept are other than zero afterwards.
size_t elementwise_adamw_masked(const adamw_step *step, const float *restrict gradient,
                                float *restrict weight, float *restrict mean,
                                float *restrict variance, const uint64_t *kept, size_t n);

#pragma once
#include "sparse_groups.h"
#include "sparse_matrix.h"
#include "sparse_panels.h"

// Products of activations with sparse matrices. Every number of a result is one chain of
// multiply-adds for each strip of columns, in the order of the columns, and the strips added up in
// order: it depends on its token and its row alone, not on the other tokens, nor on the thread.

typedef enum {
  SPARSE_BASELINE, // what every processor of the architecture has: SSE2, NEON
  SPARSE_AVX2,     // 256 bits with fused multiply-adds
  SPARSE_AVX512,
} sparse_variant;

// Whether this processor can run a variant, the best of those that it can, and its name.
int sparse_variant_runs(sparse_variant variant);
sparse_variant sparse_best_variant(void);
const char *sparse_variant_name(sparse_variant variant);

// Floats of scratch that a product needs.
size_t sparse_product_scratch(void);

// Where a product goes: to y, [tokens, rows of W], its rows `stride` floats apart, or, where they are
// not null, to `panels` as the next product reads them.
typedef struct {
  const float *bias; // one number a row of W; may be null
  float *y;
  size_t stride;
  int accumulate; // y += x W^T, without a bias
  float *panels;
} sparse_target;

// y = x W^T + bias, or y += x W^T: W is [rows, columns], the panels hold x, [tokens, columns].
void sparse_multiply(const sparse_matrix *w, const float *panels, size_t tokens,
                     const sparse_target *to, float *scratch, sparse_variant variant);

// The same for a matrix of groups.
void sparse_multiply_groups(const sparse_groups *w, const float *panels, size_t tokens,
                            const sparse_target *to, float *scratch, sparse_variant variant);

// dW (+)= dy^T x at the pattern's elements alone: one number for each slot of W, [rows, columns].
// The panels hold x, [tokens, columns], and dy, [tokens, rows].
void sparse_weight_gradient(const sparse_matrix *w, const float *x_panels,
                            const float *dy_panels, size_t tokens, float *slots, int accumulate,
                            sparse_variant variant);

#pragma once
#include "elementwise.h"

// Loops over matrices of floats, row by row: x is [rows, columns], dense, row-major. Where a
// function takes `accumulate`, nonzero adds to the output and zero overwrites it.

typedef enum {
  NORM_LAYER, // (x - mean) / sqrt(variance + epsilon) * weight + bias
  NORM_RMS,   // x / sqrt(mean of squares + epsilon) * weight
} norm_kind;

// Normalises each row; x and y may be the same array. `bias` may be null. `statistics` receives
// mean and reciprocal deviation of each row, [rows, 2]; null where nobody asks for them.
void rows_norm(norm_kind kind, const float *x, const float *weight, const float *bias,
               float epsilon, float *y, float *statistics, size_t rows, size_t columns);

// x = norm(x + branch), the same bits as a sum and a norm of it, while the rows are in the first-level
// cache.
void rows_add_norm(norm_kind kind, float *x, const float *branch, const float *weight,
                   const float *bias, float epsilon, size_t rows, size_t columns);

// dx (+)= ..., dweight += ..., dbias += ...; `statistics` as rows_norm left them. dx and dbias
// may be null.
void rows_norm_backward(norm_kind kind, const float *x, const float *weight,
                        const float *statistics, const float *dy, float *dx, float *dweight,
                        float *dbias, size_t rows, size_t columns, int accumulate);

// Writes a bias, [columns], into every row; null writes zeros.
void rows_fill(const float *bias, float *y, size_t rows, size_t columns);

// bias gradient: total[c] += sum over the rows of x[r, c].
void rows_sum(const float *x, float *total, size_t rows, size_t columns);

// y[r] (+)= table[indices[r]].
void rows_gather(const float *table, const int32_t *indices, float *y, size_t rows,
                 size_t columns, int accumulate);

// dtable[indices[r]] += dy[r], except where the index is `ignored`.
void rows_scatter_add(const float *dy, const int32_t *indices, int32_t ignored, float *dtable,
                      size_t rows, size_t columns);

// Cross entropy of each row against a target class with label smoothing; rows whose target is
// negative count nothing. Returns the sum of the losses in a fixed order; where `gradient` is not
// null it receives scale * d loss / d logits (x and gradient may be the same array).
double rows_cross_entropy(const float *x, const int32_t *targets, float smoothing, float scale,
                          float *gradient, size_t rows, size_t columns);

// The index of each row's largest element, the first one of equals.
void rows_argmax(const float *x, int32_t *indices, size_t rows, size_t columns);

// Turns pairs (i, i + width / 2) of each head by the angle of the row's position: `direction` 1
// forward, -1 backward. The tables are [positions, width / 2].
void rows_rotary(float *x, const int32_t *positions, const float *cosines, const float *sines,
                 float direction, size_t rows, size_t heads, size_t width);

#pragma once
#include "elementwise.h"

// Scaled dot-product attention of one head over one sequence, for heads too small to be worth a
// call of BLAS each. Matrices are slices of wider ones: a row's elements are contiguous, and rows
// lie `stride` floats apart.
typedef struct {
  size_t queries;       // rows of q and out
  size_t keys;          // rows of k and v that may be attended to
  size_t width;         // columns of all four
  size_t query_stride;  // between rows of q
  size_t key_stride;    // between rows of k and of v
  size_t output_stride; // between rows of out
  float scale;          // on the scores
  int causal;           // query i sees keys 0...i only
  size_t window;        // a causal query sees at most so many keys, itself included; 0 means all
} attention_shape;

// Keys rounded up to whole vectors: the row length of the probabilities.
size_t attention_padded_keys(const attention_shape *shape);

// Floats of scratch that either pass needs.
size_t attention_scratch(const attention_shape *shape);

// out = dropout(softmax(scale * q k^T)) v. `probabilities`, [queries, padded keys], keeps the
// softmax for the backward pass; null where there will be none. `dropout` may be null; element
// (i, j) draws number first + i * padded keys + j.
void attention_forward(const attention_shape *shape, const float *q, const float *k,
                       const float *v, float *out, float *probabilities,
                       const dropout_mask *dropout, uint32_t first, float *scratch);

// dq += ..., dk += ..., dv += ..., laid out like q, k and v; dout like out.
void attention_backward(const attention_shape *shape, const float *q, const float *k,
                        const float *v, const float *probabilities, const float *dout, float *dq,
                        float *dk, float *dv, const dropout_mask *dropout, uint32_t first,
                        float *scratch);

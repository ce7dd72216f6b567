#pragma once
#include <stddef.h>

// Activations as the sparse products read them: panels of 32 tokens, feature-major, so that one
// weight multiplies a row of 32 neighbouring floats. Behind each strip of columns (see
// sparse_matrix.h) lies a row of zeros, which padding is multiplied by. The last panel is 16 tokens
// wide where no more are left; tokens that do not exist are zeros.

// Tokens to pack and multiply at a time, whole panels, so that what was packed is still in the
// second-level cache, beside the weights, when it is read. `columns` are those of all that is
// packed together.
size_t sparse_chunk_tokens(size_t columns);

// Floats that the panels of so many tokens take.
size_t sparse_panels_floats(size_t tokens, size_t columns);

// x is [tokens, columns], its rows `stride` floats apart.
void sparse_panels_pack(const float *x, size_t stride, size_t tokens, size_t columns,
                        float *panels);

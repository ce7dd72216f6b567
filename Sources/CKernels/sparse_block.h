#pragma once
#include "include/sparse_panels.h"

// Writes a block of results, feature-major [rows, width], to some tokens' rows of y: y = bias +
// block, or y += block. `bias` may be null.
void sparse_panels_unpack(const float *block, size_t width, size_t rows, size_t tokens,
                          const float *bias, float *y, size_t stride, int accumulate);

// Writes a block of results, feature-major [rows, width], to their place in a panel of `columns`
// columns, the first of them to column `first`. `bias` may be null.
void sparse_panels_place(const float *block, size_t width, size_t first, size_t rows,
                         size_t columns, const float *bias, float *panel);

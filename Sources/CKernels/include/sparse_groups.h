#pragma once
#include "sparse_matrix.h"

// A matrix with at most N nonzeros in each group of M neighbouring columns of a row, packed as N
// values a group and their places in it: 2 bits each where M is at most 4, otherwise 4 bits. Every
// row takes the same time, so rows stay in order, four at a time. Strips and panels are those of
// sparse_matrix.h. Values that a group lacks are zeros at its first place, which multiply what is
// there: an infinity at a group's first place reaches the result.
typedef struct {
  size_t rows, columns;
  size_t kept, group; // N and M; M is 2, 4, 8 or 16
  size_t nonzeros;
  float *values;   // [rows / 4][groups of columns][N][4]
  uint8_t *places; // the same in bits, the first row's lowest: one or two bytes for four rows
} sparse_groups;

// Whether groups of M columns can be packed: M divides the columns and is 2, 4, 8 or 16.
int sparse_groups_fit(size_t columns, size_t kept, size_t group);

// Packs a dense matrix: a group's nonzeros, at most N. Null without memory, where the groups do not
// fit, and where one has more nonzeros. `mask` has one bit for each element in the order of memory,
// and what it does not keep counts as zero; without it every element is looked at. With `mask` the
// strides must be those of a dense matrix.
sparse_groups *sparse_groups_make(sparse_source source, const uint64_t *mask, size_t rows,
                                  size_t columns, size_t kept, size_t group);
void sparse_groups_free(sparse_groups *matrix);
size_t sparse_groups_bytes(const sparse_groups *matrix);

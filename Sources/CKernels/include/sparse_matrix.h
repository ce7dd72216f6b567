#pragma once
#include <stddef.h>
#include <stdint.h>

// A sparse matrix packed for products with panels of activations (sparse_panels.h).
//
// The matrix is cut into tiles: blocks of rows, so that a block's results stay in the second-level
// cache, times strips of columns, so that a strip of a panel stays in the first. Within a tile the
// rows are sorted by their number of nonzeros and taken four at a time, as slices: step k of a
// slice holds the k-th nonzero of each of its rows, side by side (SELL-C-sigma of Kreutzer et al.,
// 2014, within tiles). Rows that are shorter than their slice are filled up with zeros at the
// strip's padding column, where every panel has zeros. A slot takes five bytes: a float and the
// column within the strip.

enum {
  SPARSE_SLICE = 4,          // rows that are multiplied together
  SPARSE_BLOCK = 256,        // rows of a block, at most
  SPARSE_STRIP = 192,        // columns of a strip, at most: 192 x 32 floats are 24 KB
  SPARSE_PANEL = 32,         // tokens of a panel
  SPARSE_NARROW_PANEL = 16,  // tokens of the last panel where no more are left
};

typedef struct {
  uint8_t rows[SPARSE_SLICE]; // within the block
  uint8_t steps;
} sparse_slice;

typedef struct {
  size_t rows, columns;
  size_t block_rows, blocks;    // a multiple of four rows; the last block may be shorter
  size_t strip_columns, strips; // a multiple of 64 columns; the last strip may be shorter
  size_t nonzeros, slots;
  float *values;         // [slots]
  uint8_t *columns_of;   // [slots], within the strip
  sparse_slice *slices;  // block by block, in it strip by strip
  size_t *tiles;         // [blocks * strips + 1], the first slot of each
} sparse_matrix;

// Where element (row, column) of a dense matrix lies: data[row * row_stride + column *
// column_stride]. One of the strides is 1.
typedef struct {
  const float *data;
  size_t row_stride, column_stride;
} sparse_source;

// Columns of a strip for so many columns in all: matrices with the same columns share panels.
size_t sparse_strip_columns(size_t columns);

// Packs a dense matrix; null without memory. `kept` has one bit for each element in the order of
// memory, and what it keeps is stored even where it is zero; without it, what is not zero is kept.
// With `kept` the strides must be those of a dense matrix.
sparse_matrix *sparse_matrix_make(sparse_source source, const uint64_t *kept, size_t rows,
                                  size_t columns);
void sparse_matrix_free(sparse_matrix *matrix);

// Takes one number for each slot from its element of a dense matrix; slots that fill up rows are left
// alone.
void sparse_matrix_gather(const sparse_matrix *matrix, sparse_source source, float *slots);

// Takes new values of the same pattern.
void sparse_matrix_update(sparse_matrix *matrix, sparse_source source);

// Writes one number for each slot to its element of a dense matrix, or adds it; elements outside
// of the pattern are left alone.
void sparse_matrix_scatter(const sparse_matrix *matrix, const float *slots, float *target,
                           size_t row_stride, size_t column_stride, int accumulate);

// Bytes that the packed form takes.
size_t sparse_matrix_bytes(const sparse_matrix *matrix);

#pragma once
#include <stddef.h>
#include <stdint.h>

// Matrices stored row by row without their zeros, as a bitmask or as compressed rows (CSR). An
// element has 1, 2, 4 or 8 bytes; it counts as zero when all its bits but the highest, the sign, are
// zero. Stored parts come from files: they may be unaligned and may lie, and are checked before
// anything is read or written by them.

enum storage_fault {
  STORAGE_SOUND,
  // The row does not start where the rows before it end.
  STORAGE_ROW_START,
  // The rows together do not have as many values as are stored.
  STORAGE_VALUE_COUNT,
  // A column of the row is outside of the matrix, or not after the one before it.
  STORAGE_COLUMN,
};

// What is wrong and in which row.
struct storage_check {
  enum storage_fault fault;
  size_t row;
};

// Elements that are not zero.
size_t count_nonzero(const void *elements, size_t size, size_t count);

// A bitmask has ceil(columns / 8) bytes a row, the first column in the lowest bit of the first; a set
// bit is a value. `row_offsets` has the number of values before each row. `values` needs room for one
// more than there are.
void pack_bitmask(const void *elements, size_t size, size_t rows, size_t columns, uint8_t *bits,
                  int64_t *row_offsets, void *values);
struct storage_check expand_bitmask(const uint8_t *bits, const void *row_offsets,
                                    const void *values, size_t value_count, size_t size,
                                    size_t rows, size_t columns, void *elements);

// `row_starts` has rows + 1 entries of `start_size` bytes (4 or 8, signed): the values before each
// row, and all of them. Columns have `column_size` bytes: 2 unsigned, or 4 or 8 signed, and ascend
// in each row. When packing, `start_size` is 4 or 8 and `column_size` 2 or 4, and `values` and
// `columns_of` need room for one more than there are.
void pack_rows(const void *elements, size_t size, size_t rows, size_t columns, void *row_starts,
               size_t start_size, void *columns_of, size_t column_size, void *values);
struct storage_check expand_rows(const void *row_starts, size_t start_size, const void *columns_of,
                                 size_t column_size, const void *values, size_t value_count,
                                 size_t size, size_t rows, size_t columns, void *elements);

#include "sparse_storage.h"
#include "stored_elements.h"

INLINED uint64_t load(const void *from, size_t size, size_t i) {
  uint64_t element = 0;
  memcpy(&element, (const char *)from + i * size, size);
  return element;
}

INLINED void store(void *to, size_t size, size_t i, uint64_t element) {
  memcpy((char *)to + i * size, &element, size);
}

INLINED int is_nonzero(uint64_t element, size_t size) {
  return (element & (~0ull >> (65 - 8 * size))) != 0;
}

INLINED size_t count_sized(const void *elements, size_t size, size_t count) {
  size_t nonzero = 0;
  for (size_t i = 0; i < count; i++)
    nonzero += (size_t)is_nonzero(load(elements, size, i), size);
  return nonzero;
}

CLONES size_t count_nonzero(const void *elements, size_t size, size_t count) {
  switch (size) {
  case 1: return count_sized(elements, 1, count);
  case 2: return count_sized(elements, 2, count);
  case 4: return count_sized(elements, 4, count);
  default: return count_sized(elements, 8, count);
  }
}

// Bitmasks

INLINED void pack_bitmask_sized(const char *row, size_t size, size_t rows, size_t columns,
                                uint8_t *bits, int64_t *row_offsets, char *values) {
  size_t k = 0;
  for (size_t r = 0; r < rows; r++, row += columns * size) {
    row_offsets[r] = (int64_t)k;
    for (size_t start = 0; start < columns; start += 8) {
      const size_t length = columns - start < 8 ? columns - start : 8;
      unsigned byte = 0;
      for (size_t i = 0; i < length; i++) {
        const uint64_t element = load(row, size, start + i);
        const unsigned bit = (unsigned)is_nonzero(element, size);
        byte |= bit << i;
        // Written in any case, and overwritten by the next where it was a zero: no branch.
        store(values, size, k, element);
        k += bit;
      }
      *bits++ = (uint8_t)byte;
    }
  }
}

CLONES void pack_bitmask(const void *elements, size_t size, size_t rows, size_t columns,
                         uint8_t *bits, int64_t *row_offsets, void *values) {
  switch (size) {
  case 1: pack_bitmask_sized(elements, 1, rows, columns, bits, row_offsets, values); break;
  case 2: pack_bitmask_sized(elements, 2, rows, columns, bits, row_offsets, values); break;
  case 4: pack_bitmask_sized(elements, 4, rows, columns, bits, row_offsets, values); break;
  case 8: pack_bitmask_sized(elements, 8, rows, columns, bits, row_offsets, values); break;
  }
}

// The bits of a row from column `start`, up to 64 of them; bits past the last column are left out.
INLINED uint64_t row_word(const uint8_t *bits, size_t start, size_t columns) {
  const size_t left = columns - start;
  uint64_t word = 0;
  if (left >= 64) {
    memcpy(&word, bits + start / 8, 8);
    return word;
  }
  memcpy(&word, bits + start / 8, (left + 7) / 8);
  return word & (~0ull >> (64 - left));
}

// Writes the elements of a row at whose bits there are values; the rest is zero already.
INLINED void scatter_bits(const uint8_t *bits, const char *values, size_t size, size_t columns,
                          char *row) {
  for (size_t start = 0; start < columns; start += 64) {
    for (uint64_t word = row_word(bits, start, columns); word != 0; word &= word - 1) {
      store(row, size, start + (size_t)__builtin_ctzll(word), load(values, size, 0));
      values += size;
    }
  }
}

INLINED struct storage_check expand_bitmask_sized(const uint8_t *bits, const void *row_offsets,
                                                  const char *values, size_t value_count,
                                                  size_t size, size_t rows, size_t columns,
                                                  char *row) {
  const size_t pitch = (columns + 7) / 8;
  size_t k = 0;
  for (size_t r = 0; r < rows; r++, bits += pitch, row += columns * size) {
    if (row_offsets != NULL && load(row_offsets, 8, r) != k)
      return (struct storage_check){STORAGE_ROW_START, r};
    size_t in_row = 0;
    for (size_t start = 0; start < columns; start += 64)
      in_row += (size_t)__builtin_popcountll(row_word(bits, start, columns));
    if (in_row > value_count - k)
      return (struct storage_check){STORAGE_VALUE_COUNT, r};
    memset(row, 0, columns * size);
    scatter_bits(bits, values + k * size, size, columns, row);
    k += in_row;
  }
  return (struct storage_check){k == value_count ? STORAGE_SOUND : STORAGE_VALUE_COUNT, rows};
}

CLONES struct storage_check expand_bitmask(const uint8_t *bits, const void *row_offsets,
                                           const void *values, size_t value_count, size_t size,
                                           size_t rows, size_t columns, void *elements) {
  switch (size) {
#define EXPAND(SIZE)                                                                               \
  case SIZE:                                                                                       \
    return expand_bitmask_sized(bits, row_offsets, values, value_count, SIZE, rows, columns,       \
                                elements);
    EXPAND(1)
    EXPAND(2)
    EXPAND(4)
#undef EXPAND
  default:
    return expand_bitmask_sized(bits, row_offsets, values, value_count, 8, rows, columns,
                                elements);
  }
}

// Compressed rows

INLINED void pack_rows_sized(const char *row, size_t size, size_t rows, size_t columns,
                             void *row_starts, size_t start_size, void *columns_of,
                             size_t column_size, void *values) {
  size_t k = 0;
  for (size_t r = 0; r < rows; r++, row += columns * size) {
    store(row_starts, start_size, r, k);
    for (size_t c = 0; c < columns; c++) {
      const uint64_t element = load(row, size, c);
      store(values, size, k, element);
      store(columns_of, column_size, k, c);
      k += (size_t)is_nonzero(element, size);
    }
  }
  store(row_starts, start_size, rows, k);
}

#define EACH_SIZE(CASE, COLUMN) CASE(1, COLUMN) CASE(2, COLUMN) CASE(4, COLUMN) CASE(8, COLUMN)

CLONES void pack_rows(const void *elements, size_t size, size_t rows, size_t columns,
                      void *row_starts, size_t start_size, void *columns_of, size_t column_size,
                      void *values) {
#define PACK(SIZE, COLUMN)                                                                         \
  if (size == SIZE && column_size == COLUMN) {                                                     \
    if (start_size == 4)                                                                           \
      pack_rows_sized(elements, SIZE, rows, columns, row_starts, 4, columns_of, COLUMN, values);   \
    else                                                                                           \
      pack_rows_sized(elements, SIZE, rows, columns, row_starts, 8, columns_of, COLUMN, values);   \
  }
  EACH_SIZE(PACK, 2)
  EACH_SIZE(PACK, 4)
#undef PACK
}

// An index of 4 or 8 signed bytes, or of 2 unsigned ones; negative ones become huge.
INLINED uint64_t load_index(const void *from, size_t size, size_t i) {
  const uint64_t index = load(from, size, i);
  return size == 4 ? (uint64_t)(int64_t)(int32_t)index : index;
}

INLINED struct storage_check expand_rows_sized(const void *row_starts, size_t start_size,
                                               const void *columns_of, size_t column_size,
                                               const char *values, size_t value_count,
                                               size_t size, size_t rows, size_t columns,
                                               char *row) {
  uint64_t k = 0;
  for (size_t r = 0; r < rows; r++, row += columns * size) {
    const uint64_t end = load_index(row_starts, start_size, r + 1);
    if (load_index(row_starts, start_size, r) != k || end < k)
      return (struct storage_check){STORAGE_ROW_START, r};
    if (end > value_count)
      return (struct storage_check){STORAGE_VALUE_COUNT, r};
    memset(row, 0, columns * size);
    uint64_t next = 0;
    for (; k < end; k++) {
      const uint64_t column = load_index(columns_of, column_size, k);
      if (column < next || column >= columns)
        return (struct storage_check){STORAGE_COLUMN, r};
      store(row, size, column, load(values, size, k));
      next = column + 1;
    }
  }
  const int starts_at_zero = rows > 0 || load_index(row_starts, start_size, 0) == 0;
  return (struct storage_check){
      k == value_count && starts_at_zero ? STORAGE_SOUND : STORAGE_VALUE_COUNT, rows};
}

CLONES struct storage_check expand_rows(const void *row_starts, size_t start_size,
                                        const void *columns_of, size_t column_size,
                                        const void *values, size_t value_count, size_t size,
                                        size_t rows, size_t columns, void *elements) {
#define EXPAND(SIZE, COLUMN)                                                                       \
  if (size == SIZE && column_size == COLUMN)                                                       \
    return expand_rows_sized(row_starts, start_size, columns_of, COLUMN, values, value_count, SIZE, \
                             rows, columns, elements);
  EACH_SIZE(EXPAND, 2)
  EACH_SIZE(EXPAND, 4)
  EACH_SIZE(EXPAND, 8)
#undef EXPAND
  __builtin_unreachable();
}

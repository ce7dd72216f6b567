#include "sparse_matrix.h"
#include "lanes.h"
#include <stdlib.h>

typedef _Bool b16 __attribute__((ext_vector_type(16)));

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t words_for(size_t bits) { return (bits + 63) / 64; }

size_t sparse_strip_columns(size_t columns) {
  const size_t strips = (columns + SPARSE_STRIP - 1) / SPARSE_STRIP;
  return strips ? words_for((columns + strips - 1) / strips) * 64 : 64;
}

// One bit for each element that is not zero.
CLONES static void nonzero_bits(const float *x, size_t count, uint64_t *words) {
  for (size_t start = 0; start < count; start += 64, x += 64) {
    uint64_t word = 0;
    if (start + 64 <= count) {
      for (int part = 0; part < 4; part++) {
        const b16 bits = __builtin_convertvector(*(const v16 *)(x + 16 * part) != 0, b16);
        uint16_t packed;
        memcpy(&packed, &bits, sizeof packed);
        word |= (uint64_t)packed << (16 * part);
      }
    } else {
      for (size_t i = 0; i < count - start; i++) word |= (uint64_t)(x[i] != 0) << i;
    }
    words[start / 64] = word;
  }
}

// Some bits from the middle of a long row of them, from bit 0 on.
static void copy_bits(const uint64_t *bits, size_t first, size_t count, uint64_t *words) {
  const size_t shift = first % 64, last = (first + count - 1) / 64;
  bits += first / 64;
  for (size_t w = 0; w < words_for(count); w++) {
    words[w] = bits[w] >> shift;
    if (shift && first / 64 + w < last) words[w] |= bits[w + 1] << (64 - shift);
  }
  if (count % 64) words[count / 64] &= ~(uint64_t)0 >> (64 - count % 64);
}

// Transposes 64 x 64 bits in place by exchanging ever smaller squares (Warren, Hacker's Delight,
// section 7-3, for 64 bits with the lowest bit first).
static void transpose_bits(uint64_t *rows) {
  uint64_t mask = 0xffffffffu;
  for (int width = 32; width; width /= 2, mask ^= mask << width)
    for (int i = 0; i < 64; i = ((i | width) + 1) & ~width) {
      const uint64_t swap = ((rows[i] >> width) ^ rows[i | width]) & mask;
      rows[i] ^= swap << width;
      rows[i | width] ^= swap;
    }
}

// The pattern as rows of bits, [rows, words], whatever the layout of the dense matrix.
static void pattern_bits(sparse_source source, const uint64_t *kept, size_t rows, size_t columns,
                         uint64_t *bits, uint64_t *band) {
  const size_t words = words_for(columns);
  if (source.column_stride == 1) {
    for (size_t r = 0; r < rows; r++)
      if (kept) copy_bits(kept, r * columns, columns, bits + r * words);
      else nonzero_bits(source.data + r * source.row_stride, columns, bits + r * words);
    return;
  }
  // 64 rows of memory, which are columns here, at a time.
  const size_t band_words = words_for(rows);
  for (size_t c = 0; c < columns; c += 64) {
    const size_t count = smaller(64, columns - c);
    memset(band, 0, 64 * band_words * sizeof *band);
    for (size_t i = 0; i < count; i++)
      if (kept) copy_bits(kept, (c + i) * rows, rows, band + i * band_words);
      else nonzero_bits(source.data + (c + i) * source.column_stride, rows, band + i * band_words);
    for (size_t w = 0; w < band_words; w++) {
      uint64_t square[64];
      for (int i = 0; i < 64; i++) square[i] = band[i * band_words + w];
      transpose_bits(square);
      for (size_t i = 0; i < smaller(64, rows - 64 * w); i++)
        bits[(64 * w + i) * words + c / 64] = square[i];
    }
  }
}

// The rows of one tile, sorted by their nonzeros, the longest first, and cut into slices.
static size_t sort_tile(const uint64_t *bits, size_t words, size_t word, size_t tile_words,
                        size_t rows, sparse_slice *slices, size_t *nonzeros) {
  uint8_t counts[SPARSE_BLOCK];
  uint16_t starts[SPARSE_STRIP + 2] = {0};
  const size_t padded = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE * SPARSE_SLICE;
  for (size_t r = 0; r < padded; r++) {
    int count = 0;
    if (r < rows)
      for (size_t w = 0; w < tile_words; w++)
        count += __builtin_popcountll(bits[r * words + word + w]);
    counts[r] = (uint8_t)count;
    *nonzeros += (size_t)count;
    starts[SPARSE_STRIP - count + 1]++;
  }
  for (int i = 1; i < SPARSE_STRIP + 2; i++) starts[i] += starts[i - 1];
  size_t slots = 0;
  for (size_t r = 0; r < padded; r++) {
    const size_t place = starts[SPARSE_STRIP - counts[r]]++;
    slices[place / SPARSE_SLICE].rows[place % SPARSE_SLICE] = (uint8_t)r;
    if (place % SPARSE_SLICE == 0) {
      slices[place / SPARSE_SLICE].steps = counts[r];
      slots += SPARSE_SLICE * counts[r];
    }
  }
  return slots;
}

// One tile of a packed matrix.
typedef struct {
  size_t row, rows, column, columns; // its place and size
  size_t slot;                       // its first
  sparse_slice *slices;
  size_t slice_count;
} tile;

static tile tile_at(const sparse_matrix *m, size_t block, size_t strip) {
  const size_t row = block * m->block_rows, column = strip * m->strip_columns;
  const size_t rows = smaller(m->block_rows, m->rows - row);
  const size_t slices = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE;
  return (tile){
      .row = row,
      .rows = rows,
      .column = column,
      .columns = smaller(m->strip_columns, m->columns - column),
      .slot = m->tiles[block * m->strips + strip],
      .slices = m->slices + row / SPARSE_SLICE * m->strips + strip * slices,
      .slice_count = slices,
  };
}

#define EACH_TILE(m, t)                                                                            \
  for (size_t block = 0; block < (m)->blocks; block++)                                             \
    for (size_t strip = 0; strip < (m)->strips; strip++)                                           \
      for (tile t = tile_at(m, block, strip), *once = &t; once; once = NULL)

static void fill_tile(sparse_matrix *m, const tile *t, const uint64_t *bits,
                      sparse_source source) {
  const size_t words = words_for(m->columns), word = t->column / 64;
  float *values = m->values + t->slot;
  uint8_t *columns = m->columns_of + t->slot;
  for (size_t s = 0; s < t->slice_count; s++) {
    const sparse_slice *slice = &t->slices[s];
    for (size_t lane = 0; lane < SPARSE_SLICE; lane++) {
      const size_t row = t->row + slice->rows[lane];
      size_t slot = lane;
      if (slice->rows[lane] < t->rows) {
        const float *from =
            source.data + row * source.row_stride + t->column * source.column_stride;
        for (size_t w = 0; w < words_for(t->columns); w++)
          for (uint64_t left = bits[row * words + word + w]; left; left &= left - 1) {
            const size_t column = 64 * w + (size_t)__builtin_ctzll(left);
            values[slot] = from[column * source.column_stride];
            columns[slot] = (uint8_t)column;
            slot += SPARSE_SLICE;
          }
      }
      for (; slot < SPARSE_SLICE * (size_t)slice->steps; slot += SPARSE_SLICE) {
        values[slot] = 0;
        columns[slot] = (uint8_t)t->columns;
      }
    }
    values += SPARSE_SLICE * slice->steps;
    columns += SPARSE_SLICE * slice->steps;
  }
}

sparse_matrix *sparse_matrix_make(sparse_source source, const uint64_t *kept, size_t rows,
                                  size_t columns) {
  sparse_matrix *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  m->rows = rows;
  m->columns = columns;
  m->strip_columns = sparse_strip_columns(columns);
  m->strips = (columns + m->strip_columns - 1) / m->strip_columns;
  m->blocks = (rows + SPARSE_BLOCK - 1) / SPARSE_BLOCK;
  if (m->blocks) {
    const size_t even = (rows + m->blocks - 1) / m->blocks;
    m->block_rows = (even + SPARSE_SLICE - 1) / SPARSE_SLICE * SPARSE_SLICE;
    m->blocks = (rows + m->block_rows - 1) / m->block_rows;
  }
  const size_t slices = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE * m->strips;
  uint64_t *bits = malloc((rows * words_for(columns) + 1) * sizeof *bits);
  uint64_t *band = malloc((64 * words_for(rows) + 1) * sizeof *band);
  m->slices = malloc((slices + 1) * sizeof *m->slices);
  m->tiles = calloc(m->blocks * m->strips + 1, sizeof *m->tiles);
  if (bits && band && m->slices && m->tiles) {
    pattern_bits(source, kept, rows, columns, bits, band);
    EACH_TILE(m, t) {
      const size_t slots =
          sort_tile(bits + t.row * words_for(columns), words_for(columns), t.column / 64,
                    words_for(t.columns), t.rows, t.slices, &m->nonzeros);
      m->tiles[block * m->strips + strip + 1] = t.slot + slots;
    }
    m->slots = m->tiles[m->blocks * m->strips];
    m->values = malloc((m->slots + 1) * sizeof *m->values);
    m->columns_of = malloc(m->slots + 1);
    if (m->values && m->columns_of) EACH_TILE(m, t) fill_tile(m, &t, bits, source);
  }
  free(bits);
  free(band);
  if (m->values && m->columns_of) return m;
  sparse_matrix_free(m);
  return NULL;
}

void sparse_matrix_free(sparse_matrix *m) {
  if (!m) return;
  free(m->values);
  free(m->columns_of);
  free(m->slices);
  free(m->tiles);
  free(m);
}

// Calls `use` with each slot of the pattern and its element's place; padding has none.
#define EACH_SLOT(m, source, use)                                                                  \
  EACH_TILE(m, t) {                                                                                \
    size_t base = t.slot;                                                                          \
    for (size_t s = 0; s < t.slice_count; s++) {                                                   \
      const sparse_slice slice = t.slices[s];                                                      \
      size_t from[SPARSE_SLICE];                                                                   \
      for (int lane = 0; lane < SPARSE_SLICE; lane++)                                              \
        from[lane] = (t.row + slice.rows[lane]) * source.row_stride +                              \
                     t.column * source.column_stride;                                              \
      for (size_t step = 0; step < slice.steps; step++, base += SPARSE_SLICE)                      \
        for (size_t lane = 0; lane < SPARSE_SLICE; lane++) {                                       \
          const size_t slot = base + lane, column = (m)->columns_of[slot];                         \
          if (column == t.columns) continue;                                                       \
          const size_t place = from[lane] + column * source.column_stride;                         \
          use;                                                                                     \
        }                                                                                          \
    }                                                                                              \
  }

void sparse_matrix_gather(const sparse_matrix *m, sparse_source source, float *slots) {
  EACH_SLOT(m, source, slots[slot] = source.data[place]);
}

void sparse_matrix_update(sparse_matrix *m, sparse_source source) {
  sparse_matrix_gather(m, source, m->values);
}

void sparse_matrix_scatter(const sparse_matrix *m, const float *slots, float *target,
                           size_t row_stride, size_t column_stride, int accumulate) {
  const sparse_source layout = {target, row_stride, column_stride};
  if (accumulate) {
    EACH_SLOT(m, layout, target[place] += slots[slot]);
  } else {
    EACH_SLOT(m, layout, target[place] = slots[slot]);
  }
}

size_t sparse_matrix_bytes(const sparse_matrix *m) {
  const size_t slices = (m->rows + SPARSE_SLICE - 1) / SPARSE_SLICE * m->strips;
  return sizeof *m + m->slots * (sizeof *m->values + sizeof *m->columns_of) +
         slices * sizeof *m->slices + (m->blocks * m->strips + 1) * sizeof *m->tiles;
}

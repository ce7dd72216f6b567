#include "attention.h"
#include "lanes.h"

enum {
  TILE_ROWS = 6,    // accumulators of sixteen lanes that fit in AVX2's registers
  QUERY_BLOCK = 48, // queries at a time, so that their scores stay in the first-level cache
};

// A matrix whose element (i, j) lies at data[i * row + j * column].
typedef struct {
  const float *data;
  size_t row, column;
} strided;

// TILE(V, lanes): c[rows, lanes] (+)= a[rows, depth] * b[depth, lanes] with one accumulator a row.
#define TILE(V, name)                                                                             \
  INLINE void name(const int rows, size_t depth, strided a, const float *b, size_t b_stride,      \
                   float *c, size_t c_stride, int accumulate) {                                   \
    V sums[TILE_ROWS];                                                                            \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                           \
      if (accumulate)                                                                             \
        sums[r] = *(const V *)(c + (size_t)r * c_stride);                                         \
      else                                                                                        \
        sums[r] = (V){0};                                                                         \
    }                                                                                             \
    for (size_t d = 0; d < depth; d++) {                                                          \
      const V next = *(const V *)(b + d * b_stride);                                              \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) sums[r] +=                \
          next * a.data[(size_t)r * a.row + d * a.column];                                        \
    }                                                                                             \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) *(V *)(c +                  \
                                                                             (size_t)r *          \
                                                                                 c_stride) =      \
        sums[r];                                                                                  \
  }

typedef float v1 __attribute__((may_alias));
TILE(v16, tile16)
TILE(v8, tile8)
TILE(v4, tile4)
#undef TILE

INLINE void tile1(const int rows, size_t depth, strided a, const float *b, size_t b_stride,
                  float *c, size_t c_stride, int accumulate) {
  for (int r = 0; r < rows; r++) {
    float sum = accumulate ? c[(size_t)r * c_stride] : 0;
    for (size_t d = 0; d < depth; d++)
      sum += b[d * b_stride] * a.data[(size_t)r * a.row + d * a.column];
    c[(size_t)r * c_stride] = sum;
  }
}

// All columns of some rows: sixteen at a time, then eight, four and one.
INLINE void row_band(const int rows, size_t columns, size_t depth, strided a, const float *b,
                     size_t b_stride, float *c, size_t c_stride, int accumulate) {
  size_t j = 0;
  for (; j + 16 <= columns; j += 16)
    tile16(rows, depth, a, b + j, b_stride, c + j, c_stride, accumulate);
  for (; j + 8 <= columns; j += 8)
    tile8(rows, depth, a, b + j, b_stride, c + j, c_stride, accumulate);
  for (; j + 4 <= columns; j += 4)
    tile4(rows, depth, a, b + j, b_stride, c + j, c_stride, accumulate);
  for (; j < columns; j++)
    tile1(rows, depth, a, b + j, b_stride, c + j, c_stride, accumulate);
}

// c[rows, columns] (+)= a[rows, depth] * b[depth, columns].
CLONES static void product(size_t rows, size_t columns, size_t depth, strided a, const float *b,
                           size_t b_stride, float *c, size_t c_stride, int accumulate) {
  size_t i = 0;
  for (; i + TILE_ROWS <= rows; i += TILE_ROWS, a.data += TILE_ROWS * a.row)
    row_band(TILE_ROWS, columns, depth, a, b, b_stride, c + i * c_stride, c_stride, accumulate);
  c += i * c_stride;
  switch (rows - i) {
  case 5: row_band(5, columns, depth, a, b, b_stride, c, c_stride, accumulate); break;
  case 4: row_band(4, columns, depth, a, b, b_stride, c, c_stride, accumulate); break;
  case 3: row_band(3, columns, depth, a, b, b_stride, c, c_stride, accumulate); break;
  case 2: row_band(2, columns, depth, a, b, b_stride, c, c_stride, accumulate); break;
  case 1: row_band(1, columns, depth, a, b, b_stride, c, c_stride, accumulate); break;
  }
}

size_t attention_padded_keys(const attention_shape *shape) {
  return (shape->keys + LANES - 1) / LANES * LANES;
}

size_t attention_scratch(const attention_shape *shape) {
  return (shape->width + 2 * QUERY_BLOCK) * attention_padded_keys(shape);
}

// The keys that a query sees: [first, end).
INLINE size_t visible_end(const attention_shape *s, size_t query) {
  return s->causal && query + 1 < s->keys ? query + 1 : s->keys;
}

INLINE size_t visible_first(const attention_shape *s, size_t query) {
  return s->causal && s->window && query + 1 > s->window ? query + 1 - s->window : 0;
}

INLINE size_t padded(size_t keys) { return (keys + LANES - 1) / LANES * LANES; }

// x is [keys, width]; t receives [width, padded keys] with zeros behind the last key.
CLONES static void transpose(const float *x, size_t stride, size_t keys, size_t width, float scale,
                             float *t, size_t padded_keys) {
  const size_t whole_width = width / 8 * 8;
  for (size_t d = 0; d < whole_width; d += 8)
    for (size_t j = 0; j < padded_keys; j += 8) {
      v8 lanes[8];
      if (j + 8 <= keys) {
        transpose8(x + j * stride + d, stride, lanes);
      } else {
        // The last keys and the padding as a block of their own: element by element they would
        // take longer than all the others.
        float last[8][8] = {{0}};
        for (size_t i = 0; j + i < keys; i++)
          *(v8 *)last[i] = *(const v8 *)(x + (j + i) * stride + d);
        transpose8(last[0], 8, lanes);
      }
      for (size_t i = 0; i < 8; i++) *(v8 *)(t + (d + i) * padded_keys + j) = lanes[i] * scale;
    }
  for (size_t d = whole_width; d < width; d++)
    for (size_t j = 0; j < padded_keys; j++)
      t[d * padded_keys + j] = j < keys ? scale * x[j * stride + d] : 0;
}

typedef int32_t i16 __attribute__((vector_size(64), aligned(4), may_alias));

// Makes the lanes outside of [first, end) invisible, by the bits of a whole vector: of a loop over
// the lanes the compiler makes a branch for each, and single stores, which the next load waits for.
INLINE void hide(float *lanes, int first, int end) {
  const i16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const i16 visible = (lane >= first) & (lane < end);
  const i16 lowest = (i16){0} + (int32_t)bits_from_float(-__builtin_inff());
  *(i16 *)lanes = (*(const i16 *)lanes & visible) | (lowest & ~visible);
}

// Softmax of at most QUERY_BLOCK rows of scores over the keys that each sees; everything else
// becomes 0. Loops run over whole vectors: what is hidden, the padding too, is so low that its
// exponential is 0. Three passes, because within one row each step waits for the one before.
CLONES static void softmax_rows(const attention_shape *s, size_t query, float *scores, size_t rows,
                                size_t columns, size_t row_length) {
  float most[QUERY_BLOCK];
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * row_length;
    const size_t first = visible_first(s, query + r), end = visible_end(s, query + r);
    for (size_t j = 0; j < columns; j += LANES)
      if (j < first || j + LANES > end) hide(row + j, (int)first - (int)j, (int)end - (int)j);
    const float largest = row_max(row, columns);
    // A query that sees nothing, as padding behind a window does, gets zeros and no NaN.
    most[r] = first < end ? largest : 0;
  }
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * row_length;
    for (size_t j = 0; j < columns; j += LANES)
      for (size_t lane = 0; lane < LANES; lane++)
        row[j + lane] = low_exp(row[j + lane] - most[r]);
  }
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * row_length;
    const float sum = row_sum(row, columns), inverse = sum > 0 ? 1.0f / sum : 0;
    for (size_t j = 0; j < columns; j += LANES) *(v16 *)(row + j) *= inverse;
  }
}

void attention_forward(const attention_shape *s, const float *q, const float *k, const float *v,
                       float *out, float *probabilities, const dropout_mask *dropout,
                       uint32_t first, float *scratch) {
  const size_t length = attention_padded_keys(s);
  float *keys = scratch, *block = keys + s->width * length;
  float *dropped = block + QUERY_BLOCK * length;
  transpose(k, s->key_stride, s->keys, s->width, s->scale, keys, length);
  for (size_t i = 0; i < s->queries; i += QUERY_BLOCK) {
    const size_t rows = s->queries - i < QUERY_BLOCK ? s->queries - i : QUERY_BLOCK;
    const size_t seen = visible_end(s, i + rows - 1), columns = padded(seen);
    float *p = probabilities ? probabilities + i * length : block;
    product(rows, columns, s->width, (strided){q + i * s->query_stride, s->query_stride, 1}, keys,
            length, p, length, 0);
    softmax_rows(s, i, p, rows, columns, length);
    if (dropout) {
      for (size_t r = 0; r < rows; r++)
        elementwise_dropout(dropout, first + (uint32_t)((i + r) * length), p + r * length,
                            dropped + r * length, columns, 0);
      p = dropped;
    }
    product(rows, s->width, seen, (strided){p, length, 1}, v, s->key_stride,
            out + i * s->output_stride, s->output_stride, 0);
  }
}

// ds = p * (dp - sum(p * dp)) * scale, in place of dp.
CLONES static void softmax_rows_backward(const float *p, float *dp, float scale, size_t rows,
                                         size_t columns, size_t row_length) {
  for (size_t r = 0; r < rows; r++, p += row_length, dp += row_length) {
    const float sum = row_dot(p, dp, columns);
    for (size_t j = 0; j < columns; j += LANES)
      *(v16 *)(dp + j) = *(const v16 *)(p + j) * (*(v16 *)(dp + j) - sum) * scale;
  }
}

void attention_backward(const attention_shape *s, const float *q, const float *k, const float *v,
                        const float *probabilities, const float *dout, float *dq, float *dk,
                        float *dv, const dropout_mask *dropout, uint32_t first, float *scratch) {
  const size_t length = attention_padded_keys(s);
  float *values = scratch, *dp = values + s->width * length;
  float *dropped = dp + QUERY_BLOCK * length;
  transpose(v, s->key_stride, s->keys, s->width, 1, values, length);
  for (size_t i = 0; i < s->queries; i += QUERY_BLOCK) {
    const size_t rows = s->queries - i < QUERY_BLOCK ? s->queries - i : QUERY_BLOCK;
    const size_t seen = visible_end(s, i + rows - 1), columns = padded(seen);
    const float *p = probabilities + i * length, *used = p;
    const float *dy = dout + i * s->output_stride;
    if (dropout) {
      for (size_t r = 0; r < rows; r++)
        elementwise_dropout(dropout, first + (uint32_t)((i + r) * length), p + r * length,
                            dropped + r * length, columns, 0);
      used = dropped;
    }
    product(seen, s->width, rows, (strided){used, 1, length}, dy, s->output_stride, dv,
            s->key_stride, 1);
    product(rows, columns, s->width, (strided){dy, s->output_stride, 1}, values, length, dp,
            length, 0);
    if (dropout)
      for (size_t r = 0; r < rows; r++)
        elementwise_dropout(dropout, first + (uint32_t)((i + r) * length), dp + r * length,
                            dp + r * length, columns, 0);
    softmax_rows_backward(p, dp, s->scale, rows, columns, length);
    product(rows, s->width, seen, (strided){dp, length, 1}, k, s->key_stride,
            dq + i * s->query_stride, s->query_stride, 1);
    product(seen, s->width, rows, (strided){dp, 1, length}, q + i * s->query_stride,
            s->query_stride, dk, s->key_stride, 1);
  }
}

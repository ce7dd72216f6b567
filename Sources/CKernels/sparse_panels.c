#include "sparse_panels.h"
#include "lanes.h"
#include "sparse_block.h"
#include "sparse_matrix.h"

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// One strip of one panel: `columns` columns of `tokens` tokens, and the row of zeros.
CLONES static void pack_strip(const float *x, size_t stride, size_t tokens, size_t columns,
                              size_t width, float *panel) {
  enum { AHEAD = 32 };
  const size_t whole_tokens = tokens / 8 * 8, whole_columns = columns / 8 * 8;
  for (size_t c = 0; c < whole_columns; c += 8)
    for (size_t t = 0; t < whole_tokens; t += 8) {
      v8 lanes[8];
      for (size_t i = 0; i < 8; i++) __builtin_prefetch(x + (t + i) * stride + c + AHEAD);
      transpose8(x + t * stride + c, stride, lanes);
      for (size_t i = 0; i < 8; i++) *(v8 *)(panel + (c + i) * width + t) = lanes[i];
    }
  for (size_t c = 0; c < columns; c++) {
    const size_t first = c < whole_columns ? whole_tokens : 0;
    for (size_t t = first; t < tokens; t++) panel[c * width + t] = x[t * stride + c];
    for (size_t t = tokens; t < width; t++) panel[c * width + t] = 0;
  }
  memset(panel + columns * width, 0, width * sizeof *panel);
}

size_t sparse_chunk_tokens(size_t columns) {
  // Of 200, 400 and 800 KB the smallest was the fastest on a core with 1 MB; packing all of 512
  // tokens at once cost a third of the speed at 95 % sparsity with 1536 columns.
  enum { FLOATS = 200 * 1024 / sizeof(float) };
  const size_t panels = columns ? FLOATS / (columns * SPARSE_PANEL) : 1;
  return SPARSE_PANEL * (panels ? panels : 1);
}

size_t sparse_panels_floats(size_t tokens, size_t columns) {
  const size_t strip = sparse_strip_columns(columns), strips = (columns + strip - 1) / strip;
  const size_t lanes =
      (tokens + SPARSE_NARROW_PANEL - 1) / SPARSE_NARROW_PANEL * SPARSE_NARROW_PANEL;
  return lanes * (columns + strips);
}

void sparse_panels_pack(const float *x, size_t stride, size_t tokens, size_t columns,
                        float *panels) {
  const size_t strip = sparse_strip_columns(columns);
  for (size_t t = 0; t < tokens; t += SPARSE_PANEL) {
    const size_t count = smaller(SPARSE_PANEL, tokens - t);
    const size_t width = count > SPARSE_NARROW_PANEL ? SPARSE_PANEL : SPARSE_NARROW_PANEL;
    for (size_t c = 0; c < columns; c += strip) {
      const size_t strip_columns = smaller(strip, columns - c);
      pack_strip(x + t * stride + c, stride, count, strip_columns, width, panels);
      panels += (strip_columns + 1) * width;
    }
  }
}

CLONES void sparse_panels_unpack(const float *block, size_t width, size_t rows, size_t tokens,
                                 const float *bias, float *y, size_t stride, int accumulate) {
  const size_t whole_tokens = tokens / 8 * 8, whole_rows = rows / 8 * 8;
  for (size_t r = 0; r < whole_rows; r += 8)
    for (size_t t = 0; t < whole_tokens; t += 8) {
      v8 lanes[8];
      transpose8(block + r * width + t, width, lanes);
      for (size_t i = 0; i < 8; i++) {
        v8 *to = (v8 *)(y + (t + i) * stride + r);
        if (accumulate) *to += lanes[i];
        else if (bias) *to = lanes[i] + *(const v8 *)(bias + r);
        else *to = lanes[i];
      }
    }
  for (size_t t = 0; t < tokens; t++)
    for (size_t r = t < whole_tokens ? whole_rows : 0; r < rows; r++) {
      const float sum = block[r * width + t];
      float *to = y + t * stride + r;
      *to = accumulate ? *to + sum : bias ? sum + bias[r] : sum;
    }
}

CLONES void sparse_panels_place(const float *block, size_t width, size_t first, size_t rows,
                                size_t columns, const float *bias, float *panel) {
  const size_t strip = sparse_strip_columns(columns);
  for (size_t r = 0; r < rows; r++, block += width) {
    const size_t column = first + r, behind = column + 1;
    float *to = panel + (column + column / strip) * width;
    for (size_t t = 0; t < width; t += LANES)
      *(v16 *)(to + t) = bias ? *(const v16 *)(block + t) + bias[r] : *(const v16 *)(block + t);
    if (behind % strip == 0 || behind == columns) memset(to + width, 0, width * sizeof *to);
  }
}

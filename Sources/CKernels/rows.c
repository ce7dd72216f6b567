#include "rows.h"
#include "lanes.h"
#include <math.h>

// One row's columns; see EACH in elementwise.c.
#define EACH _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < columns; i++)

// Rows that are normalised side by side: the sums over one row are chains, each step of which
// waits for the one before.
enum { NORM_ROWS = 4 };

INLINE void norm_rows(const int rows, norm_kind kind, const float *x, const float *weight,
                      const float *bias, float epsilon, float *y, float *statistics,
                      size_t columns) {
  float mean[NORM_ROWS] = {0}, scale[NORM_ROWS];
  const size_t whole = columns / LANES * LANES;
  v16 lanes[NORM_ROWS];
  if (kind == NORM_LAYER) {
    for (int r = 0; r < rows; r++) lanes[r] = (v16){0};
    for (size_t c = 0; c < whole; c += LANES)
      _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) lanes[r] +=
          *(const v16 *)(x + (size_t)r * columns + c);
    for (int r = 0; r < rows; r++) {
      float sum = lane_sum(lanes + r);
      for (size_t c = whole; c < columns; c++) sum += x[(size_t)r * columns + c];
      mean[r] = sum / (float)columns;
    }
  }
  for (int r = 0; r < rows; r++) lanes[r] = (v16){0};
  for (size_t c = 0; c < whole; c += LANES)
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
      const v16 centred = *(const v16 *)(x + (size_t)r * columns + c) - mean[r];
      lanes[r] += centred * centred;
    }
  for (int r = 0; r < rows; r++, x += columns, y += columns) {
    float squares = lane_sum(lanes + r);
    for (size_t c = whole; c < columns; c++) squares += (x[c] - mean[r]) * (x[c] - mean[r]);
    scale[r] = 1.0f / sqrtf(squares / (float)columns + epsilon);
    if (bias)
      EACH y[i] = (x[i] - mean[r]) * scale[r] * weight[i] + bias[i];
    else
      EACH y[i] = (x[i] - mean[r]) * scale[r] * weight[i];
    if (statistics) {
      statistics[2 * r] = mean[r];
      statistics[2 * r + 1] = scale[r];
    }
  }
}

CLONES void rows_norm(norm_kind kind, const float *x, const float *weight, const float *bias,
                      float epsilon, float *y, float *statistics, size_t rows, size_t columns) {
  size_t r = 0;
  for (; r + NORM_ROWS <= rows; r += NORM_ROWS)
    norm_rows(NORM_ROWS, kind, x + r * columns, weight, bias, epsilon, y + r * columns,
              statistics ? statistics + 2 * r : NULL, columns);
  for (; r < rows; r++)
    norm_rows(1, kind, x + r * columns, weight, bias, epsilon, y + r * columns,
              statistics ? statistics + 2 * r : NULL, columns);
}

CLONES void rows_add_norm(norm_kind kind, float *x, const float *branch, const float *weight,
                          const float *bias, float epsilon, size_t rows, size_t columns) {
  size_t r = 0;
  for (; r + NORM_ROWS <= rows; r += NORM_ROWS, x += NORM_ROWS * columns) {
    for (size_t i = 0; i < NORM_ROWS * columns; i++) x[i] += branch[r * columns + i];
    norm_rows(NORM_ROWS, kind, x, weight, bias, epsilon, x, NULL, columns);
  }
  for (; r < rows; r++, x += columns) {
    for (size_t i = 0; i < columns; i++) x[i] += branch[r * columns + i];
    norm_rows(1, kind, x, weight, bias, epsilon, x, NULL, columns);
  }
}

// With h = (x - mean) * scale and g = dy * weight:
// dx = scale * (g - mean(g) - h * mean(g * h)), without mean(g) for the RMS form.
CLONES void rows_norm_backward(norm_kind kind, const float *x, const float *weight,
                               const float *statistics, const float *dy, float *dx, float *dweight,
                               float *dbias, size_t rows, size_t columns, int accumulate) {
  for (size_t r = 0; r < rows; r++, x += columns, dy += columns) {
    const float mean = statistics[2 * r], scale = statistics[2 * r + 1];
    EACH dweight[i] += dy[i] * (x[i] - mean) * scale;
    if (dbias) EACH dbias[i] += dy[i];
    if (!dx) continue;
    v16 sums = {0}, products = {0};
    size_t c = 0;
    for (; c + LANES <= columns; c += LANES) {
      const v16 g = *(const v16 *)(dy + c) * *(const v16 *)(weight + c);
      sums += g;
      products += g * (*(const v16 *)(x + c) - mean);
    }
    float sum = lane_sum(&sums), product = lane_sum(&products);
    for (; c < columns; c++) {
      sum += dy[c] * weight[c];
      product += dy[c] * weight[c] * (x[c] - mean);
    }
    const float offset = kind == NORM_LAYER ? sum / (float)columns : 0;
    const float slope = product * scale * scale / (float)columns;
    if (accumulate)
      EACH dx[i] += scale * (dy[i] * weight[i] - offset - (x[i] - mean) * slope);
    else
      EACH dx[i] = scale * (dy[i] * weight[i] - offset - (x[i] - mean) * slope);
    dx += columns;
  }
}

void rows_fill(const float *bias, float *y, size_t rows, size_t columns) {
  if (!bias) {
    memset(y, 0, rows * columns * sizeof *y);
    return;
  }
  for (size_t r = 0; r < rows; r++) memcpy(y + r * columns, bias, columns * sizeof *y);
}

CLONES void rows_sum(const float *x, float *total, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) EACH total[i] += x[i];
}

CLONES void rows_gather(const float *table, const int32_t *indices, float *y, size_t rows,
                        size_t columns, int accumulate) {
  for (size_t r = 0; r < rows; r++, y += columns) {
    const float *row = table + (size_t)indices[r] * columns;
    if (accumulate)
      EACH y[i] += row[i];
    else
      memcpy(y, row, columns * sizeof *y);
  }
}

CLONES void rows_scatter_add(const float *dy, const int32_t *indices, int32_t ignored,
                             float *dtable, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, dy += columns) {
    if (indices[r] == ignored) continue;
    float *row = dtable + (size_t)indices[r] * columns;
    EACH row[i] += dy[i];
  }
}

INLINE float row_exp_sum(const float *x, float shift, size_t columns) {
  v16 lanes = {0};
  size_t c = 0;
  for (; c + LANES <= columns; c += LANES) {
    float terms[LANES];
    for (int i = 0; i < LANES; i++) terms[i] = fast_exp(x[c + i] - shift);
    lanes += *(const v16 *)terms;
  }
  float total = lane_sum(&lanes);
  for (; c < columns; c++) total += fast_exp(x[c] - shift);
  return total;
}

CLONES double rows_cross_entropy(const float *x, const int32_t *targets, float smoothing,
                                 float scale, float *gradient, size_t rows, size_t columns) {
  double total = 0;
  const float spread = smoothing / (float)columns;
  for (size_t r = 0; r < rows; r++, x += columns) {
    const int32_t target = targets[r];
    float *g = gradient ? gradient + r * columns : NULL;
    if (target < 0) {
      if (g) memset(g, 0, columns * sizeof *g);
      continue;
    }
    const float most = row_max(x, columns);
    const float sum = row_exp_sum(x, most, columns);
    const float log_sum = most + logf(sum);
    total += (1.0f - smoothing) * (log_sum - x[target]);
    if (smoothing > 0) total += smoothing * (log_sum - row_sum(x, columns) / (float)columns);
    if (!g) continue;
    const float inverse = 1.0f / sum;
    EACH g[i] = scale * (fast_exp(x[i] - most) * inverse - spread);
    g[target] -= scale * (1.0f - smoothing);
  }
  return total;
}

void rows_argmax(const float *x, int32_t *indices, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++, x += columns) {
    size_t best = 0;
    for (size_t c = 1; c < columns; c++)
      if (x[c] > x[best]) best = c;
    indices[r] = (int32_t)best;
  }
}

CLONES void rows_rotary(float *x, const int32_t *positions, const float *cosines,
                        const float *sines, float direction, size_t rows, size_t heads,
                        size_t width) {
  const size_t half = width / 2;
  for (size_t r = 0; r < rows; r++) {
    const float *cosine = cosines + (size_t)positions[r] * half;
    const float *sine = sines + (size_t)positions[r] * half;
    for (size_t h = 0; h < heads; h++, x += width)
      for (size_t i = 0; i < half; i++) {
        const float a = x[i], b = x[i + half];
        x[i] = a * cosine[i] - b * (direction * sine[i]);
        x[i + half] = b * cosine[i] + a * (direction * sine[i]);
      }
  }
}

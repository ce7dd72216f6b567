#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "CImages.h"

// Pillow's resampling of bytes: weights as fixed-point numbers of 22 bits, along rows and along
// columns in turn, with bytes in between. Source: "Resample.c" and "Geometry.c" of Pillow describe
// the arithmetic; the filters are those of its documentation.

enum { precision = 22 };

static double box(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

static double bilinear(double x) {
  x = fabs(x);
  return x < 1 ? 1 - x : 0;
}

static double hamming(double x) {
  x = fabs(x);
  if (x == 0) return 1;
  if (x >= 1) return 0;
  x *= M_PI;
  // Pillow has these two in single precision, which shows.
  return sin(x) / x * (0.54f + 0.46f * cos(x));
}

static double bicubic(double x) {
  const double a = -0.5;
  x = fabs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

static double sinc(double x) {
  if (x == 0) return 1;
  x *= M_PI;
  return sin(x) / x;
}

static double lanczos(double x) { return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

static const struct {
  double (*weight)(double distance);
  double support;
} filters[] = {
  [image_lanczos] = {lanczos, 3}, [image_bilinear] = {bilinear, 1}, [image_bicubic] = {bicubic, 2},
  [image_box] = {box, 0.5},       [image_hamming] = {hamming, 1},
};

/// What each target position takes from the source, along one axis.
typedef struct window {
  size_t first, count;
} window;

typedef struct weights {
  /// Weights that are kept for each position, used or not.
  size_t stride;
  window *windows;
  int32_t *values;
} weights;

static void release(weights *w) {
  free(w->windows);
  free(w->values);
}

static bool make_weights(weights *w, size_t source, size_t target, image_filter filter) {
  const double scale = (double)source / (double)target;
  // Shrinking widens the filter, so that every source pixel counts.
  const double width = scale < 1 ? 1 : scale;
  const double support = filters[filter].support * width;
  w->stride = (size_t)ceil(support) * 2 + 1;
  w->windows = malloc(target * sizeof *w->windows);
  w->values = malloc(target * w->stride * sizeof *w->values);
  double *exact = malloc(w->stride * sizeof *exact);
  if (!w->windows || !w->values || !exact) {
    free(exact);
    release(w);
    return false;
  }
  for (size_t position = 0; position < target; position++) {
    const double center = ((double)position + 0.5) * scale;
    const double low = center - support + 0.5, high = center + support + 0.5;
    const size_t first = low < 0 ? 0 : (size_t)low;
    const size_t end = high > (double)source ? source : (size_t)high;
    const size_t count = end - first;
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
      exact[k] = filters[filter].weight(((double)(k + first) - center + 0.5) * (1.0 / width));
      sum += exact[k];
    }
    for (size_t k = 0; k < count; k++) {
      const double share = sum != 0 ? exact[k] / sum : exact[k];
      w->values[position * w->stride + k] =
        (int32_t)((share < 0 ? -0.5 : 0.5) + share * (1 << precision));
    }
    w->windows[position] = (window){first, count};
  }
  free(exact);
  return true;
}

static uint8_t clip(int32_t sum) {
  const int32_t value = sum >> precision;
  return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
}

static void resize_rows(
  const uint8_t *source, size_t height, size_t source_width, uint8_t *target,
  size_t target_width, const weights *w) {
  for (size_t y = 0; y < height; y++, source += source_width, target += target_width) {
    for (size_t x = 0; x < target_width; x++) {
      const uint8_t *pixels = source + w->windows[x].first;
      const int32_t *values = w->values + x * w->stride;
      int32_t sum = 1 << (precision - 1);
      for (size_t k = 0; k < w->windows[x].count; k++) sum += pixels[k] * values[k];
      target[x] = clip(sum);
    }
  }
}

static void resize_columns(
  const uint8_t *source, size_t width, uint8_t *target, size_t target_height, const weights *w,
  int32_t *sums) {
  for (size_t y = 0; y < target_height; y++, target += width) {
    const uint8_t *row = source + w->windows[y].first * width;
    const int32_t *values = w->values + y * w->stride;
    for (size_t x = 0; x < width; x++) sums[x] = 1 << (precision - 1);
    for (size_t k = 0; k < w->windows[y].count; k++, row += width) {
      const int32_t value = values[k];
      for (size_t x = 0; x < width; x++) sums[x] += row[x] * value;
    }
    for (size_t x = 0; x < width; x++) target[x] = clip(sums[x]);
  }
}

/// Whether columns are shortened before rows are: where that takes away far more. The bytes in
/// between are rounded, so that the order shows. Found by trying Pillow 13; versions up to 12 always
/// begin with rows.
static bool columns_first(
  size_t source_height, size_t source_width, size_t target_height, size_t target_width) {
  return source_height > target_height
    && (ptrdiff_t)(source_height - target_height)
      > 2 * ((ptrdiff_t)source_width - (ptrdiff_t)target_width);
}

static bool resize_filtered(
  const uint8_t *source, size_t source_height, size_t source_width, uint8_t *target,
  size_t target_height, size_t target_width, image_filter filter) {
  const bool by_rows = source_width != target_width, by_columns = source_height != target_height;
  if (!by_rows && !by_columns) {
    memcpy(target, source, target_height * target_width);
    return true;
  }
  weights across = {0}, down = {0};
  if (by_rows && !make_weights(&across, source_width, target_width, filter)) return false;
  if (by_columns && !make_weights(&down, source_height, target_height, filter)) {
    release(&across);
    return false;
  }
  const bool begins_down =
    columns_first(source_height, source_width, target_height, target_width);
  const size_t middle_height = begins_down ? target_height : source_height;
  const size_t middle_width = begins_down ? source_width : target_width;
  uint8_t *between = malloc(middle_height * middle_width);
  int32_t *sums = malloc(middle_width * sizeof *sums);
  const bool done = between && sums;
  if (done && !by_columns) {
    resize_rows(source, source_height, source_width, target, target_width, &across);
  } else if (done && !by_rows) {
    resize_columns(source, source_width, target, target_height, &down, sums);
  } else if (done && begins_down) {
    resize_columns(source, source_width, between, target_height, &down, sums);
    resize_rows(between, target_height, source_width, target, target_width, &across);
  } else if (done) {
    resize_rows(source, source_height, source_width, between, target_width, &across);
    resize_columns(between, target_width, target, target_height, &down, sums);
  }
  free(between);
  free(sums);
  release(&across);
  release(&down);
  return done;
}

/// The source position of each target position: Pillow adds up the steps, which rounds
/// differently from a product.
static size_t *nearest_positions(size_t source, size_t target) {
  size_t *positions = malloc(target * sizeof *positions);
  if (!positions) return NULL;
  const double step = (double)source / (double)target;
  double position = step * 0.5;
  for (size_t i = 0; i < target; i++, position += step) {
    positions[i] = (size_t)position < source ? (size_t)position : source - 1;
  }
  return positions;
}

static bool resize_nearest(
  const uint8_t *source, size_t source_height, size_t source_width, uint8_t *target,
  size_t target_height, size_t target_width) {
  size_t *columns = nearest_positions(source_width, target_width);
  size_t *rows = nearest_positions(source_height, target_height);
  const bool done = columns && rows;
  for (size_t y = 0; done && y < target_height; y++) {
    const uint8_t *row = source + rows[y] * source_width;
    for (size_t x = 0; x < target_width; x++) target[y * target_width + x] = row[columns[x]];
  }
  free(columns);
  free(rows);
  return done;
}

bool image_resize(
  const uint8_t *source, size_t source_height, size_t source_width, uint8_t *target,
  size_t target_height, size_t target_width, image_filter filter) {
  if (filter == image_nearest) {
    return resize_nearest(
      source, source_height, source_width, target, target_height, target_width);
  }
  return resize_filtered(
    source, source_height, source_width, target, target_height, target_width, filter);
}

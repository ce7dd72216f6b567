#include "matrix_statistics.h"
#include "stored_elements.h"
#include <math.h>

// Sums run in a fixed number of lanes over blocks, and blocks are added pairwise by recursion, so
// that the rounding error grows with the logarithm of the count and the bits are the same on every
// processor.
enum { LANES = 16, BLOCK = 4096 };

INLINED double load_wide(enum stored_type type, const char *source, size_t i) {
  return type == STORED_F64 ? load_double(source, i) : (double)load_float(type, source, i);
}

struct sums {
  double sum, squares, maximum;
  size_t zeros;
};

// Sums of w - origin and of its square, over one block.
INLINED struct sums sum_block(enum stored_type type, const char *weights, size_t start, size_t end,
                              double origin) {
  double sum[LANES] = {0}, squares[LANES] = {0}, maximum[LANES] = {0};
  struct sums total = {0};
  size_t i = start;
  for (; i + LANES <= end; i += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      const double w = load_wide(type, weights, i + lane), d = w - origin, m = fabs(w);
      sum[lane] += d;
      squares[lane] += d * d;
      maximum[lane] = m > maximum[lane] ? m : maximum[lane];
      total.zeros += w == 0;
    }
  }
  for (int lane = 0; i < end; i++, lane++) {
    const double w = load_wide(type, weights, i), d = w - origin, m = fabs(w);
    sum[lane] += d;
    squares[lane] += d * d;
    maximum[lane] = m > maximum[lane] ? m : maximum[lane];
    total.zeros += w == 0;
  }
  for (int lane = 0; lane < LANES; lane++) {
    total.sum += sum[lane];
    total.squares += squares[lane];
    total.maximum = maximum[lane] > total.maximum ? maximum[lane] : total.maximum;
  }
  return total;
}

CLONES static struct sums sum_of_block(enum stored_type type, const char *weights, size_t start,
                                       size_t end, double origin) {
  switch (type) {
#define SUM(TYPE)                                                                                  \
  case TYPE: return sum_block(TYPE, weights, start, end, origin);
    FOR_EACH_STORED_TYPE(SUM)
  }
  __builtin_unreachable();
}

static struct sums sum_range(enum stored_type type, const char *weights, size_t start, size_t end,
                             double origin) {
  if (end - start <= BLOCK)
    return sum_of_block(type, weights, start, end, origin);
  const size_t middle = start + (end - start) / 2 / BLOCK * BLOCK;
  const size_t half = middle == start ? start + BLOCK : middle;
  const struct sums a = sum_range(type, weights, start, half, origin);
  const struct sums b = sum_range(type, weights, half, end, origin);
  return (struct sums){
      .sum = a.sum + b.sum,
      .squares = a.squares + b.squares,
      .maximum = a.maximum > b.maximum ? a.maximum : b.maximum,
      .zeros = a.zeros + b.zeros,
  };
}

struct matrix_statistics matrix_statistics(enum stored_type type, const void *weights,
                                           size_t count) {
  if (count == 0)
    return (struct matrix_statistics){0};
  const struct sums first = sum_range(type, weights, 0, count, 0);
  const double mean = first.sum / (double)count;
  // The second pass takes squares of deviations, since a difference of large squares would lose
  // what matters where the mean is large.
  const struct sums second = sum_range(type, weights, 0, count, mean);
  return (struct matrix_statistics){
      .zeros = first.zeros,
      .mean = mean,
      .deviation = sqrt(second.squares / (double)count),
      .maximum = first.maximum,
  };
}

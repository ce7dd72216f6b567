#pragma once
#include "stored_type.h"
#include <stddef.h>

struct matrix_statistics {
  size_t zeros;
  double mean;
  // The square root of the mean squared deviation: the population's, not the sample's.
  double deviation;
  // The largest magnitude.
  double maximum;
};

// Statistics of stored weights, in double precision; all zero where there are none.
struct matrix_statistics matrix_statistics(enum stored_type type, const void *weights,
                                           size_t count);

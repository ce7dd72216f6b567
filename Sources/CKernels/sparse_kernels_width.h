// One width of panels of one variant; see sparse_kernels.h.

static void JOIN(NAMED(product), WIDTH)(const sparse_slice *slices, size_t count,
                                        const float *values, const uint8_t *columns,
                                        const float *x, float *y, const int start) {
  for (; count--; slices++) {
    const size_t steps = slices->steps;
    _Pragma("clang loop unroll(full)") for (int first = 0; first < SPARSE_SLICE;
                                            first += TOGETHER) {
      const float *weights = values;
      const uint8_t *at = columns + first;
      CLEAR_SUMS;
      _Pragma("clang loop unroll(disable)") for (size_t k = 0; k < steps;
                                                 k++, weights += 4, at += 4) {
        LOAD_FOUR;
        ADD_ROW(0, (size_t)at[0] * WIDTH)
        ADD_ROW(1, (size_t)at[1] * WIDTH)
        ADD_ROW(2, (size_t)at[2] * WIDTH)
        ADD_ROW(3, (size_t)at[3] * WIDTH)
      }
      STORE_SUMS(slices->rows[first + i])
    }
    values += SPARSE_SLICE * steps;
    columns += SPARSE_SLICE * steps;
  }
}

// The groups of one strip for `slices` slices. `bits` of a place and `stride` floats and places
// from slice to slice are those of the packed form.
INLINE void JOIN(NAMED(grouped), WIDTH)(size_t slices, size_t groups, size_t kept, size_t group,
                                        const int bits, const float *values,
                                        const uint8_t *places, size_t stride, const float *x,
                                        float *y, const int start) {
  const unsigned mask = (1u << bits) - 1;
  for (size_t s = 0; s < slices; s++, values += SPARSE_SLICE * stride, y += SPARSE_SLICE * WIDTH) {
    _Pragma("clang loop unroll(full)") for (int first = 0; first < SPARSE_SLICE;
                                            first += TOGETHER) {
      const float *weights = values, *x_of_group = x;
      const uint8_t *at = places + s * stride * (bits / 2);
      CLEAR_SUMS;
      for (size_t g = 0; g < groups; g++, x_of_group += group * WIDTH) {
        const float *x = x_of_group;
        for (size_t k = 0; k < kept; k++, weights += 4, at += bits / 2) {
          const unsigned four_places =
              (bits == 2 ? at[0] : at[0] | (unsigned)at[1] << 8) >> (bits * first);
          LOAD_FOUR;
          ADD_ROW(0, (size_t)(four_places & mask) * WIDTH)
          ADD_ROW(1, (size_t)(four_places >> bits & mask) * WIDTH)
          ADD_ROW(2, (size_t)(four_places >> 2 * bits & mask) * WIDTH)
          ADD_ROW(3, (size_t)(four_places >> 3 * bits & mask) * WIDTH)
        }
      }
      STORE_SUMS(first + i)
    }
  }
}

static void JOIN(NAMED(groups), WIDTH)(const sparse_groups *w, size_t slice, size_t slices,
                                       size_t column, size_t columns, const float *x, float *y,
                                       const int start) {
  const size_t stride = w->columns / w->group * w->kept, groups = columns / w->group;
  const size_t step = slice * stride + column / w->group * w->kept;
  const float *values = w->values + SPARSE_SLICE * step;
  if (w->group == 4 && w->kept == 2)
    JOIN(NAMED(grouped), WIDTH)(slices, groups, 2, 4, 2, values, w->places + step, stride, x, y,
                                start);
  else if (w->group <= 4)
    JOIN(NAMED(grouped), WIDTH)(slices, groups, w->kept, w->group, 2, values, w->places + step,
                                stride, x, y, start);
  else
    JOIN(NAMED(grouped), WIDTH)(slices, groups, w->kept, w->group, 4, values,
                                w->places + 2 * step, stride, x, y, start);
}

// The sums of the lanes of four vectors, as one vector of four.
INLINE void JOIN(NAMED(lane_sums), WIDTH)(const VECTOR *of, v4 *sums) {
#if LANES_OF_VECTOR == 16
  v8 part[4];
  for (int i = 0; i < 4; i++)
    part[i] = __builtin_shufflevector(of[i], of[i], 0, 1, 2, 3, 4, 5, 6, 7) +
              __builtin_shufflevector(of[i], of[i], 8, 9, 10, 11, 12, 13, 14, 15);
#else
  const VECTOR *part = of;
#endif
#if LANES_OF_VECTOR >= 8
#define PAIRS(a, b)                                                                                \
  (__builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14) +                                      \
   __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15))
  const v8 p = PAIRS(part[0], part[1]), q = PAIRS(part[2], part[3]);
#undef PAIRS
  const v8 halves = __builtin_shufflevector(p, q, 0, 1, 8, 9, 4, 5, 12, 13) +
                    __builtin_shufflevector(p, q, 2, 3, 10, 11, 6, 7, 14, 15);
  *sums = __builtin_shufflevector(halves, halves, 0, 1, 2, 3) +
          __builtin_shufflevector(halves, halves, 4, 5, 6, 7);
#else
#define PAIRS(a, b)                                                                                \
  (__builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7))
  const v4 p = PAIRS(part[0], part[1]), q = PAIRS(part[2], part[3]);
#undef PAIRS
  *sums = __builtin_shufflevector(p, q, 0, 1, 4, 5) + __builtin_shufflevector(p, q, 2, 3, 6, 7);
#endif
}

static void JOIN(NAMED(gradient), WIDTH)(const sparse_slice *slices, size_t count,
                                         const uint8_t *columns, const float *const *dy,
                                         const float *x, float *slots, const int start) {
  for (; count--; slices++) {
    VECTOR rows[SPARSE_SLICE][WIDTH / LANES_OF_VECTOR];
    for (int r = 0; r < SPARSE_SLICE; r++)
      for (int j = 0; j < WIDTH / LANES_OF_VECTOR; j++)
        rows[r][j] = ((const VECTOR *)dy[slices->rows[r]])[j];
    for (size_t k = 0; k < slices->steps; k++, columns += 4, slots += 4) {
      VECTOR products[SPARSE_SLICE];
      _Pragma("clang loop unroll(full)") for (int r = 0; r < SPARSE_SLICE; r++) {
        const VECTOR *from = (const VECTOR *)(x + (size_t)columns[r] * WIDTH);
        products[r] = from[0] * rows[r][0];
        _Pragma("clang loop unroll(full)") for (int j = 1; j < WIDTH / LANES_OF_VECTOR; j++) products[r] +=
            from[j] * rows[r][j];
      }
      v4 sums;
      JOIN(NAMED(lane_sums), WIDTH)(products, &sums);
      *(v4 *)slots = start ? sums : *(v4 *)slots + sums;
    }
  }
}

// The inner loops of the sparse products, included once for each variant with
//   VECTOR   the vector of floats and LANES_OF_VECTOR how many floats it has,
//   TOGETHER the rows of a slice whose sums fit in the registers at once,
//   NAMED(x) the variant's name for x.
// Each loop exists for both widths of panels. Four weights come with one load and are spread by
// shuffles: loads bound these loops, and a load for each weight would cost a fifth of the speed.

#define UNROLL _Pragma("clang loop unroll(full)")

#if LANES_OF_VECTOR == 16
#define SPREAD_FOUR(w) __builtin_shufflevector(w, w, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3)
#define WEIGHT(w, r)                                                                               \
  __builtin_shufflevector(w, w, r, r, r, r, 4 + r, 4 + r, 4 + r, 4 + r, 8 + r, 8 + r, 8 + r, 8 + r,\
                          12 + r, 12 + r, 12 + r, 12 + r)
#elif LANES_OF_VECTOR == 8
#define SPREAD_FOUR(w) __builtin_shufflevector(w, w, 0, 1, 2, 3, 0, 1, 2, 3)
#define WEIGHT(w, r) __builtin_shufflevector(w, w, r, r, r, r, 4 + r, 4 + r, 4 + r, 4 + r)
#else
#define SPREAD_FOUR(w) (w)
#define WEIGHT(w, r) __builtin_shufflevector(w, w, r, r, r, r)
#endif

// Without it the compiler turns each shuffle back into a load.
#if defined(__x86_64__)
#define IN_REGISTER(v) __asm__("" : "+v"(v))
#elif defined(__aarch64__)
#define IN_REGISTER(v) __asm__("" : "+w"(v))
#else
#define IN_REGISTER(v) (void)0
#endif

// sums[i] += weight * the panel's row, for row `first + i` of the slice.
#define ADD_ROW(i, offset)                                                                         \
  if ((i) < TOGETHER) {                                                                            \
    const VECTOR *from = (const VECTOR *)(x + (offset));                                           \
    const VECTOR weight = first == 0   ? WEIGHT(four, (i) % 4)                                     \
                          : first == 1 ? WEIGHT(four, ((i) + 1) % 4)                               \
                          : first == 2 ? WEIGHT(four, ((i) + 2) % 4)                               \
                                       : WEIGHT(four, ((i) + 3) % 4);                              \
    UNROLL for (int j = 0; j < WIDTH / LANES_OF_VECTOR; j++) sums[(i) % TOGETHER][j] += from[j] * weight;    \
  }

#define LOAD_FOUR                                                                                  \
  const v4 narrow = *(const v4 *)weights;                                                          \
  VECTOR four = SPREAD_FOUR(narrow);                                                               \
  IN_REGISTER(four)

#define CLEAR_SUMS                                                                                 \
  VECTOR sums[TOGETHER][WIDTH / LANES_OF_VECTOR];                                                            \
  UNROLL for (int i = 0; i < TOGETHER; i++)                                                        \
    UNROLL for (int j = 0; j < WIDTH / LANES_OF_VECTOR; j++) sums[i][j] = (VECTOR){0}

// Adds the sums to the block's results, [rows, width], or starts them.
#define STORE_SUMS(row_of)                                                                         \
  UNROLL for (int i = 0; i < TOGETHER; i++) {                                                      \
    VECTOR *to = (VECTOR *)(y + (size_t)(row_of) * WIDTH);                                         \
    UNROLL for (int j = 0; j < WIDTH / LANES_OF_VECTOR; j++)                                                 \
      to[j] = start ? sums[i][j] : to[j] + sums[i][j];                                             \
  }

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

#define WIDTH 32
#include "sparse_kernels_width.h"
#undef WIDTH
#define WIDTH 16
#include "sparse_kernels_width.h"
#undef WIDTH

#undef UNROLL
#undef SPREAD_FOUR
#undef WEIGHT
#undef IN_REGISTER
#undef ADD_ROW
#undef LOAD_FOUR
#undef CLEAR_SUMS
#undef STORE_SUMS
#undef JOIN
#undef JOIN_

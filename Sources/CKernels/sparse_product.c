#include "sparse_product.h"
#include "lanes.h"
#include "sparse_block.h"

// The inner loops for each kind of processor. AVX2's sixteen registers hold the sums of two rows
// of a panel, AVX-512's 32 those of four.
#define VECTOR v4
#define LANES_OF_VECTOR 4
#define NAMED(name) baseline_##name##_
#if defined(__aarch64__)
#define TOGETHER 2
#else
#define TOGETHER 1
#endif
#include "sparse_kernels.h"
#undef VECTOR
#undef LANES_OF_VECTOR
#undef NAMED
#undef TOGETHER

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#define VECTOR v8
#define LANES_OF_VECTOR 8
#define NAMED(name) avx2_##name##_
#define TOGETHER 2
#include "sparse_kernels.h"
#undef VECTOR
#undef LANES_OF_VECTOR
#undef NAMED
#undef TOGETHER
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#define VECTOR v16
#define LANES_OF_VECTOR 16
#define NAMED(name) avx512_##name##_
#define TOGETHER 4
#include "sparse_kernels.h"
#undef VECTOR
#undef LANES_OF_VECTOR
#undef NAMED
#undef TOGETHER
#pragma clang attribute pop
#endif

typedef struct {
  void (*product[2])(const sparse_slice *, size_t, const float *, const uint8_t *, const float *,
                     float *, int);
  void (*groups[2])(const sparse_groups *, size_t, size_t, size_t, size_t, const float *, float *,
                    int);
  void (*gradient[2])(const sparse_slice *, size_t, const uint8_t *, const float *const *,
                      const float *, float *, int);
} kernels;

#define KERNELS(name)                                                                              \
  {                                                                                                \
    {name##_product_32, name##_product_16}, {name##_groups_32, name##_groups_16}, {                \
      name##_gradient_32, name##_gradient_16                                                       \
    }                                                                                              \
  }

static const kernels all_kernels[] = {
    [SPARSE_BASELINE] = KERNELS(baseline),
#if defined(__x86_64__)
    [SPARSE_AVX2] = KERNELS(avx2),
    [SPARSE_AVX512] = KERNELS(avx512),
#endif
};

int sparse_variant_runs(sparse_variant variant) {
  switch (variant) {
  case SPARSE_BASELINE: return 1;
#if defined(__x86_64__)
  case SPARSE_AVX2: __builtin_cpu_init(); return __builtin_cpu_supports("x86-64-v3") != 0;
  case SPARSE_AVX512: __builtin_cpu_init(); return __builtin_cpu_supports("x86-64-v4") != 0;
#endif
  default: return 0;
  }
}

sparse_variant sparse_best_variant(void) {
  return sparse_variant_runs(SPARSE_AVX512) ? SPARSE_AVX512
         : sparse_variant_runs(SPARSE_AVX2) ? SPARSE_AVX2
                                            : SPARSE_BASELINE;
}

const char *sparse_variant_name(sparse_variant variant) {
  switch (variant) {
  case SPARSE_AVX512: return "AVX-512";
  case SPARSE_AVX2: return "AVX2";
  default: break;
  }
#if defined(__x86_64__)
  return "SSE2";
#elif defined(__aarch64__)
  return "NEON";
#else
  return "portable";
#endif
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

// One panel of some tokens.
typedef struct {
  size_t token, tokens, width;
  int narrow;
} panel;

static panel panel_at(size_t token, size_t tokens) {
  const size_t count = smaller(SPARSE_PANEL, tokens - token);
  const int narrow = count <= SPARSE_NARROW_PANEL;
  return (panel){token, count, narrow ? SPARSE_NARROW_PANEL : SPARSE_PANEL, narrow};
}

// Where a panel begins: all before it are of full width, and each strip ends with a row of zeros.
static const float *panel_start(const float *panels, panel p, size_t columns, size_t strips) {
  return panels + p.token * (columns + strips);
}

// Brings the results of a block, feature-major in `scratch`, to where they belong.
static void deliver(const sparse_target *to, const float *scratch, panel p, size_t row,
                    size_t rows, size_t all_rows) {
  const float *bias = to->bias ? to->bias + row : NULL;
  if (to->panels) {
    const size_t strip = sparse_strip_columns(all_rows), strips = (all_rows + strip - 1) / strip;
    sparse_panels_place(scratch, p.width, row, rows, all_rows, bias,
                        to->panels + p.token * (all_rows + strips));
  } else {
    sparse_panels_unpack(scratch, p.width, rows, p.tokens, bias,
                         to->y + p.token * to->stride + row, to->stride, to->accumulate);
  }
}

size_t sparse_product_scratch(void) { return SPARSE_BLOCK * SPARSE_PANEL; }

void sparse_multiply(const sparse_matrix *w, const float *panels, size_t tokens,
                     const sparse_target *to, float *scratch, sparse_variant variant) {
  const kernels *run = &all_kernels[variant];
  for (size_t block = 0; block < w->blocks; block++) {
    const size_t row = block * w->block_rows, rows = smaller(w->block_rows, w->rows - row);
    const size_t slices = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE;
    for (size_t t = 0; t < tokens; t += SPARSE_PANEL) {
      const panel p = panel_at(t, tokens);
      const float *x = panel_start(panels, p, w->columns, w->strips);
      const sparse_slice *tile = w->slices + row / SPARSE_SLICE * w->strips;
      for (size_t s = 0; s < w->strips; s++, tile += slices) {
        const size_t slot = w->tiles[block * w->strips + s];
        run->product[p.narrow](tile, slices, w->values + slot, w->columns_of + slot, x, scratch,
                               s == 0);
        x += (w->strip_columns + 1) * p.width;
      }
      if (w->strips == 0) memset(scratch, 0, sparse_product_scratch() * sizeof *scratch);
      deliver(to, scratch, p, row, rows, w->rows);
    }
  }
}

void sparse_multiply_groups(const sparse_groups *w, const float *panels, size_t tokens,
                            const sparse_target *to, float *scratch, sparse_variant variant) {
  const kernels *run = &all_kernels[variant];
  const size_t strip = sparse_strip_columns(w->columns);
  const size_t strips = (w->columns + strip - 1) / strip;
  for (size_t row = 0; row < w->rows; row += SPARSE_BLOCK) {
    const size_t rows = smaller(SPARSE_BLOCK, w->rows - row);
    const size_t slices = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE;
    for (size_t t = 0; t < tokens; t += SPARSE_PANEL) {
      const panel p = panel_at(t, tokens);
      const float *x = panel_start(panels, p, w->columns, strips);
      for (size_t c = 0; c < w->columns; c += strip, x += (strip + 1) * p.width)
        run->groups[p.narrow](w, row / SPARSE_SLICE, slices, c, smaller(strip, w->columns - c), x,
                              scratch, c == 0);
      if (strips == 0) memset(scratch, 0, sparse_product_scratch() * sizeof *scratch);
      deliver(to, scratch, p, row, rows, w->rows);
    }
  }
}

void sparse_weight_gradient(const sparse_matrix *w, const float *x_panels,
                            const float *dy_panels, size_t tokens, float *slots, int accumulate,
                            sparse_variant variant) {
  const kernels *run = &all_kernels[variant];
  const size_t dy_strip = sparse_strip_columns(w->rows);
  const size_t dy_strips = (w->rows + dy_strip - 1) / dy_strip;
  if (tokens == 0 && !accumulate) memset(slots, 0, w->slots * sizeof *slots);
  for (size_t block = 0; block < w->blocks; block++) {
    const size_t row = block * w->block_rows, rows = smaller(w->block_rows, w->rows - row);
    const size_t slices = (rows + SPARSE_SLICE - 1) / SPARSE_SLICE;
    for (size_t s = 0; s < w->strips; s++) {
      const sparse_slice *tile = w->slices + row / SPARSE_SLICE * w->strips + s * slices;
      const size_t slot = w->tiles[block * w->strips + s];
      for (size_t t = 0; t < tokens; t += SPARSE_PANEL) {
        const panel p = panel_at(t, tokens);
        const float *x = panel_start(x_panels, p, w->columns, w->strips) +
                         s * (w->strip_columns + 1) * p.width;
        const float *dy = panel_start(dy_panels, p, w->rows, dy_strips);
        // Rows that fill up the last slice have padding alone: any row of dy will do.
        const float *dy_rows[SPARSE_BLOCK];
        for (size_t r = 0; r < slices * SPARSE_SLICE; r++) {
          const size_t of = row + smaller(r, rows - 1);
          dy_rows[r] = dy + (of + of / dy_strip) * p.width;
        }
        run->gradient[p.narrow](tile, slices, w->columns_of + slot, dy_rows, x, slots + slot,
                                t == 0 && !accumulate);
      }
    }
  }
}

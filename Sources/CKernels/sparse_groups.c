#include "sparse_groups.h"
#include <stdlib.h>
#include <string.h>

int sparse_groups_fit(size_t columns, size_t kept, size_t group) {
  const int known = group == 2 || group == 4 || group == 8 || group == 16;
  return known && kept > 0 && kept < group && columns % group == 0;
}

static size_t place_bytes(const sparse_groups *m) { return m->group <= 4 ? 1 : 2; }

// Steps of a slice of four rows.
static size_t steps_of(const sparse_groups *m) { return m->columns / m->group * m->kept; }

static size_t slices_of(const sparse_groups *m) {
  return (m->rows + SPARSE_SLICE - 1) / SPARSE_SLICE;
}

// One row into its lane of a slice; false where a group has too many nonzeros.
static int fill_row(sparse_groups *m, sparse_source source, const uint64_t *mask, size_t row) {
  const size_t bits = m->group <= 4 ? 2 : 4, lane = row % SPARSE_SLICE;
  const size_t first = row / SPARSE_SLICE * steps_of(m);
  for (size_t c = 0, step = first; c < m->columns; c += m->group, step += m->kept) {
    size_t found = 0;
    for (size_t place = 0; place < m->group; place++) {
      const size_t at = row * source.row_stride + (c + place) * source.column_stride;
      const float value = source.data[at];
      if (value == 0 || (mask && !(mask[at / 64] >> at % 64 & 1))) continue;
      if (found == m->kept) return 0;
      m->values[(step + found) * SPARSE_SLICE + lane] = value;
      const unsigned shifted = (unsigned)(place << (bits * lane));
      uint8_t *bytes = m->places + (step + found) * place_bytes(m);
      bytes[0] |= (uint8_t)shifted;
      if (place_bytes(m) == 2) bytes[1] |= (uint8_t)(shifted >> 8);
      found++;
    }
    m->nonzeros += found;
  }
  return 1;
}

sparse_groups *sparse_groups_make(sparse_source source, const uint64_t *mask, size_t rows,
                                  size_t columns, size_t kept, size_t group) {
  if (!sparse_groups_fit(columns, kept, group)) return NULL;
  sparse_groups *m = calloc(1, sizeof *m);
  if (!m) return NULL;
  m->rows = rows;
  m->columns = columns;
  m->kept = kept;
  m->group = group;
  const size_t steps = slices_of(m) * steps_of(m);
  m->values = calloc(steps * SPARSE_SLICE + 1, sizeof *m->values);
  m->places = calloc(steps * place_bytes(m) + 1, 1);
  int fits = m->values && m->places;
  for (size_t row = 0; fits && row < rows; row++) fits = fill_row(m, source, mask, row);
  if (fits) return m;
  sparse_groups_free(m);
  return NULL;
}

void sparse_groups_free(sparse_groups *m) {
  if (!m) return;
  free(m->values);
  free(m->places);
  free(m);
}

size_t sparse_groups_bytes(const sparse_groups *m) {
  const size_t steps = slices_of(m) * steps_of(m);
  return sizeof *m + steps * (SPARSE_SLICE * sizeof *m->values + place_bytes(m));
}

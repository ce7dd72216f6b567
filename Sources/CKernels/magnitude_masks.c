#include "magnitude_masks.h"
#include "stored_elements.h"
#include <stdlib.h>

// Ties are few or all in one place, so blocks are done without looking at their order, and only
// those that hold ties are gone through weight by weight.
enum { BLOCK = 4096 };

INLINED void store_zero(enum stored_type type, char *weights, size_t i) {
  memset(weights + i * stored_size(type), 0, stored_size(type));
}

INLINED size_t remove_smallest_of(enum stored_type type, char *weights, size_t count, uint32_t key,
                                  size_t ties) {
  size_t removed = 0;
  for (size_t start = 0; start < count; start += BLOCK) {
    const size_t end = count - start < BLOCK ? count : start + BLOCK;
    uint32_t below = 0, equal = 0;
    for (size_t i = start; i < end; i++) {
      const uint32_t this = load_key(type, weights, i);
      below += this < key;
      equal += this == key;
      if (type == STORED_F32) {
        const uint32_t bits = this < key ? 0 : load_bits(type, weights, i);
        memcpy(weights + 4 * i, &bits, 4);
      } else if (type == STORED_F16 || type == STORED_BF16) {
        const uint16_t bits = this < key ? 0 : (uint16_t)load_bits(type, weights, i);
        memcpy(weights + 2 * i, &bits, 2);
      } else if (this < key) {
        store_zero(type, weights, i);
      }
    }
    removed += below;
    for (size_t i = start; equal > 0 && ties > 0 && i < end; i++) {
      if (load_key(type, weights, i) != key)
        continue;
      store_zero(type, weights, i);
      equal--, ties--, removed++;
    }
  }
  return removed;
}

CLONES size_t remove_smallest(enum stored_type type, void *weights, size_t count, uint32_t key,
                              size_t ties) {
  switch (type) {
#define REMOVE(TYPE)                                                                               \
  case TYPE: return remove_smallest_of(TYPE, weights, count, key, ties);
    FOR_EACH_STORED_TYPE(REMOVE)
  }
  __builtin_unreachable();
}

INLINED void mask_smallest_of(enum stored_type type, const char *weights, size_t count,
                              uint32_t key, size_t ties, uint64_t *kept) {
  for (size_t start = 0; start < count; start += 64) {
    const size_t length = count - start < 64 ? count - start : 64;
    uint64_t word = 0, equal = 0;
    for (size_t i = 0; i < length; i++) {
      const uint32_t this = load_key(type, weights, start + i);
      word |= (uint64_t)(this >= key) << i;
      equal |= (uint64_t)(this == key) << i;
    }
    for (; equal != 0 && ties > 0; equal &= equal - 1, ties--)
      word &= ~(equal & -equal);
    kept[start / 64] = word;
  }
}

CLONES void mask_smallest(enum stored_type type, const void *weights, size_t count, uint32_t key,
                          size_t ties, uint64_t *kept) {
  switch (type) {
#define MASK(TYPE)                                                                                 \
  case TYPE: mask_smallest_of(TYPE, weights, count, key, ties, kept); break;
    FOR_EACH_STORED_TYPE(MASK)
  }
}

// Groups

enum {
  // Groups are ranked this many at a time, one in each lane of a vector.
  LANES = 16,
  // Larger groups are sorted.
  LARGEST_COMPARED_GROUP = 32,
};

// Ranks `lanes` groups by comparing each pair in them. Groups start `pitch` weights apart.
INLINED void mask_lanes(const float *weights, size_t pitch, size_t lanes, size_t stride,
                        size_t group, size_t remove, uint8_t *is_kept) {
  uint32_t keys[LARGEST_COMPARED_GROUP][LANES];
  for (size_t i = 0; i < group; i++)
    for (size_t lane = 0; lane < lanes; lane++)
      keys[i][lane] = bits_of(weights[lane * pitch + i * stride]) & 0x7fffffff;
  for (size_t i = 0; i < group; i++) {
    uint32_t rank[LANES] = {0};
    // Of equal magnitudes those that come before go first.
    for (size_t j = 0; j < i; j++)
      for (size_t lane = 0; lane < lanes; lane++)
        rank[lane] += keys[j][lane] <= keys[i][lane];
    for (size_t j = i + 1; j < group; j++)
      for (size_t lane = 0; lane < lanes; lane++)
        rank[lane] += keys[j][lane] < keys[i][lane];
    for (size_t lane = 0; lane < lanes; lane++)
      is_kept[lane * pitch + i * stride] = rank[lane] >= remove;
  }
}

// Ranks `run` small groups that start `pitch` weights apart.
INLINED void mask_small_groups(const float *weights, size_t run, size_t pitch, size_t stride,
                               size_t group, size_t remove, uint8_t *is_kept) {
  size_t i = 0;
  for (; i + LANES <= run; i += LANES)
    mask_lanes(weights + i * pitch, pitch, LANES, stride, group, remove, is_kept + i * pitch);
  mask_lanes(weights + i * pitch, pitch, run - i, stride, group, remove, is_kept + i * pitch);
}

static int compare_words(const void *a, const void *b) {
  const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

// Ranks one group by sorting; `sorted` has room for it.
static void mask_large_group(const float *weights, size_t stride, size_t group, size_t remove,
                             uint64_t *sorted, uint8_t *is_kept) {
  // Key and place in one number, so that equal magnitudes are in the order of their places.
  for (size_t i = 0; i < group; i++)
    sorted[i] = (uint64_t)(bits_of(weights[i * stride]) & 0x7fffffff) << 32 | i;
  qsort(sorted, group, sizeof *sorted, compare_words);
  for (size_t i = remove; i < group; i++)
    is_kept[(uint32_t)sorted[i] * stride] = 1;
}

static void *allocated(void *memory) {
  if (memory == NULL)
    abort(); // as Swift's own allocations do
  return memory;
}

CLONES void mask_groups(const float *weights, size_t outer, size_t length, size_t stride,
                        size_t group, size_t remove, uint64_t *kept) {
  const size_t count = outer * length * stride;
  // Side by side lie either the groups of one row or, in [in, out], those of neighbouring outputs.
  const size_t run = stride == 1 ? count / group : stride, pitch = stride == 1 ? group : 1;
  uint8_t *is_kept = allocated(calloc(count, 1));
  uint64_t *sorted = allocated(malloc(group * sizeof *sorted));
  for (size_t start = 0; start < count; start += run * group) {
    const float *from = weights + start;
    uint8_t *to = is_kept + start;
    // The sizes that processors support get loops of their own.
    if (group == 2 && stride == 1)
      mask_small_groups(from, run, 2, 1, 2, remove, to);
    else if (group == 4 && stride == 1)
      mask_small_groups(from, run, 4, 1, 4, remove, to);
    else if (group == 8 && stride == 1)
      mask_small_groups(from, run, 8, 1, 8, remove, to);
    else if (group <= LARGEST_COMPARED_GROUP)
      mask_small_groups(from, run, pitch, stride, group, remove, to);
    else
      for (size_t i = 0; i < run; i++)
        mask_large_group(from + i * pitch, stride, group, remove, sorted, to + i * pitch);
  }
  free(sorted);
  for (size_t start = 0; start < count; start += 64) {
    const size_t bits = count - start < 64 ? count - start : 64;
    uint64_t word = 0;
    for (size_t i = 0; i < bits; i++)
      word |= (uint64_t)is_kept[start + i] << i;
    kept[start / 64] = word;
  }
  free(is_kept);
}

// Random order

// Output `i` of the SplitMix64 generator whose state is `stream`. A bijection of the state, so that
// no two weights of a stream have the same hash. Source: Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators" (2014).
INLINED uint64_t random_hash(uint64_t stream, uint64_t i) {
  uint64_t z = stream + (i + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

CLONES uint64_t random_cutoff(uint64_t stream, size_t count, size_t rank) {
  enum { TOP_BITS = 16 };
  size_t *counts = allocated(calloc(1 << TOP_BITS, sizeof *counts));
  for (size_t i = 0; i < count; i++)
    counts[random_hash(stream, i) >> (64 - TOP_BITS)]++;
  size_t before = 0;
  uint64_t top = 0;
  while (before + counts[top] < rank)
    before += counts[top++];
  uint64_t *candidates = allocated(malloc(counts[top] * sizeof *candidates));
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t hash = random_hash(stream, i);
    if (hash >> (64 - TOP_BITS) == top)
      candidates[found++] = hash;
  }
  qsort(candidates, found, sizeof *candidates, compare_words);
  const uint64_t cutoff = candidates[rank - before - 1];
  free(candidates);
  free(counts);
  return cutoff;
}

CLONES void mask_random(uint64_t stream, size_t count, uint64_t cutoff, uint64_t *kept) {
  for (size_t start = 0; start < count; start += 64) {
    const size_t length = count - start < 64 ? count - start : 64;
    uint64_t word = 0;
    for (size_t i = 0; i < length; i++)
      word |= (uint64_t)(random_hash(stream, start + i) > cutoff) << i;
    kept[start / 64] = word;
  }
}

// Bitmaps

#define REMOVE_UNKEPT(NAME, INTEGER)                                                               \
  INLINED void NAME(char *bytes, size_t count, const uint64_t *kept) {                             \
    for (size_t start = 0; start < count; start += 64) {                                           \
      const uint64_t word = kept[start / 64];                                                      \
      const size_t length = count - start < 64 ? count - start : 64;                               \
      for (size_t i = 0; i < length; i++) {                                                        \
        INTEGER element;                                                                           \
        memcpy(&element, bytes + (start + i) * sizeof element, sizeof element);                    \
        element &= (INTEGER)(0 - (word >> i & 1));                                                 \
        memcpy(bytes + (start + i) * sizeof element, &element, sizeof element);                    \
      }                                                                                            \
    }                                                                                              \
  }

REMOVE_UNKEPT(remove_unkept_8, uint8_t)
REMOVE_UNKEPT(remove_unkept_16, uint16_t)
REMOVE_UNKEPT(remove_unkept_32, uint32_t)
REMOVE_UNKEPT(remove_unkept_64, uint64_t)

CLONES void remove_unkept(void *weights, size_t size, size_t count, const uint64_t *kept) {
  switch (size) {
  case 1: remove_unkept_8(weights, count, kept); break;
  case 2: remove_unkept_16(weights, count, kept); break;
  case 4: remove_unkept_32(weights, count, kept); break;
  case 8: remove_unkept_64(weights, count, kept); break;
  }
}

CLONES size_t count_kept(const uint64_t *kept, size_t start, size_t end) {
  if (start >= end)
    return 0;
  const size_t first = start / 64, last = (end - 1) / 64;
  const uint64_t from = ~0ull << start % 64, to = ~0ull >> (63 - (end - 1) % 64);
  if (first == last)
    return (size_t)__builtin_popcountll(kept[first] & from & to);
  size_t total = (size_t)__builtin_popcountll(kept[first] & from);
  for (size_t word = first + 1; word < last; word++)
    total += (size_t)__builtin_popcountll(kept[word]);
  return total + (size_t)__builtin_popcountll(kept[last] & to);
}

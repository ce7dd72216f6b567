#include "magnitude_ranks.h"
#include "stored_elements.h"
#include <stdlib.h>

// Two forms, whichever is smaller:
//
// - Few distinct magnitudes (16-bit types, or floats that once were): the distinct keys and how
//   many weights come before each.
// - Otherwise an Elias-Fano code for each octave (keys of one exponent): of an octave's n sorted
//   mantissas the lower l = log2(2^23 / n) bits are packed as they are, and the upper ones are
//   written in unary, for each of the 2^(23 - l) buckets a one for every weight in it and then a
//   zero. That takes about l + 2 bits a weight. Source: Elias 1974 and Fano 1971; the name and the
//   sampled directory follow Vigna, "Quasi-succinct indices" (2013).

enum {
  MANTISSA_BITS = 23,
  OCTAVES = 256,
  // Every so many buckets the directory says how many weights come before.
  BUCKETS_PER_SAMPLE_LOG2 = 8,
  BUCKETS_PER_SAMPLE = 1 << BUCKETS_PER_SAMPLE_LOG2,
  // Keys are first distributed by their upper bits, then sorted by the rest in two digits.
  DIGIT_BITS = 9,
  DIGITS = 1 << DIGIT_BITS,
  PART_BITS = 2 * DIGIT_BITS,
  PARTS = 1 << (31 - PART_BITS),
};

struct octave {
  uint32_t below; // weights in lower octaves
  uint32_t count;
  uint32_t low_bits;
  // Where its three arrays start in `words`: packed lower bits, unary code, directory.
  size_t lows, unary, samples;
};

struct magnitude_ranks {
  uint32_t count, maximum;
  size_t bytes;
  uint32_t distinct; // of the first form; 0 for the second
  uint32_t *values, *below;
  struct octave octaves[OCTAVES];
  uint64_t words[];
};

static void *allocated(void *memory) {
  if (memory == NULL)
    abort(); // as Swift's own allocations do
  return memory;
}

// The first form

static magnitude_ranks *allocate_distinct(uint32_t count, uint32_t distinct) {
  // The octaves are not used, so they are left out of the allocation.
  const size_t header = offsetof(magnitude_ranks, octaves);
  const size_t bytes = header + 2 * sizeof(uint32_t) * (size_t)distinct;
  magnitude_ranks *ranks = allocated(calloc(1, bytes));
  ranks->count = count;
  ranks->bytes = bytes;
  ranks->distinct = distinct;
  ranks->values = (uint32_t *)((char *)ranks + header);
  ranks->below = ranks->values + distinct;
  return ranks;
}

static uint32_t distinct_below(const magnitude_ranks *ranks, uint32_t key) {
  uint32_t first = 0, length = ranks->distinct;
  while (length > 0) {
    const uint32_t half = length / 2;
    const int is_below = ranks->values[first + half] < key;
    first = is_below ? first + half + 1 : first;
    length = is_below ? length - half - 1 : half;
  }
  return first == ranks->distinct ? ranks->count : ranks->below[first];
}

static magnitude_ranks *distinct_of_sorted(const uint32_t *keys, uint32_t count,
                                           uint32_t distinct) {
  magnitude_ranks *ranks = allocate_distinct(count, distinct);
  uint32_t next = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (i == 0 || keys[i] != keys[i - 1]) {
      ranks->values[next] = keys[i];
      ranks->below[next++] = i;
    }
  }
  return ranks;
}

// A type of at most 16 bits needs no sorting: its bits without the sign are in order of magnitude.
INLINED magnitude_ranks *build_narrow(enum stored_type type, const char *weights, size_t count,
                                      size_t *nan_index) {
  uint32_t counts[1 << 15] = {0};
  const uint32_t magnitude = (1u << (8 * stored_size(type) - 1)) - 1;
  for (size_t i = 0; i < count; i++)
    counts[load_bits(type, weights, i) & magnitude]++;
  uint32_t distinct = 0;
  for (uint32_t bits = 0; bits <= magnitude; bits++) {
    if (counts[bits] == 0)
      continue;
    if (widen_bits(type, bits) > MAGNITUDE_INFINITY) {
      size_t i = 0;
      while (load_key(type, weights, i) <= MAGNITUDE_INFINITY)
        i++;
      *nan_index = i;
      return NULL;
    }
    distinct++;
  }
  magnitude_ranks *ranks = allocate_distinct((uint32_t)count, distinct);
  uint32_t next = 0, below = 0;
  for (uint32_t bits = 0; bits <= magnitude; bits++) {
    if (counts[bits] == 0)
      continue;
    ranks->values[next] = widen_bits(type, bits);
    ranks->below[next++] = below;
    below += counts[bits];
  }
  return ranks;
}

// Sorting

static void sort_few(uint32_t *keys, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    const uint32_t key = keys[i];
    uint32_t j = i;
    for (; j > 0 && keys[j - 1] > key; j--)
      keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

// Sorts keys that agree in all but their lowest PART_BITS bits; `spare` is as long as `keys`.
static void sort_part(uint32_t *keys, uint32_t *spare, uint32_t count) {
  if (count < 48) {
    sort_few(keys, count);
    return;
  }
  uint32_t lower[DIGITS] = {0}, upper[DIGITS] = {0};
  for (uint32_t i = 0; i < count; i++) {
    lower[keys[i] & (DIGITS - 1)]++;
    upper[keys[i] >> DIGIT_BITS & (DIGITS - 1)]++;
  }
  uint32_t lower_start = 0, upper_start = 0;
  for (int digit = 0; digit < DIGITS; digit++) {
    const uint32_t in_lower = lower[digit], in_upper = upper[digit];
    lower[digit] = lower_start, upper[digit] = upper_start;
    lower_start += in_lower, upper_start += in_upper;
  }
  for (uint32_t i = 0; i < count; i++)
    spare[lower[keys[i] & (DIGITS - 1)]++] = keys[i];
  for (uint32_t i = 0; i < count; i++)
    keys[upper[spare[i] >> DIGIT_BITS & (DIGITS - 1)]++] = spare[i];
}

// Writes the sorted keys to `keys` and how many are in each octave to `octave_counts`. Returns
// whether there was no NaN.
INLINED int sort_keys(enum stored_type type, const char *weights, uint32_t count, uint32_t *keys,
                      uint32_t *spare, uint32_t octave_counts[OCTAVES]) {
  uint32_t ends[PARTS] = {0};
  uint32_t maximum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t key = load_key(type, weights, i);
    ends[key >> PART_BITS]++;
    maximum = key > maximum ? key : maximum;
  }
  if (maximum > MAGNITUDE_INFINITY)
    return 0;
  uint32_t start = 0;
  for (uint32_t part = 0; part < PARTS; part++) {
    const uint32_t in_part = ends[part];
    octave_counts[part >> (MANTISSA_BITS - PART_BITS)] += in_part;
    ends[part] = start;
    start += in_part;
  }
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t key = load_key(type, weights, i);
    keys[ends[key >> PART_BITS]++] = key;
  }
  start = 0;
  for (uint32_t part = 0; part <= maximum >> PART_BITS; part++) {
    sort_part(keys + start, spare, ends[part] - start);
    start = ends[part];
  }
  return 1;
}

// The second form

static uint32_t bucket_count(const struct octave *octave) {
  return 1u << (MANTISSA_BITS - octave->low_bits);
}

// Lays out the octaves one after the other; returns how many words they take.
static size_t lay_out(struct octave octaves[OCTAVES], const uint32_t counts[OCTAVES]) {
  size_t words = 0;
  uint32_t below = 0;
  for (int e = 0; e < OCTAVES; e++) {
    struct octave *octave = &octaves[e];
    *octave = (struct octave){.below = below, .count = counts[e]};
    below += counts[e];
    if (octave->count == 0)
      continue;
    while (octave->low_bits < MANTISSA_BITS
           && (uint64_t)octave->count << (octave->low_bits + 1) <= 1u << MANTISSA_BITS)
      octave->low_bits++;
    const size_t buckets = bucket_count(octave);
    octave->lows = words;
    // One word more than needed, so that a field may be read as two words.
    words += ((size_t)octave->count * octave->low_bits + 63) / 64 + 1;
    octave->unary = words;
    words += (octave->count + buckets + 63) / 64;
    octave->samples = words;
    words += (buckets / BUCKETS_PER_SAMPLE + 1 + 1) / 2;
  }
  return words;
}

// Writes an octave's sorted keys into the zeroed words.
static void encode(const struct octave *octave, const uint32_t *keys, uint64_t *words) {
  const uint32_t low_bits = octave->low_bits;
  uint64_t *lows = words + octave->lows, *unary = words + octave->unary;
  uint32_t *samples = (uint32_t *)(words + octave->samples);
  uint32_t sampled = 0;
  uint64_t pending = 0;
  uint32_t pending_bits = 0;
  for (uint32_t i = 0; i < octave->count; i++) {
    const uint32_t mantissa = keys[i] & ((1u << MANTISSA_BITS) - 1);
    const uint32_t bucket = mantissa >> low_bits;
    const uint64_t low = mantissa & ((1u << low_bits) - 1);
    while (sampled <= bucket >> BUCKETS_PER_SAMPLE_LOG2)
      samples[sampled++] = i;
    const size_t position = (size_t)bucket + i;
    unary[position / 64] |= 1ull << position % 64;
    pending |= low << pending_bits;
    pending_bits += low_bits;
    if (pending_bits >= 64) {
      *lows++ = pending;
      pending_bits -= 64;
      pending = pending_bits == 0 ? 0 : low >> (low_bits - pending_bits);
    }
  }
  *lows = pending;
  while (sampled <= bucket_count(octave) / BUCKETS_PER_SAMPLE)
    samples[sampled++] = octave->count;
}

INLINED uint32_t low_field(const uint64_t *lows, size_t index, uint32_t bits) {
  const size_t position = index * bits;
  const uint32_t offset = position % 64;
  const uint64_t first = lows[position / 64] >> offset;
  // Shifted in two steps, since a shift by 64 is undefined.
  const uint64_t second = lows[position / 64 + 1] << 1 << (63 - offset);
  return (uint32_t)(first | second) & ((1u << bits) - 1);
}

// The position just after the `zeros`th zero at or after `position`.
INLINED size_t skip_zeros(const uint64_t *unary, size_t position, uint32_t zeros) {
  if (zeros == 0)
    return position;
  size_t word = position / 64;
  uint64_t open = ~unary[word] & ~0ull << position % 64;
  uint32_t found;
  while ((found = (uint32_t)__builtin_popcountll(open)) < zeros) {
    zeros -= found;
    open = ~unary[++word];
  }
  while (--zeros > 0)
    open &= open - 1;
  return word * 64 + (size_t)__builtin_ctzll(open) + 1;
}

INLINED uint32_t octave_below(const struct octave *octave, const uint64_t *words,
                              uint32_t mantissa) {
  const uint32_t bucket = mantissa >> octave->low_bits;
  const uint32_t low = mantissa & ((1u << octave->low_bits) - 1);
  const uint64_t *unary = words + octave->unary;
  const uint32_t sample = bucket >> BUCKETS_PER_SAMPLE_LOG2;
  const uint32_t sampled_bucket = sample << BUCKETS_PER_SAMPLE_LOG2;
  const size_t sampled_weights = ((const uint32_t *)(words + octave->samples))[sample];
  const size_t start =
      skip_zeros(unary, sampled_weights + sampled_bucket, bucket - sampled_bucket);
  uint32_t first = (uint32_t)(start - bucket);
  if (low == 0)
    return first;
  // The bucket's weights are in order: their number by counting ones, then a binary search.
  uint32_t length = (uint32_t)(skip_zeros(unary, start, 1) - 1 - start);
  const uint64_t *lows = words + octave->lows;
  while (length > 0) {
    const uint32_t half = length / 2;
    const int is_below = low_field(lows, first + half, octave->low_bits) < low;
    first = is_below ? first + half + 1 : first;
    length = is_below ? length - half - 1 : half;
  }
  return first;
}

// Building and asking

static uint32_t count_distinct(const uint32_t *keys, uint32_t count) {
  uint32_t distinct = count > 0;
  for (uint32_t i = 1; i < count; i++)
    distinct += keys[i] != keys[i - 1];
  return distinct;
}

static magnitude_ranks *ranks_of_sorted(const uint32_t *keys, uint32_t count,
                                        const uint32_t octave_counts[OCTAVES]) {
  struct octave octaves[OCTAVES];
  const size_t words = lay_out(octaves, octave_counts);
  const size_t bytes = sizeof(magnitude_ranks) + words * sizeof(uint64_t);
  const uint32_t distinct = count_distinct(keys, count);
  if (2 * sizeof(uint32_t) * (size_t)distinct + offsetof(magnitude_ranks, octaves) < bytes)
    return distinct_of_sorted(keys, count, distinct);
  magnitude_ranks *ranks = allocated(calloc(1, bytes));
  ranks->count = count;
  ranks->bytes = bytes;
  memcpy(ranks->octaves, octaves, sizeof octaves);
  for (int e = 0; e < OCTAVES; e++)
    if (octaves[e].count > 0)
      encode(&octaves[e], keys + octaves[e].below, ranks->words);
  return ranks;
}

INLINED magnitude_ranks *build_wide(enum stored_type type, const char *weights, size_t count,
                                    uint32_t *scratch, size_t *nan_index) {
  uint32_t octave_counts[OCTAVES] = {0};
  if (!sort_keys(type, weights, (uint32_t)count, scratch, scratch + count, octave_counts)) {
    size_t i = 0;
    while (load_key(type, weights, i) <= MAGNITUDE_INFINITY)
      i++;
    *nan_index = i;
    return NULL;
  }
  magnitude_ranks *ranks = ranks_of_sorted(scratch, (uint32_t)count, octave_counts);
  ranks->maximum = count > 0 ? scratch[count - 1] : 0;
  return ranks;
}

magnitude_ranks *magnitude_ranks_build(enum stored_type type, const void *weights, size_t count,
                                       uint32_t *scratch, size_t *nan_index) {
  magnitude_ranks *ranks = NULL;
  switch (type) {
  case STORED_F64: return build_wide(STORED_F64, weights, count, scratch, nan_index);
  case STORED_F32: return build_wide(STORED_F32, weights, count, scratch, nan_index);
  case STORED_F16: ranks = build_narrow(STORED_F16, weights, count, nan_index); break;
  case STORED_BF16: ranks = build_narrow(STORED_BF16, weights, count, nan_index); break;
  case STORED_F8_E4M3: ranks = build_narrow(STORED_F8_E4M3, weights, count, nan_index); break;
  case STORED_F8_E5M2: ranks = build_narrow(STORED_F8_E5M2, weights, count, nan_index); break;
  }
  if (ranks != NULL && ranks->distinct > 0)
    ranks->maximum = ranks->values[ranks->distinct - 1];
  return ranks;
}

void magnitude_ranks_free(magnitude_ranks *ranks) { free(ranks); }

#if defined(__x86_64__)
__attribute__((target_clones("default", "arch=x86-64-v3")))
#endif
uint32_t magnitude_ranks_below(const magnitude_ranks *ranks, uint32_t key) {
  if (key > ranks->maximum)
    return ranks->count;
  if (ranks->distinct > 0)
    return distinct_below(ranks, key);
  const struct octave *octave = &ranks->octaves[key >> MANTISSA_BITS];
  if (octave->count == 0)
    return octave->below;
  const uint32_t mantissa = key & ((1u << MANTISSA_BITS) - 1);
  return octave->below + octave_below(octave, ranks->words, mantissa);
}

uint32_t magnitude_ranks_maximum(const magnitude_ranks *ranks) { return ranks->maximum; }

size_t magnitude_ranks_bytes(const magnitude_ranks *ranks) { return ranks->bytes; }

#pragma once
#include "stored_type.h"
#include <stddef.h>
#include <stdint.h>

// Exact ranks of one matrix's magnitudes in about a byte a weight.
//
// A magnitude is ranked by its key, the bits of |w| as a float: an integer of the same order.
typedef struct magnitude_ranks magnitude_ranks;

// Builds the ranks of `count` stored weights, fewer than 2^32. `scratch` has room for 2 * count
// keys where the type is F32 or F64, and may be null for the others. Returns null when a weight is
// NaN, and then its index in `nan_index`.
magnitude_ranks *magnitude_ranks_build(enum stored_type type, const void *weights, size_t count,
                                       uint32_t *scratch, size_t *nan_index);
void magnitude_ranks_free(magnitude_ranks *ranks);

// How many weights have a key below this one.
uint32_t magnitude_ranks_below(const magnitude_ranks *ranks, uint32_t key);
// The largest key; 0 where there are no weights.
uint32_t magnitude_ranks_maximum(const magnitude_ranks *ranks);
// The memory that the ranks take.
size_t magnitude_ranks_bytes(const magnitude_ranks *ranks);

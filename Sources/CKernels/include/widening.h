#pragma once
#include "stored_type.h"
#include <stddef.h>

// Widens `count` stored elements to float. The source may be unaligned and is little-endian.
// A double is rounded to nearest, ties to even; all other types are exact.
void widen(enum stored_type type, const void *source, float *target, size_t count);

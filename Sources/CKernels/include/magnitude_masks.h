#pragma once
#include "stored_type.h"
#include <stddef.h>
#include <stdint.h>

// Bitmaps have one bit a weight, the first in the lowest bit of the first word, and a set bit means
// that the weight is kept; bits past the last weight are zero.

// Writes +0 over every weight whose magnitude key is below `key` and over the first `ties` of those
// whose key equals it. Returns how many that were.
size_t remove_smallest(enum stored_type type, void *weights, size_t count, uint32_t key,
                       size_t ties);
// The same choice as a bitmap.
void mask_smallest(enum stored_type type, const void *weights, size_t count, uint32_t key,
                   size_t ties, uint64_t *kept);

// Of each group of `group` weights the `remove` smallest are not kept, the first of equal ones
// going first. From one weight of a group to the next are `stride` weights; the matrix is `outer`
// times `length` times `stride` weights, groups lie along `length`, which is a multiple of `group`,
// and `outer` or `stride` is 1.
void mask_groups(const float *weights, size_t outer, size_t length, size_t stride, size_t group,
                 size_t remove, uint64_t *kept);

// The random order: weight i's place is given by its hash, which differs for every i of a stream.
// The hash of the `rank`th weight in that order, for 1 <= rank <= count.
uint64_t random_cutoff(uint64_t stream, size_t count, size_t rank);
// Keeps the weights whose hash is above `cutoff`.
void mask_random(uint64_t stream, size_t count, uint64_t cutoff, uint64_t *kept);

// Writes zeros over the elements of `size` bytes whose bit is not set.
void remove_unkept(void *weights, size_t size, size_t count, const uint64_t *kept);

// How many of the bits `start` up to `end` are set.
size_t count_kept(const uint64_t *kept, size_t start, size_t end);

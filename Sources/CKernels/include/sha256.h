#pragma once
#include <stddef.h>
#include <stdint.h>

// Advances a SHA-256 state over whole blocks of 64 bytes, with the processor's own instructions
// where it has them. Source: FIPS 180-4, section 6.2.2.
void sha256_blocks(uint32_t state[8], const void *data, size_t blocks);

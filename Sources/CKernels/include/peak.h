#pragma once

// The single-precision GFLOPS that one thread reaches with nothing but independent fused
// multiply-adds in registers, in the widest vectors that the processor has: what matrix products
// are held against.
double fused_multiply_add_gflops(void);

#pragma once
#include "magnitude_masks.h"
#include "magnitude_ranks.h"
#include "matrix_statistics.h"
#include "sha256.h"
#include "widening.h"

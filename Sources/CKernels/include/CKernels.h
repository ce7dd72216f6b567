#pragma once
#include "attention.h"
#include "elementwise.h"
#include "magnitudes.h"
#include "peak.h"
#include "rows.h"
#include "sparse_product.h"
#include "sparse_storage.h"

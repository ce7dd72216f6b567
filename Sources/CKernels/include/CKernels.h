#pragma once
#include "attention.h"
#include "elementwise.h"
#include "magnitudes.h"
#include "rows.h"

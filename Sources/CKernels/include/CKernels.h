#pragma once
#include "elementwise.h"
#include "magnitudes.h"

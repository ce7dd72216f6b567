#pragma once
#include "sha256.h"
#include "widening.h"

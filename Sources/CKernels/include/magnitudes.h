#pragma once
#include "widening.h"

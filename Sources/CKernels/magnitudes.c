#include "magnitudes.h"

#pragma once

#include "restoration.h"
#include "screen.h"

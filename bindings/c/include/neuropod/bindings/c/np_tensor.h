#pragma once
#include "neuropod/neuropod.h"

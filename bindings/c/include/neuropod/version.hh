/// @file
/// The version as macros: NEUROPOD_MAJOR_VERSION, NEUROPOD_MINOR_VERSION, NEUROPOD_PATCH_VERSION and NEUROPOD_VERSION
/// (a string) come from neuropod.h. They say what the headers are; `NP_GetVersion()` says what the library is.
#pragma once

#include "neuropod/neuropod.h"

/// @name Levels of a release
/// @{
#define NEUROPOD_RELEASE_LEVEL_NIGHTLY 0x5
#define NEUROPOD_RELEASE_LEVEL_ALPHA 0xA
#define NEUROPOD_RELEASE_LEVEL_BETA 0xB
#define NEUROPOD_RELEASE_LEVEL_RELEASE_CANDIDATE 0xC
#define NEUROPOD_RELEASE_LEVEL_FINAL_RELEASE 0xF
/// @}

/// The level of this release.
#define NEUROPOD_RELEASE_LEVEL NEUROPOD_RELEASE_LEVEL_FINAL_RELEASE

/// The number of this release within its level.
#define NEUROPOD_RELEASE_SERIAL 0

/// The version as one number for comparisons: major, minor and patch take 8 bits each, level and serial 4 bits each.
#define NEUROPOD_VERSION_HEX                                                                                   \
    ((NEUROPOD_MAJOR_VERSION << 24) | (NEUROPOD_MINOR_VERSION << 16) | (NEUROPOD_PATCH_VERSION << 8) |         \
     (NEUROPOD_RELEASE_LEVEL << 4) | NEUROPOD_RELEASE_SERIAL)

#pragma once

// The one place where the version is written; CMake reads it from here.
#define LONGCLIP_VERSION_MAJOR 0
#define LONGCLIP_VERSION_MINOR 1
#define LONGCLIP_VERSION_PATCH 0
#define LONGCLIP_VERSION "0.1.0"

#pragma once

// LONGCLIP_EXPORT marks what the shared library shows; all else is hidden.
// The static library defines LONGCLIP_STATIC for its users.
#if defined(LONGCLIP_STATIC)
#define LONGCLIP_EXPORT
#else
#define LONGCLIP_EXPORT __attribute__((visibility("default")))
#endif

#pragma once
#include <zlib.h>

/// `deflateInit2` is a macro.
static inline int zlib_deflate_raw(z_streamp stream, int level, int strategy) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 9, strategy);
}

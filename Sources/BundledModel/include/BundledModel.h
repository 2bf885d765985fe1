/// The files of Sources/BundledModel/model, embedded in the binary at compile time: a model folder in memory.

#ifndef MULTIADS_BUNDLED_MODEL_H
#define MULTIADS_BUNDLED_MODEL_H

#include <stddef.h>

/// One embedded file. Memory is static, read-only and aligned to 64 bytes.
struct multiads_model_file {
    /// File name without its folder, NUL-terminated.
    const char *_Nonnull name;
    /// Content, not NUL-terminated.
    const unsigned char *_Nonnull bytes;
    /// Number of bytes.
    size_t length;
};

/// Number of embedded files.
size_t multiads_model_file_count(void);

/// The file at an index below the count; other indices give the first file.
struct multiads_model_file multiads_model_file_at(size_t index);

#endif

/// The files of Config/knowledge-base, embedded in the binary at compile time.

#ifndef MULTIADS_KNOWLEDGE_BASE_DATA_H
#define MULTIADS_KNOWLEDGE_BASE_DATA_H

#include <stddef.h>

/// One embedded file. Memory is static and read-only.
struct multiads_knowledge_file {
    /// File name without its folder, NUL-terminated.
    const char *_Nonnull name;
    /// Content, not NUL-terminated.
    const unsigned char *_Nonnull bytes;
    /// Number of bytes.
    size_t length;
};

/// Number of embedded files.
size_t multiads_knowledge_file_count(void);

/// The file at an index below the count; other indices give the first file.
struct multiads_knowledge_file multiads_knowledge_file_at(size_t index);

#endif

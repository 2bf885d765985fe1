/// The files of the operator console, embedded in the binary at compile time.

#ifndef MULTIADS_CONSOLE_H
#define MULTIADS_CONSOLE_H

#include <stddef.h>

/// One embedded file. Memory is static and read-only.
struct multiads_console_file {
    /// File name without its folder, NUL-terminated.
    const char *_Nonnull name;
    /// What it is sent as, NUL-terminated.
    const char *_Nonnull media_type;
    /// Content, not NUL-terminated.
    const unsigned char *_Nonnull bytes;
    /// Number of bytes.
    size_t length;
};

/// Number of embedded files; the first is the page.
size_t multiads_console_file_count(void);

/// The file at an index below the count; other indices give the first file.
struct multiads_console_file multiads_console_file_at(size_t index);

#endif

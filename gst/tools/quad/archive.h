// Files that hold many pictures.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/values.h"

namespace quad {

// All functions throw Failure.

// Writes a tar archive (POSIX ustar) of `files`, with their names without folders. The same files
// give the same bytes.
void write_tar (const std::string &path, const std::vector<std::string> &files);

// Begins a NumPy file: writes room for its head. Raw RGB pictures, rows padded to four bytes, are
// to be appended.
void begin_npy (const std::string &path);
// Removes the padding, and writes the head: uint8 [N, height, width, 3]. Returns N.
std::uint64_t finish_npy (const std::string &path, Pixels size);

}  // namespace quad

// Photos, each of which is decoded by itself, so that one that is broken spoils no other.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/line.h"
#include "tools/quad/report.h"

namespace quad {

// By the name's ending.
bool is_photo (const std::string &path);
// Files as they are, and of folders the photos in them, by their names, but for an older
// `out`. Throws Failure where there are none.
std::vector<std::string> photos_of (const std::vector<std::string> &inputs, const std::string &out);

// The file in a folder for photo i.
std::string photo_file (const std::string &folder, std::size_t i);
// Writes a photo as a JPEG that is upright and fits into a square of `side` pixels.
Line photo_line (const std::string &photo, int side, const std::string &path);
// Does so for all, as many at a time as there are processors. Warns of those that cannot be
// decoded, and leaves them out. Throws Interrupted.
void shrink_photos (const std::vector<std::string> &photos, int side, const std::string &folder,
                    Report &report, Progress &progress);

}  // namespace quad

// What a file's own structure says about its length and its parts, without GStreamer.
#pragma once

#include <cstdint>
#include <string>

namespace quad {

struct Structure {
  bool has_length = true;    // false: Matroska or WebM that does not say how long it is
  bool has_index = true;     // false: Matroska or WebM that does not say where its pictures are
  bool cut = false;          // there are fewer bytes than it says
  std::uint64_t wanted = 0;  // how many it says, where it is cut; 0: not known
};

// Reads the heads of a file's parts: of MP4 and QuickTime, Matroska and WebM, AVI and MPEG-TS. Of
// other files, and of files that cannot be read, it knows nothing.
Structure structure_of (const std::string &path);

// "film.mp4 is cut off: ...", for people; empty if it is whole.
std::string sentence_on_cut (const std::string &path, const Structure &structure);

}  // namespace quad

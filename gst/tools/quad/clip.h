// What is in a clip.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>

namespace quad {

struct Clip {
  std::string path;
  int width = 0, height = 0;   // in pixels, as it is shown: upright
  int par_n = 1, par_d = 1;    // the shape of those pixels
  int rate_n = 0, rate_d = 1;  // frames a second; 0: not known, or it varies
  GstClockTime duration = 0;   // of the file; 0: not known
  bool seeks = true;           // false: it has to be played from its start
  std::string cut;             // a sentence if the file ends before its end; else empty
  GstClockTime promised = 0;   // how long such a file says that it is; 0: it does not, or is whole
  std::string turn;  // GstVideoOrientationMethod's nick, as a tag says it; empty: not to be turned
  bool interlaced = false;
  bool still = false;         // a picture, not a film
  bool jpeg = false;          // one that is a JPEG
  bool sound = false;         // there is sound that can be decoded here
  std::string sound_problem;  // why there is sound that cannot; empty: there is none of that kind
  // MP4 or QuickTime, whose first video is H.264 that every decoder knows and gives in a format
  // that quaddownscale takes: progressive, 4:2:0, 8 bits.
  bool plain_h264 = false;
};

// Reads a clip's head; all of it, without decoding, if that does not say how long it is. Throws
// Failure if it has no video that can be decoded, or cannot be read to its end.
Clip read_clip (const std::string &path);
// The same for a file of which only sound is wanted.
Clip read_sound (const std::string &path);

// What happens to the sound of `clip`, as a sentence; `codec` is what it is written as.
std::string sentence_on_sound (const Clip &clip, const std::string &codec);

}  // namespace quad

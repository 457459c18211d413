// Which part of a sprite sheet a player's seek bar shows when.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

namespace quad {

struct Cue {
  GstClockTime start = 0, end = 0;
  int x = 0, y = 0, width = 0, height = 0;
};

// A WebVTT file (W3C WebVTT) whose cues hold the picture's address and the part of it as a media
// fragment (W3C Media Fragments URI, `#xywh=`), as video.js, JW Player and Plyr read them.
// `address` is used as it is.
std::string webvtt (const std::string &address, const std::vector<Cue> &cues);
// The address of the file `to` as seen from the file `from`, with all that needs it as %XX.
std::string relative_address (const std::string &from, const std::string &to);

}  // namespace quad

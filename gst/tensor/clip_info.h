// What a file says of itself, without decoding.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "tensor/source.h"

namespace quad::tensor {

struct Audio {
  int channels = 0, rate = 0;
  std::string codec, language;
};

struct ClipInfo {
  GstClockTime duration = GST_CLOCK_TIME_NONE;
  Source source;
  int fps_n = 0, fps_d = 1;
  std::string codec, colorimetry, container;
  std::vector<Audio> audio;
};

// The short name of a media type: "h264", "mpeg2", "aac", "matroska".
std::string short_name (const GstCaps *caps);

// Reads what has passed the pad of an encoded or raw video stream.
void read_video (GstPad *pad, ClipInfo &info);

// Reads a stream of sound.
Audio read_audio (GstPad *pad);

}  // namespace quad::tensor

// quaddownscale's rules for colours: what the input's mean, which the output gets, and what is
// converted: range, matrix, and on the host light (transfer functions and primaries of HDR and wide
// gamut).
#pragma once

#include <string>
#include <vector>

#include "core/format_choice.h"
#include "glue/video.h"

namespace quad {

// The colorimetry of `info` and its caps' structure `s`, completed by what the size implies.
// GStreamer forgets a range that is given without a matrix; here it is kept.
GstVideoColorimetry downscale_colorimetry (const GstStructure *s, const GstVideoInfo &info);

// As gst_video_info_from_caps, but a chroma-site that comes without a whole colorimetry counts:
// GStreamer replaces it by its default.
bool read_video_info (GstVideoInfo &info, const GstCaps *caps);

// Names of the colorimetries that are converted from and to one of `said` (names, too). Those that
// GStreamer has a word for come first.
std::vector<std::string> convertible_colorimetries (const std::vector<std::string> &said);

// What has to change of the colours of a video whose caps are `in` if downstream takes `s` in a
// format of `family`: range and matrix, as far as the family stays, or light. `foreign`: `s` names
// only colorimetries that such formats do not have.
enum class ColorChange { none, codes, foreign, light };
ColorChange color_change (const GstStructure *s, Family family, const GstStructure *in,
                          const GstVideoInfo &info);

// What is converted of colours in a kind of memory. Each includes the one before.
enum class Converted { nothing, codes, light };

// What the backend of `memory` converts.
Converted converted_in (Memory memory);

// Chooses colorimetry and chroma siting of `s`, whose format and size are fixed, among those that
// downstream takes: the input's own words if they mean the same, else in full. RGB, YUV and gray
// have no common matrix and range: what becomes another family gets GStreamer's defaults for the
// size. HDR that becomes a format of 8 bits gets them too, where light is converted.
void fixate_colors (GstStructure *s, const GstStructure *in, const GstVideoInfo &info,
                    Converted converted);

// The colorimetry that the input's samples are taken for beside an output.
struct Reading {
  GstVideoColorimetry colorimetry;
  // A sentence on what is wrong with the output's colours; empty if nothing is. Begins a message.
  std::string fault;
  bool possible = true;  // false: the output cannot be made
};

// `converted`: in the frames' memory. What the input's caps leave open, the
// output's may say; if that is not what the size implies, the picture is shown in other colours.
Reading reading_beside (const GstCaps *in_caps, const GstVideoInfo &in, const GstCaps *out_caps,
                        const GstVideoInfo &out, Converted converted);

}  // namespace quad

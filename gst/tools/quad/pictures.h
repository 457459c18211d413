// Pictures out of a clip, into a folder.
#pragma once

#include <string>
#include <vector>

#include "tools/quad/clip.h"
#include "tools/quad/make.h"
#include "tools/quad/parts.h"
#include "tools/quad/values.h"

namespace quad {

// Which pictures, and of what size: of `size` with `fit` if that is set, else at most `width` wide,
// in the clip's shape with square pixels. All are upright.
struct Selection {
  Fraction rate{0, 1};              // so many a second; 0: those at `times`
  std::vector<GstClockTime> times;  // in ascending order
  Pixels size;
  std::string fit = "contain";  // or cover, fill
  int width = 640;
};

// Decodes, selects, turns and scales; what encodes is to follow. The decoder's name is clip0.
Line selected_pictures (const Clip &clip, const Selection &selection);
// Caps' fields for a kind of picture: jpg, jpeg or png. Throws Failure for others.
std::string_view format_of (const std::string &type);
// What encodes with the name `video`.
std::string encoder_of (const std::string &type);
// How wide the upright clip is shown in relation to its height.
double shape_of (const Clip &clip);
// How many there are; 0: not known.
std::uint64_t count_of (const Clip &clip, const Selection &selection);

// When a clip's first frame that counts and its last one begin.
struct FrameTimes {
  GstClockTime first = 0, last = 0;
};
// Sound may begin before and go on for longer. Decodes little besides these two. Throws Failure and
// Interrupted.
FrameTimes frame_times_of (const Clip &clip, Report &report, Progress &progress);
// The middles of `count` equal parts.
std::vector<GstClockTime> equal_times (const FrameTimes &frames, int count);

// Plays a line that writes pictures of `clip`, and says what is wrong where there are none.
Played play_pictures (const Line &line, const Clip &clip, const Selection &selection,
                      Report &report, Progress &progress);

}  // namespace quad

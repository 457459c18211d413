#include "tools/quad/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/quad/failure.h"

namespace quad {
namespace {

struct Encoder {
  std::string_view type, format, words;
};
constexpr std::string_view kJpeg = "! jpegenc name=video quality=90";
constexpr std::array kEncoders = {
    Encoder{"jpg", kJpegFormat, kJpeg},
    Encoder{"jpeg", kJpegFormat, kJpeg},
    Encoder{"png", "format=RGB", "! pngenc name=video"},
};

const Encoder &find_encoder (const std::string &type)
{
  for (const Encoder &encoder : kEncoders) {
    if (encoder.type == type) return encoder;
  }
  throw Misuse (text ("pictures can be written as jpg or png, not as ", type));
}

// The middle part of the clip that has the size's shape, as properties of quaddownscale; 0 to 1.
std::string crop_of (const Clip &clip, const Pixels &size)
{
  const double own = shape_of (clip), wanted = static_cast<double> (size.width) / size.height;
  const double width = std::min (1.0, wanted / own), height = std::min (1.0, own / wanted);
  return text ("crop-x=", (1 - width) / 2, " crop-width=", width, " crop-y=", (1 - height) / 2,
               " crop-height=", height);
}

// The largest size of the clip's shape in `size`.
Pixels inner_size (const Clip &clip, const Pixels &size)
{
  const double own = shape_of (clip);
  const auto rounded = [] (double side, int most) {
    return std::clamp (static_cast<int> (std::lround (side)), 1, most);
  };
  return {rounded (size.height * own, size.width), rounded (size.width / own, size.height)};
}

void add_scaling (Line &line, const Clip &clip, const Selection &s)
{
  const auto [width, height] = s.size;
  line.row ();
  if (width == 0) {
    line.add (text ("! quaddownscale divisor=1 max-width=", s.width,
                    " ! video/x-raw,pixel-aspect-ratio=1/1"));
  } else if (s.fit == "contain") {
    // The rest is black. Formats with chroma for two pixels have no odd borders.
    const Pixels inner = inner_size (clip, s.size);
    const int left = (width - inner.width) / 2, top = (height - inner.height) / 2;
    line.add (text ("! quaddownscale upscale=true ! video/x-raw,width=", inner.width,
                    ",height=", inner.height));
    if (inner.width != width || inner.height != height) {
      line.add (text ("! videoconvert ! video/x-raw,format=RGB ! videobox left=", -left,
                      " right=", inner.width + left - width, " top=", -top,
                      " bottom=", inner.height + top - height));
    }
  } else {
    line.add ("! quaddownscale upscale=true");
    if (s.fit == "cover") line.add (crop_of (clip, s.size));
    line.add (text ("! video/x-raw,width=", width, ",height=", height));
  }
  line.add ("! queue max-size-buffers=2");
}

}  // namespace

Line selected_pictures (const Clip &clip, const Selection &s)
{
  Line line;
  add_source (line, clip, 0);
  line.row ().add ("clip0. !").add (frameextract (clip));
  if (s.rate.n > 0) {
    line.add (text ("rate=", text_of (s.rate)));
  } else {
    std::string list;
    for (const GstClockTime time : s.times)
      list += text (list.empty () ? "" : ", ", seconds_text (time, 9));
    line.word (text ("timestamp-list=\"", list, '"'));
  }
  // Turned before they are scaled, so that the size is that of the upright picture.
  line.row ().add (kAnyVideo).add (kUpright);
  add_scaling (line, clip, s);
  return line.row ();
}

std::string_view format_of (const std::string &type) { return find_encoder (type).format; }

std::string encoder_of (const std::string &type)
{
  const Encoder &encoder = find_encoder (type);
  return text ("! videoconvert ! video/x-raw,", encoder.format, ' ', encoder.words);
}

double shape_of (const Clip &clip)
{
  return static_cast<double> (clip.width) * clip.par_n /
         (static_cast<double> (clip.height) * clip.par_d);
}

std::uint64_t count_of (const Clip &clip, const Selection &s)
{
  if (s.rate.n == 0) return s.times.size ();
  return gst_util_uint64_scale_ceil (clip.duration, s.rate.n, s.rate.d * GST_SECOND);
}

FrameTimes frame_times_of (const Clip &clip, Report &report, Progress &progress)
{
  if (clip.duration == 0) throw Failure (text ("how long ", clip.path, " is cannot be told"));
  Line line;
  add_source (line, clip, 0);
  // The first one begins at 0 or later, and the last one before the end.
  line.add (text ("! ", frameextract (clip), " timestamp-list=0,", seconds_text (clip.duration, 9),
                  " tolerance-after=9000000000000000000 tolerance-before=9000000000000000000 "
                  "post-messages=true ! fakesink name=video"));
  Player player{line, {clip.path}, {clip.promised}};
  GstClockTime first = GST_CLOCK_TIME_NONE, last = GST_CLOCK_TIME_NONE;
  player.on_message ([&] (GstMessage *message) {
    const GstStructure *s = gst_message_get_structure (message);
    if (s && gst_structure_has_name (s, "frame-extracted"))
      gst_structure_get_uint64 (s, "actual-time", &last);
    if (!GST_CLOCK_TIME_IS_VALID (first)) first = last;
  });
  player.play ({}, progress, report.warnings);
  if (!GST_CLOCK_TIME_IS_VALID (last))
    throw Failure (text ("no frame of ", clip.path, " can be decoded"));
  // Within the first second frameextract shows the first frame from 0 on.
  return {first > GST_SECOND ? first : 0, last};
}

std::vector<GstClockTime> equal_times (const FrameTimes &frames, int count)
{
  std::vector<GstClockTime> times;
  for (int i = 0; i < count; i++)
    times.push_back (frames.first +
                     gst_util_uint64_scale (frames.last - frames.first, 2 * i + 1, 2 * count));
  return times;
}

Played play_pictures (const Line &line, const Clip &clip, const Selection &s, Report &report,
                      Progress &progress)
{
  Player player{line, {clip.path}};
  const Played played = player.play ({count_of (clip, s), 0}, progress, report.warnings);
  if (played.frames == 0)
    throw Failure (text ("there is no frame in ", clip.path, " at any of these times"));
  report.frames = played.frames;
  report.duration = static_cast<double> (played.time) / GST_SECOND;
  return played;
}

}  // namespace quad

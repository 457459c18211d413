#include "tensor/picture.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/renderer.h"
#include "glue/video.h"
#include "tensor/planes.h"

namespace quad::tensor {
namespace {

constexpr const char *kHost = "video/x-raw";
// Without dithering a format that holds the same samples is converted without loss.
constexpr const char *kConvert = "videoconvert dither=none";
// The same bytes in every memory.
constexpr const char *kByEngine = "quaddownscale divisor=1 qos=false";
constexpr const char *kDevice = "video/x-raw(memory:CUDAMemory)";

std::string problem_of (GstVideoFormat format)
{
  GstVideoInfo info;
  if (!gst_video_info_set_format (&info, format, 16, 16)) return "no video";
  return problem_of_format (info);
}

// A hint where the name is a format's but for capital letters.
std::string meant (const std::string &name)
{
  guint n = 0;
  const GstVideoFormat *all = gst_video_formats_raw (&n);
  for (guint i = 0; i < n; i++) {
    const char *known = gst_video_format_to_string (all[i]);
    if (g_ascii_strcasecmp (known, name.c_str ()) == 0)
      return std::string{" Its name is written "} + known + ".";
  }
  return {};
}

// All formats that can be tensors, for caps.
const std::string &tensor_formats ()
{
  static const std::string text = [] {
    guint n = 0;
    const GstVideoFormat *all = gst_video_formats_raw (&n);
    std::string list;
    for (guint i = 0; i < n; i++) {
      if (!problem_of (all[i]).empty ()) continue;
      list += list.empty () ? "format={" : ",";
      list += gst_video_format_to_string (all[i]);
    }
    return list + "}";
  }();
  return text;
}

// All formats that the engine converts on the host, for caps.
std::string engine_formats ()
{
  std::string list;
  for (const FormatInfo &f : all_formats ()) {
    list += list.empty () ? "format={" : ",";
    list += f.name;
  }
  return list + "}";
}

bool engine_converts (const std::string &format, bool on_device)
{
  const FormatInfo &f = info_of (from_gst (gst_video_format_from_string (format.c_str ())));
  return f.planes > 0 && (!on_device || f.in_cuda_since > 0);
}

// The value of videoflip's video-direction, by rotation / 90. (videoflip turns first.)
const char *direction_of (Turn turn)
{
  static constexpr const char *kTurned[] = {"identity", "90r", "180", "90l"};
  static constexpr const char *kMirrored[] = {"horiz", "ur-ll", "vert", "ul-lr"};
  const char *const *directions = turn.mirrored ? kMirrored : kTurned;
  return directions[turn.rotation / 90];
}

// Changes the size to that with square pixels and the same number of rows.
void make_square (const Source &source, int &width, int &height)
{
  const std::int64_t n = source.par.n, d = source.par.d;
  width = source.width;
  height = source.height;
  if (source.width * n / d > kMaxSide) {
    height = int (std::max<std::int64_t> (source.height * d / n, 1));
    return;
  }
  const std::int64_t step = source.pairs ? 2 : 1;
  const std::int64_t steps = (2 * source.width * n + d * step) / (2 * d * step);
  width = int (std::max (steps * step, std::int64_t{1}));
}

std::string size_caps (const Source &source, const Picture &picture)
{
  int width = picture.width, height = picture.height;
  if (picture.upright && source.turn.swaps_axes ()) std::swap (width, height);
  if (width == 0 && height == 0) make_square (source, width, height);
  std::string caps;
  if (width > 0) caps += ",width=" + std::to_string (width);
  if (height > 0) caps += ",height=" + std::to_string (height);
  if (picture.upright) caps += ",pixel-aspect-ratio=1/1";
  return caps;
}

// A line of elements, and the memory of their frames.
class Chain {
 public:
  explicit Chain (bool on_device) : on_device_{on_device} {}
  bool on_device () const { return on_device_; }
  std::string memory () const { return on_device_ ? kDevice : kHost; }
  void add (const std::string &element) { line_ += (line_.empty () ? "" : " ! ") + element; }
  void download ()
  {
    if (on_device_) add ("cudadownload");
    on_device_ = false;
  }
  void upload ()
  {
    if (on_device_) return;
    // GPUs know fewer formats, and some of theirs are no tensors: convert those.
    add (kConvert);
    add (kHost + ("," + tensor_formats ()));
    add ("cudaupload");
    add (kDevice);
    on_device_ = true;
  }
  // Converts frames to `format`. `fields`: each frame holds two fields, whose chroma must not mix.
  void convert (const std::string &format, bool fields)
  {
    if (engine_converts (format, on_device_) && (on_device_ || !fields))
      convert_by_engine ();
    else
      add (on_device_ ? "cudaconvert" : kConvert);
    add (memory () + ",format=" + format);
  }
  const std::string &line () const { return line_; }

 private:
  void convert_by_engine ()
  {
    // The engine knows fewer formats than the host's decoders give.
    if (!on_device_) {
      add (kConvert);
      add (std::string{kHost}.append (",").append (engine_formats ()));
    }
    add (kByEngine);
  }

  std::string line_;
  bool on_device_;
};

}  // namespace

std::string read_picture (const QuadPicture &asked, Picture &picture)
{
  if (asked.width < 0 || asked.height < 0) return "The width and the height have to be 0 or more.";
  if (asked.width > kMaxSide || asked.height > kMaxSide)
    return "The width and the height have to be " + std::to_string (kMaxSide) + " or less.";
  picture = {asked.width, asked.height, asked.format ? asked.format : "",
             asked.orientation == QUAD_ORIENTATION_AUTO};
  if (!asked.format) return {};
  const GstVideoFormat format = gst_video_format_from_string (asked.format);
  if (format == GST_VIDEO_FORMAT_UNKNOWN || format == GST_VIDEO_FORMAT_ENCODED)
    return "GStreamer knows no format " + picture.format + "." + meant (picture.format);
  if (!problem_of (format).empty ())
    return "The samples of " + picture.format +
           " are no elements of a tensor. Ask for a format such as RGB, NV12 or I420_10LE.";
  return {};
}

void shown_size (const Source &source, int &width, int &height)
{
  width = source.width;
  height = source.height;
  if (source.par != Source::Par{} && source.width > 0) make_square (source, width, height);
  if (source.turn.swaps_axes ()) std::swap (width, height);
}

Lines lines_for (const Source &source, const Picture &picture, int device)
{
  const bool turned = picture.upright && source.turn != Turn{};
  const bool sized = picture.width > 0 || picture.height > 0;
  const bool scaled = sized || (picture.upright && source.par != Source::Par{} && source.width > 0);

  Chain before (source.on_device);
  if (source.interlaced && (scaled || turned)) {
    before.download ();
    before.add (kConvert);
    // Keeps the number of frames; each is made of its first field.
    before.add ("deinterlace fields=top");
  }

  Chain after (before.on_device ());
  // Pictures are turned on the host. Host frames are also scaled there in that case, so that only
  // the small picture is uploaded.
  if (device >= 0 && !turned) after.upload ();
  if (scaled) {
    if (!after.on_device ()) after.add (kConvert);
    after.add ("quaddownscale upscale=true");
    after.add (after.memory () + size_caps (source, picture));
  }
  if (turned) {
    after.download ();
    after.add (kConvert);
    after.add (std::string{"videoflip video-direction="} + direction_of (source.turn));
  }
  if (device >= 0) after.upload ();
  if (!picture.format.empty ()) {
    after.convert (picture.format, source.interlaced && !scaled && !turned);
  } else if (!after.on_device ()) {
    after.add (kConvert);
    after.add (after.memory () + "," + tensor_formats ());
  }
  return {before.line (), after.line ()};
}

}  // namespace quad::tensor

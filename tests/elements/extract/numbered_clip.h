// Clips with the number of each frame in its pixels, so that a test knows which frame came.
#pragma once

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/frame_choice.h"
#include "support/gst_helpers.h"

namespace quad::test {

// How long a test waits for something. Only a hang takes so long.
inline constexpr GstClockTime kPatience = 90 * GST_SECOND;

// A folder that is deleted with this object.
class TemporaryFolder {
 public:
  TemporaryFolder ()
  {
    std::string name = std::filesystem::temp_directory_path () / "numbered-clips-XXXXXX";
    if (!mkdtemp (name.data ())) g_error ("cannot make %s", name.c_str ());
    path_ = name;
  }
  ~TemporaryFolder ()
  {
    std::error_code ignored;
    std::filesystem::remove_all (path_, ignored);
  }
  TemporaryFolder (const TemporaryFolder &) = delete;
  TemporaryFolder &operator= (const TemporaryFolder &) = delete;
  std::string file (const std::string &name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct PictureSize {
  int width = 160, height = 96;
};

// The bits of a number, the lowest first, one in each block of 16x16; the block below has the
// inverse.
inline constexpr int kBits = 10;
inline constexpr int kBlock = 16;

inline std::string clip_caps (PictureSize size, const std::string &rate)
{
  return "video/x-raw,format=I420,width=" + std::to_string (size.width) +
         ",height=" + std::to_string (size.height) + ",framerate=" + rate;
}

// A frame that shows `number`, and something that moves below it.
inline Owned<GstBuffer> numbered (const GstVideoInfo &info, int number)
{
  return painted (info, [&] (int plane, int x, int y, int) {
    const int row = y / kBlock, bit = x / kBlock;
    if (plane > 0) return 128;
    if (row > 1 || bit >= kBits) return 40 + (x + y + 3 * number) % 160;
    return (number >> bit & 1) != row ? 220 : 30;
  });
}

// The number in a frame in host memory, in any format whose first plane is luma; -1 if it cannot be
// read.
inline int number_of (GstVideoFrame *frame)
{
  const auto luma = [&] (int bit, int row) {
    int sum = 0;
    for (int y = row * kBlock + 4; y < row * kBlock + 12; y++)
      for (int x = bit * kBlock + 4; x < bit * kBlock + 12; x++)
        sum += static_cast<const guint8 *> (
            GST_VIDEO_FRAME_PLANE_DATA (frame, 0))[y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0) + x];
    return sum / 64;
  };
  int number = 0;
  for (int bit = 0; bit < kBits; bit++) {
    const bool set = luma (bit, 0) > 125;
    if (set == (luma (bit, 1) > 125)) return -1;
    number |= int{set} << bit;
  }
  return number;
}

inline int number_of (GstSample *sample)
{
  GstVideoInfo info;
  GstVideoFrame frame;
  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample)) ||
      !gst_video_frame_map (&frame, &info, gst_sample_get_buffer (sample), GST_MAP_READ))
    g_error ("cannot map");
  const int number = number_of (&frame);
  gst_video_frame_unmap (&frame);
  return number;
}

// Describes a clip: one frame for each of `begins`, until `end`.
struct ClipPlan {
  const char *name;  // of the file
  const char *muxer;
  int gop = 10;
  std::vector<Nanoseconds> begins;
  Nanoseconds end = 0;
  const char *rate = "25/1";  // 0/1 for a variable one
  int bframes = 2;
  PictureSize size = {};
};

inline std::vector<Nanoseconds> at_rate (int frames, int per_second)
{
  std::vector<Nanoseconds> begins;
  for (int i = 0; i < frames; i++) begins.push_back (i * kSecond / per_second);
  return begins;
}

// Runs `line`, which takes frames from an appsrc `in`. Returns what went wrong; empty if nothing.
inline std::string try_to_make_file (const std::string &line, PictureSize size,
                                     const std::string &rate,
                                     const std::vector<Nanoseconds> &begins, Nanoseconds end)
{
  GError *error = nullptr;
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), &error)};
  if (error) g_error ("%s: %s", line.c_str (), error->message);
  const Owned<GstElement> in{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "in")};
  const std::string caps = clip_caps (size, rate);
  g_object_set (in.get (), "caps", caps_of (caps).get (), nullptr);
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const GstVideoInfo info = info_of_caps (caps);
  for (std::size_t i = 0; i < begins.size (); i++) {
    Owned<GstBuffer> frame = numbered (info, static_cast<int> (i));
    const Nanoseconds next = i + 1 < begins.size () ? begins[i + 1] : end;
    GST_BUFFER_PTS (frame.get ()) = static_cast<GstClockTime> (begins[i]);
    GST_BUFFER_DURATION (frame.get ()) = static_cast<GstClockTime> (next - begins[i]);
    gst_app_src_push_buffer (GST_APP_SRC (in.get ()), frame.release ());
  }
  gst_app_src_end_of_stream (GST_APP_SRC (in.get ()));
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  const Owned<GstMessage> last{gst_bus_timed_pop_filtered (
      bus.get (), kPatience, static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  std::string wrong = last ? "" : "it did not end";
  if (last && GST_MESSAGE_TYPE (last.get ()) == GST_MESSAGE_ERROR) {
    gchar *debug = nullptr;
    gst_message_parse_error (last.get (), &error, &debug);
    wrong = std::string (error->message) + " " + (debug ? debug : "");
    g_clear_error (&error);
    g_free (debug);
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return wrong;
}

// The same, but the test fails if the file is not made. About once in a hundred times, GStreamer's
// vp9parse loses the time of a frame, and mp4mux refuses it: so it is tried again.
inline void make_file (const std::string &line, const char *name, PictureSize size,
                       const std::string &rate, const std::vector<Nanoseconds> &begins,
                       Nanoseconds end)
{
  std::string wrong;
  for (int tries = 0; tries < 3; tries++)
    if ((wrong = try_to_make_file (line, size, rate, begins, end)).empty ()) return;
  g_error ("%s was not made: %s", name, wrong.c_str ());
}

// The test fails if there is no clip afterwards.
inline std::string make_clip (const TemporaryFolder &folder, const ClipPlan &plan)
{
  const std::string path = folder.file (plan.name);
  make_file (
      "appsrc name=in format=time max-bytes=0 ! x264enc speed-preset=ultrafast threads=1 pass=qual "
      "quantizer=18 b-adapt=false bframes=" +
          std::to_string (plan.bframes) + " key-int-max=" + std::to_string (plan.gop) +
          " option-string=scenecut=0:min-keyint=" + std::to_string (plan.gop) + " ! h264parse ! " +
          plan.muxer + " ! filesink location=\"" + path + "\"",
      plan.name, plan.size, plan.rate, plan.begins, plan.end);
  return path;
}

inline std::string bytes_of (const std::string &path)
{
  std::ifstream file (path, std::ios::binary);
  return {std::istreambuf_iterator<char> (file), {}};
}

inline void write_bytes (const std::string &path, const std::string &bytes)
{
  std::ofstream (path, std::ios::binary) << bytes;
}

}  // namespace quad::test

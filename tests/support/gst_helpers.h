// Helpers for tests of elements.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "glue/owned.h"

namespace quad::test {

// The plugins of this version have faults that neither 1.22 nor 1.28 has.
inline constexpr bool kIs126 = GST_CHECK_VERSION (1, 26, 0) && !GST_CHECK_VERSION (1, 27, 0);

struct TearDown {
  void operator() (GstHarness *h) const { gst_harness_teardown (h); }
};
using Harness = std::unique_ptr<GstHarness, TearDown>;

// A harness around one element, written as in gst-launch-1.0 with its properties.
inline Harness harness_of (const std::string &element)
{
  GstElement *made = gst_parse_launch (element.c_str (), nullptr);
  if (!made) g_error ("cannot make %s", element.c_str ());
  const Owned<GstElement> owned{GST_ELEMENT (gst_object_ref_sink (made))};
  return Harness{gst_harness_new_with_element (made, "sink", "src")};
}

inline Owned<GstCaps> caps_of (const std::string &text)
{
  return Owned<GstCaps>{gst_caps_from_string (text.c_str ())};
}

// Caps of raw video in system memory, as text.
inline std::string raw (const std::string &format, int width, int height,
                        const std::string &rest = "framerate=(fraction)10/1")
{
  return "video/x-raw,format=" + format + ",width=" + std::to_string (width) +
         ",height=" + std::to_string (height) + "," + rest;
}

inline std::string to_string (const GstCaps *caps)
{
  return caps ? Owned<char>{gst_caps_to_string (caps)}.get () : "none";
}

inline GstVideoInfo info_of_caps (const std::string &text)
{
  GstVideoInfo info;
  gst_video_info_init (&info);
  if (!gst_video_info_from_caps (&info, caps_of (text).get ()))
    g_error ("bad caps: %s", text.c_str ());
  return info;
}

// Calls visit (sample, plane, position, row, channel) for each sample of a mapped frame. Samples of
// more than 8 bits are passed with the bits below their significant ones. In YUY2 and UYVY a
// position is a luma sample and the chroma sample beside it. `Sample` is std::uint8_t or
// std::uint16_t.
template <typename Sample, typename Visit>
void visit_samples (GstVideoFrame *frame, Visit visit)
{
  const GstVideoFormatInfo *format = frame->info.finfo;
  for (guint p = 0; p < GST_VIDEO_FORMAT_INFO_N_PLANES (format); p++) {
    guint c = 0;  // the first component that lies in this plane
    while (GST_VIDEO_FORMAT_INFO_PLANE (format, c) != p) c++;
    const int width = GST_VIDEO_FRAME_COMP_WIDTH (frame, c);
    const int height = GST_VIDEO_FRAME_COMP_HEIGHT (frame, c);
    const int step = GST_VIDEO_FRAME_COMP_PSTRIDE (frame, c);
    const int channels = step / static_cast<int> (sizeof (Sample));
    // The last pair of an odd width has both chroma samples, but only one of luma.
    int positions = width;
    for (guint other = c + 1; other < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format); other++)
      if (GST_VIDEO_FORMAT_INFO_PLANE (format, other) == p)
        positions = std::max (positions, GST_VIDEO_FRAME_COMP_WIDTH (frame, other) *
                                             GST_VIDEO_FRAME_COMP_PSTRIDE (frame, other) / step);
    const int first = GST_VIDEO_FORMAT_INFO_POFFSET (format, c);
    for (int y = 0; y < height; y++) {
      auto *row = reinterpret_cast<Sample *> (
          static_cast<std::uint8_t *> (GST_VIDEO_FRAME_PLANE_DATA (frame, p)) +
          std::ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE (frame, p));
      for (int x = 0; x < positions; x++)
        for (int k = 0; k < channels; k++)
          if (x < width || k != first) visit (row[x * channels + k], static_cast<int> (p), x, y, k);
    }
  }
}

// A buffer of `info`, 8 bits a sample, with value (plane, x, y, channel) everywhere.
template <typename Value>
Owned<GstBuffer> painted (const GstVideoInfo &info, Value value)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  gst_buffer_memset (buffer.get (), 0, 0, GST_VIDEO_INFO_SIZE (&info));
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer.get (), GST_MAP_WRITE)) g_error ("cannot map");
  visit_samples<std::uint8_t> (&frame, [&] (std::uint8_t &sample, int p, int x, int y, int k) {
    sample = static_cast<std::uint8_t> (value (p, x, y, k));
  });
  gst_video_frame_unmap (&frame);
  return buffer;
}

// The samples of a buffer of `info`, 8 bits each, plane by plane, without padding.
inline std::vector<int> samples_of (const GstVideoInfo &info, GstBuffer *buffer)
{
  std::vector<int> samples;
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ)) g_error ("cannot map");
  visit_samples<std::uint8_t> (
      &frame, [&] (std::uint8_t &sample, int, int, int, int) { samples.push_back (sample); });
  gst_video_frame_unmap (&frame);
  return samples;
}

// Sets the property to NaN. Bypasses GObject's own check, which not every version of GLib has.
inline void set_nan (gpointer object, const char *name)
{
  GObjectClass *klass = G_OBJECT_GET_CLASS (object);
  GParamSpec *spec = g_object_class_find_property (klass, name);
  GValue nan = G_VALUE_INIT;
  g_value_init (&nan, G_TYPE_DOUBLE);
  g_value_set_double (&nan, std::numeric_limits<double>::quiet_NaN ());
  klass->set_property (G_OBJECT (object), spec->param_id, &nan, spec);
}

// Collects what elements post.
class Bus {
 public:
  // Of one element outside of a pipeline, as in a harness.
  explicit Bus (GstElement *element) : bus_{gst_bus_new ()}
  {
    gst_element_set_bus (element, bus_.get ());
  }
  // Messages that nobody took keep the element alive, and the element keeps its bus.
  ~Bus () { gst_bus_set_flushing (bus_.get (), TRUE); }
  Bus (const Bus &) = delete;
  Bus &operator= (const Bus &) = delete;

  // Takes the next message of `type` (an error's or a warning's text for the user) and drops others
  // before it; "" if there is none.
  std::string next (GstMessageType type)
  {
    const Owned<GstMessage> message{gst_bus_pop_filtered (bus_.get (), type)};
    if (!message) return {};
    GError *error = nullptr;
    if (type == GST_MESSAGE_ERROR)
      gst_message_parse_error (message.get (), &error, nullptr);
    else
      gst_message_parse_warning (message.get (), &error, nullptr);
    const std::string text = error->message;
    g_error_free (error);
    return text;
  }
  std::string error () { return next (GST_MESSAGE_ERROR); }
  std::string warning () { return next (GST_MESSAGE_WARNING); }

 private:
  Owned<GstBus> bus_;
};

}  // namespace quad::test

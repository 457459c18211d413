// JPEGs through a quadjpegdec, and the frames that TurboJPEG's other function makes of them.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "core/format.h"
#include "support/gst_helpers.h"
#include "support/jpeg_maker.h"

namespace quad::test {

inline Owned<GstBuffer> buffer_of (const JpegBytes &bytes, GstClockTime pts = GST_CLOCK_TIME_NONE)
{
  Owned<GstBuffer> buffer{bytes.empty () ? gst_buffer_new ()
                                         : gst_buffer_new_memdup (bytes.data (), bytes.size ())};
  GST_BUFFER_PTS (buffer.get ()) = pts;
  return buffer;
}

struct JpegFrame {
  Owned<GstBuffer> buffer;
  std::string caps;

  GstClockTime pts () const { return GST_BUFFER_PTS (buffer.get ()); }
  std::vector<int> samples () const { return samples_of (info_of_caps (caps), buffer.get ()); }
  Size size () const
  {
    const GstVideoInfo info = info_of_caps (caps);
    return {info.width, info.height};
  }
};

// What frames of `kind` have for samples, plane by plane, at `scale` eighths.
inline std::vector<int> expected_samples (const JpegBytes &jpeg, const JpegKind &kind,
                                          int scale = 8)
{
  tjhandle handle = tjInitDecompress ();
  int width = 0, height = 0, sampling = 0, colors = 0;
  tjDecompressHeader3 (handle, jpeg.data (), jpeg.size (), &width, &height, &sampling, &colors);
  const Size size{ceil_div (width * scale, 8), ceil_div (height * scale, 8)};
  JpegBytes all (tjBufSizeYUV2 (size.width, 1, size.height, sampling));
  tjDecompressToYUV2 (handle, jpeg.data (), jpeg.size (), all.data (), size.width, 1, size.height,
                      0);
  tjDestroy (handle);
  std::vector<int> samples;
  const bool grey = sampling == TJSAMP_GRAY, doubled = sampling == TJSAMP_440;
  for (int i = 0; i < (grey ? 1 : 3); i++) {
    const int c = kind.rgb ? (i + 1) % 3 : i;  // G, B, R
    std::size_t begin = 0;
    for (int k = 0; k < c; k++) begin += tjPlaneSizeYUV (k, size.width, 0, size.height, sampling);
    const int stride = tjPlaneWidth (c, size.width, sampling);
    const Size sub{c > 0 ? tjMCUWidth[sampling] / 8 : 1, c > 0 ? tjMCUHeight[sampling] / 8 : 1};
    const int columns = ceil_div (size.width, sub.width);
    const int rows = doubled ? size.height : ceil_div (size.height, sub.height);
    for (int y = 0; y < rows; y++) {
      const int row = doubled && c > 0 ? y / 2 : y;
      for (int x = 0; x < columns; x++)
        samples.push_back (all[begin + static_cast<std::size_t> (row * stride + x)]);
    }
  }
  return samples;
}

class JpegDecoding {
 public:
  // Packets with times, or a stream of bytes.
  explicit JpegDecoding (const std::string &properties = "", GstFormat format = GST_FORMAT_TIME,
                         const std::string &caps = "image/jpeg,framerate=10/1")
      : harness_{harness_of ("quadjpegdec " + properties)}, bus_{harness_->element}
  {
    open (format, caps);
  }
  void open (GstFormat format, const std::string &caps)
  {
    send (gst_event_new_stream_start ("jpeg"));
    if (!caps.empty ()) send (gst_event_new_caps (caps_of (caps).get ()));
    send_segment (format);
  }
  void send_segment (GstFormat format)
  {
    GstSegment segment;
    gst_segment_init (&segment, format);
    send (gst_event_new_segment (&segment));
  }
  bool send (GstEvent *event) { return gst_harness_push_event (harness (), event); }
  GstFlowReturn push (const JpegBytes &bytes, GstClockTime pts = GST_CLOCK_TIME_NONE)
  {
    return gst_harness_push (harness (), buffer_of (bytes, pts).release ());
  }
  bool end () { return send (gst_event_new_eos ()); }

  // The next frame, if there is one.
  std::optional<JpegFrame> pull ()
  {
    Owned<GstBuffer> buffer{gst_harness_try_pull (harness ())};
    if (!buffer) return {};
    return JpegFrame{std::move (buffer), caps ()};
  }
  // All that there are.
  std::vector<JpegFrame> pull_all ()
  {
    std::vector<JpegFrame> all;
    while (auto frame = pull ()) all.push_back (std::move (*frame));
    return all;
  }
  std::string caps () const
  {
    const Owned<GstCaps> caps{gst_pad_get_current_caps (harness_->sinkpad)};
    return to_string (caps.get ());
  }
  // Values of the tag image-orientation, and "frame" for each frame, in the order in which they
  // came out. Takes the events.
  std::vector<std::string> orientations ()
  {
    std::vector<std::string> all;
    while (const Owned<GstEvent> event{gst_harness_try_pull_event (harness ())}) {
      if (GST_EVENT_TYPE (event.get ()) != GST_EVENT_TAG) continue;
      GstTagList *tags;
      gchar *value;
      gst_event_parse_tag (event.get (), &tags);
      if (!gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &value)) continue;
      all.push_back (Owned<char>{value}.get ());
    }
    return all;
  }

  GstHarness *harness () const { return harness_.get (); }
  GstElement *element () const { return harness_->element; }
  Bus &bus () { return bus_; }

 private:
  Harness harness_;
  Bus bus_;
};

}  // namespace quad::test

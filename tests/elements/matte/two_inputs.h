// quadmatterefine with a video and masks.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include "elements/matte/harness.h"
#include "support/messages.h"

namespace quad::test {

struct Shown {
  GstClockTime pts = 0;
  int level = 0;  // of the first sample's alpha
};

constexpr GstClockTime kFrame = 100 * GST_MSECOND;

inline const std::string kVideoCaps = raw ("I420", 16, 12), kMaskCaps = raw ("GRAY8", 4, 3);
inline const std::string kAlone = "video/x-raw,format=GRAY8";
inline const std::string kPlainMask = "refine=none smoothing=0";

class TwoInputs {
 public:
  explicit TwoInputs (const std::string &properties = kPlainMask,
                      const std::string &downstream = kAlone, bool linked = true, bool live = false)
      : pipeline_{GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (
            ("quadmatterefine name=r " + properties +
             " ! appsink name=o sync=false max-buffers=0 caps=\"" + downstream +
             "\" appsrc name=v format=time handle-segment-change=true max-bytes=0 is-live=" +
             (live ? "true" : "false") + " ! r.sink " +
             (linked ? std::string ("appsrc name=m format=time handle-segment-change=true "
                                    "max-bytes=0 is-live=") +
                           (live ? "true" : "false") + " ! r.mask"
                     : ""))
                .c_str (),
            nullptr)))},
        messages_ (pipeline_.get ())
  {
    gst_segment_init (&segments_[0], GST_FORMAT_TIME);
    gst_segment_init (&segments_[1], GST_FORMAT_TIME);
  }
  ~TwoInputs () { gst_element_set_state (pipeline_.get (), GST_STATE_NULL); }

  GstElement *pipeline () const { return pipeline_.get (); }
  Owned<GstElement> part (const char *name) const
  {
    return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline_.get ()), name)};
  }
  Messages &messages () { return messages_; }
  GstSegment &video_segment () { return segments_[0]; }
  GstSegment &mask_segment () { return segments_[1]; }

  void play () { gst_element_set_state (pipeline_.get (), GST_STATE_PLAYING); }
  void send (const char *to, Owned<GstBuffer> buffer, const std::string &caps)
  {
    const Owned<GstCaps> of = caps_of (caps);
    const Owned<GstSample> sample{
        gst_sample_new (buffer.get (), of.get (), &segments_[*to == 'm'], nullptr)};
    gst_app_src_push_sample (GST_APP_SRC (part (to).get ()), sample.get ());
  }
  void video (GstClockTime pts, const std::string &caps = kVideoCaps, int value = 99)
  {
    send ("v", timed (plain (info_of_caps (caps), value), pts, kFrame), caps);
  }
  void mask (GstClockTime pts, int level, const std::string &caps = kMaskCaps,
             GstClockTime duration = kFrame)
  {
    send ("m", timed (plain (info_of_caps (caps), level), pts, duration), caps);
  }
  void end (const char *which) { gst_app_src_end_of_stream (GST_APP_SRC (part (which).get ())); }
  // The next frame, if one comes in time.
  std::optional<MatteFrame> next (GstClockTime wait = 20 * GST_SECOND)
  {
    const Owned<GstSample> sample{
        gst_app_sink_try_pull_sample (GST_APP_SINK (part ("o").get ()), wait)};
    if (!sample) return {};
    return MatteFrame{Owned<GstBuffer>{gst_buffer_ref (gst_sample_get_buffer (sample.get ()))},
                      info_of_caps (to_string (gst_sample_get_caps (sample.get ())))};
  }
  // Ends both inputs, and takes all frames.
  std::vector<Shown> run ()
  {
    end ("v");
    if (part ("m")) end ("m");
    return rest ();
  }
  std::vector<Shown> rest ()
  {
    play ();
    std::vector<Shown> all;
    while (const auto frame = next ()) all.push_back ({frame->pts (), frame->alpha ().front ()});
    EXPECT_TRUE (gst_app_sink_is_eos (GST_APP_SINK (part ("o").get ())));
    messages_.take ();
    EXPECT_EQ (messages_.first_error ().text, "");
    return all;
  }

 private:
  Owned<GstElement> pipeline_;
  Messages messages_;
  GstSegment segments_[2];
};

inline std::vector<int> levels_of (const std::vector<Shown> &all)
{
  std::vector<int> levels;
  for (const Shown &one : all) levels.push_back (one.level);
  return levels;
}

}  // namespace quad::test

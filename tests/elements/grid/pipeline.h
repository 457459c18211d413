// A pipeline of appsrcs, a quadmux-grid and an appsink, for the grid's tests.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/base/gstaggregator.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "support/gst_helpers.h"
#include "support/messages.h"

namespace quad::test {

inline constexpr GstClockTime kNone = GST_CLOCK_TIME_NONE;

// The time of frame `n` at num/den frames a second.
inline GstClockTime frame_time (std::uint64_t n, int num, int den = 1)
{
  return gst_util_uint64_scale (n, GST_SECOND * static_cast<guint64> (den),
                                static_cast<guint64> (num));
}

using Values = std::array<int, 4>;  // one a component: Y U V, or R G B A

// A buffer in which every component has one value.
inline Owned<GstBuffer> solid (const GstVideoInfo &info, const Values &value)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  gst_buffer_memset (buffer.get (), 0, 0, GST_VIDEO_INFO_SIZE (&info));
  GstVideoFrame frame;
  if (!gst_video_frame_map (&frame, &info, buffer.get (), GST_MAP_WRITE)) g_error ("cannot map");
  for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS (&info); c++)
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c); y++)
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&frame, c); x++) {
        auto *at = static_cast<guint8 *> (GST_VIDEO_FRAME_COMP_DATA (&frame, c)) +
                   y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c) +
                   x * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c);
        *at = static_cast<guint8> (value[c]);
      }
  gst_video_frame_unmap (&frame);
  return buffer;
}

inline Owned<GstBuffer> timed (Owned<GstBuffer> buffer, GstClockTime pts, GstClockTime duration)
{
  GST_BUFFER_PTS (buffer.get ()) = pts;
  GST_BUFFER_DURATION (buffer.get ()) = duration;
  return buffer;
}

// An output frame of 8 bits a sample.
class Picture8 {
 public:
  explicit Picture8 (Owned<GstSample> sample) : sample_ (std::move (sample))
  {
    if (!gst_video_info_from_caps (&info_, gst_sample_get_caps (sample_.get ())) ||
        !gst_video_frame_map (&frame_, &info_, buffer (), GST_MAP_READ))
      g_error ("cannot map");
  }
  ~Picture8 () { gst_video_frame_unmap (&frame_); }
  Picture8 (const Picture8 &) = delete;
  Picture8 &operator= (const Picture8 &) = delete;

  GstBuffer *buffer () const { return gst_sample_get_buffer (sample_.get ()); }
  const GstVideoInfo &info () const { return info_; }
  GstClockTime pts () const { return GST_BUFFER_PTS (buffer ()); }
  GstClockTime duration () const { return GST_BUFFER_DURATION (buffer ()); }
  std::string size () const
  {
    return std::to_string (info_.width) + "x" + std::to_string (info_.height);
  }

  // The components at a position in luma samples; missing ones are 0.
  Values at (int x, int y) const
  {
    Values v = {0, 0, 0, 0};
    for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS (&info_); c++) {
      const int sx = x >> GST_VIDEO_FORMAT_INFO_W_SUB (info_.finfo, c);
      const int sy = y >> GST_VIDEO_FORMAT_INFO_H_SUB (info_.finfo, c);
      v[c] = static_cast<const guint8 *> (
          GST_VIDEO_FRAME_COMP_DATA (&frame_, c))[sy * GST_VIDEO_FRAME_COMP_STRIDE (&frame_, c) +
                                                  sx * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame_, c)];
    }
    return v;
  }

 private:
  Owned<GstSample> sample_;
  GstVideoInfo info_ = {};
  GstVideoFrame frame_ = {};
};

using Pictures = std::vector<std::unique_ptr<Picture8>>;

class GridPipeline {
 public:
  // `properties` as in a launch line; `downstream` caps, or "" for none.
  explicit GridPipeline (const std::string &properties = "", const std::string &downstream = "")
  {
    GError *error = nullptr;
    const std::string line = "quadmux-grid name=grid " + properties + " ! " +
                             (downstream.empty () ? "" : downstream + " ! ") +
                             "appsink name=out sync=false";
    pipeline_.reset (gst_parse_launch (line.c_str (), &error));
    if (error) g_error ("%s: %s", line.c_str (), error->message);
    grid_.reset (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "grid"));
    out_.reset (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "out"));
    messages_.emplace (pipeline_.get ());
  }
  ~GridPipeline () { gst_element_set_state (pipeline_.get (), GST_STATE_NULL); }

  GstElement *pipeline () { return pipeline_.get (); }
  GstElement *grid () { return grid_.get (); }
  GstElement *out () { return out_.get (); }

  // An appsrc at a new pad; `live` as appsrc's is-live.
  GstElement *add_input (const std::string &caps, bool live = false)
  {
    GstElement *src = gst_element_factory_make ("appsrc", nullptr);
    g_object_set (src, "caps", caps_of (caps).get (), "format", GST_FORMAT_TIME, "is-live", live,
                  "max-bytes", guint64{0}, nullptr);
    gst_bin_add (GST_BIN (pipeline_.get ()), src);
    if (!gst_element_link (src, grid_.get ())) g_error ("cannot link");
    sources_.push_back (src);
    infos_.push_back (info_of_caps (caps));
    return src;
  }

  std::size_t inputs () const { return sources_.size (); }
  GstElement *source (std::size_t i) { return sources_.at (i); }
  const GstVideoInfo &info (std::size_t i) const { return infos_.at (i); }

  // The grid's pad of input `i`.
  Owned<GstPad> pad (std::size_t i)
  {
    const Owned<GstPad> src{gst_element_get_static_pad (sources_.at (i), "src")};
    return Owned<GstPad>{gst_pad_get_peer (src.get ())};
  }

  template <typename... Args>
  void set_pad (std::size_t i, Args... args)
  {
    g_object_set (pad (i).get (), args..., nullptr);
  }

  GstFlowReturn push (std::size_t i, Owned<GstBuffer> buffer)
  {
    return gst_app_src_push_buffer (GST_APP_SRC (sources_.at (i)), buffer.release ());
  }
  void end (std::size_t i) { gst_app_src_end_of_stream (GST_APP_SRC (sources_.at (i))); }

  // An input of `count` frames of one colour at the rate of its caps.
  std::size_t add_solid (const std::string &caps, const Values &value, int count,
                         bool durations = true)
  {
    add_input (caps);
    const std::size_t i = sources_.size () - 1;
    const GstVideoInfo &info = infos_[i];
    for (int n = 0; n < count; n++) {
      const auto k = static_cast<std::uint64_t> (n);
      const GstClockTime pts = frame_time (k, info.fps_n, info.fps_d);
      const GstClockTime next = frame_time (k + 1, info.fps_n, info.fps_d);
      push (i, timed (solid (info, value), pts, durations ? next - pts : kNone));
    }
    end (i);
    return i;
  }

  void play () { gst_element_set_state (pipeline_.get (), GST_STATE_PLAYING); }

  // The next output frame; none at the end, or after an error.
  std::unique_ptr<Picture8> pull ()
  {
    for (int tries = 0; tries < 300; tries++) {
      Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (out_.get ()), 100 * GST_MSECOND)};
      if (sample) return std::make_unique<Picture8> (std::move (sample));
      if (!error ().empty ()) return nullptr;
      if (gst_app_sink_is_eos (GST_APP_SINK (out_.get ()))) {
        eos_ = true;
        return nullptr;
      }
    }
    ADD_FAILURE () << "no output frame, no end and no error in 30 seconds";
    return nullptr;
  }

  // Plays to the end.
  Pictures run ()
  {
    play ();
    Pictures all;
    while (auto p = pull ()) all.push_back (std::move (p));
    return all;
  }

  // The first error posted so far.
  std::string error ()
  {
    messages_->take ();
    return messages_->first_error ().text;
  }
  const std::vector<std::string> &warnings ()
  {
    messages_->take ();
    return messages_->warnings ();
  }
  bool eos () const { return eos_; }

 private:
  Owned<GstElement> pipeline_, grid_, out_;
  std::optional<Messages> messages_;
  std::vector<GstElement *> sources_;
  std::vector<GstVideoInfo> infos_;
  bool eos_ = false;
};

// A grid alone, and its pads.
inline Owned<GstElement> new_grid (const char *property = nullptr, int value = 0)
{
  Owned<GstElement> grid{
      GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make ("quadmux-grid", nullptr)))};
  if (property) g_object_set (grid.get (), property, value, nullptr);
  return grid;
}

inline Owned<GstPad> request (GstElement *grid, const char *name = "sink_%u")
{
  return Owned<GstPad>{gst_element_request_pad_simple (grid, name)};
}

// Brightness 40, 80, ... of input 0, 1, ...
inline Values shade (std::size_t i) { return {40 * (static_cast<int> (i) + 1), 128, 128, 0}; }

// Frame `n` of ten a second.
inline void feed (GridPipeline &p, std::size_t input, std::uint64_t n)
{
  p.push (input,
          timed (solid (p.info (input), shade (input)), frame_time (n, 10), GST_SECOND / 10));
}

inline void remove_input (GridPipeline &p, std::size_t input)
{
  const Owned<GstPad> sink = p.pad (input);
  const Owned<GstPad> src{gst_pad_get_peer (sink.get ())};
  gst_element_set_locked_state (p.source (input), TRUE);
  gst_element_set_state (p.source (input), GST_STATE_NULL);
  gst_pad_unlink (src.get (), sink.get ());
  gst_element_release_request_pad (p.grid (), sink.get ());
}

inline int current_cell (GstPad *pad)
{
  gint cell = -2;
  g_object_get (pad, "current-cell", &cell, nullptr);
  return cell;
}

inline guint64 number (const GstStructure *s, const char *field)
{
  guint64 value = 12345;
  EXPECT_TRUE (gst_structure_get_uint64 (s, field, &value)) << field;
  return value;
}

// The property `stats` of the element or of a pad.
inline Owned<GstStructure> stats_of (gpointer object)
{
  GstStructure *stats = nullptr;
  g_object_get (object, "stats", &stats, nullptr);
  return Owned<GstStructure>{stats};
}

}  // namespace quad::test

// Plays files through frameextract, and computes the plain rule's choice.
#pragma once

#include <gst/app/gstappsink.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "elements/extract/frameextract.h"
#include "elements/extract/numbered_clip.h"
#include "elements/extract/plain_choice.h"

namespace quad::test {

// What came, or should come. Equal if everything is equal.
struct Extracted {
  int number = -1;
  guint64 index = 0;
  guint64 requested = GST_CLOCK_TIME_NONE;
  Nanoseconds actual = 0;
  bool operator== (const Extracted &) const = default;
};

struct Missed {
  guint64 index = 0;
  guint64 requested = GST_CLOCK_TIME_NONE;
  std::string reason;
  guint64 count = 1;  // for a run of ticks: their number
  bool operator== (const Missed &) const = default;
};

inline void PrintTo (const Extracted &e, std::ostream *out)
{
  *out << "frame " << e.number << " as " << e.index << " for " << e.requested << " at " << e.actual;
}
inline void PrintTo (const Missed &m, std::ostream *out)
{
  *out << m.index << " for " << m.requested << ": " << m.reason << ", " << m.count;
}

struct Result {
  std::vector<Extracted> frames;
  std::vector<Nanoseconds> pts;  // of the frames, counted from the film's beginning
  std::vector<Missed> missed;
};

// A file, through a decoder and frameextract, into an appsink that holds one frame.
class Playback {
 public:
  // `decode` as in a launch line, from the file's bytes to frames; `extract` frameextract's
  // properties, or nothing: then all frames come.
  Playback (const std::string &path, const std::string &decode,
            const std::optional<std::string> &extract)
  {
    const std::string line = "filesrc location=\"" + path + "\" ! " + decode + " ! " +
                             (extract ? "frameextract name=extract " + *extract : "identity") +
                             " ! appsink name=out sync=false max-buffers=1";
    GError *error = nullptr;
    pipeline_.reset (gst_parse_launch (line.c_str (), &error));
    if (error) g_error ("%s: %s", line.c_str (), error->message);
    out_.reset (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "out"));
    bus_.reset (gst_element_get_bus (pipeline_.get ()));
  }
  ~Playback () { gst_element_set_state (pipeline_.get (), GST_STATE_NULL); }
  Playback (const Playback &) = delete;
  Playback &operator= (const Playback &) = delete;

  GstElement *pipeline () const { return pipeline_.get (); }
  Owned<GstElement> element (const char *name) const
  {
    return Owned<GstElement>{gst_bin_get_by_name (GST_BIN (pipeline ()), name)};
  }

  // The next frame; none at the end, or after an error that ended the stream.
  Owned<GstSample> pull ()
  {
    // Only once, because it waits for seeks of other threads.
    if (!playing_) gst_element_set_state (pipeline (), GST_STATE_PLAYING);
    playing_ = true;
    GstClockTime patience = kPatience;
    for (;;) {
      constexpr GstClockTime kStep = 200 * GST_MSECOND;
      GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (out_.get ()), kStep);
      if (sample) {
        if (!origin_) origin_ = origin_of (gst_sample_get_segment (sample));
        return Owned<GstSample>{sample};
      }
      if (gst_app_sink_is_eos (GST_APP_SINK (out_.get ()))) {
        ended_ = true;
        return {};
      }
      take_messages ();
      // After an error, further messages come soon.
      if (!errors_.empty ()) patience = std::min (patience, 3 * kStep);
      if (!errors_.empty () && patience == 0) return {};
      if (patience < kStep) {
        ADD_FAILURE () << "neither a frame nor an end nor an error came";
        return {};
      }
      patience -= kStep;
    }
  }

  // A frame of a full decode that follows one at `before`; it ends as if it were the last.
  Shown shown (GstSample *sample, std::optional<Nanoseconds> before)
  {
    const GstBuffer *buffer = gst_sample_get_buffer (sample);
    Shown frame;
    frame.time = film_time (sample);
    gint n = 0, d = 1;
    gst_structure_get_fraction (gst_caps_get_structure (gst_sample_get_caps (sample), 0),
                                "framerate", &n, &d);
    const guint64 caps = n > 0 ? gst_util_uint64_scale_int (GST_SECOND, d, n) : 0;
    const guint64 said = GST_BUFFER_DURATION_IS_VALID (buffer) ? GST_BUFFER_DURATION (buffer) : 0;
    frame.end =
        plain_end (frame.time, static_cast<Nanoseconds> (said), static_cast<Nanoseconds> (caps),
                   before ? frame.time - *before : 0, film_end (gst_sample_get_segment (sample)));
    frame.number = number_of (sample);
    frame.damaged = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
    return frame;
  }

  // The fields of a frame's meta.
  static Extracted extracted (GstSample *sample)
  {
    Extracted frame;
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, GST_QUAD_META_EXTRACTED_FRAME);
    EXPECT_NE (meta, nullptr);
    if (!meta) return frame;
    const GstStructure *structure = gst_custom_meta_get_structure (meta);
    guint64 actual = 0;
    EXPECT_TRUE (gst_structure_get (structure, "index", G_TYPE_UINT64, &frame.index,
                                    "requested-time", G_TYPE_UINT64, &frame.requested,
                                    "actual-time", G_TYPE_UINT64, &actual, nullptr));
    frame.actual = static_cast<Nanoseconds> (actual);
    frame.number = number_of (sample);
    return frame;
  }

  // The first segment whose timestamps are stream times begins where the film does.
  static Nanoseconds origin_of (const GstSegment *segment)
  {
    return segment->start == segment->time ? static_cast<Nanoseconds> (segment->start) : 0;
  }
  // The time of a pulled frame from the film's beginning.
  Nanoseconds film_time (GstSample *sample) const
  {
    return static_cast<Nanoseconds> (
               gst_segment_to_stream_time (gst_sample_get_segment (sample), GST_FORMAT_TIME,
                                           GST_BUFFER_PTS (gst_sample_get_buffer (sample)))) -
           origin_.value_or (0);
  }
  // Where the film ends, if that is known.
  std::optional<Nanoseconds> film_end (const GstSegment *segment) const
  {
    std::optional<Nanoseconds> end;
    gint64 duration = -1;
    if (gst_element_query_duration (out_.get (), GST_FORMAT_TIME, &duration) && duration >= 0)
      end = duration;
    // Some muxers count it from 0, although the segment begins later.
    Nanoseconds late = origin_.value_or (0) > kSecond ? *origin_ : 0;
    if (GST_CLOCK_TIME_IS_VALID (segment->duration) && segment->start > segment->time)
      late = static_cast<Nanoseconds> (segment->start - segment->time);
    if (end && *end > late) *end -= late;
    if (!GST_CLOCK_TIME_IS_VALID (segment->stop)) return end;
    const auto stop = static_cast<Nanoseconds> (
        gst_segment_to_stream_time (segment, GST_FORMAT_TIME, segment->stop));
    return end ? std::min (*end, stop) : stop;
  }

  // All of it.
  Result run ()
  {
    Result result;
    while (const Owned<GstSample> sample = pull ()) {
      result.frames.push_back (extracted (sample.get ()));
      result.pts.push_back (film_time (sample.get ()));
    }
    take_messages ();
    result.missed = missed_;
    return result;
  }

  void take_messages ()
  {
    while (const Owned<GstMessage> m{gst_bus_pop (bus_.get ())}) {
      const GstStructure *structure = gst_message_get_structure (m.get ());
      GError *error = nullptr;
      if (GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_ERROR) {
        gst_message_parse_error (m.get (), &error, nullptr);
        errors_.push_back (std::string (GST_MESSAGE_SRC_NAME (m.get ())) + ": " + error->message);
        g_error_free (error);
      } else if (GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_WARNING) {
        gst_message_parse_warning (m.get (), &error, nullptr);
        warnings_.push_back (std::string (GST_MESSAGE_SRC_NAME (m.get ())) + ": " + error->message);
        g_error_free (error);
      } else if (structure && gst_structure_has_name (structure, GST_QUAD_MESSAGE_FRAME_MISSED)) {
        Missed missed;
        gst_structure_get (structure, "index", G_TYPE_UINT64, &missed.index, "requested-time",
                           G_TYPE_UINT64, &missed.requested, nullptr);
        missed.reason = gst_structure_get_string (structure, GST_QUAD_FIELD_REASON);
        gst_structure_get_uint64 (structure, "count", &missed.count);
        missed_.push_back (missed);
      }
    }
  }

  bool ended () const { return ended_; }
  const std::vector<std::string> &errors () const { return errors_; }
  const std::vector<std::string> &warnings () const { return warnings_; }
  const std::vector<Missed> &missed () const { return missed_; }

 private:
  Owned<GstElement> pipeline_, out_;
  Owned<GstBus> bus_;
  bool playing_ = false, ended_ = false;
  std::optional<Nanoseconds> origin_;  // known from the first frame on
  std::vector<std::string> errors_, warnings_;
  std::vector<Missed> missed_;
};

inline std::vector<Shown> decode_all (const std::string &path, const std::string &decode)
{
  Playback play{path, decode, {}};
  std::vector<Shown> all;
  while (const Owned<GstSample> sample = play.pull ())
    all.push_back (
        play.shown (sample.get (), all.empty () ? std::nullopt : std::optional (all.back ().time)));
  return all;
}

inline Result plain_timestamps (const std::vector<Shown> &all, const std::vector<guint64> &times,
                                const PlainRule &rule)
{
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < times.size (); i++) order.push_back (i);
  std::stable_sort (order.begin (), order.end (),
                    [&] (std::size_t a, std::size_t b) { return times[a] < times[b]; });
  Result result;
  for (const std::size_t i : order) {
    const auto time = static_cast<Nanoseconds> (times[i]);
    const Shown *frame = plain_choice (all, time, rule);
    if (frame && !frame->damaged) {
      result.frames.push_back ({frame->number, i, times[i], frame->time});
      result.pts.push_back (frame->time);
      continue;
    }
    const bool last_is_over = all.empty () || time >= all.back ().end - kEarly;
    const bool none_after = all.empty () || all.back ().time - kEarly <= time;
    const char *reason = frame ? "decode-error"
                         : last_is_over || (rule.policy == Policy::next && none_after)
                             ? "beyond-end"
                             : "no-frame-in-tolerance";
    result.missed.push_back ({i, times[i], reason});
  }
  return result;
}

// Each tick from the first frame to the end, with the frame that is on screen.
inline Result plain_rate (const std::vector<Shown> &all, int n, int d,
                          std::optional<Nanoseconds> before = {}, bool repeat = true)
{
  Result result;
  const Shown *run = nullptr;  // the frame that was too old for the tick before
  for (guint64 k = 0; !all.empty (); k++) {
    const auto tick =
        all[0].time + static_cast<Nanoseconds> (gst_util_uint64_scale (
                          k, GST_SECOND * static_cast<guint64> (d), static_cast<guint64> (n)));
    if (tick >= all.back ().end - kEarly) break;
    const Shown *frame = plain_choice (all, tick, {Policy::played_at, before, {}});
    if (!frame && repeat) frame = plain_choice (all, tick, {});
    const auto requested = static_cast<guint64> (tick);
    if (frame) {
      result.frames.push_back ({frame->number, k, requested, frame->time});
      result.pts.push_back (tick);
      run = nullptr;
      continue;
    }
    // One message for all ticks between two frames.
    const Shown *shown = plain_choice (all, tick, {});
    if (run && run == shown)
      result.missed.back ().count++;
    else
      result.missed.push_back ({k, requested, "no-frame-in-tolerance"});
    run = shown;
  }
  return result;
}

inline void expect_equal (const Result &actual, const Result &plain)
{
  EXPECT_EQ (actual.frames, plain.frames);
  EXPECT_EQ (actual.pts, plain.pts);
  EXPECT_EQ (actual.missed, plain.missed);
}

}  // namespace quad::test

// Numbered frames through a frameextract, and the frames that the plain rule expects.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "elements/extract/plain_choice.h"
#include "support/gst_helpers.h"

namespace quad::test {

inline constexpr GstClockTime kNone = GST_CLOCK_TIME_NONE;

// A frame of a stream, with its number in its first four pixels.
struct Numbered {
  GstClockTime pts = kNone, duration = kNone;
  guint32 number = 0;
  bool damaged = false;
};

inline std::vector<Numbered> at_rate (int count, int fps_n, int fps_d = 1)
{
  std::vector<Numbered> frames;
  for (int i = 0; i < count; i++) {
    const auto time = [&] (int k) {
      return gst_util_uint64_scale (static_cast<guint64> (k),
                                    GST_SECOND * static_cast<guint64> (fps_d),
                                    static_cast<guint64> (fps_n));
    };
    frames.push_back ({time (i), time (i + 1) - time (i), static_cast<guint32> (i)});
  }
  return frames;
}

inline const char *const kNumberedCaps = "video/x-raw,format=GRAY8,width=16,height=4,framerate=0/1";

inline GstBuffer *buffer_of (const Numbered &frame)
{
  GstBuffer *buffer = gst_buffer_new_allocate (nullptr, 64, nullptr);
  gst_buffer_memset (buffer, 0, 0, 64);
  gst_buffer_fill (buffer, 0, &frame.number, sizeof frame.number);
  GST_BUFFER_PTS (buffer) = frame.pts;
  GST_BUFFER_DURATION (buffer) = frame.duration;
  if (frame.damaged) GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  return buffer;
}

// A frame that came out.
struct Extracted {
  guint32 number = 0;
  GstClockTime pts = kNone, duration = kNone;
  guint64 index = 0, requested = kNone, actual = kNone;
  bool operator== (const Extracted &) const = default;
};

inline Extracted extracted_of (GstBuffer *buffer)
{
  Extracted e;
  gst_buffer_extract (buffer, 0, &e.number, sizeof e.number);
  e.pts = GST_BUFFER_PTS (buffer);
  e.duration = GST_BUFFER_DURATION (buffer);
  GstCustomMeta *meta = gst_buffer_get_custom_meta (buffer, "quad-extracted-frame");
  if (!meta) return e;
  const GstStructure *s = gst_custom_meta_get_structure (meta);
  EXPECT_TRUE (gst_structure_get_uint64 (s, "index", &e.index));
  EXPECT_TRUE (gst_structure_get_uint64 (s, "requested-time", &e.requested));
  EXPECT_TRUE (gst_structure_get_uint64 (s, "actual-time", &e.actual));
  return e;
}

// A target without a frame.
struct Missed {
  guint64 index = 0, requested = kNone;
  std::string reason;
  // Of several ticks.
  guint64 count = 1, last_index = 0, last_requested = kNone;
  bool operator== (const Missed &) const = default;
};

inline void PrintTo (const Missed &m, std::ostream *out)
{
  *out << m.index << " for " << m.requested << ": " << m.reason;
  if (m.count != 1)
    *out << ", " << m.count << " to " << m.last_index << " for " << m.last_requested;
}

struct Result {
  std::vector<Extracted> frames;
  std::vector<Missed> missed;

  std::vector<int> numbers () const
  {
    std::vector<int> list;
    for (const Extracted &e : frames) list.push_back (static_cast<int> (e.number));
    return list;
  }
};

// A frameextract in a harness.
class Extractor {
 public:
  explicit Extractor (const std::string &properties, const std::string &caps = kNumberedCaps)
      : harness_ (harness_of ("frameextract " + properties)),
        element_ (gst_harness_find_element (harness_.get (), "frameextract")),
        bus_ (gst_bus_new ())
  {
    gst_element_set_bus (element_.get (), bus_.get ());
    gst_harness_set_src_caps (harness_.get (), caps_of (caps).release ());
  }
  ~Extractor () { gst_bus_set_flushing (bus_.get (), TRUE); }

  GstHarness *harness () { return harness_.get (); }
  GstElement *element () { return element_.get (); }

  GstFlowReturn push (const Numbered &frame)
  {
    return gst_harness_push (harness_.get (), buffer_of (frame));
  }
  void push (const std::vector<Numbered> &frames)
  {
    for (const Numbered &f : frames)
      if (push (f) != GST_FLOW_OK) return;
  }
  bool eos () { return gst_harness_push_event (harness_.get (), gst_event_new_eos ()); }

  // The output since the last call.
  Result result ()
  {
    Result r;
    while (Owned<GstBuffer> b{gst_harness_try_pull (harness_.get ())})
      r.frames.push_back (extracted_of (b.get ()));
    while (Owned<GstMessage> m{gst_bus_pop (bus_.get ())}) {
      if (GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_ERROR) {
        GError *error = nullptr;
        gst_message_parse_error (m.get (), &error, nullptr);
        error_ = error->message;
        errors_++;
        g_error_free (error);
      } else if (GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_WARNING) {
        GError *error = nullptr;
        gst_message_parse_warning (m.get (), &error, nullptr);
        warning_ = error->message;
        warnings_++;
        g_error_free (error);
      } else if (gst_message_has_name (m.get (), "frame-missed")) {
        const GstStructure *s = gst_message_get_structure (m.get ());
        Missed missed;
        gst_structure_get_uint64 (s, "index", &missed.index);
        gst_structure_get_uint64 (s, "requested-time", &missed.requested);
        missed.reason = gst_structure_get_string (s, "reason");
        gst_structure_get_uint64 (s, "count", &missed.count);
        gst_structure_get_uint64 (s, "last-index", &missed.last_index);
        gst_structure_get_uint64 (s, "last-requested-time", &missed.last_requested);
        r.missed.push_back (missed);
      } else if (GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_LATENCY) {
        latencies_++;
      } else if (const GstStructure *s = gst_message_get_structure (m.get ())) {
        messages_.emplace_back (gst_structure_copy (s));
      }
    }
    return r;
  }
  // Collected by result ().
  const std::string &error () const { return error_; }
  int errors () const { return errors_; }
  int latencies () const { return latencies_; }
  const std::string &warning () const { return warning_; }
  int warnings () const { return warnings_; }
  const std::vector<Owned<GstStructure>> &messages () const { return messages_; }

 private:
  Harness harness_;
  Owned<GstElement> element_;
  Owned<GstBus> bus_;
  std::string error_, warning_;
  int errors_ = 0, warnings_ = 0, latencies_ = 0;
  std::vector<Owned<GstStructure>> messages_;
};

inline Result extract (const std::string &properties, const std::vector<Numbered> &frames)
{
  Extractor e (properties);
  e.push (frames);
  e.eos ();
  Result r = e.result ();
  EXPECT_EQ (e.error (), "") << properties;
  return r;
}

// Requests to a list of frames, each of which begins at its PTS.
struct Wish {
  std::string policy = "played-at";
  guint64 before = kNone, after = kNone;
};

// The plain rule's frame for a time, if there is one.
inline std::optional<Numbered> plain_choice (const std::vector<Numbered> &frames, const Wish &wish,
                                             GstClockTime time)
{
  const auto limit = [] (guint64 value) {
    return value == kNone ? std::nullopt : std::optional (static_cast<Nanoseconds> (value));
  };
  const PlainRule rule = {wish.policy == "next"      ? Policy::next
                          : wish.policy == "nearest" ? Policy::nearest
                                                     : Policy::played_at,
                          limit (wish.before), limit (wish.after)};
  std::vector<Shown> all;
  for (const Numbered &f : frames)
    all.push_back ({static_cast<Nanoseconds> (f.pts), static_cast<Nanoseconds> (f.pts + f.duration),
                    static_cast<int> (f.number), f.damaged});
  const Shown *shown = plain_choice (all, static_cast<Nanoseconds> (time), rule);
  return shown ? std::optional (frames[static_cast<std::size_t> (shown - all.data ())])
               : std::nullopt;
}

}  // namespace quad::test

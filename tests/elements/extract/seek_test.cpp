// frameextract's seeks: which positions it asks upstream for, and that its output does not depend
// on them.
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <atomic>
#include <random>

#include "elements/extract/harness.h"

using namespace quad::test;
using quad::Owned;

namespace {

constexpr GstClockTime kMs = GST_MSECOND;

enum class Source {
  exact,      // goes back to the keyframe before a position
  late,       // goes to the keyframe after it
  deaf,       // says that it can seek, and refuses
  immovable,  // says that it cannot
};

// A film in memory, with a keyframe every `gop` frames, through a frameextract.
class Film {
 public:
  Film (std::vector<Numbered> frames, std::size_t gop, const std::string &properties,
        Source source = Source::exact)
      : frames_ (std::move (frames)), gop_ (gop), source_ (source)
  {
    pipeline_.reset (gst_parse_launch (
        ("appsrc name=src ! frameextract name=x " + properties + " ! appsink name=out sync=false")
            .c_str (),
        nullptr));
    src_.reset (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "src"));
    out_.reset (gst_bin_get_by_name (GST_BIN (pipeline_.get ()), "out"));
    bus_.reset (gst_element_get_bus (pipeline_.get ()));
    const GstClockTime duration = frames_.back ().pts + frames_.back ().duration;
    g_object_set (
        src_.get (), "caps", caps_of (kNumberedCaps).get (), "format", GST_FORMAT_TIME,
        "stream-type",
        source_ == Source::immovable ? GST_APP_STREAM_TYPE_STREAM : GST_APP_STREAM_TYPE_SEEKABLE,
        "duration", duration, "max-buffers", guint64{1}, "max-bytes", guint64{0}, nullptr);
    GstAppSrcCallbacks callbacks = {};
    callbacks.need_data = [] (GstAppSrc *, guint, gpointer self) {
      static_cast<Film *> (self)->push ();
    };
    callbacks.seek_data = [] (GstAppSrc *, guint64 offset, gpointer self) -> gboolean {
      return static_cast<Film *> (self)->seek (offset);
    };
    if (source_ == Source::deaf) {
      const Owned<GstPad> pad{gst_element_get_static_pad (src_.get (), "src")};
      gst_pad_add_probe (
          pad.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
          [] (GstPad *, GstPadProbeInfo *info, gpointer) {
            return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEEK
                       ? GST_PAD_PROBE_DROP
                       : GST_PAD_PROBE_OK;
          },
          nullptr, nullptr);
    }
    gst_app_src_set_callbacks (GST_APP_SRC (src_.get ()), &callbacks, this, nullptr);
  }
  ~Film () { gst_element_set_state (pipeline_.get (), GST_STATE_NULL); }
  Film (const Film &) = delete;
  Film &operator= (const Film &) = delete;

  GstElement *pipeline () { return pipeline_.get (); }

  // All to the end.
  Result play ()
  {
    gst_element_set_state (pipeline_.get (), GST_STATE_PLAYING);
    Result r;
    while (Owned<GstSample> s = next ())
      r.frames.push_back (extracted_of (gst_sample_get_buffer (s.get ())));
    EXPECT_TRUE (gst_app_sink_is_eos (GST_APP_SINK (out_.get ())));
    const Owned<GstMessage> end{gst_bus_timed_pop_filtered (bus_.get (), 0, GST_MESSAGE_ERROR)};
    EXPECT_FALSE (end);
    return r;
  }
  Owned<GstSample> next ()
  {
    return Owned<GstSample>{
        gst_app_sink_try_pull_sample (GST_APP_SINK (out_.get ()), 20 * GST_SECOND)};
  }

  std::atomic<int> pushed = 0;      // frames that came out of the source
  std::vector<GstClockTime> seeks;  // where it was sent to, after the start

 private:
  void push ()
  {
    if (next_ >= frames_.size ()) {
      gst_app_src_end_of_stream (GST_APP_SRC (src_.get ()));
      return;
    }
    pushed++;
    gst_app_src_push_buffer (GST_APP_SRC (src_.get ()), buffer_of (frames_[next_++]));
  }
  gboolean seek (GstClockTime position)
  {
    // It is asked for the start before all else.
    if (asked_++ > 0) {
      seeks.push_back (position);
    }
    std::size_t frame = 0;
    while (frame + 1 < frames_.size () && frames_[frame + 1].pts <= position) frame++;
    next_ = frame / gop_ * gop_;
    if (source_ == Source::late && position > 0) next_ = std::min (next_ + gop_, frames_.size ());
    return TRUE;
  }

  std::vector<Numbered> frames_;
  std::size_t gop_, next_ = 0;
  Source source_;
  int asked_ = 0;
  Owned<GstElement> pipeline_, src_, out_;
  Owned<GstBus> bus_;
};

TEST (FrameExtractSeek, ToTheKeyframeBeforeEachTarget)
{
  // A hundred seconds, a keyframe each second.
  Film film (at_rate (1000, 10), 10, "timestamp-list=\"20.55,90,50.2\"");
  const Result r = film.play ();
  EXPECT_EQ (r.numbers (), (std::vector<int>{205, 502, 900}));
  EXPECT_EQ (r.frames[0].pts, 20'500 * kMs);
  EXPECT_EQ (r.frames[2].index, 1u);
  EXPECT_EQ (film.seeks.size (), 3u);
  EXPECT_LT (film.pushed, 80);
}

TEST (FrameExtractSeek, DownstreamSeesOneStream)
{
  Film film (at_rate (1000, 10), 10, "timestamp-list=\"20.5,90\"");
  std::vector<std::string> events;
  const Owned<GstElement> x{gst_bin_get_by_name (GST_BIN (film.pipeline ()), "x")};
  const Owned<GstPad> pad{gst_element_get_static_pad (x.get (), "src")};
  gst_pad_add_probe (
      pad.get (),
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                    GST_PAD_PROBE_TYPE_EVENT_FLUSH),
      [] (GstPad *, GstPadProbeInfo *info, gpointer list) {
        static_cast<std::vector<std::string> *> (list)->push_back (
            GST_EVENT_TYPE_NAME (GST_PAD_PROBE_INFO_EVENT (info)));
        return GST_PAD_PROBE_OK;
      },
      &events, nullptr);
  EXPECT_EQ (film.play ().numbers (), (std::vector<int>{205, 900}));
  EXPECT_EQ (events, (std::vector<std::string>{"stream-start", "caps", "segment", "eos"}));
}

TEST (FrameExtractSeek, NeverAndNearTargetsDecodeThrough)
{
  Film never (at_rate (300, 10), 10, "seek-mode=never timestamp-list=\"20.5\"");
  EXPECT_EQ (never.play ().numbers (), std::vector<int>{205});
  EXPECT_TRUE (never.seeks.empty ());
  Film near (at_rate (300, 10), 10, "timestamp-list=\"2,4,6\"");
  EXPECT_EQ (near.play ().numbers (), (std::vector<int>{20, 40, 60}));
  EXPECT_TRUE (near.seeks.empty ());
  Film always (at_rate (300, 10), 10, "seek-mode=always timestamp-list=\"2,4,6\"");
  EXPECT_EQ (always.play ().numbers (), (std::vector<int>{20, 40, 60}));
  EXPECT_EQ (always.seeks.size (), 3u);
}

TEST (FrameExtractSeek, SourcesThatDoNotSeekAreDecodedThrough)
{
  for (const Source source : {Source::deaf, Source::immovable}) {
    Film film (at_rate (300, 10), 10, "timestamp-list=\"20.5,25\"", source);
    EXPECT_EQ (film.play ().numbers (), (std::vector<int>{205, 250}));
    EXPECT_EQ (film.pushed, 252);
  }
}

TEST (FrameExtractSeek, ASeekThatLeadsTooFarIsTakenBack)
{
  Film film (at_rate (300, 10), 100, "timestamp-list=\"15.5,25\"", Source::late);
  EXPECT_EQ (film.play ().numbers (), (std::vector<int>{155, 250}));
  // Goes further back each time, until the frame is found.
  EXPECT_TRUE (std::is_sorted (film.seeks.rbegin (), film.seeks.rend ()));
  EXPECT_LE (film.seeks.size (), 8u);
}

TEST (FrameExtractSeek, BeyondTheEnd)
{
  Film film (at_rate (300, 10), 10, "timestamp-list=\"29.95,31\"");
  const Result r = film.play ();
  EXPECT_EQ (r.numbers (), std::vector<int>{299});
  EXPECT_LT (film.pushed, 30);
}

TEST (FrameExtractSeek, ALowRateSeeksFromTickToTick)
{
  Film film (at_rate (6000, 10), 10, "rate=1/60");
  const Result r = film.play ();
  EXPECT_EQ (r.numbers (),
             (std::vector<int>{0, 600, 1200, 1800, 2400, 3000, 3600, 4200, 4800, 5400}));
  for (std::size_t k = 0; k < r.frames.size (); k++)
    EXPECT_EQ (r.frames[k].pts, k * 60 * GST_SECOND);
  EXPECT_LT (film.pushed, 1000);
}

TEST (FrameExtractSeek, ToTheStartTime)
{
  Film film (at_rate (3000, 10), 10, "every-nth=10 start-time=200000000000 max-frames=2");
  EXPECT_EQ (film.play ().numbers (), (std::vector<int>{2000, 2010}));
  EXPECT_LT (film.pushed, 50);
}

TEST (FrameExtractSeek, TheApplicationsSeekBeginsAnew)
{
  Film film (at_rate (3000, 10), 10, "timestamp-list=\"0.5,100,200\"");
  gst_element_set_state (film.pipeline (), GST_STATE_PLAYING);
  const auto number = [&] {
    const Owned<GstSample> s = film.next ();
    return s ? static_cast<int> (extracted_of (gst_sample_get_buffer (s.get ())).number) : -1;
  };
  EXPECT_EQ (number (), 5);
  EXPECT_EQ (number (), 1000);
  ASSERT_TRUE (gst_element_seek_simple (film.pipeline (), GST_FORMAT_TIME,
                                        static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH),
                                        90 * static_cast<gint64> (GST_SECOND)));
  // Earlier times are missed in this part of the film.
  EXPECT_EQ (number (), 1000);
  EXPECT_EQ (number (), 2000);
  EXPECT_EQ (film.next (), nullptr);
}

TEST (FrameExtractSeek, SeeksFromEverywhereAtAnyTime)
{
  Film film (at_rate (3000, 10), 10, "seek-mode=always rate=1/7");
  gst_element_set_state (film.pipeline (), GST_STATE_PLAYING);
  std::mt19937 random (99);
  for (int i = 0; i < 40; i++) {
    ASSERT_TRUE (film.next ()) << i;
    ASSERT_TRUE (gst_element_seek_simple (film.pipeline (), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                          static_cast<gint64> (random () % 250 * GST_SECOND)));
  }
  // It can be stopped while it seeks.
  for (int i = 0; i < 10; i++) {
    ASSERT_TRUE (film.next ());
    gst_element_set_state (film.pipeline (), GST_STATE_READY);
    gst_element_set_state (film.pipeline (), GST_STATE_PLAYING);
  }
}

TEST (FrameExtractSeek, TheSameFramesWithAndWithoutSeeks)
{
  std::mt19937 random (1234);
  const auto below = [&] (unsigned n) { return static_cast<unsigned> (random () % n); };
  for (int round = 0; round < 60; round++) {
    std::vector<Numbered> frames;
    GstClockTime time = 0;
    for (guint32 i = 0, count = 100 + below (300); i < count; i++) {
      const GstClockTime length = (20 + below (400)) * kMs;
      frames.push_back ({time, length, i});
      time += length;
    }
    Wish wish;
    wish.policy = std::array{"played-at", "nearest", "next"}[below (3)];
    std::string list;
    std::vector<GstClockTime> times;
    for (unsigned i = 0, count = 1 + below (6); i < count; i++) {
      times.push_back (below (static_cast<unsigned> (time / kMs) + 500) * kMs);
      if (i > 0) list += ',';
      list += std::to_string (times.back ());
    }
    const std::size_t gop = 1 + below (60);
    std::vector<int> expected (times.size (), -1);
    for (std::size_t i = 0; i < times.size (); i++)
      if (const auto f = plain_choice (frames, wish, times[i]))
        expected[i] = static_cast<int> (f->number);
    for (const char *mode : {"auto", "always"}) {
      Film film (frames, gop,
                 "policy=" + wish.policy + " seek-mode=" + mode + " timestamps=\"<" + list + ">\"");
      std::vector<int> found (times.size (), -1);
      for (const Extracted &e : film.play ().frames)
        found.at (e.index) = static_cast<int> (e.number);
      ASSERT_EQ (found, expected) << mode << " " << wish.policy << " " << list << " gop " << gop;
    }
  }
}

}  // namespace

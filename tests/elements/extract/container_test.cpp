// Times in all containers: 0 is where the film begins, and the film ends at its end.
#include <atomic>
#include <fstream>
#include <map>

#include "elements/extract/playback.h"

namespace quad::test {
namespace {

struct Container {
  const char *name, *muxer, *demuxer;
  int bframes = 2;
  Nanoseconds first = 0;  // timestamp of the first frame
  bool sought = true;     // clips as short as these
};

void PrintTo (const Container &c, std::ostream *out) { *out << c.name; }

const Container kContainers[] = {
    {"mp4", "mp4mux", "qtdemux"},
    {"mp4_late", "mp4mux", "qtdemux", 2, 5 * kSecond},
    {"mp4_fragmented", "mp4mux fragment-duration=1000", "qtdemux", 0},
    {"mkv", "matroskamux", "matroskademux"},
    {"mkv_late", "matroskamux", "matroskademux", 2, 5 * kSecond},
    {"mkv_odd", "matroskamux", "matroskademux", 0, 5'000'400'000},
    {"ts", "mpegtsmux", "tsdemux", 2, 0, false},
    {"ts_late", "mpegtsmux", "tsdemux", 2, 5 * kSecond, false},
    {"flv", "flvmux", "flvdemux", 0},
    {"avi", "avimux", "avidemux", 0, 0, false},
};

struct FilmRate {
  std::uint64_t n, d;
};

class OfContainer : public testing::TestWithParam<Container> {
 protected:
  static void SetUpTestSuite () { folder_ = new TemporaryFolder; }
  static void TearDownTestSuite ()
  {
    delete folder_;
    clips_.clear ();
  }

  // A clip of `count` frames, made once.
  static std::string clip (FilmRate rate, std::uint64_t count)
  {
    const Container &c = GetParam ();
    const std::string name = std::string (c.name) + std::to_string (rate.n);
    const auto [at, is_new] = clips_.try_emplace (name);
    if (!is_new) return at->second;
    const auto time = [&] (std::uint64_t k) {
      return c.first +
             static_cast<Nanoseconds> (gst_util_uint64_scale (k, GST_SECOND * rate.d, rate.n));
    };
    const std::string fraction = std::to_string (rate.n) + "/" + std::to_string (rate.d);
    ClipPlan plan = {name.c_str (), c.muxer, 25, {}, time (count), fraction.c_str (), c.bframes};
    for (std::uint64_t k = 0; k < count; k++) plan.begins.push_back (time (k));
    return at->second = make_clip (*folder_, plan);
  }
  static std::string decode ()
  {
    return std::string (GetParam ().demuxer) + " ! h264parse ! avdec_h264 max-threads=1";
  }

  static TemporaryFolder *folder_;
  static std::map<std::string, std::string> clips_;
};

TemporaryFolder *OfContainer::folder_;
std::map<std::string, std::string> OfContainer::clips_;

// The stream time at which the film begins, from a frame's meta.
guint64 origin_of (GstSample *sample)
{
  GstCustomMeta *meta =
      gst_buffer_get_custom_meta (gst_sample_get_buffer (sample), GST_QUAD_META_EXTRACTED_FRAME);
  guint64 origin = 0;
  EXPECT_TRUE (meta &&
               gst_structure_get_uint64 (gst_custom_meta_get_structure (meta), "origin", &origin));
  return origin;
}

constexpr FilmRate kFilmRates[] = {{25, 1}, {30, 1}, {24000, 1001}, {60000, 1001}};
constexpr std::uint64_t kFrames = 120;

TEST_P (OfContainer, ZeroIsWhereTheFilmBegins)
{
  const std::string path = clip (kFilmRates[0], kFrames);
  for (const char *mode : {"never", "always"}) {
    Playback play{path, decode (), std::string ("timestamp-list=\"0, 1, 3.5\" seek-mode=") + mode};
    const Result r = play.run ();
    EXPECT_TRUE (play.errors ().empty ()) << play.errors ()[0];
    ASSERT_EQ (r.frames.size (), 3U) << mode;
    EXPECT_TRUE (r.missed.empty ());
    // Allows for the container's rounding.
    constexpr int numbers[] = {0, 25, 87};
    for (std::size_t i = 0; i < 3; i++) {
      EXPECT_EQ (r.frames[i].number, numbers[i]) << mode;
      EXPECT_NEAR (static_cast<double> (r.frames[i].actual), numbers[i] * 40e6, 1e6);
      EXPECT_EQ (r.frames[i].actual, r.pts[i]);
    }
  }
}

TEST_P (OfContainer, TicksBeginAndEndWithTheFilm)
{
  for (const FilmRate &film : kFilmRates) {
    const std::string path = clip (film, kFrames);
    for (const FilmRate &ticks :
         {FilmRate{1, 1}, FilmRate{10, 1}, film, FilmRate{2 * film.n, film.d}})
      for (const char *start : {"", " start-time=0"}) {
        // If the first time is rounded too, ticks of the film's own rate may be a frame off.
        if (GetParam ().first % GST_MSECOND != 0 && ticks.n >= film.n) continue;
        const std::string rate =
            "rate=" + std::to_string (ticks.n) + "/" + std::to_string (ticks.d) + start;
        SCOPED_TRACE (rate + " of " + std::to_string (film.n));
        Playback play{path, decode (), rate};
        const Result r = play.run ();
        std::uint64_t expected = 0;
        while (expected * ticks.d * film.n < kFrames * film.d * ticks.n) expected++;
        ASSERT_EQ (r.frames.size (), expected);
        EXPECT_TRUE (r.missed.empty ());
        EXPECT_TRUE (play.warnings ().empty ()) << play.warnings ()[0];
        EXPECT_EQ (r.frames[0].number, 0);
        EXPECT_EQ (r.frames.back ().number,
                   static_cast<int> ((expected - 1) * ticks.d * film.n / (film.d * ticks.n)));
      }
  }
}

// Seeks of the application or the element do not move the beginning.
TEST_P (OfContainer, SeeksDoNotMoveTheBeginning)
{
  const std::string path = clip (kFilmRates[0], kFrames);
  for (const char *mode : {"never", "always"}) {
    Playback play{path, decode (), std::string ("every-nth=1 seek-mode=") + mode};
    Owned<GstSample> sample = play.pull ();
    ASSERT_TRUE (sample);
    // Upstream's time, as any seek of an application.
    const guint64 origin = origin_of (sample.get ());
    EXPECT_EQ (Playback::extracted (sample.get ()).actual, play.film_time (sample.get ()));
    EXPECT_LE (Playback::extracted (sample.get ()).actual, 0);
    sample.reset ();
    ASSERT_TRUE (gst_element_seek_simple (
        play.pipeline (), GST_FORMAT_TIME,
        static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
        static_cast<gint64> (origin + 2 * GST_SECOND)));
    sample = play.pull ();
    ASSERT_TRUE (sample);
    const Extracted frame = Playback::extracted (sample.get ());
    EXPECT_EQ (origin_of (sample.get ()), origin);
    // The demuxer decides where it lands.
    ASSERT_GE (frame.number, 0);
    EXPECT_NEAR (static_cast<double> (frame.actual), frame.number * 40e6, 1e6) << mode;
  }
}

// One seek is enough, wherever times begin: then one group of pictures is decoded.
TEST_P (OfContainer, OneSeekIsEnough)
{
  const std::string path = clip (kFilmRates[0], kFrames);
  Playback play{path, decode (), "timestamp-list=\"3.5\" seek-mode=always"};
  const Owned<GstElement> extract = play.element ("extract");
  const Owned<GstPad> sink{gst_element_get_static_pad (extract.get (), "sink")};
  struct Seen {
    std::atomic<int> seeks = 0, frames = 0;
  } seen;
  gst_pad_add_probe (
      sink.get (),
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_UPSTREAM),
      [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
        auto *all = static_cast<Seen *> (data);
        const bool is_frame = GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER;
        all->frames += is_frame;
        all->seeks += !is_frame && GST_EVENT_TYPE (info->data) == GST_EVENT_SEEK;
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  EXPECT_EQ (play.run ().frames.size (), 1U);
  EXPECT_EQ (seen.seeks, GetParam ().sought ? 1 : 0);
  if (GetParam ().sought) {
    EXPECT_LE (seen.frames, 2 * 25);
  }
}

INSTANTIATE_TEST_SUITE_P (All, OfContainer, testing::ValuesIn (kContainers),
                          [] (const auto &info) { return std::string (info.param.name); });

// ---- what one container has

const char *const kMp4 = "qtdemux ! h264parse ! avdec_h264 max-threads=1";

// Frames of any length, written as gifstreamenc.md shows for slides: without a parser, which would
// drop the durations before the muxer.
std::string slides (const TemporaryFolder &folder, const std::string &muxer,
                    const std::vector<GstClockTime> &times)
{
  const std::string path = folder.file (muxer);
  const Owned<GstElement> maker{
      gst_parse_launch (("appsrc name=in format=time ! x264enc bframes=0 ! " + muxer +
                         " ! filesink location=\"" + path + '"')
                            .c_str (),
                        nullptr)};
  const Owned<GstElement> in{gst_bin_get_by_name (GST_BIN (maker.get ()), "in")};
  const std::string caps = clip_caps ({}, "0/1");
  g_object_set (in.get (), "caps", caps_of (caps).get (), nullptr);
  gst_element_set_state (maker.get (), GST_STATE_PLAYING);
  for (std::size_t i = 0; i + 1 < times.size (); i++) {
    Owned<GstBuffer> frame = numbered (info_of_caps (caps), static_cast<int> (i));
    GST_BUFFER_PTS (frame.get ()) = times[i];
    GST_BUFFER_DURATION (frame.get ()) = times[i + 1] - times[i];
    gst_app_src_push_buffer (GST_APP_SRC (in.get ()), frame.release ());
  }
  gst_app_src_end_of_stream (GST_APP_SRC (in.get ()));
  const Owned<GstBus> bus{gst_element_get_bus (maker.get ())};
  EXPECT_TRUE (
      Owned<GstMessage>{gst_bus_timed_pop_filtered (bus.get (), kPatience, GST_MESSAGE_EOS)});
  gst_element_set_state (maker.get (), GST_STATE_NULL);
  return path;
}

// The parser before the decoder gives each frame a duration of 1 ms or less.
TEST (FrameExtractContainer, TheLastFrameOfAVariableRate)
{
  const TemporaryFolder folder;
  constexpr GstClockTime ms = GST_MSECOND;
  for (const auto &[muxer, decode] :
       {std::pair{"mp4mux", kMp4},
        std::pair{"matroskamux", "matroskademux ! h264parse ! avdec_h264 max-threads=1"}}) {
    const std::string path = slides (folder, muxer, {0, 300 * ms, 700 * ms, 2250 * ms, 3250 * ms});
    for (const char *mode : {"never", "auto", "always"}) {
      SCOPED_TRACE (std::string (muxer) + " " + mode);
      Playback play{path, decode,
                    std::string ("timestamp-list=\"0.6, 2.3, 3.2, 3.3\" seek-mode=") + mode};
      const Result r = play.run ();
      std::vector<int> numbers;
      for (const Extracted &f : r.frames) numbers.push_back (f.number);
      EXPECT_EQ (numbers, (std::vector<int>{1, 3, 3}));
      EXPECT_EQ (r.missed, (std::vector<Missed>{{3, 3300 * ms, "beyond-end"}}));
    }
    Playback play{path, decode, "rate=2/1"};
    EXPECT_EQ (play.run ().frames.size (), 7U);
    EXPECT_TRUE (play.warnings ().empty ()) << play.warnings ()[0];
  }
}

// Sound begins at 0 and pictures at `late`; an edit list says so.
std::string late_pictures (const TemporaryFolder &folder, GstClockTime late)
{
  const std::string path = folder.file ("late" + std::to_string (late));
  const Owned<GstElement> maker{gst_parse_launch (
      ("videotestsrc num-buffers=50 timestamp-offset=" + std::to_string (late) +
       " ! video/x-raw,width=64,height=48,framerate=25/1 ! x264enc ! h264parse ! m. "
       "audiotestsrc num-buffers=200 ! avenc_aac ! aacparse ! m. mp4mux name=m ! "
       "filesink location=\"" +
       path + "\"")
          .c_str (),
      nullptr)};
  gst_element_set_state (maker.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (maker.get ())};
  EXPECT_TRUE (
      Owned<GstMessage>{gst_bus_timed_pop_filtered (bus.get (), kPatience, GST_MESSAGE_EOS)});
  gst_element_set_state (maker.get (), GST_STATE_NULL);
  return path;
}

TEST (FrameExtractContainer, AnEditListThatBeginsLate)
{
  const TemporaryFolder folder;
  const std::string decode = "qtdemux name=d d.video_0 ! h264parse ! avdec_h264 max-threads=1";
  for (const char *mode : {"never", "always"}) {
    // Soon enough for the beginning; the times are still the film's.
    Playback soon{late_pictures (folder, 400 * GST_MSECOND), decode,
                  std::string ("timestamp-list=\"0, 1.4\" seek-mode=") + mode};
    const Result r = soon.run ();
    ASSERT_EQ (r.frames.size (), 2U) << mode;
    EXPECT_NEAR (static_cast<double> (r.frames[0].actual), 4e8, 1e6);
    EXPECT_NEAR (static_cast<double> (r.frames[1].actual), 14e8, 1e6);
    Playback later{late_pictures (folder, 1400 * GST_MSECOND), decode,
                   std::string ("timestamp-list=\"0, 1.4\" seek-mode=") + mode};
    const Result s = later.run ();
    ASSERT_EQ (s.frames.size (), 1U) << mode;
    EXPECT_NEAR (static_cast<double> (s.frames[0].actual), 14e8, 1e6);
    EXPECT_EQ (s.missed, (std::vector<Missed>{{0, 0, "no-frame-in-tolerance"}}));
  }
}

// The last cluster is searched for before the first seek. These headers lead to it.
TEST (FrameExtractContainer, ManyFalseClustersAreNotAllLookedThrough)
{
  const TemporaryFolder folder;
  const std::string path =
      make_clip (folder, {"clip.mkv", "matroskamux", 25, at_rate (100, 25), 4 * kSecond});
  std::ofstream file (path, std::ios::app | std::ios::binary);
  for (int i = 0; i < 50000; i++) file.write ("\x1f\x43\xb6\x75\x80", 5);
  file.close ();
  Playback play{path, "matroskademux ! h264parse ! avdec_h264 max-threads=1",
                "timestamp-list=\"0.1, 3.5\" seek-mode=always"};
  const gint64 begin = g_get_monotonic_time ();
  const Result r = play.run ();
  EXPECT_LT (g_get_monotonic_time () - begin, 20 * G_USEC_PER_SEC);
  ASSERT_EQ (r.frames.size (), 2U);
  EXPECT_EQ (r.frames[1].number, 87);
}

// If the application seeks, the first frame shown is not the film's beginning.
TEST (FrameExtractContainer, ASeekToWhereTheFilmHasBegun)
{
  const TemporaryFolder folder;
  const std::string path =
      make_clip (folder, {"clip.mp4", "mp4mux", 25, at_rate (100, 25), 4 * kSecond});
  Playback play{path, kMp4, "timestamp-list=\"0.1, 0.9\""};
  ASSERT_TRUE (play.pull ());
  ASSERT_TRUE (gst_element_seek_simple (
      play.pipeline (), GST_FORMAT_TIME,
      static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), kSecond / 2));
  const Result r = play.run ();
  ASSERT_EQ (r.frames.size (), 1U);
  EXPECT_EQ (r.frames[0].number, 22);
  EXPECT_EQ (r.missed, (std::vector<Missed>{{0, 100 * GST_MSECOND, "no-frame-in-tolerance"}}));
}

}  // namespace
}  // namespace quad::test

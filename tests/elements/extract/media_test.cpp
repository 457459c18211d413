// frameextract on files, with and without seeks: it chooses the frames that the plain rule chooses
// from a full decode.
#include <atomic>
#include <cinttypes>
#include <map>
#include <random>

#include "elements/extract/playback.h"

namespace quad::test {
namespace {

const char *const kSeekModes[] = {"never", "auto", "always"};
const char *const kPolicies[] = {"played-at", "nearest", "next"};  // in the order of Policy

// From 5 to 60 frames a second, with a gap of 3 s, from `first` on.
std::vector<Nanoseconds> uneven (Nanoseconds first)
{
  const struct {
    int frames, per_second;
    Nanoseconds pause;
  } parts[] = {{40, 60, 0}, {9, 5, 0},           {25, 30, 3 * kSecond},
               {30, 50, 0}, {8, 7, kSecond / 3}, {30, 24, 11'000'000},
               {6, 5, 0},   {10, 60, 0}};
  std::vector<Nanoseconds> begins;
  Nanoseconds now = first;
  for (const auto &part : parts) {
    for (int i = 0; i < part.frames; i++) {
      begins.push_back (now);
      now += kSecond / part.per_second;
    }
    now += part.pause;
  }
  return begins;
}

struct Source {
  ClipPlan plan;
  std::string decode;
};

void PrintTo (const Source &source, std::ostream *out) { *out << source.plan.name; }

Source source (const char *name, const char *muxer, int gop, std::vector<Nanoseconds> begins,
               const char *rate = "25/1")
{
  const bool mp4 = std::string (muxer).starts_with ("mp4mux");
  const Nanoseconds end = 2 * begins.back () - begins[begins.size () - 2];
  return {{name, muxer, gop, std::move (begins), end, rate},
          std::string (mp4 ? "qtdemux" : "matroskademux") +
              " ! h264parse ! avdec_h264 name=decode max-threads=1"};
}

std::vector<Source> all_sources ()
{
  return {
      source ("even.mp4", "mp4mux", 10, at_rate (150, 25)),
      source ("even-long.mp4", "mp4mux", 60, at_rate (150, 25)),
      source ("even-fragmented.mp4", "mp4mux fragment-duration=1000", 25, at_rate (150, 25)),
      source ("even.mkv", "matroskamux", 60, at_rate (150, 25)),
      source ("uneven.mp4", "mp4mux", 10, uneven (0), "0/1"),
      source ("uneven-long.mp4", "mp4mux", 60, uneven (0), "0/1"),
      source ("uneven.mkv", "matroskamux", 10, uneven (2 * kSecond), "0/1"),
  };
}

struct Clip {
  std::string path, decode;
  std::vector<Shown> all;
};

// Made and decoded once for each program.
const Clip &clip_of (const Source &source)
{
  static const TemporaryFolder folder;
  static std::map<std::string, Clip> clips;
  const auto [at, is_new] = clips.try_emplace (source.plan.name);
  if (is_new) {
    const std::string path = make_clip (folder, source.plan);
    at->second = {path, source.decode, decode_all (path, source.decode)};
  }
  return at->second;
}

Result extract (const Clip &clip, const std::string &properties)
{
  Playback play{clip.path, clip.decode, properties};
  Result result = play.run ();
  EXPECT_TRUE (play.ended ());
  EXPECT_TRUE (play.errors ().empty ()) << play.errors ()[0];
  return result;
}

std::string list_of (const std::vector<guint64> &numbers)
{
  std::string text;
  for (const guint64 n : numbers) {
    text += text.empty () ? '<' : ',';
    text += std::to_string (n);
  }
  return text += '>';
}

std::string limits_of (const PlainRule &rule)
{
  std::string text;
  if (rule.before) text += " tolerance-before=" + std::to_string (*rule.before);
  if (rule.after) text += " tolerance-after=" + std::to_string (*rule.after);
  return text;
}

void expect_timestamps (const Clip &clip, const std::vector<guint64> &times, const PlainRule &rule,
                        const std::string &seek_mode)
{
  const std::string properties = "timestamps=\"" + list_of (times) +
                                 "\" policy=" + kPolicies[static_cast<int> (rule.policy)] +
                                 limits_of (rule) + " seek-mode=" + seek_mode;
  SCOPED_TRACE (clip.path + " " + properties);
  expect_equal (extract (clip, properties), plain_timestamps (clip.all, times, rule));
}

class OfFile : public testing::TestWithParam<Source> {
 protected:
  const Clip &clip () const { return clip_of (GetParam ()); }
};

TEST_P (OfFile, FullDecodeShowsEveryNumberAtItsTime)
{
  const std::vector<Nanoseconds> &begins = GetParam ().plan.begins;
  // mp4mux's edit list may end two frames early, because it adds up decoding times.
  ASSERT_LE (clip ().all.size (), begins.size ());
  ASSERT_GE (clip ().all.size (), begins.size () - 2);
  // A fragmented file has no edit list, so it begins late by the frames that are reordered.
  EXPECT_LE (clip ().all[0].time, 80'000'000);
  for (std::size_t i = 0; i < clip ().all.size (); i++) {
    EXPECT_EQ (clip ().all[i].number, static_cast<int> (i));
    EXPECT_NEAR (static_cast<double> (clip ().all[i].time - clip ().all[0].time),
                 static_cast<double> (begins[i] - begins[0]), 1e6);
    EXPECT_FALSE (clip ().all[i].damaged);
  }
}

// Times in any order, twice, before the first frame, in the gap, on a frame, right before one,
// beyond the end.
TEST_P (OfFile, TimestampsByEachPolicy)
{
  const std::vector<Shown> &all = clip ().all;
  const auto begin = [&] (std::size_t i) { return static_cast<guint64> (all[i].time); };
  const auto end = static_cast<guint64> (all.back ().end);
  const std::vector<guint64> times = {
      begin (100), begin (100), begin (30) - 1,     end + 20 * GST_SECOND,
      0,           end,         begin (145) + 2000, begin (49) - 700'000,
      begin (77),  begin (3),   end - GST_SECOND};
  for (const Policy policy : {Policy::played_at, Policy::nearest, Policy::next})
    for (const char *mode : kSeekModes) {
      expect_timestamps (clip (), times, {policy, {}, {}}, mode);
      expect_timestamps (clip (), times, {policy, 15'000'000, 10'000'000}, mode);
    }
}

TEST_P (OfFile, Rates)
{
  constexpr struct {
    int n, d;
  } rates[] = {{2, 1}, {25, 1}, {24, 1}, {60, 1}, {1, 4}, {30000, 1001}};
  for (const auto [n, d] : rates) {
    const std::string rate = "rate=" + std::to_string (n) + "/" + std::to_string (d);
    const Result plain = plain_rate (clip ().all, n, d);
    for (const char *mode : kSeekModes) {
      if (n > 30 && mode == std::string ("always"))
        continue;  // the same as auto: no tick lies far ahead
      SCOPED_TRACE (rate + " seek-mode=" + mode);
      expect_equal (extract (clip (), rate + " seek-mode=" + mode), plain);
    }
  }
  expect_equal (extract (clip (), "rate=24/1 missing=skip tolerance-before=60000000"),
                plain_rate (clip ().all, 24, 1, 60'000'000, false));
  expect_equal (extract (clip (), "rate=24/1 missing=repeat tolerance-before=60000000"),
                plain_rate (clip ().all, 24, 1, 60'000'000, true));
}

TEST_P (OfFile, NumbersAndEveryNth)
{
  for (const char *mode : kSeekModes) {
    const std::string seek_mode = std::string (" seek-mode=") + mode;
    SCOPED_TRACE (mode);
    const guint64 numbers[] = {120, 3, 3, 0, 100'000, 140};
    const std::size_t sorted[] = {3, 1, 2, 0, 5};
    Result plain;
    for (const std::size_t i : sorted) {
      const Shown &frame = clip ().all[numbers[i]];
      plain.frames.push_back ({frame.number, i, GST_CLOCK_TIME_NONE, frame.time});
      plain.pts.push_back (frame.time);
    }
    plain.missed.push_back ({4, GST_CLOCK_TIME_NONE, "beyond-end"});
    expect_equal (extract (clip (), "indices=\"<120,3,3,0,100000,140>\"" + seek_mode), plain);

    plain = {};
    for (std::size_t i = 0; i < 5; i++) {
      const Shown &frame = clip ().all[7 * i];
      plain.frames.push_back ({frame.number, i, GST_CLOCK_TIME_NONE, frame.time});
      plain.pts.push_back (frame.time);
    }
    expect_equal (extract (clip (), "every-nth=7 max-frames=5" + seek_mode), plain);
  }
}

TEST_P (OfFile, KeyframesAlone)
{
  for (const char *mode : {"auto", "always"}) {
    Playback play{clip ().path, clip ().decode, std::string ("keyframes=true seek-mode=") + mode};
    const Owned<GstElement> decoder = play.element ("decode");
    const Owned<GstPad> pad{gst_element_get_static_pad (decoder.get (), "src")};
    std::atomic<int> passed = 0;
    gst_pad_add_probe (
        pad.get (), GST_PAD_PROBE_TYPE_BUFFER,
        [] (GstPad *, GstPadProbeInfo *, gpointer count) {
          ++*static_cast<std::atomic<int> *> (count);
          return GST_PAD_PROBE_OK;
        },
        &passed, nullptr);
    const Result result = play.run ();
    EXPECT_TRUE (play.errors ().empty ()) << play.errors ()[0];
    const int gop = GetParam ().plan.gop;
    std::vector<int> expected, numbers;
    for (int n = 0; n < static_cast<int> (clip ().all.size ()); n += gop) expected.push_back (n);
    for (const Extracted &frame : result.frames) {
      numbers.push_back (frame.number);
      ASSERT_GE (frame.number, 0);
      EXPECT_EQ (frame.actual, clip ().all[static_cast<std::size_t> (frame.number)].time);
    }
    EXPECT_EQ (numbers, expected) << mode;
    // The decoder skipped the others, but for one or so that it had decoded before.
    EXPECT_LE (passed, static_cast<int> (expected.size ()) + 3);
  }
}

INSTANTIATE_TEST_SUITE_P (Clips, OfFile, testing::ValuesIn (all_sources ()), [] (const auto &info) {
  std::string name = info.param.plan.name;
  std::replace_if (
      name.begin (), name.end (), [] (char c) { return c == '-' || c == '.'; }, '_');
  return name;
});

// Random selections of all clips, the same in each run.
TEST (FrameExtractMedia, RandomSelections)
{
  std::mt19937 random (20260417);
  const auto below = [&] (std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t> (0, n - 1) (random);
  };
  const std::vector<Source> sources = all_sources ();
  for (int turn = 0; turn < 200 && !testing::Test::HasFailure (); turn++) {
    const Clip &clip = clip_of (sources[below (sources.size ())]);
    const char *mode = kSeekModes[below (3)];
    const auto limit = [&] () -> std::optional<Nanoseconds> {
      if (below (2) > 0) return {};
      return static_cast<Nanoseconds> (below (150'000'000));
    };
    if (below (4) == 0) {
      const int n = 1 + static_cast<int> (below (60)), d = 1 + static_cast<int> (below (6));
      const bool repeat = below (2) > 0;
      const std::optional<Nanoseconds> before = limit ();
      const std::string properties = "rate=" + std::to_string (n) + "/" + std::to_string (d) +
                                     limits_of ({Policy::played_at, before, {}}) +
                                     (repeat ? "" : " missing=skip") + " seek-mode=" + mode;
      SCOPED_TRACE (clip.path + " " + properties);
      expect_equal (extract (clip, properties), plain_rate (clip.all, n, d, before, repeat));
      continue;
    }
    std::vector<guint64> times (1 + below (12));
    for (guint64 &time : times)
      time = below (3) > 0 ? below (static_cast<std::uint64_t> (clip.all.back ().end) + GST_SECOND)
                           : static_cast<guint64> (clip.all[below (clip.all.size ())].time);
    expect_timestamps (clip, times, {static_cast<Policy> (below (3)), limit (), limit ()}, mode);
  }
}

// Without a consumer the decoder waits. Only these frames exist: held ones, one on its way, one in
// the sink, one at the consumer.
TEST (FrameExtractMedia, SlowConsumerHoldsTheDecoder)
{
  const Source source = all_sources ()[0];
  const Clip &clip = clip_of (source);
  for (const char *properties :
       {"rate=25/1", "rate=60/1", "every-nth=2", "timestamp-list=\"0, 0.1, 1, 5\""}) {
    SCOPED_TRACE (properties);
    struct Count {
      std::atomic<int> came = 0, alive = 0, most = 0;
    } count;
    {
      Playback play{clip.path, clip.decode, std::string (properties) + " seek-mode=never"};
      const Owned<GstElement> element = play.element ("extract");
      const Owned<GstPad> pad{gst_element_get_static_pad (element.get (), "sink")};
      gst_pad_add_probe (
          pad.get (), GST_PAD_PROBE_TYPE_BUFFER,
          [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
            auto *c = static_cast<Count *> (data);
            // A copy, as the decoder keeps its own.
            GstBuffer *copy = gst_buffer_copy_deep (GST_PAD_PROBE_INFO_BUFFER (info));
            gst_mini_object_weak_ref (
                GST_MINI_OBJECT (copy),
                [] (gpointer to, GstMiniObject *) { --static_cast<Count *> (to)->alive; }, c);
            gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
            GST_PAD_PROBE_INFO_DATA (info) = copy;
            c->came++;
            c->most = std::max (c->most.load (), ++c->alive);
            return GST_PAD_PROBE_OK;
          },
          &count, nullptr);
      Owned<GstSample> sample = play.pull ();
      ASSERT_TRUE (sample);
      const int last = Playback::extracted (sample.get ()).number;
      // Without a bound, the rest of the clip would come in far less time than this.
      for (int i = 0; i < 30 && count.came < 140; i++) g_usleep (10'000);
      EXPECT_LT (count.came, last + 40) << "the decoder went on";
      while ((sample = play.pull ())) continue;
      EXPECT_TRUE (play.ended ());
    }
    EXPECT_LE (count.most, 6);
    EXPECT_EQ (count.alive, 0) << "frames were leaked";
  }
}

// The files of QUAD_MEDIA; their frames are told apart by their times.
TEST (FrameExtractMedia, RealClips)
{
  const char *folder = g_getenv ("QUAD_MEDIA");
  if (!folder) GTEST_SKIP () << "QUAD_MEDIA names no folder with MP4 files";
  int clips = 0;
  for (const auto &entry : std::filesystem::directory_iterator (folder)) {
    if (entry.path ().extension () != ".mp4") continue;
    clips++;
    const std::string decode = "qtdemux name=d d.video_0 ! h264parse ! avdec_h264 max-threads=1";
    Clip clip = {entry.path (), decode, decode_all (entry.path (), decode)};
    ASSERT_FALSE (clip.all.empty ()) << clip.path;
    for (Shown &frame : clip.all) frame.number = 0;
    const auto blind = [] (Result result) {
      for (Extracted &frame : result.frames) frame.number = 0;
      return result;
    };
    SCOPED_TRACE (clip.path);
    expect_equal (blind (extract (clip, "rate=24/1")), plain_rate (clip.all, 24, 1));
    std::vector<guint64> times;
    for (std::uint64_t i = 0; i < 7; i++)
      times.push_back (static_cast<guint64> (clip.all.back ().end) * (3 * i % 7) / 7 +
                       12'345'678 * i);
    const char *const modes[] = {"auto", "always", "never"};
    for (const Policy policy : {Policy::played_at, Policy::nearest, Policy::next}) {
      const std::string properties = "timestamps=\"" + list_of (times) +
                                     "\" policy=" + kPolicies[static_cast<int> (policy)] +
                                     " seek-mode=" + modes[static_cast<int> (policy)];
      SCOPED_TRACE (properties);
      expect_equal (blind (extract (clip, properties)),
                    plain_timestamps (clip.all, times, {policy, {}, {}}));
    }
  }
  EXPECT_GT (clips, 0) << folder << " holds no MP4 files";
}

}  // namespace
}  // namespace quad::test

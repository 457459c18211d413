// The application's own seeks through frameextract, on a file.
#include <atomic>
#include <thread>

#include "elements/extract/playback.h"

namespace quad::test {
namespace {

const std::string kDecode = "qtdemux ! h264parse ! avdec_h264 max-threads=1";

class FrameExtractMediaSeek : public testing::Test {
 protected:
  static void SetUpTestSuite ()
  {
    folder_ = new TemporaryFolder;
    path_ = make_clip (*folder_, {"clip.mp4", "mp4mux", 25, at_rate (300, 25), 12 * kSecond});
    all_ = decode_all (path_, kDecode);
    ASSERT_EQ (all_.size (), 300U);
  }
  static void TearDownTestSuite () { delete folder_; }

  static bool seek (const Playback &play, double rate, Nanoseconds start, Nanoseconds stop = -1)
  {
    return gst_element_seek (
        play.pipeline (), rate, GST_FORMAT_TIME,
        static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE), GST_SEEK_TYPE_SET,
        start, stop < 0 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop);
  }

  // The rule's frames if only frames from `start` to `stop` come.
  static std::vector<Shown> part (Nanoseconds start, Nanoseconds stop = kUnlimited)
  {
    std::vector<Shown> frames;
    for (const Shown &f : all_)
      if (f.end > start && f.time < stop) frames.push_back (f);
    return frames;
  }

  static TemporaryFolder *folder_;
  static std::string path_;
  static std::vector<Shown> all_;
};

TemporaryFolder *FrameExtractMediaSeek::folder_;
std::string FrameExtractMediaSeek::path_;
std::vector<Shown> FrameExtractMediaSeek::all_;

constexpr char kSeekModes[][8] = {"never", "auto", "always"};

TEST_F (FrameExtractMediaSeek, IntoTheMiddleOfTimestamps)
{
  const std::vector<guint64> times = {1 * GST_SECOND, 2 * GST_SECOND, 5500 * GST_MSECOND,
                                      11 * GST_SECOND};
  for (const char *mode : kSeekModes) {
    SCOPED_TRACE (mode);
    Playback play{path_, kDecode,
                  std::string ("timestamp-list=\"1, 2, 5.5, 11\" seek-mode=") + mode};
    // Freed before the seek: a flushed appsink of 1.22 changes the sample that it gave.
    Owned<GstSample> first = play.pull ();
    ASSERT_TRUE (first);
    EXPECT_EQ (Playback::extracted (first.get ()).number, 25);
    first.reset ();
    play.take_messages ();
    ASSERT_TRUE (seek (play, 1, 5 * kSecond));
    // The list counts anew; times before the seek are missed.
    expect_equal (play.run (), plain_timestamps (part (5 * kSecond), times, {}));
    EXPECT_TRUE (play.ended () && play.errors ().empty ());
  }
}

TEST_F (FrameExtractMediaSeek, BackAfterTheEnd)
{
  Playback play{path_, kDecode, std::string ("rate=2/1 stop-time=3000000000")};
  const Result first = play.run ();
  EXPECT_EQ (first.frames.size (), 6U);
  EXPECT_TRUE (play.ended ());
  ASSERT_TRUE (seek (play, 1, 0));
  expect_equal (play.run (), first);
}

TEST_F (FrameExtractMediaSeek, AtTwiceTheSpeed)
{
  for (const char *mode : kSeekModes) {
    SCOPED_TRACE (mode);
    Playback play{path_, kDecode, std::string ("timestamp-list=\"9.3, 4, 10\" seek-mode=") + mode};
    ASSERT_TRUE (play.pull ());
    ASSERT_TRUE (seek (play, 2, 0));
    Result result;
    while (const Owned<GstSample> sample = play.pull ()) {
      EXPECT_EQ (gst_sample_get_segment (sample.get ())->rate, 2);
      result.frames.push_back (Playback::extracted (sample.get ()));
    }
    EXPECT_EQ (
        result.frames,
        plain_timestamps (all_, {9300 * GST_MSECOND, 4 * GST_SECOND, 10 * GST_SECOND}, {}).frames);
    EXPECT_TRUE (play.ended () && play.errors ().empty () && play.missed ().empty ());
  }
}

// Ticks begin with the first frame that comes, and end with the segment.
TEST_F (FrameExtractMediaSeek, PartOfTheFileByRate)
{
  for (const char *mode : kSeekModes) {
    SCOPED_TRACE (mode);
    Playback play{path_, kDecode, std::string ("rate=3/1 seek-mode=") + mode};
    ASSERT_TRUE (play.pull ());
    ASSERT_TRUE (seek (play, 1, 4 * kSecond, 8 * kSecond));
    expect_equal (play.run (), plain_rate (part (4 * kSecond, 8 * kSecond), 3, 1));
    EXPECT_TRUE (play.ended () && play.errors ().empty ());
  }
}

TEST_F (FrameExtractMediaSeek, BackwardsIsRefused)
{
  Playback play{path_, kDecode, std::string ("timestamp-list=\"1, 2\"")};
  ASSERT_TRUE (play.pull ());
  EXPECT_FALSE (seek (play, -1, 0, 5 * kSecond));
  play.take_messages ();
  ASSERT_EQ (play.warnings ().size (), 1U);
  EXPECT_EQ (
      play.warnings ()[0],
      "extract: A seek with rate -1 is refused: frameextract cannot select frames backwards.");
  // Then it goes on as usual.
  const Result rest = play.run ();
  ASSERT_EQ (rest.frames.size (), 1U);
  EXPECT_EQ (rest.frames[0].number, 50);
}

// Seeks again and again, while frames and seeks of its own are on their way.
TEST_F (FrameExtractMediaSeek, ManyInARow)
{
  Playback play{path_, kDecode, std::string ("rate=1/2 seek-mode=always")};
  for (int i = 0; i < 30; i++) {
    const Nanoseconds start = i * 7 % 10 * kSecond;
    ASSERT_TRUE (play.pull ()) << i;
    ASSERT_TRUE (seek (play, 1, start));
    if (i % 3 > 0) continue;
    Owned<GstSample> sample = play.pull ();
    ASSERT_TRUE (sample) << i;
    EXPECT_EQ (Playback::extracted (sample.get ()).number, start * 25 / kSecond);
    sample.reset ();
    ASSERT_TRUE (seek (play, 1, 0));
  }
  ASSERT_TRUE (seek (play, 1, 0));
  expect_equal (play.run (), plain_rate (all_, 1, 2));
}

// Without a flush, upstream waits until the streaming thread has finished its frame, and maybe some
// more: who takes a lock first is nobody's promise. So the film has more ticks than may be passed
// until then.
TEST_F (FrameExtractMediaSeek, ManyWithoutAFlush)
{
  Playback play{path_, kDecode, std::string ("rate=10/1 seek-mode=always")};
  const auto begin_again = [&] {
    return gst_element_seek (play.pipeline (), 1, GST_FORMAT_TIME, GST_SEEK_FLAG_ACCURATE,
                             GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1);
  };
  std::atomic<int> seeks = 0;
  const Owned<GstElement> extract = play.element ("extract");
  const Owned<GstPad> pad{gst_element_get_static_pad (extract.get (), "src")};
  gst_pad_add_probe (
      pad.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [] (GstPad *, GstPadProbeInfo *info, gpointer count) {
        const bool is_seek = GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEEK;
        *static_cast<std::atomic<int> *> (count) += is_seek;
        return GST_PAD_PROBE_OK;
      },
      &seeks, nullptr);
  ASSERT_TRUE (play.pull ());
  for (int i = 0; i < 20; i++) {
    bool begun = false;
    std::thread seeker ([&] { begun = begin_again (); });
    for (GstClockTime t = 0; seeks <= i && t < kPatience; t += GST_MSECOND) g_usleep (1000);
    // Frames that were on their way, then the first tick again.
    Extracted frame;
    for (int n = 0; n < 110 && frame.number != 0; n++) {
      const Owned<GstSample> sample = play.pull ();
      if (!sample) break;
      frame = Playback::extracted (sample.get ());
    }
    seeker.join ();
    ASSERT_TRUE (begun) << i;
    ASSERT_EQ (frame, (Extracted{0, 0, 0, 0})) << i;
  }
  ASSERT_TRUE (seek (play, 1, 0));
  expect_equal (play.run (), plain_rate (all_, 10, 1));
}

}  // namespace
}  // namespace quad::test

// The application's own seeks through frameextract, on a file.
#include "elements/extraction_playback.h"

namespace quad::test {
namespace {

const std::string kDecode = "qtdemux ! h264parse ! avdec_h264 max-threads=1";

class FrameExtractSeek : public testing::Test {
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

  // What the rule has where only frames from `start` to `stop` come.
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

TemporaryFolder *FrameExtractSeek::folder_;
std::string FrameExtractSeek::path_;
std::vector<Shown> FrameExtractSeek::all_;

constexpr char kSeekModes[][8] = {"never", "auto", "always"};

TEST_F (FrameExtractSeek, IntoTheMiddleOfTimestamps)
{
  const std::vector<guint64> times = {1 * GST_SECOND, 2 * GST_SECOND, 5500 * GST_MSECOND,
                                      11 * GST_SECOND};
  for (const char *mode : kSeekModes) {
    SCOPED_TRACE (mode);
    Playback play{path_, kDecode,
                  std::string ("timestamp-list=\"1, 2, 5.5, 11\" seek-mode=") + mode};
    const Owned<GstSample> first = play.pull ();
    ASSERT_TRUE (first);
    EXPECT_EQ (Playback::extracted (first.get ()).number, 25);
    play.take_messages ();
    ASSERT_TRUE (seek (play, 1, 5 * kSecond));
    // The list counts anew; what lies before is missed.
    expect_equal (play.run (), plain_timestamps (part (5 * kSecond), times, {}));
    EXPECT_TRUE (play.ended () && play.errors ().empty ());
  }
}

TEST_F (FrameExtractSeek, BackAfterTheEnd)
{
  Playback play{path_, kDecode, std::string ("rate=2/1 stop-time=3000000000")};
  const Result first = play.run ();
  EXPECT_EQ (first.frames.size (), 6U);
  EXPECT_TRUE (play.ended ());
  ASSERT_TRUE (seek (play, 1, 0));
  expect_equal (play.run (), first);
}

TEST_F (FrameExtractSeek, AtTwiceTheSpeed)
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
TEST_F (FrameExtractSeek, PartOfTheFileByRate)
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

TEST_F (FrameExtractSeek, BackwardsIsRefused)
{
  Playback play{path_, kDecode, std::string ("timestamp-list=\"1, 2\"")};
  ASSERT_TRUE (play.pull ());
  EXPECT_FALSE (seek (play, -1, 0, 5 * kSecond));
  play.take_messages ();
  ASSERT_EQ (play.warnings ().size (), 1U);
  EXPECT_EQ (
      play.warnings ()[0],
      "extract: A seek with rate -1 is refused: frameextract cannot select frames backwards.");
  // And goes on as if nothing had been.
  const Result rest = play.run ();
  ASSERT_EQ (rest.frames.size (), 1U);
  EXPECT_EQ (rest.frames[0].number, 50);
}

// Again and again, while frames and seeks of its own are on their way.
TEST_F (FrameExtractSeek, ManyInARow)
{
  Playback play{path_, kDecode, std::string ("rate=1/2 seek-mode=always")};
  for (int i = 0; i < 30; i++) {
    const Nanoseconds start = i * 7 % 10 * kSecond;
    ASSERT_TRUE (play.pull ()) << i;
    ASSERT_TRUE (seek (play, 1, start));
    if (i % 3 > 0) continue;
    const Owned<GstSample> sample = play.pull ();
    ASSERT_TRUE (sample) << i;
    EXPECT_EQ (Playback::extracted (sample.get ()).number, start * 25 / kSecond);
    ASSERT_TRUE (seek (play, 1, 0));
  }
  expect_equal (play.run (), plain_rate (all_, 1, 2));
}

}  // namespace
}  // namespace quad::test

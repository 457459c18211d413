// Frames read from files.
#include <atomic>

#include "clips.h"
#include "samples.h"

using namespace quad::test;

namespace {

struct CloseReader {
  void operator() (QuadReader *reader) const { quad_reader_close (reader); }
};
using OwnedReader = std::unique_ptr<QuadReader, CloseReader>;

OwnedReader open (const std::string &location, const char *filters = nullptr, guint depth = 4,
                  int device = -1)
{
  GError *error = nullptr;
  OwnedReader reader{quad_reader_open (location.c_str (), filters, device, depth, &error)};
  EXPECT_EQ (text_of (error), "");
  return reader;
}

std::string problem_of_opening (const std::string &location, const char *filters = nullptr,
                                guint depth = 4, int device = -1)
{
  GError *error = nullptr;
  const OwnedReader reader{quad_reader_open (location.c_str (), filters, device, depth, &error)};
  EXPECT_EQ (reader == nullptr, error != nullptr);
  return text_of (error);
}

constexpr GstClockTime kLong = 30 * GST_SECOND;

// The next frame; none at the end.
OwnedFrame next (const OwnedReader &reader)
{
  QuadFrame *frame = nullptr;
  GError *error = nullptr;
  const QuadReaderStatus status = quad_reader_next (reader.get (), kLong, &frame, &error);
  EXPECT_EQ (text_of (error), "");
  EXPECT_EQ (status, frame ? QUAD_READER_FRAME : QUAD_READER_END);
  return OwnedFrame{frame};
}

// The error after `frames` frames.
std::string failure_of (const OwnedReader &reader, int &frames)
{
  for (frames = 0;; frames++) {
    QuadFrame *frame = nullptr;
    GError *error = nullptr;
    const QuadReaderStatus status = quad_reader_next (reader.get (), kLong, &frame, &error);
    if (status == QUAD_READER_FRAME) {
      quad_frame_unref (frame);
      continue;
    }
    EXPECT_EQ (status, QUAD_READER_FAILED);
    EXPECT_EQ (frame, nullptr);
    // Reported once; after that there is nothing more.
    EXPECT_EQ (quad_reader_next (reader.get (), kLong, &frame, nullptr), QUAD_READER_END);
    return text_of (error);
  }
}

class Reader : public testing::Test {
 protected:
  static void SetUpTestSuite () { clips = new Clips; }
  static void TearDownTestSuite ()
  {
    delete clips;
    clips = nullptr;
  }
  inline static Clips *clips = nullptr;
};

// --- Frames ---

TEST_F (Reader, GivesAllFramesInOrder)
{
  for (const std::string &location :
       {clips->video (), clips->video_with_sound (), "file://" + clips->video ()}) {
    SCOPED_TRACE (location);
    const OwnedReader reader = open (location);
    for (guint n = 0; n < 50; n++) {
      const OwnedFrame frame = next (reader);
      ASSERT_TRUE (frame) << n;
      EXPECT_EQ (info_of (frame).time, n * GST_SECOND / 10);
      EXPECT_STREQ (info_of (frame).format, "I420");
      EXPECT_EQ (info_of (frame).width, 320);
      EXPECT_EQ (info_of (frame).height, 180);
    }
    EXPECT_FALSE (next (reader));
    EXPECT_FALSE (next (reader));
  }
}

TEST_F (Reader, PassesThemThroughFilters)
{
  const OwnedReader reader =
      open (clips->video (), "frameextract rate=2/1 ! quaddownscale ! video/x-raw,width=160");
  for (guint n = 0; n < 10; n++) {
    const OwnedFrame frame = next (reader);
    ASSERT_TRUE (frame) << n;
    EXPECT_EQ (info_of (frame).time, n * GST_SECOND / 2);
    EXPECT_EQ (info_of (frame).index, n);
    EXPECT_EQ (info_of (frame).width, 160);
    EXPECT_EQ (info_of (frame).height, 90);
  }
  EXPECT_FALSE (next (reader));
}

TEST_F (Reader, MakesPictures)
{
  const std::string file =
      clips->make ("wide.mp4",
                   "videotestsrc num-buffers=20 ! video/x-raw,width=64,height=48,framerate=10/1,"
                   "pixel-aspect-ratio=2/1 ! x264enc ! h264parse ! mp4mux");
  for (const auto orientation : {QUAD_ORIENTATION_AUTO, QUAD_ORIENTATION_NONE}) {
    const QuadPicture picture = {0, 24, "RGB", orientation, 0, {}};
    GError *error = nullptr;
    const OwnedReader reader{quad_reader_open_pictures (file.c_str (), "frameextract rate=5/1",
                                                        &picture, -1, 4, &error)};
    ASSERT_EQ (text_of (error), "");
    for (guint64 n = 0; n < 10; n++) {
      const OwnedFrame frame = next (reader);
      ASSERT_TRUE (frame);
      const QuadFrameInfo info = info_of (frame);
      EXPECT_EQ (info.index, n);
      EXPECT_STREQ (info.format, "RGB");
      EXPECT_EQ (info.height, 24);
      EXPECT_EQ (info.width, orientation == QUAD_ORIENTATION_AUTO ? 64 : 32);
      EXPECT_EQ (info.par_n, 2);
      EXPECT_EQ (info.par_d, 1);
      EXPECT_EQ (info.rotation, 0);
      EXPECT_FALSE (info.mirrored);
    }
    EXPECT_FALSE (next (reader));
  }
}

TEST_F (Reader, RefusesPicturesThatCannotBe)
{
  for (const QuadPicture &picture : {QuadPicture{-1, 0, nullptr, QUAD_ORIENTATION_AUTO, 0, {}},
                                     QuadPicture{0, 0, "NOSUCH", QUAD_ORIENTATION_AUTO, 0, {}},
                                     QuadPicture{0, 0, "YUY2", QUAD_ORIENTATION_AUTO, 0, {}}}) {
    GError *error = nullptr;
    EXPECT_FALSE (
        quad_reader_open_pictures (clips->video ().c_str (), nullptr, &picture, -1, 4, &error));
    EXPECT_NE (text_of (error), "");
  }
}

TEST_F (Reader, SaysHowFarItIs)
{
  const OwnedReader reader = open (clips->video ());
  GstClockTime position = 0, duration = 0;
  while (next (reader)) quad_reader_get_progress (reader.get (), &position, &duration);
  EXPECT_EQ (position, 4900 * GST_MSECOND);
  EXPECT_EQ (duration, 5 * GST_SECOND);
}

TEST_F (Reader, SaysWhatHadNoFrame)
{
  const OwnedReader reader =
      open (clips->video (), "frameextract timestamp-list=\"1, 60, 2.5, 70\"");
  guint frames = 0;
  while (next (reader)) frames++;
  EXPECT_EQ (frames, 2u);
  for (const guint seconds : {60, 70}) {
    QuadMissed missed;
    ASSERT_TRUE (quad_reader_take_missed (reader.get (), &missed));
    EXPECT_EQ (missed.index, seconds == 60 ? 1u : 3u);
    EXPECT_EQ (missed.requested, seconds * GST_SECOND);
    EXPECT_STREQ (missed.reason, "beyond-end");
  }
  QuadMissed none;
  EXPECT_FALSE (quad_reader_take_missed (reader.get (), &none));
}

// A message for many ticks counts as many targets.
TEST_F (Reader, SaysEachTickThatHadNoFrame)
{
  const OwnedReader reader = open (clips->video (),
                                   "frameextract every-nth=20 ! frameextract rate=30/1 "
                                   "missing=skip tolerance-before=50000000 stop-time=2500000000");
  std::vector<guint64> seen (75, 0);
  while (const OwnedFrame frame = next (reader)) seen.at (info_of (frame).index)++;
  QuadMissed missed;
  guint64 ticks = 0;
  for (; quad_reader_take_missed (reader.get (), &missed); ticks++) {
    seen.at (missed.index)++;
    EXPECT_NEAR (static_cast<double> (missed.requested),
                 static_cast<double> (missed.index) * GST_SECOND / 30, 2);
    EXPECT_STREQ (missed.reason, "no-frame-in-tolerance");
  }
  EXPECT_GT (ticks, 60U);
  EXPECT_EQ (seen, std::vector<guint64> (75, 1));
}

// MPEG's first timestamp is no time that users know.
TEST_F (Reader, TimesBeginWithTheFilm)
{
  const std::string clip =
      clips->make ("film.ts",
                   "videotestsrc num-buffers=20 ! video/x-raw,width=64,height=48,framerate=10/1 ! "
                   "x264enc speed-preset=ultrafast ! h264parse ! mpegtsmux");
  for (const char *filters : {"frameextract rate=2/1", "frameextract timestamp-list=\"0, 0.5\"",
                              "frameextract every-nth=5"}) {
    const OwnedReader reader = open (clip, filters);
    for (const GstClockTime time : {GstClockTime{0}, 500 * GstClockTime{GST_MSECOND}}) {
      const OwnedFrame frame = next (reader);
      ASSERT_TRUE (frame) << filters;
      EXPECT_NEAR (static_cast<double> (info_of (frame).time), static_cast<double> (time), 1e5);
      EXPECT_NEAR (static_cast<double> (info_of (frame).actual), static_cast<double> (time), 1e5);
    }
  }
}

TEST_F (Reader, FramesOutliveIt)
{
  OwnedReader reader = open (clips->video ());
  const OwnedFrame frame = next (reader);
  ASSERT_TRUE (frame);
  const int before = at (tensor_of (frame, 0), 90, 160);
  reader.reset ();
  EXPECT_EQ (at (tensor_of (frame, 0), 90, 160), before);
}

TEST_F (Reader, MayBeClosedAtAnyTime)
{
  for (const int frames : {0, 1, 7, 50}) {
    const OwnedReader reader = open (clips->video (), nullptr, 1);
    for (int n = 0; n < frames; n++) EXPECT_TRUE (next (reader));
  }
}

// --- How many wait ---

// Counts the frames that pass identities with signal-handoffs.
class Passing {
 public:
  Passing ()
  {
    GstElement *any = gst_element_factory_make ("identity", nullptr);
    signal_ = g_signal_lookup ("handoff", G_OBJECT_TYPE (any));
    gst_object_unref (gst_object_ref_sink (any));
    hook_ = g_signal_add_emission_hook (
        signal_, 0,
        [] (GSignalInvocationHint *, guint, const GValue *, gpointer count) -> gboolean {
          ++*static_cast<std::atomic<int> *> (count);
          return TRUE;
        },
        &count_, nullptr);
  }
  ~Passing () { g_signal_remove_emission_hook (signal_, hook_); }
  Passing (const Passing &) = delete;
  Passing &operator= (const Passing &) = delete;

  int count () const { return count_; }
  // False if it takes too long.
  bool reaches (int count) const
  {
    for (int ms = 0; ms < 30000 && count_ < count; ms++) g_usleep (1000);
    return count_ >= count;
  }

 private:
  std::atomic<int> count_ = 0;
  guint signal_ = 0;
  gulong hook_ = 0;
};

TEST_F (Reader, NoMoreThanItsDepthWait)
{
  for (const int depth : {1, 3}) {
    SCOPED_TRACE (depth);
    const Passing passing;
    const OwnedReader reader =
        open (clips->video (), "identity signal-handoffs=true", guint (depth));
    for (int taken = 1; taken <= 50; taken++) {
      ASSERT_TRUE (next (reader));
      // One more is on its way into the queue, and waits there.
      const int most = std::min (taken + depth + 1, 50);
      ASSERT_TRUE (passing.reaches (most));
      if (taken == 5) g_usleep (300000);  // time enough for far more to come, if they could
      EXPECT_EQ (passing.count (), most);
    }
    EXPECT_FALSE (next (reader));
  }
}

TEST_F (Reader, WaitsNoLongerThanItIsTold)
{
  const OwnedReader reader = open (clips->video (), "identity sleep-time=100000");
  QuadFrame *frame = nullptr;
  EXPECT_EQ (quad_reader_next (reader.get (), GST_MSECOND, &frame, nullptr), QUAD_READER_TIMEOUT);
  EXPECT_EQ (frame, nullptr);
  EXPECT_TRUE (next (reader));
}

// --- Errors ---

TEST_F (Reader, AFileThatIsNotThere)
{
  const std::string problem = problem_of_opening (clips->path ("none.mp4"));
  EXPECT_NE (problem.find ("No such file"), std::string::npos) << problem;
  EXPECT_NE (problem.find ("none.mp4"), std::string::npos) << problem;
}

TEST_F (Reader, AFileThatIsNoMedia)
{
  const std::string file = clips->path ("text");
  std::string words;
  for (int i = 0; i < 200; i++) words += "some words, no video\n";
  ASSERT_TRUE (g_file_set_contents (file.c_str (), words.c_str (), -1, nullptr));
  int frames = -1;
  const std::string problem = failure_of (open (file), frames);
  EXPECT_EQ (frames, 0);
  EXPECT_NE (problem.find ("text file"), std::string::npos) << problem;
}

TEST_F (Reader, AnEmptyFile)
{
  const std::string file = clips->path ("empty");
  ASSERT_TRUE (g_file_set_contents (file.c_str (), "", 0, nullptr));
  int frames = -1;
  EXPECT_NE (failure_of (open (file), frames), "");
  EXPECT_EQ (frames, 0);
}

TEST_F (Reader, AFileWithSoundAlone)
{
  int frames = -1;
  const std::string problem = failure_of (open (clips->sound ()), frames);
  EXPECT_EQ (frames, 0);
  EXPECT_NE (problem.find ("no video"), std::string::npos) << problem;
}

TEST_F (Reader, FramesBeforeAnErrorComeFirst)
{
  int frames = -1;
  const std::string problem = failure_of (open (clips->video (), "identity error-after=6"), frames);
  EXPECT_EQ (frames, 5);
  EXPECT_NE (problem.find ("identity"), std::string::npos) << problem;
}

TEST_F (Reader, AFormatThatIsNoTensor)
{
  int frames = -1;
  const std::string problem =
      failure_of (open (clips->video (), "videoconvert ! video/x-raw,format=YUY2"), frames);
  EXPECT_EQ (frames, 0);
  EXPECT_NE (problem.find ("YUY2"), std::string::npos) << problem;
}

TEST_F (Reader, FiltersThatDoNotFit)
{
  const std::string file = clips->video ();
  EXPECT_NE (problem_of_opening (file, "nosuchelement").find ("nosuchelement"), std::string::npos);
  EXPECT_NE (problem_of_opening (file, "identity !! identity"), "");
  EXPECT_NE (problem_of_opening (file, "identity nosuch=1"), "");
  EXPECT_NE (problem_of_opening (file, "videotestsrc").find ("videotestsrc"), std::string::npos);
  EXPECT_NE (problem_of_opening (file, "audioconvert"), "");
  int frames = -1;
  const std::string problem = failure_of (open (file, "video/x-raw,format=RGB ! identity"), frames);
  EXPECT_EQ (frames, 0);
  EXPECT_NE (problem.find ("The filters"), std::string::npos) << problem;
}

TEST_F (Reader, NumbersThatDoNotFit)
{
  const std::string file = clips->video ();
  EXPECT_EQ (problem_of_opening (file, nullptr, 0), "The depth has to be 1 or more.");
  EXPECT_EQ (problem_of_opening (file, nullptr, 1, -2), "The device has to be -1 or more.");
  EXPECT_NE (problem_of_opening (file, nullptr, 1, 1000), "");
}

}  // namespace

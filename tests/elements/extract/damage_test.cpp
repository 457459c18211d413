// frameextract on broken files: good frames come, missing ones are named, and the stream ends.
#include <random>
#include <set>

#include "elements/extract/playback.h"

namespace quad::test {
namespace {

const std::string kMp4 = "qtdemux ! h264parse ! avdec_h264 max-threads=1";
const std::string kMkv = "matroskademux ! h264parse ! avdec_h264 max-threads=1";

ClipPlan plan_of (const char *name, const char *muxer, int bframes = 2, PictureSize size = {})
{
  return {name, muxer, 25, at_rate (250, 25), 10 * kSecond, "25/1", bframes, size};
}

// Half a second apart, from 0 to 11 s: two are beyond the end.
std::vector<guint64> every_half_second ()
{
  std::vector<guint64> times;
  for (guint64 i = 0; i <= 22; i++) times.push_back (i * GST_SECOND / 2 + 20'000'000);
  return times;
}

std::string properties_of (const std::vector<guint64> &times)
{
  std::string text = "timestamps=\"<";
  for (const guint64 t : times) {
    text += std::to_string (t);
    text += ',';
  }
  text.back () = '>';
  return text += '"';
}

// In each seek mode, the plain rule on a full decode of the broken file gives the expected frames;
// each other time is missed.
void expect_what_can_be_had (const std::string &path, const std::string &decode, std::size_t least)
{
  const std::vector<Shown> all = decode_all (path, decode);
  ASSERT_GE (all.size (), least);
  const std::vector<guint64> times = every_half_second ();
  const Result plain = plain_timestamps (all, times, {});
  for (const char *mode : {"never", "auto", "always"}) {
    SCOPED_TRACE (mode);
    Playback play{path, decode, properties_of (times) + " seek-mode=" + mode};
    const Result result = play.run ();
    EXPECT_TRUE (play.ended ());
    EXPECT_EQ (result.frames, plain.frames);
    ASSERT_EQ (result.missed.size (), plain.missed.size ());
    for (std::size_t i = 0; i < plain.missed.size (); i++) {
      EXPECT_EQ (result.missed[i].index, plain.missed[i].index);
      const bool beyond = plain.missed[i].requested >= 10 * GST_SECOND;
      EXPECT_EQ (result.missed[i].reason, beyond ? "beyond-end" : "decode-error");
    }
    EXPECT_TRUE (play.errors ().empty ()) << play.errors ()[0];
  }
}

TEST (FrameExtractDamage, TruncatedMp4)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("whole.mp4", "mp4mux faststart=true"));
  const std::string bytes = bytes_of (path);
  write_bytes (path, bytes.substr (0, bytes.size () * 6 / 10));
  expect_what_can_be_had (path, kMp4, 100);
}

TEST (FrameExtractDamage, TruncatedMatroska)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("whole.mkv", "matroskamux"));
  const std::string bytes = bytes_of (path);
  write_bytes (path, bytes.substr (0, bytes.size () * 6 / 10));
  expect_what_can_be_had (path, kMkv, 100);
}

// Changes bytes in the fourth of ten seconds; each second is decoded by itself. The decoder decides
// what it makes of that (avdec_h264 hides it). If it drops frames, no other frame may take their
// times.
TEST (FrameExtractDamage, DamagedSlices)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("whole.mp4", "mp4mux faststart=true"));
  std::string bytes = bytes_of (path);
  std::mt19937 random (4);
  for (std::size_t i = bytes.size () * 43 / 100; i < bytes.size () * 46 / 100;
       i += 1 + random () % 50)
    bytes[i] = static_cast<char> (random ());
  write_bytes (path, bytes);

  const std::vector<Shown> all = decode_all (path, kMp4);
  const auto second = [] (Nanoseconds time) { return time / kSecond; };
  const auto number_at = [] (Nanoseconds time) { return static_cast<int> (time * 25 / kSecond); };
  std::set<Nanoseconds> broken;  // seconds
  for (const Shown &f : all)
    if (f.damaged || f.number != number_at (f.time)) broken.insert (second (f.time));
  ASSERT_FALSE (broken.empty ()) << "nothing was damaged";
  ASSERT_LE (broken.size (), 2U);
  ASSERT_LT (all.size (), 250U) << "no frame was dropped";

  std::vector<guint64> times;
  for (int i = 0; i < 250; i++) times.push_back (static_cast<guint64> (i) * 40 * GST_MSECOND);
  // A frame of 40 ms must not answer for a time 40 ms later.
  const std::string strict = properties_of (times) + " tolerance-before=39000000";
  {
    Playback play{path, kMp4, strict + " seek-mode=never"};
    expect_equal (play.run (), plain_timestamps (all, times, {Policy::played_at, 39'000'000, {}}));
    EXPECT_FALSE (play.missed ().empty ());
    EXPECT_TRUE (play.ended () && play.errors ().empty ());
  }
  // If decoding begins elsewhere, damaged frames may look different.
  for (const char *mode : {"auto", "always"}) {
    SCOPED_TRACE (mode);
    const std::vector<guint64> some = every_half_second ();
    Playback play{path, kMp4, properties_of (some) + " seek-mode=" + mode};
    const Result result = play.run ();
    EXPECT_TRUE (play.ended () && play.errors ().empty ());
    EXPECT_EQ (result.frames.size (), 20U);
    for (const Extracted &f : result.frames) {
      if (broken.contains (second (f.actual))) continue;
      EXPECT_EQ (f.number, number_at (static_cast<Nanoseconds> (f.requested)));
    }
    const std::vector<Missed> missed = {
        {20, some[20], "beyond-end"}, {21, some[21], "beyond-end"}, {22, some[22], "beyond-end"}};
    EXPECT_EQ (result.missed, missed);
  }
}

// From the middle on no data can be decoded.
TEST (FrameExtractDamage, SecondHalfIsBlank)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("whole.mp4", "mp4mux faststart=true"));
  std::string bytes = bytes_of (path);
  std::fill (bytes.begin () + static_cast<std::ptrdiff_t> (bytes.size () / 2), bytes.end (), '\0');
  write_bytes (path, bytes);
  expect_what_can_be_had (path, kMp4, 90);
}

// The decoder posts an error, and still each time is missed.
TEST (FrameExtractDamage, AllIsBlank)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("whole.mp4", "mp4mux faststart=true"));
  std::string bytes = bytes_of (path);
  const std::size_t media = bytes.find ("mdat");
  ASSERT_NE (media, bytes.npos);
  std::fill (bytes.begin () + static_cast<std::ptrdiff_t> (media) + 4, bytes.end (), '\0');
  write_bytes (path, bytes);
  for (const char *mode : {"never", "auto", "always"}) {
    SCOPED_TRACE (mode);
    Playback play{path, kMp4, std::string ("timestamp-list=\"7, 0, 20\" seek-mode=") + mode};
    const Result result = play.run ();
    EXPECT_TRUE (result.frames.empty ());
    const std::vector<Missed> missed = {{1, 0, "decode-error"},
                                        {0, 7 * GST_SECOND, "decode-error"},
                                        {2, 20 * GST_SECOND, "beyond-end"}};
    EXPECT_EQ (result.missed, missed);
    EXPECT_FALSE (play.errors ().empty ());
    for (const std::string &e : play.errors ()) EXPECT_FALSE (e.starts_with ("extract")) << e;
  }
}

TEST (FrameExtractDamage, SizeThatChangesMidway)
{
  const TemporaryFolder folder;
  const char *raw = "video/x-h264,stream-format=byte-stream,alignment=au";
  const std::string path = folder.file ("both.h264");
  write_bytes (path, bytes_of (make_clip (folder, plan_of ("one.h264", raw, 0))) +
                         bytes_of (make_clip (folder, plan_of ("two.h264", raw, 0, {192, 128}))));
  const std::string decode = "h264parse ! avdec_h264 max-threads=1";
  const std::vector<Shown> all = decode_all (path, decode);
  ASSERT_EQ (all.size (), 500U);
  const std::vector<guint64> times = {1 * GST_SECOND, 9'999'000'000, 10'000'000'000,
                                      11 * GST_SECOND, 19'500'000'000};
  for (const char *mode : {"never", "auto", "always"}) {
    SCOPED_TRACE (mode);
    Playback play{path, decode, properties_of (times) + " seek-mode=" + mode};
    Result result;
    while (const Owned<GstSample> sample = play.pull ()) {
      GstVideoInfo info;
      ASSERT_TRUE (gst_video_info_from_caps (&info, gst_sample_get_caps (sample.get ())));
      const Extracted frame = Playback::extracted (sample.get ());
      EXPECT_EQ (info.width, frame.actual < 10 * kSecond - 1 ? 160 : 192) << frame.actual;
      result.frames.push_back (frame);
    }
    EXPECT_EQ (result.frames, plain_timestamps (all, times, {}).frames);
    EXPECT_TRUE (play.ended () && play.errors ().empty () && play.missed ().empty ());
  }
}

TEST (FrameExtractDamage, NothingAtAll)
{
  const TemporaryFolder folder;
  const std::string path = folder.file ("empty");
  write_bytes (path, "");
  for (const std::string &decode : {kMp4, kMkv, std::string ("decodebin")}) {
    SCOPED_TRACE (decode);
    Playback play{path, decode, properties_of ({0, GST_SECOND})};
    EXPECT_TRUE (play.run ().frames.empty ());
    EXPECT_FALSE (play.errors ().empty ());
    for (const std::string &e : play.errors ()) EXPECT_FALSE (e.starts_with ("extract")) << e;
  }
}

TEST (FrameExtractDamage, SoundAlone)
{
  const TemporaryFolder folder;
  const std::string path = folder.file ("sound.mp4");
  const Owned<GstElement> maker{gst_parse_launch (
      ("audiotestsrc num-buffers=50 ! avenc_aac ! aacparse ! mp4mux ! filesink location=\"" + path +
       "\"")
          .c_str (),
      nullptr)};
  gst_element_set_state (maker.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (maker.get ())};
  ASSERT_TRUE (
      Owned<GstMessage>{gst_bus_timed_pop_filtered (bus.get (), kPatience, GST_MESSAGE_EOS)});
  gst_element_set_state (maker.get (), GST_STATE_NULL);
  Playback play{path, kMp4, properties_of ({0, GST_SECOND})};
  EXPECT_TRUE (play.run ().frames.empty ());
  EXPECT_FALSE (play.errors ().empty ());
  for (const std::string &e : play.errors ()) EXPECT_FALSE (e.starts_with ("extract")) << e;
}

}  // namespace
}  // namespace quad::test

// Files in which a demuxer loses its times after a seek. The output is that of seek-mode=never.
#include <atomic>
#include <bit>
#include <cstdint>

#include "elements/extract/playback.h"

namespace quad::test {
namespace {

const std::string kCoded = "h264parse ! avdec_h264 max-threads=1";
const char *const kSelections[] = {
    "timestamp-list=\"0.9, 7.1, 7.9, 13.3, 19.5, 23.96, 24.2\"",
    "rate=1/7",
    "every-nth=7 start-time=9000000000 stop-time=19000000000",
};

ClipPlan plan_of (const char *name, const char *muxer)
{
  return {name, muxer, 25, at_rate (240, 10), 24 * kSecond, "10/1"};
}

void expect_the_same (const std::string &path, const std::string &decode)
{
  for (const std::string selection : kSelections) {
    Playback never{path, decode, selection + " seek-mode=never"};
    const Result plain = never.run ();
    EXPECT_FALSE (plain.frames.empty ());
    for (const char *mode : {"auto", "always"}) {
      SCOPED_TRACE (selection + " " + mode);
      Playback play{path, decode, selection + " seek-mode=" + mode};
      expect_equal (play.run (), plain);
      EXPECT_TRUE (play.ended () && play.errors ().empty ());
    }
  }
}

std::uint64_t number (const std::string &bytes, std::size_t at, std::size_t size)
{
  std::uint64_t value = 0;
  for (std::size_t i = at; i < at + size; i++)
    value = value << 8 | static_cast<unsigned char> (bytes[i]);
  return value;
}

void write_number (std::string &bytes, std::size_t at, std::size_t size, std::uint64_t value)
{
  for (std::size_t i = size; i-- > 0; value >>= 8) bytes[at + i] = static_cast<char> (value);
}

// Adds `ticks` of 90 kHz to all clocks and times of a transport stream (ISO/IEC 13818-1). They have
// 33 bits.
void shift_clock (std::string &bytes, std::uint64_t ticks)
{
  constexpr std::uint64_t mask = (std::uint64_t{1} << 33) - 1;
  const auto shift_time = [&] (std::size_t at) {
    const std::uint64_t v = number (bytes, at, 5);
    const std::uint64_t time =
        ((v >> 33 & 7) << 30 | (v >> 17 & 0x7fff) << 15 | (v >> 1 & 0x7fff)) + ticks;
    const std::uint64_t t = time & mask;
    write_number (bytes, at, 5,
                  (v >> 36) << 36 | (t >> 30 & 7) << 33 | std::uint64_t{1} << 32 |
                      (t >> 15 & 0x7fff) << 17 | std::uint64_t{1} << 16 | (t & 0x7fff) << 1 | 1);
  };
  for (std::size_t at = 0; at + 188 <= bytes.size (); at += 188) {
    std::size_t payload = at + 4;
    if (bytes[at + 3] & 0x20) {
      if (bytes[at + 4] > 0 && bytes[at + 5] & 0x10) {
        const std::uint64_t v = number (bytes, at + 6, 5);
        write_number (bytes, at + 6, 5, (((v >> 7) + ticks) & mask) << 7 | (v & 0x7f));
      }
      payload += 1 + static_cast<unsigned char> (bytes[at + 4]);
    }
    const bool begins = bytes[at + 1] & 0x40 && payload + 19 <= at + 188;
    if (!begins || number (bytes, payload, 3) != 1 || !(bytes[payload + 7] & 0x80)) continue;
    shift_time (payload + 9);
    if (bytes[payload + 7] & 0x40) shift_time (payload + 14);
  }
}

TEST (FrameExtractSeekFiles, ATransportStreamWhoseClockWrapsAround)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("clip.ts", "mpegtsmux"));
  std::string bytes = bytes_of (path);
  // The clock of mpegtsmux begins at an hour.
  constexpr std::uint64_t seconds = 95443 - 3600 - 12;
  shift_clock (bytes, seconds * 90000);
  write_bytes (path, bytes);
  expect_the_same (path, "tsdemux ! " + kCoded);
  // With sound, as in decodebin.
  expect_the_same (path,
                   "tsdemux ! q.sink_0 audiotestsrc num-buffers=1 ! q.sink_1 multiqueue name=q "
                   "q.src_1 ! fakesink async=false q.src_0 ! " +
                       kCoded);
}

// How many frames are decoded to reach one frame that lies far ahead.
int decoded (const std::string &path, const std::string &decode)
{
  Playback play{path, decode, "timestamp-list=\"19.5\""};
  const Owned<GstElement> extract = play.element ("extract");
  const Owned<GstPad> sink{gst_element_get_static_pad (extract.get (), "sink")};
  std::atomic<int> frames = 0;
  gst_pad_add_probe (
      sink.get (), GST_PAD_PROBE_TYPE_BUFFER,
      [] (GstPad *, GstPadProbeInfo *, gpointer count) {
        ++*static_cast<std::atomic<int> *> (count);
        return GST_PAD_PROBE_OK;
      },
      &frames, nullptr);
  EXPECT_EQ (play.run ().frames.size (), 1U);
  return frames;
}

// In a correct file seeks are worth it, however small the file is.
TEST (FrameExtractSeekFiles, ATransportStreamIsSought)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("clip.ts", "mpegtsmux"));
  expect_the_same (path, "tsdemux ! " + kCoded);
  EXPECT_LT (decoded (path, "tsdemux ! " + kCoded), 150);
}

// The position of the element with the file's length, of eight bytes.
std::size_t duration_at (const std::string &bytes) { return bytes.find ("\x44\x89\x88") + 3; }

// The last frame lies after that length. matroskademux would end before it after a seek.
TEST (FrameExtractSeekFiles, AMatroskaThatEndsWithItsLastFramesTime)
{
  const TemporaryFolder folder;
  for (const auto &[first, muxer] :
       {std::pair{0, "matroskamux"}, std::pair{5, "matroskamux"}, std::pair{0, "webmmux"}}) {
    const bool is_webm = muxer == std::string ("webmmux");
    ClipPlan plan = plan_of ("clip.mkv", muxer);
    plan.end += first * kSecond;
    for (auto &time : plan.begins) time += first * kSecond;
    const std::string path = folder.file ("clip.mkv");
    if (is_webm)
      make_file (
          "appsrc name=in format=time max-bytes=0 ! vp8enc keyframe-max-dist=25 deadline=1 "
          "cpu-used=8 ! webmmux ! filesink location=\"" +
              path + '"',
          "clip.mkv", plan.size, plan.rate, plan.begins, plan.end);
    else
      make_clip (folder, plan);
    const std::string decode = std::string ("matroskademux ! ") + (is_webm ? "vp8dec" : kCoded);
    expect_the_same (path, decode);
    EXPECT_LT (decoded (path, decode), 150);
    std::string bytes = bytes_of (path);
    write_number (bytes, duration_at (bytes), 8, std::bit_cast<std::uint64_t> (23900.0));
    write_bytes (path, bytes);
    expect_the_same (path, decode);
    // All, up to the last.
    Playback play{path, decode, "start-time=20000000000"};
    const Result r = play.run ();
    ASSERT_EQ (r.frames.size (), 40U);
    EXPECT_EQ (r.frames.back ().number, 239);
  }
}

struct Box {
  std::string name, bytes;
};

// Finds a box of an MP4, or in a box (ISO/IEC 14496-12), from `at` on.
std::vector<Box> boxes (const std::string &bytes, std::size_t at = 0)
{
  std::vector<Box> all;
  while (at + 8 <= bytes.size ()) {
    const std::size_t size = number (bytes, at, 4);
    all.push_back ({bytes.substr (at + 4, 4), bytes.substr (at, size)});
    if (size < 8) break;
    at += size;
  }
  return all;
}

std::string box (const std::vector<Box> &all, const std::string &name)
{
  for (const Box &b : all)
    if (b.name == name) return b.bytes;
  ADD_FAILURE () << "no " << name;
  return {};
}

// As FFmpeg's muxer writes it with only frag_keyframe: samples in the moov, then fragments.
std::string partly_fragmented (const TemporaryFolder &folder)
{
  constexpr int before = 50;  // frames, two groups of pictures
  ClipPlan whole = plan_of ("fragments.mp4", "mp4mux fragment-duration=2500");
  whole.bframes = 0;
  ClipPlan begin = whole;
  begin.name = "begin.mp4";
  begin.muxer = "mp4mux faststart=true";
  begin.begins.resize (before);
  begin.end = whole.begins[before];
  const std::vector<Box> fragments = boxes (bytes_of (make_clip (folder, whole)));
  std::string joined;
  for (const Box &b : boxes (bytes_of (make_clip (folder, begin)))) {
    std::string bytes = b.bytes;
    if (b.name == "moov") {
      const std::string more = box (boxes (box (fragments, "moov"), 8), "mvex");
      bytes += more;
      // The edit list covers everything that follows.
      if (const std::size_t list = bytes.find ("elst"); list != bytes.npos)
        write_number (bytes, list + 12, 4, 0);
      // The data behind it moves.
      const std::size_t table = bytes.find ("stco");
      for (std::size_t k = 0, count = number (bytes, table + 8, 4); k < count; k++) {
        const std::size_t at = table + 12 + 4 * k;
        write_number (bytes, at, 4, number (bytes, at, 4) + more.size ());
      }
    }
    write_number (bytes, 0, 4, bytes.size ());
    joined += bytes;
  }
  int left_out = 0;
  for (const Box &b : fragments) {
    left_out += b.name == "moof";
    if (left_out > 2 && (b.name == "moof" || b.name == "mdat")) joined += b.bytes;
  }
  const std::string path = folder.file ("partly.mp4");
  write_bytes (path, joined);
  return path;
}

TEST (FrameExtractSeekFiles, AnMp4ThatGoesOnInFragments)
{
  const TemporaryFolder folder;
  const std::string path = partly_fragmented (folder), decode = "qtdemux ! " + kCoded;
  EXPECT_EQ (decode_all (path, decode).size (), 240U);
  expect_the_same (path, decode);
  // The stream never ends without a frame or a message.
  Playback play{path, decode, "keyframes=true"};
  EXPECT_TRUE (play.run ().frames.empty ());
  ASSERT_FALSE (play.errors ().empty ());
  EXPECT_TRUE (play.errors ()[0].starts_with (
      "extract: Which of these frames were keyframes cannot be known"))
      << play.errors ()[0];
}

TEST (FrameExtractSeekFiles, TransportStreamsOneAfterTheOther)
{
  const TemporaryFolder folder;
  const std::string path = make_clip (folder, plan_of ("clip.ts", "mpegtsmux"));
  const std::string bytes = bytes_of (path);
  write_bytes (path, bytes + bytes.substr (bytes.size () / 3 / 188 * 188));
  expect_the_same (path, "tsdemux ! " + kCoded);
}

}  // namespace
}  // namespace quad::test

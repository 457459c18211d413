// Files with sound, and with times that do not begin at 0. The pictures are those of a file without
// sound, and seeks find them at once.
#include "elements/extract/playback.h"

namespace quad::test {
namespace {

constexpr Nanoseconds kFirst = 23 * kSecond / 1000, kStep = kSecond / 10;
constexpr int kFrames = 80, kGop = 10;

// The length of a Matroska element (RFC 9559) whose name has `name` bytes.
std::size_t element_length (const std::string &bytes, std::size_t at, std::size_t name)
{
  const auto byte = [&] (std::size_t i) {
    return static_cast<unsigned char> (bytes[at + name + i]);
  };
  std::size_t width = 1;
  while (width < 8 && !(byte (0) & 0x80 >> (width - 1))) width++;
  std::size_t size = byte (0) & (0xff >> width);
  for (std::size_t i = 1; i < width; i++) size = size << 8 | byte (i);
  return name + width + size;
}

// Puts the second block of the file before the first one.
void swap_first_blocks (std::string &bytes)
{
  constexpr std::size_t cluster_name = 4;
  const std::size_t cluster = bytes.find ("\x1f\x43\xb6\x75");
  ASSERT_NE (cluster, std::string::npos);
  std::size_t at = cluster + cluster_name + 1;
  // A length of one byte or of eight.
  if (static_cast<unsigned char> (bytes[at - 1]) == 0x01) at += 7;
  const auto is_block = [&] { return bytes[at] == '\xa0' || bytes[at] == '\xa3'; };
  while (!is_block ()) at += element_length (bytes, at, 1);
  const std::size_t first = at;
  at += element_length (bytes, at, 1);
  ASSERT_TRUE (is_block ());
  const std::size_t second = at, end = at + element_length (bytes, at, 1);
  const auto place = [&] (std::size_t i) {
    return bytes.begin () + static_cast<std::ptrdiff_t> (i);
  };
  std::rotate (place (first), place (second), place (end));
}

// Pictures begin at 23 ms and sound at 0, but a picture lies first in the file, as ffmpeg writes
// it: matroskademux finds later that the film begins earlier.
std::string pictures_before_sound (const TemporaryFolder &folder)
{
  const std::string path = folder.file ("sound.mkv");
  std::vector<Nanoseconds> begins;
  for (int i = 0; i < kFrames; i++) begins.push_back (kFirst + i * kStep);
  make_file (
      "appsrc name=in format=time max-bytes=0 ! x264enc speed-preset=ultrafast pass=qual "
      "quantizer=18 b-adapt=false bframes=2 key-int-max=" +
          std::to_string (kGop) + " option-string=scenecut=0:min-keyint=" + std::to_string (kGop) +
          " ! h264parse ! m. audiotestsrc num-buffers=80 samplesperbuffer=800 ! "
          "audio/x-raw,rate=8000 ! m. matroskamux name=m ! filesink location=\"" +
          path + "\"",
      "sound.mkv", {}, "10/1", begins, kFirst + kFrames * kStep);
  std::string bytes = bytes_of (path);
  swap_first_blocks (bytes);
  write_bytes (path, bytes);
  return path;
}

std::vector<int> every (int step, int count)
{
  std::vector<int> numbers;
  for (int i = 0; i < count; i++) numbers.push_back (i * step);
  return numbers;
}

TEST (FrameExtractSound, PicturesThatComeBeforeItInTheFile)
{
  const TemporaryFolder folder;
  const std::string path = pictures_before_sound (folder);
  const struct {
    const char *selection;
    std::vector<int> numbers;
  } rows[] = {
      {"rate=10/1", every (1, kFrames)},
      {"rate=1/1", every (10, 8)},
      {"rate=1/1 max-frames=2", every (10, 2)},
      {"every-nth=7 max-frames=3", every (7, 3)},
      {"start=0 stop=2", every (1, 20)},
      {"timestamp-list=\"0, 0.1, 5.05, 7.9\"", {0, 1, 50, 79}},
      {"indices=\"<(guint64)0,(guint64)1,(guint64)5>\"", {0, 1, 5}},
      {"keyframes=true", every (kGop, 8)},
  };
  for (const auto &row : rows)
    for (const std::string mode : {"never", "auto", "always"}) {
      if (mode == "never" && std::string (row.selection) == "keyframes=true") continue;
      SCOPED_TRACE (std::string (row.selection) + " " + mode);
      Playback play{path, "matroskademux name=d d.video_0 ! h264parse ! avdec_h264 max-threads=1",
                    row.selection + (" seek-mode=" + mode)};
      std::vector<int> numbers;
      while (const Owned<GstSample> sample = play.pull ()) {
        const Extracted frame = Playback::extracted (sample.get ());
        EXPECT_EQ (frame.index, numbers.size ());
        EXPECT_EQ (frame.actual, frame.number * kStep);
        EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())),
                   static_cast<GstClockTime> (kFirst + frame.number * kStep));
        numbers.push_back (frame.number);
      }
      EXPECT_EQ (numbers, row.numbers);
      EXPECT_TRUE (play.ended () && play.errors ().empty ());
    }
}

// The seeks that frameextract sends.
struct Seeks {
  int to_keyframes = 0, others = 0;
};

GstPadProbeReturn count (GstPad *, GstPadProbeInfo *info, gpointer data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK) return GST_PAD_PROBE_OK;
  GstSeekFlags flags;
  gst_event_parse_seek (event, nullptr, nullptr, &flags, nullptr, nullptr, nullptr, nullptr);
  auto &seeks = *static_cast<Seeks *> (data);
  (flags & GST_SEEK_FLAG_KEY_UNIT ? seeks.to_keyframes : seeks.others)++;
  return GST_PAD_PROBE_OK;
}

// A small transport stream must not count as one whose clock jumps. Entry points count from the
// film's beginning.
TEST (FrameExtractSound, TimesThatBeginLateAreSoughtAtOnce)
{
  const TemporaryFolder folder;
  const struct {
    const char *muxer, *demuxer;
    Nanoseconds first;
  } rows[] = {{"mpegtsmux", "tsdemux", 0},
              {"mpegtsmux", "tsdemux", 500 * kSecond},
              {"flvmux", "flvdemux", 0},
              {"flvmux", "flvdemux", 500 * kSecond},
              {"matroskamux", "matroskademux", 500 * kSecond}};
  for (const auto &row : rows) {
    // After a seek flvdemux of 1.26 sends a segment to a pad for sound that does not exist.
    if (kIs126 && row.first > 0 && row.demuxer == std::string_view ("flvdemux")) continue;
    SCOPED_TRACE (std::string (row.muxer) + " from " + std::to_string (row.first));
    std::vector<Nanoseconds> begins = at_rate (400, 10);
    for (Nanoseconds &time : begins) time += row.first;
    const std::string path =
        make_clip (folder, {"late", row.muxer, 10, begins, row.first + 40 * kSecond, "10/1", 0});
    Seeks seeks;
    Playback play{path, std::string (row.demuxer) + " ! h264parse ! avdec_h264 max-threads=1",
                  "timestamp-list=\"10.05, 20.05, 30.05\" seek-mode=always"};
    const Owned<GstElement> extract = play.element ("extract");
    const Owned<GstPad> sink{gst_element_get_static_pad (extract.get (), "sink")};
    gst_pad_add_probe (sink.get (), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count, &seeks, nullptr);
    std::vector<int> numbers;
    for (const Extracted &frame : play.run ().frames) numbers.push_back (frame.number);
    EXPECT_EQ (numbers, (std::vector<int>{100, 200, 300}));
    EXPECT_EQ (seeks.others, 0);
    EXPECT_GE (seeks.to_keyframes, 3);
    // A demuxer of transport streams may land in the middle of a group of pictures.
    EXPECT_LE (seeks.to_keyframes, 6);
  }
}

// tsdemux gives the first frame the stream time that was sought.
TEST (FrameExtractSound, BackToTheBeginningOfATransportStream)
{
  const TemporaryFolder folder;
  const std::string path =
      make_clip (folder, {"back", "mpegtsmux", 10, at_rate (100, 10), 10 * kSecond, "10/1", 2});
  for (const std::string mode : {"never", "always"}) {
    SCOPED_TRACE (mode);
    Playback play{path, "tsdemux ! h264parse ! avdec_h264 max-threads=1",
                  "timestamp-list=\"0.05, 1.05, 8.05\" seek-mode=" + mode};
    const Result first = play.run ();
    EXPECT_EQ (first.frames.size (), 3U);
    ASSERT_TRUE (
        gst_element_seek (play.pipeline (), 1, GST_FORMAT_TIME,
                          static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                          GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1));
    EXPECT_EQ (play.run ().frames, first.frames);
  }
}

}  // namespace
}  // namespace quad::test

// Files in which a demuxer gets lost after a seek. What comes is what seek-mode=never has.
#include <cstdint>

#include "elements/extraction_playback.h"

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

// Puts `ticks` of 90 kHz on all clocks and times of a transport stream (ISO/IEC 13818-1), which are
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

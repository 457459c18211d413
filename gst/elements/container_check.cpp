#include "elements/container_check.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "glue/owned.h"

namespace quad {
namespace {

using Bytes = std::vector<guint8>;

// Up to `size` bytes of the file; fewer at its end.
Bytes read (GstPad *input, guint64 offset, std::size_t size)
{
  Bytes bytes (size);
  GstBuffer *got = nullptr;
  if (gst_pad_pull_range (input, offset, static_cast<guint> (size), &got) != GST_FLOW_OK) return {};
  const Owned<GstBuffer> buffer{got};
  bytes.resize (gst_buffer_extract (buffer.get (), 0, bytes.data (), size));
  return bytes;
}

std::optional<guint64> length_of (GstPad *input)
{
  gint64 length = 0;
  if (!gst_pad_peer_query_duration (input, GST_FORMAT_BYTES, &length) || length <= 0) return {};
  return static_cast<guint64> (length);
}

guint64 number (const Bytes &bytes, std::size_t at, std::size_t size)
{
  guint64 value = 0;
  for (std::size_t i = at; i < at + size; i++) value = value << 8 | bytes[i];
  return value;
}

// ---- MPEG-TS (ISO/IEC 13818-1, 2.4.3)

constexpr guint8 kSync = 0x47;
constexpr std::size_t kPacket = 188;

// The distance of packets, with what some formats put between them, and the first one's place.
std::optional<std::pair<std::size_t, std::size_t>> packets_of (const Bytes &bytes)
{
  for (const std::size_t step : {kPacket, std::size_t{192}, std::size_t{204}})
    for (std::size_t at = 0; at < step && at + 4 * step < bytes.size (); at++)
      if (bytes[at] == kSync && bytes[at + step] == kSync && bytes[at + 2 * step] == kSync &&
          bytes[at + 3 * step] == kSync)
        return std::pair (step, at);
  return {};
}

// One program's clock, through a file.
class Clock {
 public:
  // False where it does not go on evenly, from what was read before.
  bool goes_on (const Bytes &bytes)
  {
    const auto found = packets_of (bytes);
    if (!found) return true;
    for (auto [step, at] = *found; at + kPacket <= bytes.size (); at += step) {
      // A payload behind an adaptation field that is long enough, with a PCR in it.
      if (bytes[at] != kSync || !(bytes[at + 3] & 0x20) || bytes[at + 4] < 7) continue;
      if (!(bytes[at + 5] & 0x10)) continue;
      const guint64 pid = number (bytes, at + 1, 2) & 0x1fff;
      if (pid_.value_or (pid) != pid) continue;
      pid_ = pid;
      const guint64 time = number (bytes, at + 6, 5) >> 7;  // 33 bits, of 90 kHz
      const bool jumps = (bytes[at + 5] & 0x80) || (time_ && time < *time_);
      if (jumps && time_) return false;
      time_ = time;
    }
    return true;
  }

 private:
  std::optional<guint64> pid_, time_;
};

bool clock_is_even (GstPad *input)
{
  // Small files are read as a whole.
  constexpr guint64 places = 64;
  constexpr std::size_t size = 1024 * kPacket;
  const auto length = length_of (input);
  if (!length) return true;
  Clock clock;
  const guint64 step = std::max<guint64> (size, *length / places);
  for (guint64 at = 0; at < *length; at += step)
    if (!clock.goes_on (read (input, at, size))) return false;
  return clock.goes_on (read (input, *length - std::min<guint64> (*length, size), size));
}

// ---- MP4 (ISO/IEC 14496-12)

bool is_named (const Bytes &bytes, std::size_t at, std::string_view name)
{
  return std::equal (name.begin (), name.end (), bytes.begin () + static_cast<std::ptrdiff_t> (at));
}

// Whether a moov has a table of sample sizes that is not empty.
bool has_samples (const Bytes &moov)
{
  for (std::size_t at = 0; at + 16 <= moov.size (); at++)
    if ((is_named (moov, at, "stsz") || is_named (moov, at, "stz2")) &&
        number (moov, at + 12, 4) > 0)
      return true;
  return false;
}

bool begins_in_its_fragments (GstPad *input)
{
  constexpr guint64 most = 64 << 20;
  bool samples = false;
  guint64 at = 0;
  for (int boxes = 0; boxes < 64; boxes++) {
    const Bytes head = read (input, at, 16);
    if (head.size () < 8) return true;
    guint64 size = number (head, 0, 4);
    if (size == 1 && head.size () == 16) size = number (head, 8, 8);
    if (size < 8) return true;
    if (is_named (head, 4, "moof")) return !samples;
    if (is_named (head, 4, "moov") && size <= most)
      samples = has_samples (read (input, at, static_cast<std::size_t> (size)));
    if (size > G_MAXUINT64 - at) return true;
    at += size;
  }
  return true;
}

bool never (GstPad *) { return false; }

constexpr struct {
  const char *caps;
  bool (*check) (GstPad *);
} kChecks[] = {{"video/mpeg", never},
               {"video/mpegts", clock_is_even},
               {"video/quicktime", begins_in_its_fragments}};

}  // namespace

bool can_be_sought (GstPad *input)
{
  if (GST_PAD_MODE (input) != GST_PAD_MODE_PULL) return true;
  const Owned<GstPad> peer{gst_pad_get_peer (input)};
  Owned<GstCaps> caps{peer ? gst_pad_get_current_caps (peer.get ()) : nullptr};
  // A source says nothing of what it reads; the demuxer takes one kind.
  if (!caps) caps.reset (gst_pad_get_pad_template_caps (input));
  if (gst_caps_is_any (caps.get ()) || gst_caps_is_empty (caps.get ())) return true;
  for (const auto &row : kChecks)
    if (gst_structure_has_name (gst_caps_get_structure (caps.get (), 0), row.caps))
      return row.check (input);
  return true;
}

}  // namespace quad

#include "elements/extract/container_check.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "glue/owned.h"

namespace quad::extract {
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

// The distance from packet to packet, which is longer in some formats, and the place of the first
// packet.
std::optional<std::pair<std::size_t, std::size_t>> packets_of (const Bytes &bytes)
{
  for (const std::size_t step : {kPacket, std::size_t{192}, std::size_t{204}})
    for (std::size_t at = 0; at < step && at + 4 * step < bytes.size (); at++)
      if (bytes[at] == kSync && bytes[at + step] == kSync && bytes[at + 2 * step] == kSync &&
          bytes[at + 3 * step] == kSync)
        return std::pair (step, at);
  return {};
}

// Follows one program's clock through a file.
class Clock {
 public:
  // True if the clock runs on from the parts read so far, without a jump.
  bool goes_on (const Bytes &bytes)
  {
    const auto found = packets_of (bytes);
    if (!found) return true;
    for (auto [step, at] = *found; at + kPacket <= bytes.size (); at += step) {
      // Only packets with an adaptation field that holds a PCR count.
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
  // Of the data read so far. Reading it twice would look like a clock that goes back.
  guint64 end = 0;
  for (guint64 at = 0; at < *length; at += step) {
    if (!clock.goes_on (read (input, at, size))) return false;
    end = at + size;
  }
  return end >= *length || clock.goes_on (read (input, std::max (end, *length - size), size));
}

// ---- MP4 (ISO/IEC 14496-12)

bool is_named (const Bytes &bytes, std::size_t at, std::string_view name)
{
  return std::equal (name.begin (), name.end (), bytes.begin () + static_cast<std::ptrdiff_t> (at));
}

// True if a moov has a table of sample sizes that is not empty.
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

// ---- Matroska and WebM (RFC 8794, RFC 9559)

constexpr guint64 kSegment = 0x18538067, kInfo = 0x1549a966, kCluster = 0x1f43b675;

struct Element {
  guint64 id = 0, size = 0;
  std::size_t data = 0;  // where its content begins
};

// The number at `at`. Its first bits hold its length; an ID keeps them.
std::optional<guint64> variable (const Bytes &bytes, std::size_t &at, bool is_id)
{
  if (at >= bytes.size () || bytes[at] == 0) return {};
  const auto length = static_cast<std::size_t> (std::countl_zero (bytes[at])) + 1;
  if (at + length > bytes.size ()) return {};
  guint64 value = number (bytes, at, length);
  at += length;
  const guint64 all = (guint64{1} << 7 * length) - 1;
  if (is_id) return value;
  value &= all;
  return value == all ? G_MAXUINT64 : value;  // not known: it lasts until the next one of its level
}

std::optional<Element> element_at (const Bytes &bytes, std::size_t at)
{
  const auto id = variable (bytes, at, true);
  const auto size = id ? variable (bytes, at, false) : id;
  if (!size) return {};
  return Element{*id, *size, at};
}

// The most elements that are read. No film has as many in so few bytes, but a malicious file may
// lead through the same ones thousands of times.
constexpr int kMostElements = 1 << 18;

// Calls `take` with each whole element in `bytes` from `at` to `end`, and counts `left` down to 0
// at most. Returns where the first element begins that was not taken.
template <typename Take>
std::size_t each_element (const Bytes &bytes, std::size_t at, std::size_t end, int &left,
                          const Take &take)
{
  for (; left > 0; left--) {
    const auto element = element_at (bytes, at);
    if (!element || element->size > end - std::min (end, element->data)) break;
    take (*element);
    at = element->data + static_cast<std::size_t> (element->size);
  }
  return at;
}

double real (const Bytes &bytes, const Element &e)
{
  const guint64 bits = number (bytes, e.data, static_cast<std::size_t> (e.size));
  return e.size == 4 ? std::bit_cast<float> (static_cast<guint32> (bits))
                     : std::bit_cast<double> (bits);
}

// When a cluster begins.
std::optional<double> time_of (const Bytes &bytes, const Element &cluster, int &left)
{
  std::optional<double> time;
  each_element (bytes, cluster.data, bytes.size (), left, [&] (const Element &e) {
    if (e.id == 0xe7 && e.size <= 8 && !time)
      time = static_cast<double> (number (bytes, e.data, static_cast<std::size_t> (e.size)));
  });
  return time;
}

// The duration in a file's header, and when its first cluster begins, in its ticks.
struct Span {
  std::optional<double> duration, first;
};

Span span_of (const Bytes &begin, int &left)
{
  Span span;
  const auto header = element_at (begin, 0);
  if (!header || header->size > begin.size ()) return span;
  const auto segment = element_at (begin, header->data + static_cast<std::size_t> (header->size));
  if (!segment || segment->id != kSegment) return span;
  const auto see_info = [&] (const Element &e) {
    if (e.id == 0x4489 && (e.size == 4 || e.size == 8)) span.duration = real (begin, e);
  };
  const std::size_t rest =
      each_element (begin, segment->data, begin.size (), left, [&] (const Element &e) {
        if (e.id == kInfo)
          each_element (begin, e.data, e.data + static_cast<std::size_t> (e.size), left, see_info);
        if (e.id == kCluster && !span.first) span.first = time_of (begin, e, left);
      });
  // The first cluster may be longer than what was read.
  const auto next = element_at (begin, rest);
  if (!span.first && next && next->id == kCluster) span.first = time_of (begin, *next, left);
  return span;
}

// When the last frame in a cluster begins, in ticks. Nothing if there is no cluster at `at`.
std::optional<double> last_frame (const Bytes &bytes, std::size_t at, int &left)
{
  const auto cluster = element_at (bytes, at);
  if (!cluster || cluster->id != kCluster) return {};
  const auto begin = time_of (bytes, *cluster, left);
  std::optional<double> last;
  const auto block = [&] (const Element &e) {
    std::size_t time = e.data;
    if (!begin || !variable (bytes, time, false) || time + 2 > bytes.size ()) return;
    const auto offset = static_cast<gint16> (number (bytes, time, 2));
    last = std::max (last.value_or (0), *begin + offset);
  };
  each_element (bytes, cluster->data, bytes.size (), left, [&] (const Element &e) {
    const std::size_t end = e.data + static_cast<std::size_t> (e.size);
    if (e.id == 0xa3) block (e);
    if (e.id == 0xa0)
      each_element (bytes, e.data, end, left, [&] (const Element &b) {
        if (b.id == 0xa1) block (b);
      });
  });
  return last;
}

// True if the file's duration ends after the beginning of its last frame.
bool last_frame_has_a_length (GstPad *input)
{
  constexpr guint64 head = 1 << 16, most = 32 << 20;
  const auto length = length_of (input);
  int left = kMostElements;
  const Span span = length ? span_of (read (input, 0, head), left) : Span{};
  if (!span.duration) return true;
  for (guint64 size = head;; size *= 4) {
    const guint64 from = *length - std::min (*length, size);
    const Bytes end = read (input, from, static_cast<std::size_t> (*length - from));
    for (std::size_t at = end.size (); at-- > 0;)
      if (end[at] == kCluster >> 24)
        if (const auto last = last_frame (end, at, left))
          return *last - span.first.value_or (0) + 1 <= *span.duration;
    if (from == 0 || size >= most || left == 0) return true;
  }
}

Seeks of_ps (GstPad *) { return Seeks::lost; }
Seeks of_ts (GstPad *input) { return clock_is_even (input) ? Seeks::well : Seeks::lost; }
Seeks of_mp4 (GstPad *input) { return begins_in_its_fragments (input) ? Seeks::well : Seeks::lost; }
Seeks of_matroska (GstPad *input)
{
  return last_frame_has_a_length (input) ? Seeks::well : Seeks::without_last_frame;
}

constexpr struct {
  const char *caps;
  Seeks (*check) (GstPad *);
} kChecks[] = {{"video/mpeg", of_ps},
               {"video/mpegts", of_ts},
               {"video/quicktime", of_mp4},
               {"video/x-matroska", of_matroska},
               {"video/webm", of_matroska}};

}  // namespace

Seeks seeks_of (GstPad *input)
{
  if (GST_PAD_MODE (input) != GST_PAD_MODE_PULL) return Seeks::well;
  const Owned<GstPad> peer{gst_pad_get_peer (input)};
  Owned<GstCaps> caps{peer ? gst_pad_get_current_caps (peer.get ()) : nullptr};
  // A source has no caps. Then the demuxer's own caps say what it reads.
  if (!caps) caps.reset (gst_pad_get_pad_template_caps (input));
  if (gst_caps_is_any (caps.get ()) || gst_caps_is_empty (caps.get ())) return Seeks::well;
  for (guint i = 0; i < gst_caps_get_size (caps.get ()); i++)
    for (const auto &row : kChecks)
      if (gst_structure_has_name (gst_caps_get_structure (caps.get (), i), row.caps))
        return row.check (input);
  return Seeks::well;
}

}  // namespace quad::extract

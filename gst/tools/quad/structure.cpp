#include "tools/quad/structure.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string_view>

#include "tools/quad/failure.h"

namespace quad {
namespace {

// A file whose bytes are read at any place. Numbers are big-endian; behind the end they are 0.
class Bytes {
 public:
  explicit Bytes (const std::string &path) : file_{path, std::ios::binary | std::ios::ate}
  {
    const auto end = file_ ? static_cast<std::streamoff> (file_.tellg ()) : 0;
    size_ = end > 0 ? static_cast<std::uint64_t> (end) : 0;
  }
  std::uint64_t size () const { return size_; }
  std::string text (std::uint64_t at, std::size_t count)
  {
    std::string bytes (count, '\0');
    if (at >= size_) return bytes;
    file_.clear ();
    file_.seekg (static_cast<std::streamoff> (at));
    file_.read (bytes.data (), static_cast<std::streamsize> (count));
    return bytes;
  }
  std::uint64_t number (std::uint64_t at, std::size_t count)
  {
    std::uint64_t value = 0;
    for (const char c : text (at, count)) value = value << 8 | static_cast<unsigned char> (c);
    return value;
  }

 private:
  std::ifstream file_;
  std::uint64_t size_ = 0;
};

void set_cut (Structure &s, std::uint64_t end, const Bytes &bytes)
{
  if (end <= bytes.size ()) return;
  s.cut = true;
  s.wanted = std::max (s.wanted, end);
}

// Real files have fewer; a hostile one could have one every eight bytes.
constexpr int kMostParts = 200000;

// ISO/IEC 14496-12, 4.2. A box of size 0 goes to the end of the file.
Structure boxes (Bytes &bytes)
{
  Structure s;
  std::uint64_t at = 0;
  for (int parts = 0; parts < kMostParts && at + 8 <= bytes.size (); parts++) {
    std::uint64_t size = bytes.number (at, 4);
    const std::string type = bytes.text (at + 4, 4);
    if (size == 1) size = bytes.number (at + 8, 8);
    if (size < 8 || size > (std::uint64_t{1} << 60)) break;
    // What follows the last box may be anything.
    if (type == "mdat" || type == "moov" || type == "moof") set_cut (s, at + size, bytes);
    at += size;
  }
  return s;
}

// RFC 8794, 4 and 5.
struct Element {
  std::uint64_t id = 0, content = 0;  // content: where it begins
  std::optional<std::uint64_t> size;  // none: not known
};

std::optional<Element> read_element (Bytes &bytes, std::uint64_t at)
{
  const auto width = [&] (std::uint64_t where) -> std::size_t {
    const auto first = static_cast<unsigned> (bytes.number (where, 1));
    return first == 0 ? 9 : static_cast<std::size_t> (__builtin_clz (first)) - 23;
  };
  const std::size_t id = width (at);
  if (id > 4) return {};
  const std::size_t size = width (at + id);
  if (size > 8) return {};
  const std::uint64_t most = (std::uint64_t{1} << (7 * size)) - 1,
                      value = bytes.number (at + id, size) & most;
  Element element{bytes.number (at, id), at + id + size, {}};
  if (value != most) element.size = value;
  return element;
}

// RFC 9559, 5.1
constexpr std::uint64_t kEbml = 0x1A45DFA3, kSegment = 0x18538067, kInfo = 0x1549A966,
                        kDuration = 0x4489, kCues = 0x1C53BB6B, kCluster = 0x1F43B675;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 60;

// Goes into segments, the information on them, and clusters whose size is not known, over all else.
Structure matroska (Bytes &bytes)
{
  Structure s;
  s.has_length = s.has_index = false;
  std::uint64_t at = 0;
  for (int parts = 0; parts < kMostParts && at + 2 <= bytes.size (); parts++) {
    const auto element = read_element (bytes, at);
    if (!element || element->size.value_or (0) > kLargest) break;
    s.has_length = s.has_length || element->id == kDuration;
    s.has_index = s.has_index || element->id == kCues;
    at = element->content;
    const bool enter = element->id == kSegment || element->id == kInfo ||
                       (element->id == kCluster && !element->size);
    if (element->size) set_cut (s, at + *element->size, bytes);
    if (!enter) at += element->size.value_or (kLargest);
  }
  return s;
}

// "RIFF", a size in little-endian, "AVI "; large files have several of them.
Structure riff (Bytes &bytes)
{
  Structure s;
  for (std::uint64_t at = 0; bytes.text (at, 4) == "RIFF";) {
    const auto size = static_cast<std::uint32_t> (bytes.number (at + 4, 4));
    at += 8 + std::uint64_t{__builtin_bswap32 (size)};
    set_cut (s, at, bytes);
  }
  return s;
}

Structure packets (const Bytes &bytes, std::uint64_t each)
{
  Structure s;
  s.cut = bytes.size () % each != 0;
  return s;
}

bool has_packets (Bytes &bytes, std::uint64_t first, std::uint64_t each)
{
  constexpr std::uint64_t kPackets = 4;
  for (std::uint64_t i = 0; i < kPackets; i++) {
    if (bytes.number (first + i * each, 1) != 0x47) return false;
  }
  return true;
}

}  // namespace

Structure structure_of (const std::string &path)
{
  Bytes bytes{path};
  constexpr std::array<std::string_view, 6> kBoxes = {"ftyp", "moov", "mdat",
                                                      "wide", "free", "skip"};
  const std::string type = bytes.text (4, 4);
  if (std::find (kBoxes.begin (), kBoxes.end (), type) != kBoxes.end ()) return boxes (bytes);
  if (bytes.number (0, 4) == kEbml) return matroska (bytes);
  if (bytes.text (0, 4) == "RIFF" && bytes.text (8, 4) == "AVI ") return riff (bytes);
  if (has_packets (bytes, 0, 188)) return packets (bytes, 188);
  if (has_packets (bytes, 4, 192)) return packets (bytes, 192);
  return {};
}

std::string sentence_on_cut (const std::string &path, const Structure &structure)
{
  if (!structure.cut) return "";
  if (structure.wanted == 0) return text (path, " is cut off in the middle of a packet");
  return text (path, " is cut off: it ends before byte ", structure.wanted,
               ", which is where it says that it ends");
}

}  // namespace quad

#include "jpeg/header.h"

#include <turbojpeg.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "jpeg/segments.h"

namespace quad::jpeg {
namespace {

// TurboJPEG's greatest side.
constexpr int kMaxSide = 65500;

// The rows that TurboJPEG knows, with unusual factors of the same meaning.
constexpr Sampling kSamplings[] = {
    {"4:2:0", {2, 2, 1, 1}, TJSAMP_420, PixelFormat::i420},
    {"4:2:2", {2, 1, 1, 1}, TJSAMP_422, PixelFormat::y42b},
    {"4:2:2", {2, 2, 1, 2}, TJSAMP_422, PixelFormat::y42b},
    {"4:4:4", {1, 1, 1, 1}, TJSAMP_444, PixelFormat::y444},
    {"4:4:4", {1, 2, 1, 2}, TJSAMP_444, PixelFormat::y444},
    {"4:4:4", {2, 1, 2, 1}, TJSAMP_444, PixelFormat::y444},
    {"4:4:4", {1, 3, 1, 3}, TJSAMP_444, PixelFormat::y444},
    {"4:4:4", {3, 1, 3, 1}, TJSAMP_444, PixelFormat::y444},
    {"4:4:0", {1, 2, 1, 1}, TJSAMP_440, PixelFormat::y444, 2},
    {"4:4:0", {2, 2, 2, 1}, TJSAMP_440, PixelFormat::y444, 2},
    {"4:1:1", {4, 1, 1, 1}, TJSAMP_411, PixelFormat::unknown},
};
constexpr Sampling kGrey = {"grey", {}, TJSAMP_GRAY, PixelFormat::gray8};
constexpr Sampling kRgb = {"RGB", {}, TJSAMP_444, PixelFormat::gbr};

struct Process {
  std::uint8_t marker;
  const char *name;
  bool decoded;
};

// All SOFn. What has arithmetic coding is decoded if the library can.
constexpr Process kProcesses[] = {
    {0xc0, "baseline", true},
    {0xc1, "extended sequential", true},
    {0xc2, "progressive", true},
    {0xc3, "lossless", false},
    {0xc5, "hierarchical", false},
    {0xc6, "hierarchical progressive", false},
    {0xc7, "hierarchical lossless", false},
    {0xc9, "sequential with arithmetic coding", true},
    {0xca, "progressive with arithmetic coding", true},
    {0xcb, "lossless with arithmetic coding", false},
    {0xcd, "hierarchical with arithmetic coding", false},
    {0xce, "hierarchical progressive with arithmetic coding", false},
    {0xcf, "hierarchical lossless with arithmetic coding", false},
    {0xf7, "JPEG-LS", false},
};

const Process *process_of (std::uint8_t marker)
{
  const auto *row = std::find_if (std::begin (kProcesses), std::end (kProcesses),
                                  [marker] (const Process &p) { return p.marker == marker; });
  return row == std::end (kProcesses) ? nullptr : row;
}

bool progressive (std::uint8_t process) { return process == 0xc2 || process == 0xca; }

const Sampling *row_of (const Header &header)
{
  const auto &c = header.component;
  const std::array<std::uint8_t, 4> factors{c[0].h, c[0].v, c[1].h, c[1].v};
  if (c[2].h != c[1].h || c[2].v != c[1].v) return nullptr;
  const auto *row = std::find_if (std::begin (kSamplings), std::end (kSamplings),
                                  [&] (const Sampling &s) { return s.factors == factors; });
  return row == std::end (kSamplings) ? nullptr : row;
}

// Reads the segments before the first scan.
class Reader {
 public:
  explicit Reader (Bytes jpeg) : jpeg_ (jpeg) {}

  std::optional<Header> read ()
  {
    if (jpeg_.size () < 2 || jpeg_[0] != kPrefix || jpeg_[1] != kSoi) return {};
    for (std::size_t at = 2;;) {
      // As libjpeg, skip what is not a marker, and fill bytes.
      while (at < jpeg_.size () && jpeg_[at] != kPrefix) at++;
      while (at < jpeg_.size () && jpeg_[at] == kPrefix) at++;
      if (at >= jpeg_.size ()) return {};
      const std::uint8_t marker = jpeg_[at++];
      if (marker == kSoi || marker == kEoi) return {};
      if (stands_alone (marker)) continue;
      if (jpeg_.size () - at < 2) return {};
      const std::size_t length = read_16 (jpeg_, at);
      if (length < 2 || length > jpeg_.size () - at) return {};
      const Bytes content = jpeg_.subspan (at + 2, length - 2);
      if (marker == kSos) return scan (content);
      if (!segment (marker, content)) return {};
      at += length;
    }
  }

 private:
  bool segment (std::uint8_t marker, Bytes content)
  {
    switch (marker) {
      case kDqt: quantization (content); return true;
      case kDht: huffman (content); return true;
      case kApp0: jfif_ |= content.size () >= 14 && begins_with (content, "JFIF"); return true;
      case kApp1: exif (content); return true;
      case kCom: header_.limited_range |= begins_with (content, "CS=ITU601"); return true;
      case kApp14:
        if (content.size () >= 12 && std::equal (content.begin (), content.begin () + 5, "Adobe"))
          adobe_ = content[11];
        return true;
      default: return process_of (marker) ? frame (marker, content) : true;
    }
  }

  void exif (Bytes content)
  {
    if (header_.has_orientation) return;
    const auto found = exif_orientation (content);
    header_.has_orientation = found.has_value ();
    header_.orientation = found.value_or (Orientation::identity);
  }

  void quantization (Bytes content)
  {
    for (std::size_t at = 0; at < content.size ();) {
      quantizations_ |= 1u << (content[at] & 15);
      at += 1 + (content[at] >> 4 ? 128 : 64);
    }
  }

  void huffman (Bytes content)
  {
    for (std::size_t at = 0; at + 17 <= content.size ();) {
      huffmans_ |= 1u << (content[at] & 31);
      std::size_t symbols = 0;
      for (std::size_t i = 1; i <= 16; i++) symbols += content[at + i];
      at += 17 + symbols;
    }
  }

  bool frame (std::uint8_t marker, Bytes content)
  {
    constexpr std::size_t kFixed = 6, kEach = 3;
    if (header_.process || content.size () < kFixed) return false;
    header_.process = marker;
    header_.precision = content[0];
    header_.size = {static_cast<int> (read_16 (content, 3)),
                    static_cast<int> (read_16 (content, 1))};
    header_.components = content[5];
    if (content.size () < kFixed + kEach * content[5]) return false;
    const std::size_t count = std::min<std::size_t> (content[5], header_.component.size ());
    for (std::size_t i = 0; i < count; i++) {
      const Bytes c = content.subspan (kFixed + kEach * i, kEach);
      header_.component[i] = {c[0], static_cast<std::uint8_t> (c[1] >> 4),
                              static_cast<std::uint8_t> (c[1] & 15), c[2]};
    }
    return true;
  }

  // As default_decompress_parms of libjpeg's jdapimin.c has it.
  Colors colors () const
  {
    const auto ids = [this] (int a, int b, int c) {
      const auto &have = header_.component;
      return have[0].id == a && have[1].id == b && have[2].id == c;
    };
    switch (header_.components) {
      case 1: return Colors::grey;
      case 3:
        if (jfif_) return Colors::yuv;
        if (adobe_) return *adobe_ == 0 ? Colors::rgb : Colors::yuv;
        return ids ('R', 'G', 'B') ? Colors::rgb : Colors::yuv;
      case 4: return adobe_ && *adobe_ != 0 ? Colors::ycck : Colors::cmyk;
      default: return Colors::unknown;
    }
  }

  std::optional<Header> scan (Bytes content)
  {
    if (!header_.process || content.empty ()) return {};
    header_.colors = colors ();
    const std::size_t count = content[0];
    header_.one_scan =
        !progressive (header_.process) && count == static_cast<std::size_t> (header_.components);
    header_.own_tables = header_.one_scan && content.size () >= 1 + 2 * count;
    for (std::size_t i = 0; header_.own_tables && i < count; i++) {
      const unsigned tables = content[2 + 2 * i];
      const unsigned needed = 1u << (tables >> 4 & 15) | 1u << (16 + (tables & 15));
      if ((huffmans_ & needed) != needed) header_.own_tables = false;
    }
    const auto known = std::min<std::size_t> (count, header_.component.size ());
    for (std::size_t i = 0; header_.own_tables && i < known; i++)
      if (!(quantizations_ >> (header_.component[i].quantization & 15) & 1))
        header_.own_tables = false;
    return header_;
  }

  Bytes jpeg_;
  Header header_;
  bool jfif_ = false;
  std::optional<std::uint8_t> adobe_;  // its transform
  unsigned quantizations_ = 0;         // bits: tables that were defined
  unsigned huffmans_ = 0;              // the same; 16 + n: of AC
};

// As a sampling that has no name: "2x2 2x1 1x1".
std::string factors_of (const Header &header)
{
  std::string text;
  for (int i = 0; i < std::min (header.components, 4); i++) {
    const Component &c = header.component[static_cast<std::size_t> (i)];
    char one[16];
    std::snprintf (one, sizeof one, "%s%dx%d", i ? " " : "", c.h, c.v);
    text += one;
  }
  return text;
}

std::string refusal_of_colors (const Header &header)
{
  switch (header.colors) {
    case Colors::cmyk:
    case Colors::ycck:
      return std::string{"The picture is "} + (header.colors == Colors::cmyk ? "CMYK" : "YCCK") +
             ", which is not decoded. Use avdec_mjpeg, or convert the file to YCbCr.";
    case Colors::unknown:
      return "The picture has " + std::to_string (header.components) +
             " components, which is not decoded. Convert the file to grey or YCbCr.";
    default: break;
  }
  if (sampling_of (header)) return {};
  const Sampling *row = row_of (header);
  const std::string name = row ? row->name : factors_of (header);
  return "The picture has the sampling " + name + (header.colors == Colors::rgb ? " in RGB" : "") +
         ", which is not decoded. Use jpegdec or avdec_mjpeg.";
}

}  // namespace

std::optional<Header> read_header (Bytes jpeg) { return Reader (jpeg).read (); }

const Sampling *sampling_of (const Header &header)
{
  if (header.colors == Colors::grey) return &kGrey;
  if (header.colors != Colors::yuv && header.colors != Colors::rgb) return nullptr;
  const Sampling *row = row_of (header);
  if (!row || row->format == PixelFormat::unknown) return nullptr;
  if (header.colors == Colors::yuv) return row;
  return row->turbojpeg == TJSAMP_444 ? &kRgb : nullptr;
}

std::string refusal_of (const Header &header, std::uint64_t max_pixels)
{
  const auto [width, height] = header.size;
  const std::string size = std::to_string (width) + "x" + std::to_string (height);
  const Process *process = process_of (header.process);
  if (!process || !process->decoded)
    return std::string{"The picture is "} + (process ? process->name : "of an unknown kind") +
           ", which is not decoded. Use avdec_mjpeg, or convert the file to baseline JPEG.";
  if (header.precision != 8)
    return "The picture has " + std::to_string (header.precision) +
           " bits a sample, and only 8 are decoded. Convert the file to 8 bits.";
  if (header.size.empty ())
    return "The picture's header says " + size + ", so it is damaged" +
           (width > 0 ? " or its height comes later" : "") + ". Write the file anew.";
  if (static_cast<std::uint64_t> (width) * static_cast<std::uint64_t> (height) > max_pixels)
    return "The picture's header says " + size + ", which is more than max-pixels allows (" +
           std::to_string (max_pixels) + "). Set max-pixels higher if that is its size.";
  if (std::max (width, height) > kMaxSide)
    return "The picture's header says " + size + ", and no side above " +
           std::to_string (kMaxSide) + " is decoded. Scale the file down.";
  return refusal_of_colors (header);
}

}  // namespace quad::jpeg

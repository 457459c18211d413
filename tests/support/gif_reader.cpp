#include "gif_reader.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace quad::test {

using gif::opaque_rgba, gif::Rgba;

namespace {

using Bytes = std::vector<std::uint8_t>;

class Source {
 public:
  explicit Source (const Bytes &bytes, std::size_t at = 0) : bytes_{bytes}, at_{at} {}

  std::size_t at () const { return at_; }
  void go_to (std::size_t at) { at_ = at; }
  bool at_end () const { return at_ == bytes_.size (); }

  int byte ()
  {
    require (at_ < bytes_.size (), "the file ends too early");
    return bytes_[at_++];
  }
  int number ()
  {
    const int low = byte ();
    return low | byte () << 8;
  }
  std::string text (int length)
  {
    std::string t;
    while (length-- > 0) t.push_back (static_cast<char> (byte ()));
    return t;
  }
  // Sub-blocks up to their terminator.
  std::string blocks ()
  {
    std::string all;
    while (const int length = byte ()) all += text (length);
    return all;
  }
  std::vector<Rgba> palette (int bits)
  {
    std::vector<Rgba> colors;
    for (int i = 0; i < 1 << bits; i++) {
      const int r = byte (), g = byte (), b = byte ();
      colors.push_back (opaque_rgba (r, g, b));
    }
    return colors;
  }
  void require (bool good, const char *what) const
  {
    if (!good) throw std::runtime_error (std::string (what) + " at byte " + std::to_string (at_));
  }

 private:
  const Bytes &bytes_;
  std::size_t at_;
};

class Codes {
 public:
  explicit Codes (const std::string &bytes) : bytes_{bytes} {}

  int next (int bits)
  {
    int code = 0;
    for (int i = 0; i < bits; i++, bit_++) {
      if (bit_ / 8 == bytes_.size ()) throw std::runtime_error ("codes end without an end code");
      code |= (static_cast<unsigned char> (bytes_[bit_ / 8]) >> (bit_ % 8) & 1) << i;
    }
    return code;
  }
  void require_end ()
  {
    if (bytes_.size () * 8 - bit_ >= 8) throw std::runtime_error ("bytes after the end code");
    while (bit_ % 8)
      if (next (1)) throw std::runtime_error ("bits after the end code");
  }

 private:
  const std::string &bytes_;
  std::size_t bit_ = 0;
};

// The strings of the codes, as appendix F builds them.
class Strings {
 public:
  explicit Strings (int min_bits) : clear_{1 << min_bits}, min_bits_{min_bits} { reset (); }

  int clear_code () const { return clear_; }
  int end_code () const { return clear_ + 1; }
  int bits () const { return bits_; }

  void reset ()
  {
    bits_ = min_bits_ + 1;
    before_ = -1;
    from_.assign (static_cast<std::size_t> (clear_ + 2), -1);
    last_.resize (from_.size ());
    for (int i = 0; i < clear_; i++)
      last_[static_cast<std::size_t> (i)] = static_cast<std::uint8_t> (i);
  }
  Bytes take (int code)
  {
    const int next = static_cast<int> (from_.size ());
    Bytes string;
    if (before_ < 0) {
      if (code > clear_) throw std::runtime_error ("an unknown code after a clear code");
      string = string_of (code);
    } else {
      if (code > next || (code == next && next == kMost)) throw std::runtime_error ("unknown code");
      string = string_of (code == next ? before_ : code);
      if (code == next) string.push_back (string.front ());
      if (next < kMost) {
        from_.push_back (before_);
        last_.push_back (string.front ());
        if (next + 1 == 1 << bits_ && bits_ < 12) bits_++;
      }
    }
    before_ = code;
    return string;
  }

 private:
  static constexpr int kMost = 4096;

  Bytes string_of (int code) const
  {
    Bytes string;
    for (; code >= 0; code = from_[static_cast<std::size_t> (code)])
      string.push_back (last_[static_cast<std::size_t> (code)]);
    std::reverse (string.begin (), string.end ());
    return string;
  }

  int clear_, min_bits_, bits_ = 0, before_ = -1;
  std::vector<int> from_;
  Bytes last_;
};

void read_control (Source &in, DecodedImage &image)
{
  in.require (in.byte () == 4, "a control block of another size");
  const int packed = in.byte ();
  in.require ((packed & 0xe0) == 0, "reserved bits are set");
  in.require ((packed & 2) == 0, "waits for a user");
  image.disposal = packed >> 2;
  in.require (image.disposal <= 3, "a disposal that is not defined");
  image.delay = in.number ();
  const int index = in.byte ();
  image.transparent = packed & 1 ? index : -1;
  in.require (in.byte () == 0, "a control block without a terminator");
}

void read_application (Source &in, DecodedGif &gif)
{
  in.require (in.byte () == 11 && in.text (11) == "NETSCAPE2.0", "an unknown application");
  in.require (gif.loop < 0 && gif.images.empty (), "a loop that is not the first thing");
  in.require (in.byte () == 3 && in.byte () == 1, "a loop block of another size");
  gif.loop = in.number ();
  in.require (in.byte () == 0, "a loop block without a terminator");
}

void read_image (const Bytes &file, Source &in, const DecodedGif &gif, DecodedImage &image)
{
  image.area.x = in.number ();
  image.area.y = in.number ();
  image.area.width = in.number ();
  image.area.height = in.number ();
  in.require (!image.area.empty () && rect_of (gif.size).contains (image.area),
              "an area outside the canvas");
  const int packed = in.byte ();
  in.require ((packed & 0x78) == 0, "interlaced, sorted or reserved");
  image.own_palette = packed & 0x80;
  in.require (image.own_palette || (packed & 7) == 0, "a size of no palette");
  image.palette = image.own_palette ? in.palette ((packed & 7) + 1) : gif.palette;
  const int count = static_cast<int> (image.palette.size ());
  in.require (count > 0, "no palette");
  in.require (image.transparent < count, "a transparent index outside the palette");
  in.require (1 << file.at (in.at ()) == std::max (count, 4), "a code size that is no palette's");

  std::size_t at = in.at ();
  image.symbols = decode_lzw (
      file, at,
      static_cast<std::size_t> (image.area.width) * static_cast<std::size_t> (image.area.height));
  in.go_to (at);
  in.require (*std::max_element (image.symbols.begin (), image.symbols.end ()) < count,
              "an index outside the palette");
}

}  // namespace

Bytes decode_lzw (const Bytes &file, std::size_t &at, std::size_t count, LzwFacts *facts)
{
  Source in (file, at);
  const int min_bits = in.byte ();
  in.require (min_bits >= 2 && min_bits <= 8, "no code size");
  const std::string coded = in.blocks ();
  at = in.at ();
  Codes codes (coded);
  Strings strings (min_bits);
  LzwFacts unused, &seen = facts ? *facts : unused;
  Bytes symbols;
  for (bool begun = false;; begun = true) {
    seen.longest_code = std::max (seen.longest_code, strings.bits ());
    const int code = codes.next (strings.bits ());
    in.require (begun || code == strings.clear_code (), "no clear code comes first");
    if (code == strings.end_code ()) break;
    if (code == strings.clear_code ()) {
      strings.reset ();
      seen.clear_codes++;
      continue;
    }
    const Bytes string = strings.take (code);
    symbols.insert (symbols.end (), string.begin (), string.end ());
    in.require (symbols.size () <= count, "surplus pixels");
  }
  codes.require_end ();
  in.require (symbols.size () == count, "missing pixels");
  return symbols;
}

DecodedGif read_gif (const Bytes &file)
{
  Source in (file);
  DecodedGif gif;
  in.require (in.text (6) == "GIF89a", "not a GIF");
  gif.size.width = in.number ();
  gif.size.height = in.number ();
  in.require (!gif.size.empty (), "an empty canvas");
  const int packed = in.byte ();
  in.require ((packed & 8) == 0, "sorted");
  gif.background = in.byte ();
  in.require (gif.background < (packed & 0x80 ? 2 << (packed & 7) : 1),
              "a background of no palette");
  in.require (in.byte () == 0, "a pixel aspect ratio");
  if (packed & 0x80) gif.palette = in.palette ((packed & 7) + 1);

  DecodedImage image;
  bool has_control = false;
  for (int kind = in.byte (); kind != 0x3b; kind = in.byte ()) {
    const int label = kind == 0x21 ? in.byte () : 0;
    in.require (!has_control || kind == 0x2c, "a control block that no image follows");
    if (label == 0xf9) {
      read_control (in, image);
      has_control = true;
    } else if (label == 0xff) {
      read_application (in, gif);
    } else if (label == 0xfe) {
      in.require (gif.comment.empty (), "a second comment");
      gif.comment = in.blocks ();
    } else {
      in.require (kind == 0x2c, "an unknown block");
      read_image (file, in, gif, image);
      gif.images.push_back (std::exchange (image, {}));
      has_control = false;
    }
  }
  in.require (in.at_end (), "bytes after the trailer");
  return gif;
}

GifCanvas::GifCanvas (Size size)
    : size_{size},
      pixels_ (static_cast<std::size_t> (size.width) * static_cast<std::size_t> (size.height))
{
}

const std::vector<Rgba> &GifCanvas::show (const DecodedImage &image)
{
  if (image.disposal == 3) throw std::runtime_error ("a disposal that is not read");
  const auto row_of = [this] (const Rect &r, int y) {
    return pixels_.begin () + std::ptrdiff_t{y} * size_.width + r.x;
  };
  for (int y = to_clear_.y; y < to_clear_.bottom (); y++)
    std::fill_n (row_of (to_clear_, y), to_clear_.width, 0);
  to_clear_ = image.disposal == 2 ? image.area : Rect{};
  std::size_t i = 0;
  for (int y = image.area.y; y < image.area.bottom (); y++) {
    auto pixel = row_of (image.area, y);
    for (int x = 0; x < image.area.width; x++, i++, ++pixel)
      if (image.draws (i)) *pixel = image.palette[image.symbols[i]];
  }
  return pixels_;
}

}  // namespace quad::test

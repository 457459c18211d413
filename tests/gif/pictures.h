// Pictures for the GIF encoder, and the pictures that its files show.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "gif/encoder.h"
#include "support/gif_reader.h"
#include "support/picture.h"

namespace quad::test {

using namespace gif;

inline constexpr PaletteMode kModes[] = {PaletteMode::adaptive, PaletteMode::global_first,
                                         PaletteMode::per_frame};
inline constexpr Dither kDithers[] = {Dither::ordered, Dither::error_diffusion, Dither::none};
inline constexpr PackedFormat kRgba{4, 0, 1, 2, 3}, kRgbx{4, 0, 1, 2, -1};

// A picture by its colours, of any alpha.
struct Colors {
  Size size;
  std::vector<Rgba> pixels;

  Colors (Size s, Rgba fill)
      : size{s},
        pixels (static_cast<std::size_t> (s.width) * static_cast<std::size_t> (s.height), fill)
  {
  }
  Rgba &at (int x, int y)
  {
    return pixels[static_cast<std::size_t> (y) * static_cast<std::size_t> (size.width) +
                  static_cast<std::size_t> (x)];
  }
  template <typename Function>  // of x, y: a colour
  void paint (const Rect &area, Function &&color)
  {
    for (int y = area.y; y < area.bottom (); y++)
      for (int x = area.x; x < area.right (); x++) at (x, y) = color (x, y);
  }
};

// A picture's bytes, with some between the rows.
class Packed {
 public:
  Packed (const Colors &from, const PackedFormat &format)
      : bytes_ (static_cast<std::size_t> ((from.size.width * format.bytes + 5)) *
                    static_cast<std::size_t> (from.size.height),
                std::byte{0x7e}),
        view_{bytes_.data (), from.size.width * format.bytes + 5, from.size, format}
  {
    const auto put = [] (std::byte *at, Rgba c, int shift) { *at = std::byte (c >> shift & 255); };
    for (int y = 0, i = 0; y < from.size.height; y++)
      for (int x = 0; x < from.size.width; x++, i++) {
        std::byte *to = bytes_.data () + y * view_.stride + x * format.bytes;
        const Rgba c = from.pixels[static_cast<std::size_t> (i)];
        put (to + format.red, c, 0);
        put (to + format.green, c, 8);
        put (to + format.blue, c, 16);
        if (format.alpha >= 0) put (to + format.alpha, c, 24);
      }
  }
  const PackedView &view () const { return view_; }

 private:
  std::vector<std::byte> bytes_;
  PackedView view_;
};

// Colours that are far apart, so none is confused with another.
inline std::vector<Rgba> distinct_colors (Random &random, int count)
{
  std::vector<Rgba> all;
  while (static_cast<int> (all.size ()) < count) {
    const int r = random.below (32) * 8, g = random.below (32) * 8, b = random.below (32) * 8;
    const Rgba c = opaque_rgba (r, g, b);
    if (std::find (all.begin (), all.end (), c) == all.end ()) all.push_back (c);
  }
  return all;
}

// Noise of these colours; the first pixels have each of them once.
inline Colors noise_of (Random &random, Size size, const std::vector<Rgba> &colors)
{
  Colors picture (size, 0);
  std::size_t i = 0;
  for (Rgba &p : picture.pixels) p = i < colors.size () ? colors[i++] : random.pick (colors);
  return picture;
}

inline Rgba any_color (Random &random)
{
  return (static_cast<Rgba> (random.below (1 << 24)) & kColorMask) | kAlphaMask;
}

// The expected look of a picture.
inline std::vector<Rgba> visible (const Colors &picture, int threshold)
{
  std::vector<Rgba> seen = picture.pixels;
  for (Rgba &p : seen) p = static_cast<int> (p >> 24) < threshold ? 0 : p | kAlphaMask;
  return seen;
}

// Pictures put into a file; remembers which images belong to which picture.
class Recording {
 public:
  // Images [first, end) belong to one picture.
  struct Span {
    std::size_t first, end;
    std::int64_t time;  // as add () gave it
  };

  Recording (Size size, const Settings &settings, const PackedFormat &format = kRgbx)
      : format_{format}, encoder_ (size, settings, find_nearest)
  {
  }
  Encoder &encoder () { return encoder_; }

  void add (const Colors &now, std::int64_t delay = 4, const Colors *next = nullptr)
  {
    const Packed packed (now, format_), packed_next (next ? *next : now, format_);
    const std::int64_t time =
        encoder_.add (packed.view (), delay, next ? &packed_next.view () : nullptr, bytes_).time;
    const std::size_t end = file ().images.size ();
    spans_.push_back ({spans_.empty () ? 0 : spans_.back ().end, end, time});
  }
  void add_all (const std::vector<Colors> &pictures, std::int64_t delay = 4)
  {
    for (std::size_t i = 0; i < pictures.size (); i++)
      add (pictures[i], delay, i + 1 < pictures.size () ? &pictures[i + 1] : nullptr);
  }

  // The file if it ends here.
  DecodedGif file ()
  {
    Bytes ended = bytes_;
    encoder_.end (ended);
    return read_gif (ended);
  }
  std::size_t bytes () const { return bytes_.size (); }
  const std::vector<Span> &spans () const { return spans_; }

  // What is visible when the last image of each picture is shown. Checks the times too.
  std::vector<std::vector<Rgba>> shown ()
  {
    const DecodedGif gif = file ();
    GifCanvas canvas (gif.size);
    std::vector<std::vector<Rgba>> all;
    for (const Span &span : spans_) {
      std::int64_t time = 0;
      for (std::size_t i = span.first; i < span.end; i++) {
        if (i + 1 < span.end)
          canvas.show (gif.images[i]);
        else
          all.push_back (canvas.show (gif.images[i]));
        EXPECT_GE (gif.images[i].delay, 2);
        time += gif.images[i].delay;
      }
      EXPECT_EQ (time, span.time);
    }
    EXPECT_EQ (spans_.empty () ? 0 : spans_.back ().end, gif.images.size ());
    return all;
  }

 private:
  PackedFormat format_;
  Encoder encoder_;
  Bytes bytes_;
  std::vector<Span> spans_;
};

// Each picture is shown, with every pixel within `most` of its colour.
inline void expect_seen (Recording &recording, const std::vector<Colors> &pictures,
                         std::uint32_t most = 0, int threshold = 128)
{
  const auto shown = recording.shown ();
  ASSERT_EQ (shown.size (), pictures.size ());
  for (std::size_t k = 0; k < shown.size (); k++) {
    const std::vector<Rgba> wanted = visible (pictures[k], threshold);
    for (std::size_t i = 0; i < wanted.size (); i++) {
      const Rgba is = shown[k][i];
      ASSERT_TRUE ((is == 0) == (wanted[i] == 0) && (is == 0 || distance (is, wanted[i]) <= most))
          << "picture " << k << ", pixel " << i << ": " << std::hex << is << ", not " << wanted[i];
    }
  }
}

}  // namespace quad::test

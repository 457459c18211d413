// The encoder's files without their colours: times, clearing, sizes, layouts, palettes.
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "gif/pictures.h"

namespace quad::test {
namespace {

constexpr Rgba kRed = opaque_rgba (255, 0, 0), kGreen = opaque_rgba (0, 255, 0),
               kBlue = opaque_rgba (0, 0, 255), kNothing = 0;
constexpr Size kSmall{7, 5};

// --- Head ---

TEST (GifEncoderTest, LoopsAndComment)
{
  for (const int loop : {-1, 0, 5, 65535}) {
    Settings settings;
    settings.loop = loop;
    settings.comment = std::string (600, '\xe9') + "end";
    Recording recording (kSmall, settings);
    recording.add (Colors (kSmall, kRed));
    const DecodedGif gif = recording.file ();
    EXPECT_EQ (gif.size, kSmall);
    EXPECT_EQ (gif.loop, loop);
    EXPECT_EQ (gif.comment, settings.comment);
    EXPECT_EQ (gif.images.size (), 1u);
  }
}

TEST (GifEncoderTest, NoCommentByDefault)
{
  Recording recording (kSmall, {});
  recording.add (Colors (kSmall, kRed));
  EXPECT_EQ (recording.file ().comment, "");
  EXPECT_EQ (recording.file ().loop, 0);
}

// The reader of these tests finds files that end early or late, or are damaged.
TEST (GifEncoderTest, TheReaderIsStrict)
{
  Random random (5);
  Encoder encoder (kSmall, {}, find_nearest);
  Bytes file;
  for (int i = 0; i < 3; i++) {
    const Packed picture (noise_of (random, kSmall, distinct_colors (random, 20)), kRgbx);
    encoder.add (picture.view (), 5, nullptr, file);
  }
  encoder.end (file);
  EXPECT_EQ (read_gif (file).images.size (), 3u);
  for (std::size_t length = 0; length < file.size (); length++)
    EXPECT_ANY_THROW (read_gif ({file.begin (), file.begin () + std::ptrdiff_t (length)}));
  Bytes longer = file;
  longer.push_back (0);
  EXPECT_ANY_THROW (read_gif (longer));
  Bytes more = file;  // the last image's end code is another one, and bits are left over
  more[more.size () - 3] ^= 0xff;
  EXPECT_ANY_THROW (read_gif (more));
}

// --- Times ---

TEST (GifEncoderTest, DelaysAreTheirPictures)
{
  Recording recording (kSmall, {});
  const Rgba colors[] = {kRed, kGreen, kBlue};
  const int delays[] = {2, 65535, 17};
  for (std::size_t i = 0; i < 3; i++) recording.add (Colors (kSmall, colors[i]), delays[i]);
  const DecodedGif gif = recording.file ();
  ASSERT_EQ (gif.images.size (), 3u);
  for (std::size_t i = 0; i < 3; i++) {
    EXPECT_EQ (gif.images[i].delay, delays[i]);
    EXPECT_EQ (gif.images[i].disposal, 1);
    EXPECT_EQ (recording.spans ()[i].time, delays[i]);
  }
}

// A picture that is shown longer than a delay can be goes on unchanged, and is cleared only at its
// end.
TEST (GifEncoderTest, PausesRepeat)
{
  Colors next (kSmall, kRed);
  next.at (3, 2) = kNothing;
  for (const std::int64_t delay : {65535, 65536, 65537, 65538, 131'070, 131'071, 200'000})
    for (const bool alpha : {false, true}) {
      SCOPED_TRACE (delay);
      const Colors first (kSmall, kRed);
      const std::vector<Colors> pictures = {first, alpha ? next : first};
      Recording recording (kSmall, {}, alpha ? kRgba : kRgbx);
      recording.add (pictures[0], delay, &pictures[1]);
      recording.add (pictures[1], 5);
      expect_seen (recording, pictures);
      const Recording::Span span = recording.spans ()[0];
      EXPECT_EQ (span.time, delay);
      EXPECT_EQ (span.end, static_cast<std::size_t> ((delay + 65534) / 65535));
      const DecodedGif gif = recording.file ();
      GifCanvas canvas (kSmall);
      for (std::size_t i = 0; i < span.end; i++) {
        EXPECT_EQ (canvas.show (gif.images[i]), pictures[0].pixels) << i;
        EXPECT_EQ (gif.images[i].disposal, alpha && i + 1 == span.end ? 2 : 1);
        if (i) {
          EXPECT_EQ (gif.images[i].area.size (), (Size{1, 1}));
        }
      }
    }
}

TEST (GifEncoderTest, WhatIsKnownToVanishIsClearedInTime)
{
  Colors next (kSmall, kRed);
  next.paint ({2, 1, 3, 2}, [] (int, int) { return kNothing; });
  Recording recording (kSmall, {}, kRgba);
  const std::vector<Colors> pictures = {Colors (kSmall, kRed), next, next};
  recording.add_all (pictures);
  expect_seen (recording, pictures);
  const DecodedGif gif = recording.file ();
  ASSERT_EQ (gif.images.size (), 3u);
  EXPECT_EQ (gif.images[0].disposal, 2);
  EXPECT_EQ (gif.images[1].disposal, 1);
  EXPECT_EQ (gif.images[2].disposal, 1);
}

// Readers detect transparency by the first image, and clear to transparency if the image says that
// it has some; FFmpeg only if that is also the file's background.
TEST (GifEncoderTest, TransparencyIsSaidWhereItIsSeen)
{
  Random random (6);
  for (const bool transparency : {true, false})
    for (int i = 0; i < 40; i++) {
      Settings settings;
      settings.transparency = transparency;
      Recording recording ({20, 10}, settings, kRgba);
      std::vector<Colors> pictures;
      for (int k = 0; k < 6; k++) {
        pictures.emplace_back (Size{20, 10}, kNothing);
        const int left = random.below (20), width = random.between (0, 20 - left);
        if (width) {
          pictures.back ().paint ({left, random.below (5), width, 5}, [&] (int x, int) {
            return i % 2 ? kRed : x % 3 ? kGreen : kBlue;
          });
        }
      }
      recording.add_all (pictures);
      expect_seen (recording, pictures);
      const DecodedGif gif = recording.file ();
      EXPECT_EQ (gif.images[0].transparent, gif.background) << i;
      for (const DecodedImage &image : gif.images)
        if (image.disposal == 2) {
          EXPECT_EQ (image.transparent, gif.background) << i;
        }
    }
}

TEST (GifEncoderTest, NoTransparencyWithoutAlpha)
{
  Settings settings;
  settings.transparency = false;
  Recording recording (kSmall, settings);
  for (const Rgba color : {kRed, kGreen, kBlue}) recording.add (Colors (kSmall, color));
  for (const DecodedImage &image : recording.file ().images) EXPECT_EQ (image.transparent, -1);
}

// A part that disappears unannounced stays for the shortest time.
TEST (GifEncoderTest, LateClear)
{
  Colors part (kSmall, kRed);
  part.paint ({2, 1, 3, 2}, [] (int, int) { return kNothing; });
  const std::vector<Colors> pictures = {Colors (kSmall, kRed), part};
  for (const auto &[delay, written] : {std::pair{2, 4}, {3, 4}, {4, 4}, {5, 5}, {100, 100}}) {
    Recording recording (kSmall, {}, kRgba);
    recording.add (pictures[0], 10, &pictures[0]);  // another next than comes
    recording.add (pictures[1], delay);
    expect_seen (recording, pictures);
    EXPECT_EQ (recording.spans ()[0].time, 10);
    EXPECT_EQ (recording.spans ()[1].time, written);

    const DecodedGif gif = recording.file ();
    ASSERT_EQ (gif.images.size (), 3u);
    EXPECT_EQ (gif.images[1].area, (Rect{2, 1, 3, 2}));
    EXPECT_EQ (gif.images[1].delay, 2);
    EXPECT_EQ (gif.images[1].disposal, 2);
    GifCanvas canvas (kSmall);
    canvas.show (gif.images[0]);
    EXPECT_EQ (canvas.show (gif.images[1]), pictures[0].pixels);
  }
}

TEST (GifEncoderTest, AlphaThreshold)
{
  for (const int threshold : {0, 1, 128, 255}) {
    Settings settings;
    settings.alpha_threshold = threshold;
    Colors picture ({256, 1}, kRed);
    picture.paint (rect_of (picture.size),
                   [] (int x, int) { return static_cast<Rgba> (x) << 24 | 0x123456; });
    Recording recording (picture.size, settings, kRgba);
    recording.add (picture);
    const std::vector<Rgba> shown = recording.shown ()[0];
    for (std::size_t a = 0; a < 256; a++)
      EXPECT_EQ (shown[a], static_cast<int> (a) < threshold ? kNothing : 0xff123456) << a;
  }
}

// --- Sizes and layouts ---

TEST (GifEncoderTest, LongestSides)
{
  Random random (1);
  for (const Size size : {Size{65535, 1}, {1, 65535}, {65535, 3}}) {
    const std::vector<Rgba> colors = distinct_colors (random, 90);
    std::vector<Colors> pictures (3, noise_of (random, size, colors));
    const Rect end{size.width - 1, size.height - 1, 1, 1};
    pictures[1].paint (end, [] (int, int) { return kRed; });
    pictures[2].paint (rect_of (size), [&] (int, int) { return random.pick (colors); });
    Recording recording (size, {});
    recording.add_all (pictures);
    expect_seen (recording, pictures);
    EXPECT_EQ (recording.file ().images[1].area, end);
  }
}

TEST (GifEncoderTest, EveryLayout)
{
  std::array<std::uint8_t, 256> levels;  // of video's range
  for (int v = 0; v < 256; v++)
    levels[static_cast<std::size_t> (v)] =
        static_cast<std::uint8_t> (std::clamp ((v - 16) * 255 / 219, 0, 255));
  const PackedFormat formats[] = {
      {4, 0, 1, 2, 3},  {4, 2, 1, 0, 3},  {4, 0, 1, 2, -1}, {4, 2, 1, 0, -1},
      {3, 0, 1, 2, -1}, {3, 2, 1, 0, -1}, {1, 0, 0, 0, -1}, {1, 0, 0, 0, -1, levels.data ()}};
  for (const PackedFormat &format : formats) {
    Random random (2);
    const Size size{17, 13};
    Colors picture (size, 0);
    picture.paint (rect_of (size), [&] (int, int) {
      const int v = random.below (256), w = format.bytes == 1 ? v : 7 * v & 255;
      return opaque_rgba (v, w, format.bytes == 1 ? v : 255 - v);
    });
    Recording recording (size, {}, format);
    recording.add (picture);
    std::vector<Rgba> wanted = picture.pixels;
    if (format.levels)
      for (Rgba &p : wanted) {
        const int v = levels[static_cast<std::size_t> (red (p))];
        p = opaque_rgba (v, v, v);
      }
    EXPECT_EQ (recording.shown ()[0], wanted) << format.bytes << " " << format.red;
  }
}

TEST (GifEncoderTest, SameAsItLooks)
{
  Encoder encoder (kSmall, {}, find_nearest);
  Colors a (kSmall, kRed), b = a;
  const auto same = [&] (const PackedFormat &format) {
    return encoder.same (Packed (a, format).view (), Packed (b, format).view ());
  };
  EXPECT_TRUE (same (kRgba));
  b.at (6, 4) ^= 1;
  EXPECT_FALSE (same (kRgba));
  a.at (6, 4) = 0x10'00'00'00;
  b.at (6, 4) = 0x7f'12'34'56;
  EXPECT_TRUE (same (kRgba)) << "neither is seen";
  EXPECT_FALSE (same (kRgbx));
}

// --- Palettes ---

std::set<Rgba> used_colors (const DecodedImage &image)
{
  std::set<Rgba> used;
  for (std::size_t i = 0; i < image.symbols.size (); i++)
    if (image.draws (i)) used.insert (image.palette[image.symbols[i]]);
  return used;
}

bool includes (const std::set<Rgba> &all, const std::set<Rgba> &some)
{
  return std::includes (all.begin (), all.end (), some.begin (), some.end ());
}

TEST (GifEncoderTest, ThePaletteIsKeptUntilACut)
{
  constexpr Size kSize{100, 80};
  Random random (3);
  // More colours than a palette has: greens first, then reds, that only move.
  Colors greens (kSize, 0), reds (kSize, 0);
  greens.paint (rect_of (kSize), [&] (int x, int) {
    return opaque_rgba (30, 2 * x + random.below (50), random.below (60));
  });
  reds.paint (rect_of (kSize), [&] (int x, int) {
    return opaque_rgba (2 * x + random.below (50), random.below (60), 30);
  });
  const auto scene = [&] (int i) {
    Colors moved = i >= 4 ? reds : greens;
    std::rotate (moved.pixels.begin (), moved.pixels.begin () + 37 * i, moved.pixels.end ());
    return moved;
  };
  for (const PaletteMode mode : kModes) {
    Settings settings;
    settings.palette = mode;
    Recording recording (kSize, settings);
    for (int i = 0; i < 8; i++) recording.add (scene (i));
    const DecodedGif gif = recording.file ();
    ASSERT_EQ (gif.images.size (), 8u);
    const std::set<Rgba> first = used_colors (gif.images[0]), cut = used_colors (gif.images[4]);
    for (std::size_t i = 1; i < 8; i++) {
      const std::set<Rgba> used = used_colors (gif.images[i]);
      if (mode == PaletteMode::per_frame) {
        EXPECT_TRUE (gif.images[i].own_palette) << i;
        EXPECT_FALSE (includes (i < 4 ? first : cut, used) && i != 4) << i;
      } else if (mode == PaletteMode::global_first || i < 4) {
        EXPECT_TRUE (includes ({gif.palette.begin (), gif.palette.end ()}, used)) << i;
      } else {
        EXPECT_TRUE (gif.images[i].own_palette) << i;
        EXPECT_TRUE (includes (cut, used)) << i;
        EXPECT_FALSE (includes (first, used)) << i;
      }
    }
  }
}

// An invisible step is not drawn, but steps do not add up.
TEST (GifEncoderTest, StepsDoNotAddUp)
{
  Recording recording (kSmall, {});
  std::vector<Colors> pictures;
  for (int i = 0; i < 40; i++) pictures.emplace_back (kSmall, opaque_rgba (i, 50, 50));
  recording.add_all (pictures);
  expect_seen (recording, pictures, 5);
}

TEST (GifEncoderTest, DitherStrengthMayChange)
{
  constexpr Size kSize{64, 64};
  Random random (4);
  Colors picture (kSize, 0);
  picture.paint (rect_of (kSize), [] (int x, int y) { return opaque_rgba (2 * x, 2 * y, x + y); });
  Settings settings;
  settings.colors = 64;
  const auto shown = [&] (Dither dither, double strength) {
    settings.dither = dither;
    Recording recording (kSize, settings);
    recording.encoder ().set_dither_strength (strength);
    recording.add (picture);
    return recording.shown ()[0];
  };
  for (const Dither dither : {Dither::ordered, Dither::error_diffusion}) {
    EXPECT_EQ (shown (dither, 0), shown (Dither::none, 1));
    EXPECT_NE (shown (dither, 1), shown (dither, 0));
  }
}

}  // namespace
}  // namespace quad::test

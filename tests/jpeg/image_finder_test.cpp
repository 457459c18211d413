// Images in streams: cut at every byte, with garbage between, without ends, with thumbnails inside
// and further pictures behind.
#include <gtest/gtest.h>

#include "jpeg/image_finder.h"
#include "support/jpeg_maker.h"

namespace quad::jpeg {
namespace {

using Kind = ImageFinder::Kind;
using test::joined;
using test::JpegBytes;
using test::JpegKind;
using test::make_jpeg;

// The images of a stream that comes in parts of `sizes`, the last one repeated. What is cut at the
// end is one too.
std::vector<JpegBytes> images_of (const JpegBytes &stream, const std::vector<std::size_t> &sizes)
{
  ImageFinder finder;
  std::vector<JpegBytes> images;
  JpegBytes image, kept;
  std::size_t begin = 0;
  for (std::size_t part = 0; begin < stream.size (); part++) {
    const std::size_t size =
        std::min (sizes[std::min (part, sizes.size () - 1)], stream.size () - begin);
    kept.insert (kept.end (), &stream[begin], &stream[begin] + size);
    begin += size;
    for (;;) {
      kept.shrink_to_fit ();
      const ImageFinder::Part found = finder.next (kept);
      if (found.kind == Kind::need_more) break;
      EXPECT_LE (found.size, kept.size ());
      EXPECT_TRUE (found.size > 0 || found.kind == Kind::last);
      const auto end = kept.begin () + static_cast<std::ptrdiff_t> (found.size);
      if (found.kind != Kind::garbage) image.insert (image.end (), kept.begin (), end);
      kept.erase (kept.begin (), end);
      if (found.kind == Kind::last) images.push_back (std::exchange (image, {}));
    }
    EXPECT_LE (kept.size (), 2u);
  }
  if (finder.in_image ()) {
    image.insert (image.end (), kept.begin (), kept.end ());
    images.push_back (image);
  }
  return images;
}

// Whole, split at every byte, and in small parts.
void expect_images (const JpegBytes &stream, const std::vector<JpegBytes> &images)
{
  EXPECT_EQ (images_of (stream, {stream.size ()}), images);
  for (const std::size_t size : {1, 2, 3, 7})
    EXPECT_EQ (images_of (stream, {size}), images) << size;
  for (std::size_t at = 1; at < stream.size (); at++)
    ASSERT_EQ (images_of (stream, {at, stream.size ()}), images) << "split at " << at;
}

JpegBytes small (int shade, bool progressive = false)
{
  JpegKind kind;
  kind.shade = shade;
  kind.progressive = progressive;
  kind.restart_rows = shade % 2;
  return make_jpeg ({24, 24}, kind);
}

TEST (JpegFinder, OneAfterTheOther)
{
  const std::vector<JpegBytes> images{small (1), small (2, true), small (3)};
  expect_images (joined (images), images);
}

TEST (JpegFinder, GarbageBetween)
{
  const std::vector<JpegBytes> images{small (1), small (2)};
  const JpegBytes garbage{0,    0xff, 0xff, 0xd8, 0,    0xff, 0xd9, 7,
                          0xff, 0xd8, 0xd8, 0xff, 0xda, 9,    0xff};
  expect_images (joined ({garbage, images[0], garbage, images[1], garbage}), images);
  expect_images (garbage, {});
}

TEST (JpegFinder, AnEndThatIsMissing)
{
  const std::vector<JpegBytes> images{test::without_end (small (1)), small (2),
                                      test::without_end (small (3))};
  expect_images (joined (images), images);
}

TEST (JpegFinder, CutAnywhere)
{
  const JpegBytes first = small (1);
  for (std::size_t size = 3; size < first.size (); size++) {
    JpegBytes cut (first.begin (), first.begin () + static_cast<std::ptrdiff_t> (size));
    EXPECT_EQ (images_of (cut, {cut.size ()}), std::vector<JpegBytes> ({cut})) << size;
  }
}

TEST (JpegFinder, AfterACutInAScanTheNextIsFound)
{
  const JpegBytes first = small (1), second = small (2);
  const std::size_t scan = test::marker_at (first, 0xda) + 14;
  for (std::size_t size = scan; size < first.size () - 1; size++) {
    JpegBytes cut (first.begin (), first.begin () + static_cast<std::ptrdiff_t> (size));
    const auto images = images_of (joined ({cut, second}), {size + 5, 1000});
    ASSERT_EQ (images.size (), 2u) << size;
    EXPECT_EQ (images[1], second);
  }
}

TEST (JpegFinder, AThumbnailInASegmentIsNoImage)
{
  JpegBytes content = test::exif (1, true);
  const JpegBytes thumbnail = small (9);
  content.insert (content.end (), thumbnail.begin (), thumbnail.end ());
  const JpegBytes image = test::with_segment (small (1), 0xe1, content);
  expect_images (joined ({image, small (2)}), {image, small (2)});
}

TEST (JpegFinder, PicturesOfAnIndexAreNoFrames)
{
  for (const bool little : {false, true}) {
    // The index stands behind SOI: its TIFF header is at 2 + 4 + 4.
    constexpr std::uint32_t kTiffAt = 10;
    const JpegBytes plain = small (1), preview = small (2), depth = test::without_end (small (3));
    const JpegBytes pad{0, 0, 0};
    const auto size = static_cast<std::uint32_t> (
        test::with_segment (plain, 0xe2, test::mpf ({0, 0, 0}, little)).size ());
    const std::uint32_t second = size + 3,
                        third = second + static_cast<std::uint32_t> (preview.size ());
    const JpegBytes image = test::with_segment (
        plain, 0xe2, test::mpf ({0, second - kTiffAt, third - kTiffAt}, little));
    const JpegBytes photo = joined ({image, pad, preview, depth});
    expect_images (photo, {image});
    expect_images (joined ({pad, photo, photo, small (4)}), {image, image, small (4)});
  }
}

TEST (JpegFinder, PicturesElsewhereThanTheIndexSaysAreFrames)
{
  for (const std::uint32_t offset : {1u, 100u, 0xffffffffu}) {
    const JpegBytes image = test::with_segment (small (1), 0xe2, test::mpf ({0, offset}, true));
    expect_images (joined ({image, small (2)}), {image, small (2)});
  }
}

TEST (JpegFinder, LengthsThatLie)
{
  JpegBytes zero = small (1);
  zero[4] = zero[5] = 0;
  const auto images = images_of (joined ({zero, small (2)}), {10'000});
  ASSERT_EQ (images.size (), 2u);
  EXPECT_EQ (images[1], small (2));
}

TEST (JpegFinder, TheFirstImageOfABuffer)
{
  const JpegBytes image = small (1);
  const auto first = [] (const JpegBytes &bytes) {
    const Bytes found = first_image (bytes);
    return JpegBytes (found.begin (), found.end ());
  };
  EXPECT_EQ (first (image), image);
  EXPECT_EQ (first (joined ({{0, 1, 0xff}, image, {0, 0}, small (2)})), image);
  EXPECT_EQ (first (test::without_end (image)), test::without_end (image));
  EXPECT_EQ (first (joined ({image, small (2)})), image);
  EXPECT_TRUE (first ({}).empty ());
  EXPECT_TRUE (first ({0xff, 0xd8}).empty ());
  EXPECT_TRUE (first ({1, 2, 3, 0xff}).empty ());
}

}  // namespace
}  // namespace quad::jpeg

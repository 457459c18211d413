// How a picture is turned: all values in both byte orders, and offsets that lead anywhere.
#include <gtest/gtest.h>

#include <limits>

#include "jpeg/header.h"
#include "jpeg/segments.h"
#include "support/jpeg_maker.h"

namespace quad::jpeg {
namespace {

using test::JpegBytes;

constexpr Orientation kInOrder[] = {Orientation::identity,       Orientation::flip_horizontal,
                                    Orientation::rotate_180,     Orientation::flip_vertical,
                                    Orientation::transpose,      Orientation::rotate_90,
                                    Orientation::anti_transpose, Orientation::rotate_270};

TEST (JpegExif, AllOrientationsInBothByteOrders)
{
  for (const bool little : {false, true})
    for (int value = 1; value <= 8; value++) {
      EXPECT_EQ (exif_orientation (test::exif (value, little)), kInOrder[value - 1]);
      const auto header = read_header (
          test::with_segment (test::make_jpeg ({16, 16}), 0xe1, test::exif (value, little)));
      ASSERT_TRUE (header);
      EXPECT_TRUE (header->has_orientation);
      EXPECT_EQ (header->orientation, kInOrder[value - 1]);
    }
}

TEST (JpegExif, OtherValuesAreNone)
{
  for (const bool little : {false, true})
    for (const int value : {0, 9, 255, 256, 65535}) {
      EXPECT_FALSE (exif_orientation (test::exif (value, little)));
      const auto header = read_header (
          test::with_segment (test::make_jpeg ({16, 16}), 0xe1, test::exif (value, little)));
      ASSERT_TRUE (header);
      EXPECT_FALSE (header->has_orientation);
      EXPECT_EQ (header->orientation, Orientation::identity);
    }
}

// Copies have the exact size, so that a sanitizer sees a read beyond it.
TEST (JpegExif, OffsetsAndLengthsThatLie)
{
  for (const bool little : {false, true}) {
    const JpegBytes whole = test::exif (6, little);
    for (std::size_t size = 0; size <= whole.size (); size++)
      for (std::uint32_t offset :
           {0u, 1u, 7u, 8u, 9u, 20u, 33u, 34u, 35u, 37u, 38u, 39u, 0x7fffffffu, 0x80000000u,
            0xfffffff0u, 0xfffffffeu, 0xffffffffu}) {
        JpegBytes cut = test::exif_at (6, little, offset);
        cut.resize (size);
        cut.shrink_to_fit ();
        const auto found = exif_orientation (cut);
        // The tag's value ends 4 bytes before the end.
        EXPECT_EQ (found.has_value (), offset == 8 && size >= whole.size () - 4)
            << offset << " " << size;
      }
  }
}

TEST (JpegExif, AnyByteMayBeAnything)
{
  for (const bool little : {false, true}) {
    const JpegBytes whole = test::exif (3, little);
    for (std::size_t i = 0; i < whole.size (); i++)
      for (int value = 0; value < 256; value++) {
        JpegBytes other = whole;
        other[i] = static_cast<std::uint8_t> (value);
        (void)exif_orientation (other);
        (void)further_pictures (other);
      }
  }
}

TEST (JpegExif, ManyEntriesEndWhereTheSegmentEnds)
{
  JpegBytes bytes = test::exif (6, true);
  bytes[14] = bytes[15] = 0xff;  // 65535 entries
  bytes[28] = 0;                 // and another tag than the orientation's
  EXPECT_FALSE (exif_orientation (bytes));
}

TEST (JpegExif, TheFirstSegmentWithATagCounts)
{
  JpegBytes jpeg = test::with_segment (test::make_jpeg ({16, 16}), 0xe1, test::exif (3, true));
  jpeg = test::with_segment (jpeg, 0xe1, test::exif (6, false));
  jpeg = test::with_segment (jpeg, 0xe1, {'h', 't', 't', 'p', ':', '/', '/', 0});
  EXPECT_EQ (read_header (jpeg)->orientation, Orientation::rotate_90);
}

TEST (JpegMpf, OffsetsOfFurtherPictures)
{
  for (const bool little : {false, true}) {
    EXPECT_EQ (further_pictures (test::mpf ({0, 5000, 70000}, little)),
               (std::vector<std::uint32_t>{5000, 70000}));
    EXPECT_TRUE (further_pictures (test::mpf ({}, little)).empty ());
    const JpegBytes whole = test::mpf ({0, 5000, 70000}, little);
    for (std::size_t size = 0; size < whole.size (); size++) {
      const JpegBytes cut (whole.begin (), whole.begin () + static_cast<std::ptrdiff_t> (size));
      EXPECT_LE (further_pictures (cut).size (), 2u);
    }
  }
}

}  // namespace
}  // namespace quad::jpeg

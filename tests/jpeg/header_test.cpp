// What headers say, and which pictures are refused in which words.
#include <gtest/gtest.h>

#include "jpeg/header.h"
#include "support/jpeg_maker.h"

namespace quad::jpeg {
namespace {

using test::JpegBytes;
using test::JpegKind;
using test::make_jpeg;

constexpr std::uint64_t kMany = 1'000'000'000;

struct Row {
  JpegKind kind;
  PixelFormat format;
  const char *name;
};

const Row kRows[] = {
    {{.sampling = TJSAMP_GRAY}, PixelFormat::gray8, "grey"},
    {{.sampling = TJSAMP_420}, PixelFormat::i420, "4:2:0"},
    {{.sampling = TJSAMP_422}, PixelFormat::y42b, "4:2:2"},
    {{.sampling = TJSAMP_444}, PixelFormat::y444, "4:4:4"},
    {{.sampling = TJSAMP_440}, PixelFormat::y444, "4:4:0"},
    {{.rgb = true}, PixelFormat::gbr, "RGB"},
};

TEST (JpegHeader, FormatsBySampling)
{
  for (Row row : kRows)
    for (const bool progressive : {false, true}) {
      row.kind.progressive = progressive;
      const auto header = read_header (make_jpeg ({37, 21}, row.kind));
      ASSERT_TRUE (header) << row.name;
      EXPECT_EQ (header->size, (Size{37, 21}));
      EXPECT_EQ (refusal_of (*header, kMany), "");
      ASSERT_TRUE (sampling_of (*header)) << row.name;
      EXPECT_STREQ (sampling_of (*header)->name, row.name);
      EXPECT_EQ (sampling_of (*header)->format, row.format);
      EXPECT_EQ (header->one_scan, !progressive);
      EXPECT_EQ (header->own_tables, !progressive);
    }
}

TEST (JpegHeader, RgbByItsIdentifiers)
{
  JpegBytes jpeg = test::without_segments (make_jpeg ({16, 16}, {.sampling = TJSAMP_444}), 0xe0);
  const std::size_t frame = test::marker_at (jpeg, 0xc0), scan = test::marker_at (jpeg, 0xda);
  for (std::size_t i = 0; i < 3; i++)
    jpeg[frame + 10 + 3 * i] = jpeg[scan + 5 + 2 * i] = static_cast<std::uint8_t> ("RGB"[i]);
  EXPECT_EQ (read_header (jpeg)->colors, Colors::rgb);
  // JFIF says that it is YCbCr, whatever the identifiers are.
  const JpegBytes jfif =
      test::with_segment (jpeg, 0xe0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  EXPECT_EQ (read_header (jfif)->colors, Colors::yuv);
}

struct Refused {
  const char *what;
  JpegBytes jpeg;
  std::vector<std::string> words;
};

JpegBytes with_byte (JpegBytes jpeg, std::uint8_t marker, std::size_t offset, int value)
{
  jpeg[test::marker_at (jpeg, marker) + offset] = static_cast<std::uint8_t> (value);
  return jpeg;
}

// A header of four components.
JpegBytes cmyk (int transform)
{
  JpegBytes jpeg{0xff, 0xd8, 0xff, 0xc0, 0, 20, 8, 0, 16, 0, 16, 4};
  for (const int id : {1, 2, 3, 4})
    jpeg.insert (jpeg.end (), {static_cast<std::uint8_t> (id), 0x11, 0});
  const JpegBytes scan{0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0};
  jpeg.insert (jpeg.end (), scan.begin (), scan.end ());
  if (transform < 0) return jpeg;
  return test::with_segment (
      jpeg, 0xee,
      {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, static_cast<std::uint8_t> (transform)});
}

TEST (JpegHeader, RefusalsNameTheCauseAndTheWayOut)
{
  const JpegBytes plain = make_jpeg ({16, 16});
  const Refused all[] = {
      {"4:1:1", make_jpeg ({32, 16}, {.sampling = TJSAMP_411}), {"4:1:1", "avdec_mjpeg"}},
      {"odd factors", test::with_factors (plain, 1, 0x12), {"2x2 1x2 1x1", "jpegdec"}},
      {"CMYK", cmyk (-1), {"CMYK", "avdec_mjpeg"}},
      {"CMYK of Adobe", cmyk (0), {"CMYK", "avdec_mjpeg"}},
      {"YCCK", cmyk (2), {"YCCK", "avdec_mjpeg"}},
      {"RGB with less colour",
       test::with_factors (make_jpeg ({16, 16}, {.rgb = true}), 0, 0x22),
       {"4:2:0 in RGB"}},
      {"12 bits", with_byte (plain, 0xc0, 4, 12), {"12 bits", "8 bits"}},
      {"lossless", with_byte (plain, 0xc0, 1, 0xc3), {"lossless", "avdec_mjpeg"}},
      {"JPEG-LS", with_byte (plain, 0xc0, 1, 0xf7), {"JPEG-LS"}},
      {"hierarchical", with_byte (plain, 0xc0, 1, 0xc5), {"hierarchical"}},
      {"no height", test::with_size (plain, 16, 0), {"16x0"}},
      {"no width", test::with_size (plain, 0, 16), {"0x16"}},
      {"too many pixels", test::with_size (plain, 65535, 65535), {"65535x65535", "max-pixels"}},
      {"too wide", test::with_size (plain, 65535, 1), {"65535x1", "65500"}},
  };
  for (const Refused &r : all) {
    const auto header = read_header (r.jpeg);
    ASSERT_TRUE (header) << r.what;
    const std::string why = refusal_of (*header, kMany);
    for (const std::string &word : r.words)
      EXPECT_NE (why.find (word), std::string::npos) << r.what << ": " << why;
  }
}

TEST (JpegHeader, TheLimitOfPixelsIsInclusive)
{
  const auto header = read_header (make_jpeg ({20, 10}));
  EXPECT_EQ (refusal_of (*header, 200), "");
  EXPECT_NE (refusal_of (*header, 199), "");
}

TEST (JpegHeader, CutAnywhereBeforeTheScanIsNone)
{
  const JpegBytes jpeg = test::with_segment (make_jpeg ({16, 16}), 0xe1, test::exif (6, true));
  const std::size_t scan = test::marker_at (jpeg, 0xda);
  const std::size_t needed =
      scan + 2 + static_cast<std::size_t> (jpeg[scan + 2] << 8 | jpeg[scan + 3]);
  for (std::size_t size = 0; size <= needed; size++) {
    const JpegBytes cut (jpeg.begin (), jpeg.begin () + static_cast<std::ptrdiff_t> (size));
    EXPECT_EQ (read_header (cut).has_value (), size == needed) << size;
  }
}

TEST (JpegHeader, AnyByteMayBeAnything)
{
  const JpegBytes jpeg = make_jpeg ({16, 16}, {.progressive = true});
  const std::size_t end = test::marker_at (jpeg, 0xda) + 10;
  for (std::size_t i = 0; i < end; i++)
    for (int value = 0; value < 256; value++) {
      JpegBytes other = jpeg;
      other[i] = static_cast<std::uint8_t> (value);
      if (const auto header = read_header (other)) (void)refusal_of (*header, kMany);
    }
}

}  // namespace
}  // namespace quad::jpeg

// quadmatte: which samples come out.
#include "core/geometry.h"
#include "elements/matte/harness.h"

namespace quad::test {
namespace {

constexpr const char *kInputs[] = {"I420", "NV12",      "RGB",   "BGRx",
                                   "Y444", "P010_10LE", "GRAY8", "RGBA"};
constexpr const char *kOutputs[] = {"A420", "AV12", "AYUV", "RGBA",
                                    "BGRA", "ARGB", "ABGR", "GRAY8"};

std::string size_text (Size size)
{
  return std::to_string (size.width) + "x" + std::to_string (size.height);
}

Owned<GstBuffer> picture_of (const GstVideoInfo &info)
{
  // In samples of 10 bits the low bits are noise, which is as good.
  if (GST_VIDEO_INFO_COMP_DEPTH (&info, 0) == 8) return colorful (info);
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  GstMapInfo map;
  gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++) map.data[i] = static_cast<guint8> (i % 2 ? 40 + i % 157 : 0);
  gst_buffer_unmap (buffer.get (), &map);
  return buffer;
}

// The mask's level times the picture's own alpha.
std::vector<int> product (const GstVideoInfo &info, GstBuffer *buffer, int level)
{
  const auto count = static_cast<std::size_t> (info.width * info.height);
  if (GST_VIDEO_INFO_N_COMPONENTS (&info) < 4) return std::vector<int> (count, level);
  std::vector<int> all = alpha_of (info, buffer);
  for (int &a : all) a = (a * level + 127) / 255;
  return all;
}

void expect_matte (const char *from, const char *to, Size size, bool with_padding)
{
  const std::string where = std::string (from) + " to " + to + " " + size_text (size);
  const std::string in = raw (from, size.width, size.height);
  Matte m (model_of ("fill 0.4", "1x24x32x3", "1x24x32x1"), in,
           std::string ("video/x-raw,format=") + to);
  Owned<GstBuffer> picture = picture_of (m.in ());
  if (with_padding) picture = padded (m.in (), picture.get ());
  const MatteFrame out = m.show (Owned<GstBuffer>{gst_buffer_ref (picture.get ())});
  ASSERT_EQ (out.info.width, size.width) << where;
  ASSERT_EQ (out.info.height, size.height) << where;
  ASSERT_STREQ (GST_VIDEO_INFO_NAME (&out.info), to) << where;
  EXPECT_EQ (out.alpha (), product (m.in (), picture.get (), 102)) << where;
  if (GST_VIDEO_INFO_N_COMPONENTS (&out.info) == 1) return;
  const MatteFrame same = converted (in, std::move (picture), m.caps ());
  for (guint k = 0; k < 3; k++)
    EXPECT_EQ (out.component (k), same.component (k)) << where << " component " << k;
}

class MattePixels : public testing::TestWithParam<const char *> {};

TEST_P (MattePixels, AlphaIsTheMasksAndColoursAreThePictures)
{
  for (const char *to : kOutputs)
    for (const Size size : {Size{64, 48}, Size{17, 9}, Size{1, 1}, Size{2, 3}})
      expect_matte (GetParam (), to, size, false);
}

TEST_P (MattePixels, RowsFarApartAndAWideStrip)
{
  for (const char *to : kOutputs) {
    expect_matte (GetParam (), to, {34, 17}, true);
    expect_matte (GetParam (), to, {7680, 2}, false);
  }
}

// What has the same components keeps its bytes.
TEST_P (MattePixels, SharedComponentsKeepTheirBytes)
{
  const std::string from = GetParam ();
  const char *to = from == "I420"   ? "A420"
                   : from == "NV12" ? "AV12"
                   : from == "Y444" ? "AYUV"
                   : from == "RGB"  ? "ARGB"
                   : from == "BGRx" ? "BGRA"
                   : from == "RGBA" ? "ABGR"
                                    : nullptr;
  if (!to) GTEST_SKIP ();
  Matte m (model_of ("fill 1", "1x24x32x3", "1x24x32x1"), raw (from, 33, 15),
           std::string ("video/x-raw,format=") + to);
  Owned<GstBuffer> picture = colorful (m.in ());
  const MatteFrame out = m.show (Owned<GstBuffer>{gst_buffer_ref (picture.get ())});
  for (guint k = 0; k < GST_VIDEO_INFO_N_COMPONENTS (&m.in ()); k++)
    EXPECT_EQ (out.component (k), component_of (m.in (), picture.get (), k)) << k;
}

// A mask that follows the picture: black at the left, white at the right.
TEST_P (MattePixels, TheMaskLiesWhereThePictureDoes)
{
  for (const char *to : kOutputs)
    for (const bool vertical : {false, true}) {
      Matte m (model_of ("threshold 0.5", "1x8x8x3", "1x8x8x1"), raw (GetParam (), 48, 32),
               std::string ("video/x-raw,format=") + to);
      const GstVideoInfo gray = info_of_caps (raw ("GRAY8", 48, 32));
      Owned<GstBuffer> halves = painted (
          gray, [&] (int, int x, int y, int) { return (vertical ? y >= 16 : x >= 24) ? 235 : 16; });
      const MatteFrame shown =
          converted (raw ("GRAY8", 48, 32), std::move (halves), raw (GetParam (), 48, 32));
      const MatteFrame out = m.show (Owned<GstBuffer>{gst_buffer_ref (shown.buffer.get ())});
      const std::vector<int> alpha = out.alpha ();
      for (int y = 0; y < 32; y++)
        for (int x = 0; x < 48; x++) {
          // The mask's samples are 6 wide and 4 high, and are interpolated.
          const int at = vertical ? y - 16 : x - 24, near = vertical ? 2 : 3;
          if (at < near && at >= -near) continue;
          ASSERT_EQ (alpha[static_cast<std::size_t> (48 * y + x)], at < 0 ? 0 : 255)
              << GetParam () << " " << to << " " << x << " " << y;
        }
    }
}

INSTANTIATE_TEST_SUITE_P (Formats, MattePixels, testing::ValuesIn (kInputs),
                          [] (const auto &one) { return std::string (one.param); });

// Caps have the crop's size and a video meta the whole frame's.
TEST (MatteCrop, TheCropIsWhatIsSeenAndShown)
{
  for (const char *from : {"I420", "NV12", "RGB", "BGRx", "Y444", "RGBA"})
    for (const char *to : kOutputs) {
      const std::string in = raw (from, 20, 16), where = std::string (from) + " to " + to;
      Matte m (model_of ("threshold 0.5", "1x4x4x3", "1x4x4x1"), in,
               std::string ("video/x-raw,format=") + to);
      // Left of column 20 all is white: the mask shows that the model sees the crop alone.
      const GstVideoInfo gray = info_of_caps (raw ("GRAY8", 40, 40));
      Owned<GstBuffer> bright = painted (
          gray, [] (int, int x, int, int) { return x < 10 || (x >= 20 && x < 30) ? 255 : 0; });
      MatteFrame whole = converted (raw ("GRAY8", 40, 40), std::move (bright), raw (from, 40, 40));
      GstBuffer *buffer = gst_buffer_copy (whole.buffer.get ());
      if (!gst_buffer_get_video_meta (buffer))
        gst_buffer_add_video_meta_full (
            buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&whole.info), 40, 40,
            GST_VIDEO_INFO_N_PLANES (&whole.info), whole.info.offset, whole.info.stride);
      GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer);
      crop->x = 10, crop->y = 20, crop->width = 20, crop->height = 16;
      const MatteFrame out = m.show (Owned<GstBuffer>{gst_buffer_ref (buffer)});
      const std::vector<int> alpha = out.alpha ();
      ASSERT_EQ (alpha.size (), 320u) << where;
      for (std::size_t i = 0; i < alpha.size (); i++) {
        const std::size_t x = i % 20;
        if (x >= 8 && x < 12) continue;
        ASSERT_EQ (alpha[i], x < 10 ? 0 : 255) << where << " " << x;
      }
      EXPECT_FALSE (gst_buffer_get_video_crop_meta (out.buffer.get ())) << where;
      // A plain conversion leaves the same caps as they are.
      if (GST_VIDEO_INFO_N_COMPONENTS (&out.info) > 1 && std::string (from) != to) {
        const MatteFrame same =
            converted (in, Owned<GstBuffer>{gst_buffer_ref (buffer)}, m.caps ());
        for (guint k = 0; k < 3; k++)
          EXPECT_EQ (out.component (k), same.component (k)) << where << " " << k;
      }
      gst_buffer_unref (buffer);
    }
}

// The frame is foreground alone, and stays so.
void expect_all_kept (const char *format, Size size, const char *properties, int frames)
{
  Matte m (model_of ("fill 1"), raw (format, size.width, size.height), "video/x-raw", properties);
  for (int n = 0; n < frames; n++) {
    const std::vector<int> alpha = m.show (plain (m.in (), 255)).alpha ();
    EXPECT_EQ (alpha.size (), std::size_t (size.width) * std::size_t (size.height));
    EXPECT_TRUE (std::ranges::all_of (alpha, [] (int a) { return a == 255; }))
        << format << " " << size.width << "x" << size.height << " " << properties;
  }
}

// The smallest pictures, thin ones, and one of 8K.
TEST (MattePixels, OfEverySize)
{
  constexpr char kAll[] = "region=track foreground=estimate smoothing=0.75";
  for (const Size size : {Size{1, 1}, {1, 2}, {2, 1}, {3, 1}, {1, 999}})
    for (const char *format : {"I420", "RGBA", "P010_10LE"})
      for (const char *properties : {"refine=none smoothing=0", kAll})
        expect_all_kept (format, size, properties, 2);
  expect_all_kept ("I420", {7680, 4320}, "smoothing=0", 1);
}

// Nobody in the picture, whatever it shows: background, not noise.
TEST (MattePixels, NobodyIsThere)
{
  for (const char *properties :
       {"refine=none smoothing=0", "smoothing=0", "region=track foreground=estimate"}) {
    Matte m (model_of ("fill 0"), raw ("I420", 333, 217), "video/x-raw", properties);
    for (int n = 0; n < 3; n++) {
      const auto noise = [n] (int p, int x, int y, int) {
        return int ((unsigned (x) * 2654435761U + unsigned (y * 40503 + p * 977 + n * 31)) >> 24);
      };
      const std::vector<int> alpha = m.show (painted (m.in (), noise)).alpha ();
      EXPECT_EQ (std::ranges::max (alpha), 0) << properties << " " << n;
    }
  }
}

}  // namespace
}  // namespace quad::test

// The colorimetry that a picture is taken for, and conversions between colorimetries.
#include "glue/colorimetry.h"

#include <gtest/gtest.h>

#include <string>

#include "support/gst_helpers.h"

using namespace quad;
using namespace quad::test;

namespace {

// `colorimetry` as caps have it: range:matrix:transfer:primaries, or a name; empty: unsaid.
GstVideoInfo info_of (const std::string &format, const std::string &colorimetry, int height = 48)
{
  GstVideoInfo info = info_of_caps ("video/x-raw,width=64,height=" + std::to_string (height) +
                                    ",framerate=1/1,format=" + format);
  info.colorimetry = {};
  if (!colorimetry.empty () &&
      !gst_video_colorimetry_from_string (&info.colorimetry, colorimetry.c_str ()))
    ADD_FAILURE () << colorimetry;
  return info;
}

std::string text_of (const GstVideoColorimetry &c)
{
  return std::to_string (c.range) + ":" + std::to_string (c.matrix) + ":" +
         std::to_string (c.transfer) + ":" + std::to_string (c.primaries);
}

std::vector<int> codes (guint argb, const std::string &format, const std::string &colorimetry)
{
  const Color c = color_of (argb, info_of (format, colorimetry));
  return {c.value.begin (), c.value.end ()};
}

// ITU-R BT.601-7 2.5.1, BT.709-6 3.2 and BT.2020-2 table 4.
TEST (Colorimetry, LumaWeights)
{
  struct {
    GstVideoColorMatrix matrix;
    double red, blue;
  } const rows[] = {
      {GST_VIDEO_COLOR_MATRIX_BT601, 0.299, 0.114},
      {GST_VIDEO_COLOR_MATRIX_BT709, 0.2126, 0.0722},
      {GST_VIDEO_COLOR_MATRIX_BT2020, 0.2627, 0.0593},
      {GST_VIDEO_COLOR_MATRIX_FCC, 0.30, 0.11},
      {GST_VIDEO_COLOR_MATRIX_SMPTE240M, 0.212, 0.087},
      {GST_VIDEO_COLOR_MATRIX_UNKNOWN, 0.299, 0.114},
      {GST_VIDEO_COLOR_MATRIX_RGB, 0.299, 0.114},
  };
  for (const auto &row : rows) {
    const LumaWeights w = luma_weights (row.matrix);
    EXPECT_DOUBLE_EQ (w.red, row.red) << row.matrix;
    EXPECT_DOUBLE_EQ (w.blue, row.blue) << row.matrix;
    EXPECT_DOUBLE_EQ (w.red + w.green + w.blue, 1) << row.matrix;
  }
}

// The codes of BT.601's and BT.709's colour bars at 100 %.
TEST (Colorimetry, ColorsInCodeValues)
{
  using Codes = std::vector<int>;
  EXPECT_EQ (codes (0xffffffff, "I420", "bt601"), (Codes{235, 128, 128, 255}));
  EXPECT_EQ (codes (0x80000000, "I420", "bt601"), (Codes{16, 128, 128, 128}));
  EXPECT_EQ (codes (0xffff0000, "I420", "bt601"), (Codes{81, 90, 240, 255}));
  EXPECT_EQ (codes (0xff00ff00, "NV12", "bt601"), (Codes{145, 54, 34, 255}));
  EXPECT_EQ (codes (0xff0000ff, "Y444", "bt601"), (Codes{41, 240, 110, 255}));
  EXPECT_EQ (codes (0xffff0000, "I420", "bt709"), (Codes{63, 102, 240, 255}));
  EXPECT_EQ (codes (0xff00ff00, "I420", "bt709"), (Codes{173, 42, 26, 255}));
  EXPECT_EQ (codes (0xffffffff, "I420", "1:4:16:4"), (Codes{255, 128, 128, 255}));
  EXPECT_EQ (codes (0xffffffff, "P010_10LE", "bt709"), (Codes{940, 512, 512, 255}));
  EXPECT_EQ (codes (0xff123456, "RGBA", "sRGB"), (Codes{0x12, 0x34, 0x56, 255}));
  EXPECT_EQ (codes (0xffffff00, "RGB", "2:1:5:1"), (Codes{235, 235, 16, 255}));
  EXPECT_EQ (codes (0xffffffff, "GRAY8", "1:0:0:0")[0], 255);
  // Open fields: GStreamer's defaults for a format and a size.
  EXPECT_EQ (codes (0xffff0000, "I420", ""), codes (0xffff0000, "I420", "bt601"));
  EXPECT_EQ (codes (0xffffffff, "RGB", ""), codes (0xffffffff, "RGB", "sRGB"));
}

TEST (Colorimetry, CompletedAlone)
{
  struct {
    const char *format, *said;
    int height;
    const char *is;  // range:matrix:transfer:primaries
  } const rows[] = {
      {"I420", "", 48, "2:4:0:0"},        {"I420", "", 720, "2:3:0:0"},
      {"I420", "1:0:5:1", 48, "1:4:5:1"}, {"I420", "0:3:0:0", 48, "2:3:0:0"},
      {"RGBA", "", 48, "1:1:0:0"},        {"RGBA", "2:1:14:7", 48, "2:1:14:7"},
  };
  for (const auto &row : rows)
    EXPECT_EQ (text_of (completed_colorimetry (info_of (row.format, row.said, row.height))), row.is)
        << row.format << " " << row.said << " " << row.height;
}

TEST (Colorimetry, CompletedFromEachOther)
{
  struct {
    const char *format, *said, *to_format, *to_said, *is, *to_is;
  } const rows[] = {
      // Pictures of one kind take all open fields from each other.
      {"I420", "", "NV12", "1:3:5:1", "1:3:5:1", "1:3:5:1"},
      {"I420", "1:3:5:1", "NV12", "", "1:3:5:1", "1:3:5:1"},
      {"I420", "", "NV12", "", "2:4:0:0", "2:4:0:0"},
      {"I420", "1:0:0:0", "NV12", "0:3:0:0", "1:3:5:1", "1:3:5:1"},
      {"I420", "1:3:5:1", "NV12", "2:4:16:4", "1:3:5:1", "2:4:16:4"},
      // A matrix that only SDR has says that the light is SDR's; that of BT.2020 says nothing.
      {"I420", "1:4:0:0", "NV12", "2:6:14:7", "1:4:5:1", "2:6:14:7"},
      {"I420", "2:6:0:0", "NV12", "2:6:14:7", "2:6:14:7", "2:6:14:7"},
      {"I420", "2:0:0:0", "NV12", "2:6:14:7", "2:6:14:7", "2:6:14:7"},
      // Pictures of two kinds take only transfer function and primaries.
      {"RGBA", "", "I420", "2:3:5:1", "1:1:5:1", "2:3:5:1"},
      {"I420", "", "RGBA", "1:1:7:1", "2:4:7:1", "1:1:7:1"},
  };
  for (const auto &row : rows) {
    const GstVideoInfo from = info_of (row.format, row.said);
    const GstVideoInfo to = info_of (row.to_format, row.to_said);
    const Colorimetries c = completed_colorimetries (from, to);
    EXPECT_EQ (text_of (c.from), row.is) << row.said << " to " << row.to_said;
    EXPECT_EQ (text_of (c.to), row.to_is) << row.said << " to " << row.to_said;
  }
}

TEST (Colorimetry, SamePixels)
{
  struct {
    const char *format, *said, *to_format, *to_said;
    bool same;
  } const rows[] = {
      {"I420", "bt709", "I420", "bt709", true},
      {"I420", "bt709", "NV12", "bt709", false},
      {"I420", "bt709", "I420", "", true},
      {"I420", "bt709", "I420", "bt601", false},
      {"I420", "2:3:5:1", "I420", "1:3:5:1", false},
      // All SDR standards count as one light; HDR and wide gamut do not.
      {"I420", "2:3:5:1", "I420", "2:3:16:4", true},
      {"I420", "2:3:5:1", "I420", "2:3:14:1", false},
      {"I420", "2:3:5:1", "I420", "2:3:5:7", false},
      {"I420", "2:3:5:1", "I420", "2:3:0:0", true},
      {"I420", "2:3:14:7", "I420", "2:3:0:0", false},
      {"I420", "2:6:14:7", "I420", "2:6:0:0", true},
      {"RGBA", "sRGB", "RGBA", "1:1:5:1", true},
  };
  for (const auto &row : rows) {
    const GstVideoInfo a = info_of (row.format, row.said), b = info_of (row.to_format, row.to_said);
    EXPECT_EQ (same_pixels (a, b), row.same) << row.said << " to " << row.to_said;
    EXPECT_EQ (same_pixels (b, a), row.same) << row.to_said << " to " << row.said;
  }
}

TEST (Colorimetry, SameWhereKnown)
{
  const auto same = [] (const char *a, const char *b) {
    return same_where_known (info_of ("I420", a).colorimetry, info_of ("I420", b).colorimetry);
  };
  EXPECT_TRUE (same ("bt709", "bt709"));
  EXPECT_TRUE (same ("bt709", ""));
  EXPECT_TRUE (same ("2:0:5:0", "0:3:5:1"));
  EXPECT_FALSE (same ("2:3:5:1", "1:3:5:1"));
  EXPECT_FALSE (same ("2:3:5:1", "2:4:5:1"));
  EXPECT_FALSE (same ("2:3:5:1", "2:3:16:1"));
  EXPECT_FALSE (same ("2:3:5:1", "2:3:5:4"));
}

// The matrix turns a colour's codes in one colorimetry into its codes in the other, up to rounding.
TEST (Colorimetry, MatrixLeadsFromColorToColor)
{
  const std::pair<const char *, const char *> kinds[] = {
      {"I420", "bt601"},        {"I420", "bt709"}, {"Y444", "1:4:0:0"},
      {"I420_10LE", "2:6:0:0"}, {"RGBA", "sRGB"},  {"RGB", "2:1:0:0"}};
  for (const auto &[from_format, from_said] : kinds)
    for (const auto &[to_format, to_said] : kinds) {
      SCOPED_TRACE (std::string{from_format} + " " + from_said + " to " + to_format + " " +
                    to_said);
      const GstVideoInfo from = info_of (from_format, from_said);
      const GstVideoInfo to = info_of (to_format, to_said);
      const ColorMatrix m = color_matrix (from, to);
      const double step = double (1 << to.finfo->depth[0]) / double (1 << from.finfo->depth[0]);
      for (const guint argb : {0xff000000u, 0xffffffffu, 0xffff0000u, 0xff00ff00u, 0xff0000ffu,
                               0xff336699u, 0xff808080u}) {
        const Color in = color_of (argb, from), out = color_of (argb, to);
        for (std::size_t c = 0; c < 3; c++) {
          double value = m.to_zero[c];
          for (std::size_t k = 0; k < 3; k++)
            value += m.factor[c][k] * (in.value[k] - m.from_zero[k]);
          EXPECT_NEAR (value, out.value[c], 0.6 + 1.2 * step) << std::hex << argb << " " << c;
        }
      }
    }
}

TEST (Colorimetry, MatrixOfOneColorimetryIsTheIdentity)
{
  const ColorMatrix m = color_matrix (info_of ("NV12", "bt709"), info_of ("I420", "bt709"));
  for (int c = 0; c < 3; c++) {
    EXPECT_EQ (m.from_zero[c], m.to_zero[c]);
    for (int k = 0; k < 3; k++) EXPECT_NEAR (m.factor[c][k], c == k, 1e-12);
  }
}

}  // namespace

// The stage: buffers onto a buffer, on the host.
#include "glue/stage.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

const char *const kGrey = "video/x-raw,format=GRAY8,framerate=1/1,";

GstVideoInfo grey (int width, int height)
{
  return info_of_caps (kGrey + ("width=" + std::to_string (width)) +
                       ",height=" + std::to_string (height));
}

Owned<GstBuffer> filled (const GstVideoInfo &info, int value)
{
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  gst_buffer_memset (buffer.get (), 0, static_cast<guint8> (value), GST_VIDEO_INFO_SIZE (&info));
  return buffer;
}

int byte_at (GstBuffer *buffer, gsize offset)
{
  guint8 value = 0;
  gst_buffer_extract (buffer, offset, &value, 1);
  return value;
}

Look look_at (const Rect &crop, const Rect &target)
{
  return {.placement = {.crop = crop, .target = target, .hidden = {}}};
}

class StageTest : public ::testing::Test {
 protected:
  StageTest () { stage_.set_threads (1); }

  Owned<GstElement> element_{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Backends backends_{element_.get ()};
  Stage stage_{backends_};
  GstVideoInfo canvas_ = grey (32, 16), picture_ = grey (16, 16);
  Owned<GstBuffer> out_ = filled (canvas_, 7);
};

TEST_F (StageTest, ShowsFillsAndHandsOn)
{
  Input left, right;
  const Owned<GstBuffer> a = filled (picture_, 100), b = filled (picture_, 200);
  for (int frame = 0; frame < 3; frame++) {
    ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
    ASSERT_FALSE (stage_.show (left, a.get (), picture_, look_at ({0, 0, 16, 16}, {0, 0, 8, 8})));
    ASSERT_FALSE (stage_.show (right, b.get (), picture_, look_at ({0, 0, 16, 16}, {8, 0, 8, 8})));
    stage_.fill ({16, 0, 8, 8}, 0xffffff, 255);
    ASSERT_FALSE (stage_.finish ());
    EXPECT_EQ (byte_at (out_.get (), 4), 100);
    EXPECT_EQ (byte_at (out_.get (), 12), 200);
    EXPECT_GT (byte_at (out_.get (), 20), 230);
    EXPECT_LT (byte_at (out_.get (), 28), 20) << "the background";
  }
}

// One place shows two pictures, for example a label over a picture: two inputs of any formats.
TEST_F (StageTest, OnePlaceMayShowTwoPictures)
{
  Input picture, label;
  const GstVideoInfo red = info_of_caps ("video/x-raw,format=RGBA,width=4,height=4,framerate=1/1");
  const Owned<GstBuffer> below = filled (picture_, 50), above = filled (red, 255);
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  ASSERT_FALSE (
      stage_.show (picture, below.get (), picture_, look_at ({0, 0, 16, 16}, {0, 0, 16, 16})));
  ASSERT_FALSE (stage_.show (label, above.get (), red, look_at ({0, 0, 4, 4}, {4, 4, 4, 4})));
  ASSERT_FALSE (stage_.finish ());
  EXPECT_EQ (byte_at (out_.get (), 0), 50);
  EXPECT_GT (byte_at (out_.get (), 5 * 32 + 5), 230);
}

TEST_F (StageTest, ABadBufferIsLeftOutAndTheFrameGoesOn)
{
  Input good, bad;
  const Owned<GstBuffer> a = filled (picture_, 100), b = filled (grey (4, 4), 200);
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  const Problem p =
      stage_.show (bad, b.get (), picture_, look_at ({0, 0, 16, 16}, {16, 0, 16, 16}));
  EXPECT_EQ (p.kind, Problem::Kind::bad_buffer);
  EXPECT_EQ (p.input, &bad);
  EXPECT_TRUE (p.is_of_one_picture ());
  EXPECT_NE (p.why.find ("smaller"), std::string::npos) << p.why;
  ASSERT_FALSE (stage_.show (good, a.get (), picture_, look_at ({0, 0, 16, 16}, {0, 0, 16, 16})));
  ASSERT_FALSE (stage_.finish ());
  EXPECT_EQ (byte_at (out_.get (), 0), 100);
  EXPECT_LT (byte_at (out_.get (), 20), 20);
}

TEST_F (StageTest, WithoutATargetAPictureIsOnlyChecked)
{
  Input input;
  const Owned<GstBuffer> good = filled (picture_, 100), bad = filled (grey (4, 4), 100);
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  EXPECT_FALSE (stage_.show (input, good.get (), picture_, {}));
  EXPECT_TRUE (stage_.show (input, bad.get (), picture_, {}));
  ASSERT_FALSE (stage_.finish ());
  EXPECT_LT (byte_at (out_.get (), 0), 20);
}

TEST_F (StageTest, AnOutputThatCannotBeWrittenIsNobodysPicture)
{
  const Owned<GstBuffer> small = filled (grey (4, 4), 0);
  const Problem p = stage_.begin (canvas_, small.get ());
  EXPECT_EQ (p.kind, Problem::Kind::bad_buffer);
  EXPECT_EQ (p.input, nullptr);
  EXPECT_FALSE (p.is_of_one_picture ());
}

// The stage keeps nothing of a frame, however it ends.
TEST_F (StageTest, BuffersAreLetGo)
{
  Input input;
  const Owned<GstBuffer> a = filled (picture_, 100);
  const Look whole = look_at ({0, 0, 16, 16}, {0, 0, 16, 16});
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  ASSERT_FALSE (stage_.show (input, a.get (), picture_, whole));
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (a.get ()), 2);
  stage_.cancel ();
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (a.get ()), 1);
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  ASSERT_FALSE (stage_.show (input, a.get (), picture_, whole));
  ASSERT_FALSE (stage_.finish ());
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (a.get ()), 1);
  // Off the canvas: refused where it is drawn.
  ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
  ASSERT_FALSE (stage_.show (input, a.get (), picture_, look_at ({0, 0, 16, 16}, {30, 0, 16, 16})));
  const Problem p = stage_.finish ();
  EXPECT_EQ (p.kind, Problem::Kind::failed);
  EXPECT_EQ (p.status, Status::bad_geometry);
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (a.get ()), 1);
}

TEST_F (StageTest, ThreadsMayChangeBetweenFrames)
{
  Input input;
  const GstVideoInfo colors =
      info_of_caps ("video/x-raw,format=I420,width=16,height=16,framerate=1/1");
  const Owned<GstBuffer> a = filled (colors, 128);
  for (int threads = 1; threads < 4; threads++) {
    stage_.set_threads (threads);
    ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
    ASSERT_FALSE (stage_.show (input, a.get (), colors, look_at ({0, 0, 16, 16}, {0, 0, 32, 16})));
    ASSERT_FALSE (stage_.finish ());
    EXPECT_NEAR (byte_at (out_.get (), 40), 128, 8);
  }
}

// Samples of noise that are opaque in RGBA and BGRA.
Owned<GstBuffer> opaque_noise (const GstVideoInfo &info)
{
  Owned<GstBuffer> buffer = filled (info, 0);
  GstMapInfo map;
  gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE);
  std::minstd_rand random (3);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = i % 4 == 3 ? 255 : static_cast<guint8> (random () >> 8);
  gst_buffer_unmap (buffer.get (), &map);
  return buffer;
}

// A zoom that moves by a tenth of a sample, in the canvas's format and in one that is converted.
TEST_F (StageTest, ACropMayLieBetweenSamplesInEachFormat)
{
  const GstVideoInfo picture = info_of_caps (raw ("RGBA", 16, 16));
  const GstVideoInfo same = info_of_caps (raw ("RGBA", 32, 16));
  const GstVideoInfo other = info_of_caps (raw ("BGRA", 32, 16));
  const Owned<GstBuffer> in = opaque_noise (picture);
  Input drawn, converted;
  std::vector<guint8> last;
  for (const std::optional<Rect> &part : {std::optional<Rect>{}, {{2, 2, 12, 12}}})
    for (int step = 0; step < 4; step++) {
      Look look = {.placement = {.crop = {4 + step / 10.0, 3.25, 7.5, 9.75},
                                 .target = {2, 2, 30, 14},
                                 .hidden = {},
                                 .part = part},
                   .filter = Filter::bicubic};
      std::vector<guint8> bytes[2];
      for (const bool converts : {false, true}) {
        const Owned<GstBuffer> out = filled (same, 0);
        ASSERT_FALSE (stage_.begin (converts ? other : same, out.get ()));
        ASSERT_FALSE (stage_.show (converts ? converted : drawn, in.get (), picture, look));
        ASSERT_FALSE (stage_.finish ());
        bytes[converts].resize (gst_buffer_get_size (out.get ()));
        gst_buffer_extract (out.get (), 0, bytes[converts].data (), bytes[converts].size ());
      }
      for (std::size_t i = 0; i < bytes[1].size (); i += 4)
        std::swap (bytes[1][i], bytes[1][i + 2]);
      EXPECT_EQ (bytes[0], bytes[1]) << step;
      EXPECT_NE (bytes[0], last) << step;
      last = bytes[0];
    }
}

// Two pictures of noise side by side, drawn with `threads` threads.
std::vector<guint8> converted (const FormatInfo &from, const FormatInfo &to, int threads)
{
  constexpr int kWidth = 310, kHeight = 232;
  const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Backends backends{element.get ()};
  Stage stage{backends};
  stage.set_threads (threads);
  const GstVideoInfo picture = info_of_caps (raw (from.name, kWidth, kHeight));
  const std::string range = to.rgb ? "" : ",colorimetry=1:4:0:0";
  const GstVideoInfo canvas = info_of_caps (raw (to.name, 2 * kWidth, kHeight) + range);
  const Owned<GstBuffer> in = filled (picture, 0), out = filled (canvas, 0);
  GstMapInfo map;
  gst_buffer_map (in.get (), &map, GST_MAP_WRITE);
  std::minstd_rand random (7);
  for (gsize i = 0; i < map.size; i++) map.data[i] = static_cast<guint8> (random () >> 8);
  gst_buffer_unmap (in.get (), &map);
  Input left, right;
  const Rect whole = {0, 0, kWidth, kHeight};
  EXPECT_FALSE (stage.begin (canvas, out.get ()));
  EXPECT_FALSE (stage.show (left, in.get (), picture, look_at (whole, whole)));
  EXPECT_FALSE (
      stage.show (right, in.get (), picture, look_at (whole, {kWidth, 0, kWidth, kHeight})));
  EXPECT_FALSE (stage.finish ());
  std::vector<guint8> bytes (gst_buffer_get_size (out.get ()));
  gst_buffer_extract (out.get (), 0, bytes.data (), bytes.size ());
  return bytes;
}

TEST (StageThreads, DoNotChangeAnyConversion)
{
  for (const FormatInfo &from : all_formats ())
    for (const PixelFormat to : {PixelFormat::i420, PixelFormat::nv12, PixelFormat::y444,
                                 PixelFormat::ayuv, PixelFormat::argb})
      ASSERT_EQ (converted (from, info_of (to), 1), converted (from, info_of (to), 4))
          << from.name << " to " << info_of (to).name;
}

// Counts the log's lines of the stage by level.
void count_line (GstDebugCategory *category, GstDebugLevel level, const gchar *, const gchar *,
                 gint, GObject *, GstDebugMessage *message, gpointer lines)
{
  if (g_strcmp0 (gst_debug_category_get_name (category), "quadstage") != 0) return;
  if (g_strrstr (gst_debug_message_get (message), "converts 16x16 of I420") == nullptr) return;
  ++(*static_cast<std::map<GstDebugLevel, int> *> (lines))[level];
}

TEST_F (StageTest, AConversionIsLoggedAtInfoOnceAndForEachFrame)
{
  Input input;
  const GstVideoInfo colors =
      info_of_caps ("video/x-raw,format=I420,width=16,height=16,framerate=1/1");
  const Owned<GstBuffer> a = filled (colors, 128);
  std::map<GstDebugLevel, int> lines;
  gst_debug_set_threshold_from_string ("quadstage:6", FALSE);
  // In parentheses: the function, not the macro, which is no valid C++.
  (gst_debug_add_log_function) (count_line, &lines, nullptr);
  for (int frame = 0; frame < 3; frame++) {
    ASSERT_FALSE (stage_.begin (canvas_, out_.get ()));
    ASSERT_FALSE (stage_.show (input, a.get (), colors, look_at ({0, 0, 16, 16}, {0, 0, 32, 16})));
    ASSERT_FALSE (stage_.finish ());
  }
  (gst_debug_remove_log_function) (count_line);
  gst_debug_unset_threshold_for_name ("quadstage");
  EXPECT_EQ (lines[GST_LEVEL_INFO], 1);
  EXPECT_EQ (lines[GST_LEVEL_LOG], 2);
}

// Scenes that cannot be drawn fail when caps are set.
TEST_F (StageTest, PrepareSaysWhatCannotBeDrawn)
{
  Input input;
  const Frames in = {grey (16, 16)}, out = {grey (8, 8)};
  EXPECT_FALSE (stage_.prepare (input, in, out, look_at ({0, 0, 16, 16}, {0, 0, 8, 8})));
  const Problem p = stage_.prepare (input, in, out, look_at ({0, 0, 16, 16}, {0, 0, 9, 8}));
  EXPECT_EQ (p.status, Status::bad_geometry);
}

}  // namespace
}  // namespace quad::test

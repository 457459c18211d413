// quadmatterefine: masks that the pictures bring along as metas of GStreamer's analytics library.
#include <gst/analytics/analytics.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/geometry.h"
#include "elements/matte/two_inputs.h"

namespace quad::test {
namespace {

using Levels = std::vector<int>;

const Size kPicture = {16, 12}, kGrid = {4, 3};
const Levels kSome = {255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 0, 255};

Owned<GstBuffer> picture (Size size = kPicture, GstClockTime pts = 0)
{
  return timed (plain (info_of_caps (raw ("I420", size.width, size.height)), 99), pts, kFrame);
}

// What comes out, and what is said.
struct Result {
  std::vector<Levels> alphas;
  std::vector<std::string> warnings;
};

Result shown (std::vector<Owned<GstBuffer>> pictures, Size size = kPicture,
              const std::string &properties = kPlainMask)
{
  TwoInputs t (properties, kAlone, false);
  for (Owned<GstBuffer> &one : pictures)
    t.send ("v", std::move (one), raw ("I420", size.width, size.height));
  t.end ("v");
  t.play ();
  Result result;
  while (const auto frame = t.next ()) result.alphas.push_back (frame->alpha ());
  t.messages ().take ();
  EXPECT_EQ (t.messages ().first_error ().text, "");
  result.warnings = t.messages ().warnings ();
  return result;
}

Result shown (Owned<GstBuffer> one, Size size = kPicture,
              const std::string &properties = kPlainMask)
{
  std::vector<Owned<GstBuffer>> all;
  all.push_back (std::move (one));
  return shown (std::move (all), size, properties);
}

Owned<GstBuffer> gray (Size size, const Levels &levels)
{
  return painted (
      info_of_caps (raw ("GRAY8", size.width, size.height)),
      [&] (int, int x, int y, int) { return levels[std::size_t (y * size.width + x)]; });
}

// The alpha that the pad "mask" makes of the same mask.
Levels by_pad (Size size, Size grid, const Levels &levels,
               const std::string &properties = kPlainMask)
{
  TwoInputs t (properties);
  t.send ("v", picture (size), raw ("I420", size.width, size.height));
  t.send ("m", timed (gray (grid, levels), 0, kFrame), raw ("GRAY8", grid.width, grid.height));
  t.end ("v"), t.end ("m");
  t.play ();
  const auto frame = t.next ();
  return frame ? frame->alpha () : Levels{};
}

Levels placed (const Levels &inside, const Rect &at, Size size = kPicture)
{
  Levels all (std::size_t (size.width * size.height), 0);
  for (int y = 0; y < at.height; y++)
    for (int x = 0; x < at.width; x++)
      all[std::size_t ((at.y + y) * size.width + at.x + x)] =
          inside[std::size_t (y * at.width + x)];
  return all;
}

Levels all_of (Size size, int level)
{
  return Levels (std::size_t (size.width * size.height), level);
}

// Samples of GRAY8 or GRAY16 in rows that are 3 samples longer than they need.
Owned<GstBuffer> samples_in (GstVideoFormat format, Size size, const std::vector<guint> &samples)
{
  const int bytes = format == GST_VIDEO_FORMAT_GRAY8 ? 1 : 2;
  const gint stride = (size.width + 3) * bytes;
  std::vector<guint8> data (std::size_t (stride * size.height), 0xee);
  for (int y = 0; y < size.height; y++)
    for (int x = 0; x < size.width; x++) {
      guint8 *at = data.data () + y * stride + x * bytes;
      const auto sample = guint16 (samples[std::size_t (y * size.width + x)]);
      if (format == GST_VIDEO_FORMAT_GRAY16_LE)
        GST_WRITE_UINT16_LE (at, sample);
      else if (format == GST_VIDEO_FORMAT_GRAY16_BE)
        GST_WRITE_UINT16_BE (at, sample);
      else
        *at = guint8 (sample);
    }
  Owned<GstBuffer> buffer{gst_buffer_new_memdup (data.data (), data.size ())};
  const gsize offset[GST_VIDEO_MAX_PLANES] = {};
  const gint strides[GST_VIDEO_MAX_PLANES] = {stride};
  gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, format,
                                  guint (size.width), guint (size.height), 1, offset, strides);
  return buffer;
}

void add_segmentation (GstBuffer *to, Owned<GstBuffer> samples, std::vector<guint> regions,
                       const Rect &at)
{
  GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta (to);
  if (!meta) meta = gst_buffer_add_analytics_relation_meta (to);
  GstAnalyticsSegmentationMtd mtd;
  ASSERT_TRUE (gst_analytics_relation_meta_add_segmentation_mtd (
      meta, samples.release (), GST_SEGMENTATION_TYPE_SEMANTIC, regions.size (), regions.data (),
      at.x, at.y, guint (at.width), guint (at.height), &mtd));
}

std::vector<guint> samples_of_levels (const Levels &levels, guint background, guint foreground)
{
  std::vector<guint> samples;
  for (const int level : levels) samples.push_back (level ? foreground : background);
  return samples;
}

Owned<GstBuffer> segmented (const Rect &at, Size grid, const Levels &levels)
{
  Owned<GstBuffer> to = picture ();
  add_segmentation (to.get (),
                    samples_in (GST_VIDEO_FORMAT_GRAY8, grid, samples_of_levels (levels, 0, 1)),
                    {0, 1}, at);
  return to;
}

struct TensorOf {
  GstTensorDataType type = GST_TENSOR_DATA_TYPE_UINT8;
  std::vector<gsize> dims = {3, 4};
  GstTensorDimOrder order = GST_TENSOR_DIM_ORDER_ROW_MAJOR;
  gsize bytes = 12;  // those that it really has
};

// gst_tensor_new_simple refuses data that are too short.
GstTensor *tensor (const TensorOf &of, const void *data)
{
  GstTensor *made = gst_tensor_alloc (of.dims.size ());
  made->id = g_quark_from_static_string ("mask");
  made->layout = GST_TENSOR_LAYOUT_CONTIGUOUS;
  made->data_type = of.type;
  made->data = gst_buffer_new_memdup (data, of.bytes);
  made->dims_order = of.order;
  made->num_dims = of.dims.size ();
  std::ranges::copy (of.dims, made->dims);
  return made;
}

void add_tensors (GstBuffer *to, const std::vector<GstTensor *> &tensors)
{
  auto **all = g_new (GstTensor *, tensors.size ());
  std::ranges::copy (tensors, all);
  gst_tensor_meta_set (gst_buffer_add_tensor_meta (to), guint (tensors.size ()), all);
}

TEST (AnalyticsMask, SegmentationsOfAllFormatsAndRegions)
{
  struct Regions {
    std::vector<guint> ids;
    guint background, foreground;
  };
  const Regions kRegions[] = {{{0, 12, 7, 31}, 0, 31}, {{7, 4, 2}, 7, 0}, {{}, 0, 9}, {{0}, 0, 3}};
  const Levels wanted = by_pad (kPicture, kGrid, kSome);
  for (const GstVideoFormat format :
       {GST_VIDEO_FORMAT_GRAY8, GST_VIDEO_FORMAT_GRAY16_LE, GST_VIDEO_FORMAT_GRAY16_BE})
    for (const Regions &regions : kRegions) {
      Owned<GstBuffer> to = picture ();
      add_segmentation (
          to.get (),
          samples_in (format, kGrid,
                      samples_of_levels (kSome, regions.background, regions.foreground)),
          regions.ids, rect_of (kPicture));
      const Result result = shown (std::move (to));
      ASSERT_EQ (result.alphas.size (), 1u);
      EXPECT_EQ (result.alphas[0], wanted) << format;
      EXPECT_TRUE (result.warnings.empty ());
    }
}

// Samples of 16 bits whose lower bytes are equal.
TEST (AnalyticsMask, SamplesOf16Bits)
{
  for (const GstVideoFormat format : {GST_VIDEO_FORMAT_GRAY16_LE, GST_VIDEO_FORMAT_GRAY16_BE}) {
    Owned<GstBuffer> to = picture ();
    add_segmentation (to.get (),
                      samples_in (format, kGrid, samples_of_levels (kSome, 0x0203, 0x0503)),
                      {0x0203, 0x0503}, rect_of (kPicture));
    EXPECT_EQ (shown (std::move (to)).alphas[0], by_pad (kPicture, kGrid, kSome)) << format;
  }
}

TEST (AnalyticsMask, CoversItsPartOfThePicture)
{
  for (const Rect at : {Rect{4, 2, 8, 6}, Rect{0, 0, 8, 12}, Rect{8, 6, 8, 6}}) {
    const Result result = shown (segmented (at, kGrid, kSome));
    EXPECT_EQ (result.alphas[0], placed (by_pad (at.size (), kGrid, kSome), at)) << at.x;
    EXPECT_TRUE (result.warnings.empty ());
  }
}

// At odd positions, and beyond the picture: what is left is exact, as samples lie on positions.
TEST (AnalyticsMask, OddAndOutside)
{
  struct Case {
    Rect at, seen;
  };
  for (const Case &c :
       {Case{{5, 3, 6, 6}, {5, 3, 6, 6}}, Case{{-4, -3, 8, 6}, {0, 0, 4, 3}},
        Case{{13, 9, 20, 20}, {13, 9, 3, 3}}, Case{{20, 0, 5, 5}, {}}, Case{{-9, 2, 9, 4}, {}}}) {
    const Result result = shown (segmented (c.at, c.at.size (), all_of (c.at.size (), 255)));
    EXPECT_EQ (result.alphas[0], placed (all_of (c.seen.size (), 255), c.seen)) << c.at.x;
    EXPECT_TRUE (result.warnings.empty ());
  }
}

TEST (AnalyticsMask, SeveralSegmentationsMakeOneMask)
{
  Owned<GstBuffer> to = segmented ({2, 2, 4, 4}, {4, 4}, all_of ({4, 4}, 255));
  // Coarser, and with a background that is foreground in the other one.
  add_segmentation (to.get (), samples_in (GST_VIDEO_FORMAT_GRAY8, {2, 2}, {1, 0, 0, 0}), {0, 1},
                    {8, 6, 8, 4});
  add_segmentation (to.get (), samples_in (GST_VIDEO_FORMAT_GRAY8, {1, 1}, {0}), {0, 1},
                    rect_of (kPicture));
  Levels wanted = placed (all_of ({4, 4}, 255), {2, 2, 4, 4});
  const Levels second = placed (all_of ({4, 2}, 255), {8, 6, 4, 2});
  for (std::size_t i = 0; i < wanted.size (); i++) wanted[i] = std::max (wanted[i], second[i]);
  EXPECT_EQ (shown (std::move (to)).alphas[0], wanted);
}

// A segmentation lies in the buffer's frame, of which the picture is a part.
TEST (AnalyticsMask, InACroppedPicture)
{
  struct Case {
    Rect at, seen;
  };
  for (const Case &c : {Case{{4, 2, 8, 6}, {0, 0, 8, 6}}, Case{{8, 2, 4, 6}, {4, 0, 4, 6}},
                        Case{{0, 0, 6, 4}, {0, 0, 2, 2}}}) {
    Owned<GstBuffer> to = segmented (c.at, c.at.size (), all_of (c.at.size (), 255));
    gst_buffer_add_video_meta (to.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 16, 12);
    GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (to.get ());
    crop->x = 4, crop->y = 2, crop->width = 8, crop->height = 6;
    EXPECT_EQ (shown (std::move (to), {8, 6}).alphas[0],
               placed (all_of (c.seen.size (), 255), c.seen, {8, 6}));
  }
}

TEST (AnalyticsMask, TensorsOfAllLayoutsAndTypes)
{
  const Levels levels = {0, 1, 51, 102, 127, 128, 153, 204, 254, 255, 7, 200};
  std::vector<guint8> bytes;
  std::vector<float> floats;
  for (const int level : levels)
    bytes.push_back (guint8 (level)), floats.push_back (float (level) / 255);
  const Levels wanted = by_pad (kPicture, kGrid, levels);
  for (const std::vector<gsize> &dims : {std::vector<gsize>{3, 4}, {1, 3, 4, 1}, {1, 1, 3, 4}}) {
    Owned<GstBuffer> of_bytes = picture (), of_floats = picture ();
    add_tensors (of_bytes.get (), {tensor ({.dims = dims}, bytes.data ())});
    add_tensors (of_floats.get (),
                 {tensor ({.type = GST_TENSOR_DATA_TYPE_FLOAT32, .dims = dims, .bytes = 48},
                          floats.data ())});
    EXPECT_EQ (shown (std::move (of_bytes)).alphas[0], wanted) << dims.size ();
    const Result result = shown (std::move (of_floats));
    EXPECT_EQ (result.alphas[0], wanted) << dims.size ();
    EXPECT_TRUE (result.warnings.empty ());
  }
}

TEST (AnalyticsMask, FloatsBeyondTheirRange)
{
  const float floats[] = {-1, 2, NAN, INFINITY, -INFINITY, 1e-30F, 0, 1, 1, 1, 1, 1};
  Owned<GstBuffer> to = picture ();
  add_tensors (to.get (), {tensor ({.type = GST_TENSOR_DATA_TYPE_FLOAT32, .bytes = 48}, floats)});
  EXPECT_EQ (shown (std::move (to)).alphas[0],
             by_pad (kPicture, kGrid, {0, 255, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255}));
}

TEST (AnalyticsMask, TheFirstTensorThatFits)
{
  const std::vector<guint8> low (48, 50), high (48, 200);
  Owned<GstBuffer> to = picture ();
  add_tensors (to.get (), {tensor ({.dims = {1, 84, 2}}, low.data ()), tensor ({}, high.data ()),
                           tensor ({}, low.data ())});
  const Result result = shown (std::move (to));
  EXPECT_EQ (result.alphas[0], all_of (kPicture, 200));
  EXPECT_TRUE (result.warnings.empty ());
}

TEST (AnalyticsMask, UnusableTensors)
{
  const std::vector<guint8> data (96, 200);
  const TensorOf kBad[] = {
      {.type = GST_TENSOR_DATA_TYPE_INT8},
      {.type = GST_TENSOR_DATA_TYPE_FLOAT16, .bytes = 24},
      {.type = GST_TENSOR_DATA_TYPE_FLOAT64, .bytes = 96},
      {.dims = {12}},
      {.dims = {1, 3, 4}},
      {.dims = {3, 2, 2, 1}},
      {.dims = {1, 2, 2, 3}},
      {.dims = {0, 4}},
      {.dims = {G_MAXSIZE, 4}},
      {.dims = {1, 1, 1, 3, 4}},
      {.order = GST_TENSOR_DIM_ORDER_COL_MAJOR},
      {.bytes = 11},
      {.type = GST_TENSOR_DATA_TYPE_FLOAT32, .bytes = 47},
  };
  for (const TensorOf &bad : kBad) {
    std::vector<Owned<GstBuffer>> pictures;
    for (unsigned n = 0; n < 3; n++) {
      pictures.push_back (picture (kPicture, n * kFrame));
      add_tensors (pictures.back ().get (), {tensor (bad, data.data ())});
    }
    const Result result = shown (std::move (pictures));
    EXPECT_EQ (result.alphas, std::vector<Levels> (3, all_of (kPicture, 0))) << &bad - kBad;
    ASSERT_EQ (result.warnings.size (), 1u);
    EXPECT_TRUE (contains (result.warnings[0], "HxW, 1xHxWx1 or 1x1xHxW")) << result.warnings[0];
    EXPECT_TRUE (contains (result.warnings[0], "float32")) << result.warnings[0];
  }
}

TEST (AnalyticsMask, UnusableSegmentations)
{
  struct Bad {
    void (*spoil) (GstVideoMeta *);
    Rect at;
    const char *said;
  };
  const auto nothing = [] (GstVideoMeta *) {};
  const Bad kBad[] = {
      {nothing, {0, 0, 0, 12}, "has no size"},
      {nothing, {0, 0, 16, 0}, "has no size"},
      {[] (GstVideoMeta *m) { m->width = 0; }, rect_of (kPicture), "has no size"},
      {[] (GstVideoMeta *m) { m->height = G_MAXUINT; }, rect_of (kPicture), "16384"},
      {[] (GstVideoMeta *m) { m->height = 4; }, rect_of (kPicture), "its buffer is smaller"},
      {[] (GstVideoMeta *m) { m->stride[0] = 4000; }, rect_of (kPicture), "its buffer is smaller"},
      {[] (GstVideoMeta *m) { m->format = GST_VIDEO_FORMAT_I420; }, rect_of (kPicture),
       "not GRAY8 or GRAY16"},
  };
  for (const Bad &bad : kBad) {
    std::vector<Owned<GstBuffer>> pictures;
    for (unsigned n = 0; n < 3; n++) {
      Owned<GstBuffer> samples =
          samples_in (GST_VIDEO_FORMAT_GRAY8, kGrid, samples_of_levels (kSome, 0, 1));
      GstVideoMeta *meta = gst_buffer_get_video_meta (samples.get ());
      pictures.push_back (picture (kPicture, n * kFrame));
      add_segmentation (pictures.back ().get (), std::move (samples), {0, 1}, bad.at);
      bad.spoil (meta);
    }
    const Result result = shown (std::move (pictures));
    EXPECT_EQ (result.alphas, std::vector<Levels> (3, all_of (kPicture, 0))) << &bad - kBad;
    ASSERT_EQ (result.warnings.size (), 1u);
    EXPECT_TRUE (contains (result.warnings[0], bad.said)) << result.warnings[0];
  }
}

// A mask belongs to its picture alone: a later one without a mask is transparent.
TEST (AnalyticsMask, BelongsToItsPicture)
{
  std::vector<Owned<GstBuffer>> pictures;
  for (unsigned n = 0; n < 4; n++) {
    pictures.push_back (picture (kPicture, n * kFrame));
    const guint8 level = guint8 (50 + n);
    if (n % 2 == 0)
      add_tensors (pictures.back ().get (), {tensor ({.dims = {1, 1}, .bytes = 1}, &level)});
  }
  const Result result = shown (std::move (pictures));
  EXPECT_EQ (result.alphas, (std::vector<Levels>{all_of (kPicture, 50), all_of (kPicture, 0),
                                                 all_of (kPicture, 52), all_of (kPicture, 0)}));
  EXPECT_TRUE (result.warnings.empty ());
}

TEST (AnalyticsMask, NoneAtAllIsTransparentWithOneWarning)
{
  std::vector<Owned<GstBuffer>> pictures;
  for (unsigned n = 0; n < 3; n++) pictures.push_back (picture (kPicture, n * kFrame));
  gst_buffer_add_analytics_relation_meta (pictures[0].get ());
  gst_buffer_add_tensor_meta (pictures[1].get ());
  const Result result = shown (std::move (pictures));
  EXPECT_EQ (result.alphas, std::vector<Levels> (3, all_of (kPicture, 0)));
  ASSERT_EQ (result.warnings.size (), 1u);
  EXPECT_TRUE (
      contains (result.warnings[0], "to the pad mask of quadmatterefine, or send a video"));
}

TEST (AnalyticsMask, TheLinkedPadWins)
{
  TwoInputs t;
  t.send ("v", segmented (rect_of (kPicture), kGrid, all_of (kGrid, 255)), kVideoCaps);
  t.mask (0, 50);
  EXPECT_EQ (levels_of (t.run ()), Levels{50});
}

// As masks of the pad are: fitted to the picture, turned, and smoothed from picture to picture.
TEST (AnalyticsMask, IsRefinedAndInverted)
{
  for (const char *properties : {"refine=guided", "refine=guided smoothing=0 invert=true",
                                 "refine=none smoothing=0 invert=true"})
    EXPECT_EQ (shown (segmented (rect_of (kPicture), kGrid, kSome), kPicture, properties).alphas[0],
               by_pad (kPicture, kGrid, kSome, properties))
        << properties;
}

}  // namespace
}  // namespace quad::test

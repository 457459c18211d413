// How frames of each format look as tensors.
#include "samples.h"

using namespace quad::test;
using quad::Owned;

namespace {

struct Row {
  const char *format;
  const char *tensors;  // of 5x3 samples, with GStreamer's own strides
};

// --- Formats ---

class EachFormat : public testing::TestWithParam<Row> {};

constexpr Row kRows[] = {
    {"I420", "Y[3,5](8,1)u8 U[2,3](4,1)u8 V[2,3](4,1)u8"},
    {"YV12", "Y[3,5](8,1)u8 V[2,3](4,1)u8 U[2,3](4,1)u8"},
    {"NV12", "Y[3,5](8,1)u8 UV[2,3,2](8,2,1)u8"},
    {"NV21", "Y[3,5](8,1)u8 VU[2,3,2](8,2,1)u8"},
    {"NV16", "Y[3,5](8,1)u8 UV[3,3,2](8,2,1)u8"},
    {"NV24", "Y[3,5](8,1)u8 UV[3,5,2](12,2,1)u8"},
    {"Y42B", "Y[3,5](8,1)u8 U[3,3](4,1)u8 V[3,3](4,1)u8"},
    {"Y444", "Y[3,5](8,1)u8 U[3,5](8,1)u8 V[3,5](8,1)u8"},
    {"Y41B", "Y[3,5](8,1)u8 U[3,2](4,1)u8 V[3,2](4,1)u8"},
    {"A420", "Y[3,5](8,1)u8 U[2,3](4,1)u8 V[2,3](4,1)u8 A[3,5](8,1)u8"},
    {"AV12", "Y[3,5](8,1)u8 UV[2,3,2](8,2,1)u8 A[3,5](8,1)u8"},
    {"I420_10LE", "Y[3,5](6,1)u16 U[2,3](4,1)u16 V[2,3](4,1)u16"},
    {"I422_12LE", "Y[3,5](6,1)u16 U[3,3](4,1)u16 V[3,3](4,1)u16"},
    {"Y444_16LE", "Y[3,5](6,1)u16 U[3,5](6,1)u16 V[3,5](6,1)u16"},
    {"P010_10LE", "Y[3,5](6,1)u16 UV[2,3,2](6,2,1)u16"},
    {"P016_LE", "Y[3,5](6,1)u16 UV[2,3,2](6,2,1)u16"},
    {"GRAY8", "Y[3,5](8,1)u8"},
    {"GRAY16_LE", "Y[3,5](6,1)u16"},
    {"RGB", "RGB[3,5,3](16,3,1)u8"},
    {"BGR", "BGR[3,5,3](16,3,1)u8"},
    {"RGBA", "RGBA[3,5,4](20,4,1)u8"},
    {"BGRA", "BGRA[3,5,4](20,4,1)u8"},
    {"ARGB", "ARGB[3,5,4](20,4,1)u8"},
    {"ABGR", "ABGR[3,5,4](20,4,1)u8"},
    {"RGBx", "RGBx[3,5,4](20,4,1)u8"},
    {"BGRx", "BGRx[3,5,4](20,4,1)u8"},
    {"xRGB", "xRGB[3,5,4](20,4,1)u8"},
    {"xBGR", "xBGR[3,5,4](20,4,1)u8"},
    {"RGBA64_LE", "RGBA[3,5,4](20,4,1)u16"},
    {"AYUV", "AYUV[3,5,4](20,4,1)u8"},
    {"v308", "YUV[3,5,3](16,3,1)u8"},
    {"RGBP", "RGB[3,3,5](24,8,1)u8"},
    {"BGRP", "BGR[3,3,5](24,8,1)u8"},
    {"GBR", "GBR[3,3,5](24,8,1)u8"},
    {"GBRA", "GBRA[4,3,5](24,8,1)u8"},
    {"GBR_10LE", "GBR[3,3,5](18,6,1)u16"},
};

INSTANTIATE_TEST_SUITE_P (Planes, EachFormat, testing::ValuesIn (kRows),
                          [] (const auto &row) { return std::string{row.param.format}; });

// The tensor that holds a component, and where in it.
struct Place {
  QuadTensor tensor = {};
  gint64 channel = -1;
};

Place place_of (const OwnedFrame &frame, char letter)
{
  for (guint i = 0; i < info_of (frame).n_tensors; i++) {
    const QuadTensor t = tensor_of (frame, i);
    const auto at = std::string{t.channels}.find (letter);
    if (at != std::string::npos) return {t, static_cast<gint64> (at)};
  }
  return {};
}

// Every sample of `frame` equals the one that GstVideoFrame finds.
void expect_samples (const OwnedFrame &frame, const GstVideoInfo &info, GstBuffer *buffer)
{
  GstVideoFrame mapped;
  ASSERT_TRUE (gst_video_frame_map (&mapped, &info, buffer, GST_MAP_READ));
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS (&mapped); c++) {
    const char letter = (GST_VIDEO_INFO_IS_RGB (&info) ? "RGBA" : "YUVA")[c];
    const Place place = place_of (frame, letter);
    ASSERT_GE (place.channel, 0) << letter;
    const bool planar = place.tensor.ndim == 3 && GST_VIDEO_INFO_N_PLANES (&info) >= 3 &&
                        GST_VIDEO_INFO_IS_RGB (&info);
    const auto *data = static_cast<const guint8 *> (GST_VIDEO_FRAME_COMP_DATA (&mapped, c));
    // GStreamer's tables are wrong for P010 and its like: V is 2 bytes behind U.
    if (place.tensor.bits == 16 && GST_VIDEO_FRAME_COMP_POFFSET (&mapped, c) == 1) data++;
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT (&mapped, c); y++)
      for (int x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH (&mapped, c); x++) {
        const guint8 *sample = data + std::ptrdiff_t{y} * GST_VIDEO_FRAME_COMP_STRIDE (&mapped, c) +
                               std::ptrdiff_t{x} * GST_VIDEO_FRAME_COMP_PSTRIDE (&mapped, c);
        const int value = place.tensor.bits == 8 ? *sample : GST_READ_UINT16_LE (sample);
        ASSERT_EQ (planar ? at (place.tensor, place.channel, y, x)
                          : at (place.tensor, y, x, place.channel),
                   value)
            << letter << " at " << x << ", " << y;
      }
  }
  gst_video_frame_unmap (&mapped);
}

TEST_P (EachFormat, HasItsShapesAndSamples)
{
  for (const auto &[width, height] : {std::pair{5, 3}, {1, 1}, {16, 8}, {7, 2}}) {
    SCOPED_TRACE (testing::Message () << width << "x" << height);
    const std::string caps = raw_caps (GetParam ().format, width, height);
    const GstVideoInfo info = info_of_caps (caps);
    const Owned<GstBuffer> buffer = patterned (GST_VIDEO_INFO_SIZE (&info));
    const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
    ASSERT_TRUE (frame);
    if (width == 5) {
      EXPECT_EQ (describe (frame), GetParam ().tensors);
    }
    EXPECT_EQ (info_of (frame).width, width);
    EXPECT_EQ (info_of (frame).height, height);
    EXPECT_STREQ (info_of (frame).format, GetParam ().format);
    EXPECT_EQ (tensor_of (frame, 0).device, QUAD_DEVICE_CPU);
    EXPECT_EQ (tensor_of (frame, 0).device_id, 0);
    expect_samples (frame, info, buffer.get ());
    QuadTensor none;
    EXPECT_FALSE (quad_frame_get_tensor (frame.get (), info_of (frame).n_tensors, &none));
  }
}

class NoTensor : public testing::TestWithParam<const char *> {};

INSTANTIATE_TEST_SUITE_P (Planes, NoTensor,
                          testing::Values ("YUY2", "UYVY", "v210", "RGB16", "BGR15", "GRAY16_BE",
                                           "I420_10BE", "NV12_4L4", "RGB10A2_LE", "Y410", "RGB8P",
                                           "r210", "Y210", "IYU1"),
                          [] (const auto &format) { return std::string{format.param}; });

TEST_P (NoTensor, IsRefusedAndSaysWhatToDo)
{
  const std::string caps = raw_caps (GetParam (), 16, 8);
  const GstVideoInfo info = info_of_caps (caps);
  const Owned<GstBuffer> buffer = patterned (GST_VIDEO_INFO_SIZE (&info));
  const std::string problem = problem_of (sample_of (buffer.get (), caps).get ());
  EXPECT_NE (problem.find (GetParam ()), std::string::npos) << problem;
  EXPECT_NE (problem.find ("videoconvert"), std::string::npos) << problem;
}

// --- Strides, offsets and crops ---

// A buffer of `size` bytes whose planes lie where the meta says.
Owned<GstBuffer> laid_out (const GstVideoInfo &info, gsize size, std::vector<gsize> offset,
                           std::vector<gint> stride)
{
  Owned<GstBuffer> buffer = patterned (size);
  offset.resize (GST_VIDEO_MAX_PLANES);
  stride.resize (GST_VIDEO_MAX_PLANES);
  gst_buffer_add_video_meta_full (
      buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT (&info), guint (info.width),
      guint (info.height), GST_VIDEO_INFO_N_PLANES (&info), offset.data (), stride.data ());
  return buffer;
}

TEST (Strides, AreTheMetas)
{
  const std::string caps = raw_caps ("NV12", 6, 4);
  const GstVideoInfo info = info_of_caps (caps);
  const Owned<GstBuffer> buffer = laid_out (info, 1000, {100, 600}, {32, 48});
  const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
  EXPECT_EQ (describe (frame), "Y[4,6](32,1)u8 UV[2,3,2](48,2,1)u8");
  expect_samples (frame, info, buffer.get ());
}

TEST (Strides, MayBeNegative)
{
  const std::string caps = raw_caps ("RGB", 5, 3);
  const GstVideoInfo info = info_of_caps (caps);
  const Owned<GstBuffer> buffer = laid_out (info, 48, {32}, {-16});
  const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
  EXPECT_EQ (describe (frame), "RGB[3,5,3](-16,3,1)u8");
  EXPECT_EQ (at (tensor_of (frame, 0), 2, 0, 1), 167);
  EXPECT_EQ (at (tensor_of (frame, 0), 0, 0, 0), 32 * 167 % 251);
  expect_samples (frame, info, buffer.get ());
}

TEST (Strides, OfHalfASampleAreRefused)
{
  const std::string caps = raw_caps ("GRAY16_LE", 4, 2);
  const GstVideoInfo info = info_of_caps (caps);
  const Owned<GstBuffer> buffer = laid_out (info, 100, {0}, {9});
  EXPECT_EQ (problem_of (sample_of (buffer.get (), caps).get ()),
             "The frame's stride or address is no multiple of its samples' size.");
}

TEST (PlanesOfRgb, AtUnequalDistancesAreTensorsOfTheirOwn)
{
  const std::string caps = raw_caps ("GBR", 6, 4);
  const GstVideoInfo info = info_of_caps (caps);
  {
    const Owned<GstBuffer> buffer = laid_out (info, 200, {0, 64, 100}, {8, 8, 8});
    const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
    EXPECT_EQ (describe (frame), "G[4,6](8,1)u8 B[4,6](8,1)u8 R[4,6](8,1)u8");
    expect_samples (frame, info, buffer.get ());
  }
  {
    const Owned<GstBuffer> buffer = laid_out (info, 200, {0, 64, 128}, {8, 8, 16});
    const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
    EXPECT_EQ (describe (frame), "G[4,6](8,1)u8 B[4,6](8,1)u8 R[4,6](16,1)u8");
  }
  {
    // The last one first.
    const Owned<GstBuffer> buffer = laid_out (info, 200, {128, 64, 0}, {8, 8, 8});
    const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
    EXPECT_EQ (describe (frame), "GBR[3,4,6](-64,8,1)u8");
    expect_samples (frame, info, buffer.get ());
  }
}

TEST (Planes, InMemoriesOfTheirOwn)
{
  const std::string caps = raw_caps ("NV12", 6, 4);
  const GstVideoInfo info = info_of_caps (caps);
  Owned<GstBuffer> buffer = laid_out (info, 32, {0, 32}, {8, 8});
  const Owned<GstBuffer> second = patterned (16);
  gst_buffer_append_memory (buffer.get (), gst_buffer_get_memory (second.get (), 0));
  const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
  ASSERT_TRUE (frame);
  EXPECT_EQ (describe (frame), "Y[4,6](8,1)u8 UV[2,3,2](8,2,1)u8");
  EXPECT_EQ (at (tensor_of (frame, 1), 0, 0, 1), 167);
}

Owned<GstBuffer> cropped (const std::string &caps, guint x, guint y, guint width, guint height)
{
  const GstVideoInfo info = info_of_caps (caps);
  Owned<GstBuffer> buffer = patterned (GST_VIDEO_INFO_SIZE (&info));
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
  crop->x = x;
  crop->y = y;
  crop->width = width;
  crop->height = height;
  return buffer;
}

TEST (Crop, IsShownAlone)
{
  const std::string caps = raw_caps ("NV12", 16, 8);
  const Owned<GstBuffer> buffer = cropped (caps, 4, 2, 5, 3);
  const OwnedFrame frame = tensors_of (sample_of (buffer.get (), caps).get ());
  ASSERT_TRUE (frame);
  EXPECT_EQ (describe (frame), "Y[3,5](16,1)u8 UV[2,3,2](16,2,1)u8");
  EXPECT_EQ (info_of (frame).width, 5);
  EXPECT_EQ (info_of (frame).height, 3);
  EXPECT_EQ (at (tensor_of (frame, 0), 1, 2), (3 * 16 + 6) * 167 % 251);
  EXPECT_EQ (at (tensor_of (frame, 1), 1, 2, 1), (16 * 8 + 2 * 16 + 4 + 5) * 167 % 251);
}

TEST (Crop, IsCutAtTheFramesEdge)
{
  const std::string caps = raw_caps ("GRAY8", 16, 8);
  const Owned<GstBuffer> buffer = cropped (caps, 11, 7, 100, 100);
  EXPECT_EQ (describe (tensors_of (sample_of (buffer.get (), caps).get ())), "Y[1,5](16,1)u8");
}

TEST (Crop, OfTheFrameThatAMetaMakesLarger)
{
  // As videocrop does it: caps of the crop's size, a meta of the whole frame's.
  const GstVideoInfo whole = info_of_caps (raw_caps ("GRAY8", 16, 8));
  Owned<GstBuffer> buffer = laid_out (whole, 128, {0}, {16});
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
  crop->x = 8, crop->y = 4, crop->width = 8, crop->height = 4;
  const OwnedFrame frame = tensors_of (sample_of (buffer.get (), raw_caps ("GRAY8", 8, 4)).get ());
  ASSERT_TRUE (frame);
  EXPECT_EQ (describe (frame), "Y[4,8](16,1)u8");
  EXPECT_EQ (at (tensor_of (frame, 0), 0, 0), (4 * 16 + 8) * 167 % 251);
}

TEST (Crop, BetweenSamplesOfChromaIsRefused)
{
  const std::string caps = raw_caps ("NV12", 16, 8);
  const Owned<GstBuffer> buffer = cropped (caps, 3, 2, 4, 4);
  const std::string problem = problem_of (sample_of (buffer.get (), caps).get ());
  EXPECT_NE (problem.find ("between two samples of chroma"), std::string::npos) << problem;
  // Without subsampled chroma no position lies between samples.
  const std::string rgb = raw_caps ("RGB", 16, 8);
  const Owned<GstBuffer> odd = cropped (rgb, 3, 1, 4, 4);
  EXPECT_EQ (describe (tensors_of (sample_of (odd.get (), rgb).get ())), "RGB[4,4,3](48,3,1)u8");
}

TEST (Crop, OutsideOfTheFrameIsRefused)
{
  const std::string caps = raw_caps ("GRAY8", 16, 8);
  for (const auto &[x, y, w, h] :
       {std::tuple{16u, 0u, 4u, 4u}, {0u, 8u, 4u, 4u}, {0u, 0u, 0u, 4u}}) {
    const Owned<GstBuffer> buffer = cropped (caps, x, y, w, h);
    EXPECT_EQ (problem_of (sample_of (buffer.get (), caps).get ()),
               "The frame's crop lies outside of it.");
  }
}

// --- Bad frames ---

TEST (BadFrame, SmallerThanItsCaps)
{
  const std::string caps = raw_caps ("I420", 16, 8);
  const Owned<GstBuffer> buffer = patterned (100);
  const std::string problem = problem_of (sample_of (buffer.get (), caps).get ());
  EXPECT_NE (problem.find ("smaller than its caps"), std::string::npos) << problem;
}

TEST (BadFrame, StridesThatLeadOutOfItsMemory)
{
  const std::string caps = raw_caps ("GRAY8", 16, 8);
  const GstVideoInfo info = info_of_caps (caps);
  for (const auto &[offset, stride] : {std::pair{gsize{0}, 17}, {gsize{1}, 16}, {gsize{0}, -16}}) {
    const Owned<GstBuffer> buffer = laid_out (info, 128, {offset}, {stride});
    const std::string problem = problem_of (sample_of (buffer.get (), caps).get ());
    EXPECT_NE (problem.find ("smaller than its caps"), std::string::npos) << problem;
  }
}

TEST (BadFrame, AMetaOfAnotherFormat)
{
  const GstVideoInfo other = info_of_caps (raw_caps ("NV12", 16, 8));
  const Owned<GstBuffer> buffer = laid_out (other, 400, {0, 128}, {16, 16});
  const std::string problem =
      problem_of (sample_of (buffer.get (), raw_caps ("I420", 16, 8)).get ());
  EXPECT_NE (problem.find ("video meta"), std::string::npos) << problem;
}

TEST (BadFrame, NoVideo)
{
  const Owned<GstBuffer> buffer = patterned (400);
  EXPECT_EQ (problem_of (sample_of (buffer.get (), "audio/x-raw").get ()),
             "The sample is no raw video. Put a decoder before.");
  EXPECT_EQ (problem_of (sample_of (buffer.get (), "video/x-raw,format=RGB").get ()),
             "The sample's caps describe no video.");
  EXPECT_EQ (problem_of (sample_of (nullptr, raw_caps ("RGB", 4, 4)).get ()),
             "The sample has no buffer or no caps.");
  const Owned<GstSample> bare{gst_sample_new (buffer.get (), nullptr, nullptr, nullptr)};
  EXPECT_EQ (problem_of (bare.get ()), "The sample has no buffer or no caps.");
}

TEST (BadFrame, MemoryThatIsNeitherTheSystemsNorCudas)
{
  const Owned<GstBuffer> buffer = patterned (400);
  const std::string problem = problem_of (
      sample_of (buffer.get (), "video/x-raw(memory:GLMemory),format=RGBA,width=4,height=4")
          .get ());
  EXPECT_NE (problem.find ("gldownload"), std::string::npos) << problem;
}

TEST (BadFrame, Fields)
{
  const Owned<GstBuffer> buffer = patterned (400);
  const std::string problem =
      problem_of (sample_of (buffer.get (),
                             "video/x-raw(format:Interlaced),format=RGB,width=4,height=4,"
                             "interlace-mode=alternate")
                      .get ());
  EXPECT_NE (problem.find ("deinterlace"), std::string::npos) << problem;
}

}  // namespace

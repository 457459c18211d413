// Pictures of every format, converted to every other one.
#include "glue/converted_tile.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "glue/video.h"

namespace quad::test {
namespace {

GstVideoInfo info_for (const FormatInfo &format, Size size)
{
  GstVideoInfo info;
  gst_video_info_set_format (&info, to_gst (format.format), static_cast<guint> (size.width),
                             static_cast<guint> (size.height));
  return info;
}

// Of position (x, y), where the format has alpha.
int alpha_at (const FormatInfo &format, const FrameView &view, int x, int y)
{
  for (int r = 0; r < format.rasters; r++)
    for (const ChannelInfo &c : format.raster[static_cast<std::size_t> (r)].channel)
      if (c.component == 3)
        return static_cast<int> (
            view.plane[static_cast<std::size_t> (c.plane)].row (y)[x * c.step + c.offset]);
  return -1;
}

class ConvertedTileTest : public testing::TestWithParam<Size> {
 protected:
  // Converts a picture whose bytes are all 0 and checks its alpha.
  void convert (const FormatInfo &from, const FormatInfo &to, bool scales)
  {
    SCOPED_TRACE (std::string (from.name) + " to " + to.name);
    const Size size = GetParam ();
    const Size source = scales ? Size{size.width * 2 + 1, size.height * 2 + 1} : size;
    const GstVideoInfo in = info_for (from, source), out = info_for (to, size);
    Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&in), nullptr)};
    gst_buffer_memset (buffer.get (), 0, 0, GST_VIDEO_INFO_SIZE (&in));
    MappedFrame frame (in, buffer.get (), GST_MAP_READ);
    ASSERT_TRUE (frame) << frame.problem ();
    Tile tile;
    tile.source = frame.view ();
    tile.crop = rect_of (source);
    tile.target = {0, 0, size.width, size.height};
    ConvertedTile converted (threads_);
    ASSERT_EQ (converted.prepare (tile, in, out), Status::ok);
    FrameView view;
    ASSERT_EQ (converted.draw (tile, view), Status::ok);
    ASSERT_EQ (view.size, size);
    ASSERT_EQ (view.format, to.format);
    if (!to.has_alpha ()) return;
    const int alpha = from.has_alpha () ? 0 : 255;
    for (int y = 0; y < size.height; y++)
      for (int x = 0; x < size.width; x++)
        ASSERT_EQ (alpha_at (to, view, x, y), alpha) << x << ", " << y;
  }

  std::shared_ptr<Threads> threads_ = std::make_shared<Threads> (1);
};

TEST_P (ConvertedTileTest, EveryPairOfFormatsKeepsAlphaOrIsOpaque)
{
  for (const FormatInfo &from : all_formats ())
    for (const FormatInfo &to : all_formats ())
      if (from.format != to.format)
        for (const bool scales : {false, true}) convert (from, to, scales);
}

// While only the crop changes, the converter and its buffers stay. The pixels are those of a new
// one.
TEST_P (ConvertedTileTest, AZoomThatMovesKeepsTheBuffers)
{
  const Size size = GetParam ();
  const FormatInfo &rgba = info_of (PixelFormat::rgba);
  const GstVideoInfo in = info_for (rgba, size), out = info_for (info_of (PixelFormat::y444), size);
  Owned<GstBuffer> buffer{gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&in), nullptr)};
  GstMapInfo map;
  gst_buffer_map (buffer.get (), &map, GST_MAP_WRITE);
  for (gsize i = 0; i < map.size; i++)
    map.data[i] = i % 4 == 3 ? 255 : static_cast<guint8> (i * i + i / 3);
  gst_buffer_unmap (buffer.get (), &map);
  MappedFrame frame (in, buffer.get (), GST_MAP_READ);
  Tile tile;
  tile.source = frame.view ();
  tile.target = rect_of (size);
  ConvertedTile kept (threads_);
  auto pixels = [&] (ConvertedTile &converted, FrameView &view) {
    EXPECT_EQ (converted.prepare (tile, in, out), Status::ok);
    EXPECT_EQ (converted.draw (tile, view), Status::ok);
    std::vector<std::byte> bytes;
    for (int p = 0; p < 3; p++)
      for (int y = 0; y < size.height; y++) {
        const std::byte *row = view.plane[static_cast<std::size_t> (p)].row (y);
        bytes.insert (bytes.end (), row, row + size.width);
      }
    return bytes;
  };
  std::byte *data = nullptr;
  // The whole picture is converted without scaling.
  for (const double side : {1.0, 0.75, 0.5, 1.0, 0.8}) {
    tile.crop = {0, 0, size.width * side, size.height * side};
    tile.part = rect_of (size);
    FrameView view, other;
    ConvertedTile fresh (threads_);
    EXPECT_EQ (pixels (kept, view), pixels (fresh, other)) << side;
    if (!data) data = view.plane[0].data;
    EXPECT_EQ (view.plane[0].data, data) << side;
  }
}

INSTANTIATE_TEST_SUITE_P (Sizes, ConvertedTileTest,
                          testing::Values (Size{1, 1}, Size{7, 3}, Size{16, 4}, Size{33, 5}),
                          [] (const auto &info) {
                            return std::to_string (info.param.width) + "x" +
                                   std::to_string (info.param.height);
                          });

}  // namespace
}  // namespace quad::test

// Which picture each pixel of quadmux-grid's output shows.
#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

// One frame of a grid whose inputs have one frame each.
std::unique_ptr<Picture8> one_frame (GridPipeline &p)
{
  Pictures all = p.run ();
  EXPECT_EQ (all.size (), 1u) << p.error ();
  if (all.empty ()) g_error ("no picture: %s", p.error ().c_str ());
  return std::move (all[0]);
}

struct Probe {
  int x, y;
  Values expected;
};

void expect_at (const Picture8 &picture, const std::vector<Probe> &probes)
{
  for (const Probe &p : probes)
    EXPECT_EQ (picture.at (p.x, p.y), p.expected) << "at " << p.x << "," << p.y;
}

TEST (GridLayout, FourInputsHaveTheFourCells)
{
  for (const char *format : {"I420", "YV12", "NV12", "NV21", "Y42B", "Y444"}) {
    SCOPED_TRACE (format);
    GridPipeline p ("", raw (format, 64, 32, k601));
    for (const Values &v : {kRed, kGreen, kBlue, kWhite})
      p.add_solid (raw (format, 32, 16, k601), v, 1);
    const auto picture = one_frame (p);
    for (int y = 0; y < 32; y++)
      for (int x = 0; x < 64; x++) {
        const Values &expected = y < 16 ? (x < 32 ? kRed : kGreen) : (x < 32 ? kBlue : kWhite);
        ASSERT_EQ (picture->at (x, y), expected) << x << "," << y;
      }
  }
}

TEST (GridLayout, AFreeCellShowsTheBackground)
{
  GridPipeline p ("background-color=0xffff0000", bt601 (64, 32));
  p.add_solid (bt601 (32, 16), kGreen, 1);
  expect_at (*one_frame (p), {{0, 0, kGreen}, {31, 15, kGreen}, {32, 0, kRed}, {63, 31, kRed}});
}

TEST (GridLayout, GapMarginAndBorder)
{
  GridPipeline p ("gap=8 margin=4 border-width=2 border-color=0xff0000ff", bt601 (80, 48));
  for (std::size_t i = 0; i < 3; i++) {
    p.add_solid (bt601 (32, 16), kGreen, 1);
    p.set_pad (i, "fit", 2);
  }
  // Cells of 32x16 at x = 4 and 44, y = 4 and 28. The fourth has no picture and no border.
  expect_at (*one_frame (p), {{3, 10, kBlack},
                              {4, 10, kBlue},
                              {5, 10, kBlue},
                              {6, 10, {145, 54, 34, 0}},
                              {33, 10, kGreen},
                              {34, 10, kBlue},
                              {35, 10, kBlue},
                              {36, 10, kBlack},
                              {20, 4, kBlue},
                              {20, 6, kGreen},
                              {20, 17, kGreen},
                              {20, 18, kBlue},
                              {20, 20, kBlack},
                              {44, 10, kBlue},
                              {44, 30, kBlack},
                              {79, 47, kBlack}});
}

// Borders are whole chroma samples wide, and as wide on all sides.
TEST (GridLayout, AnOddBorderIsAsWideOnAllSides)
{
  for (const int width : {1, 3}) {
    GridPipeline p (
        "rows=1 columns=1 border-color=0xff0000ff border-width=" + std::to_string (width),
        bt601 (40, 40));
    p.add_solid (bt601 (32, 32), kGreen, 1);
    p.set_pad (0, "fit", 2);
    const int b = width + 1, last = 39 - b;
    expect_at (*one_frame (p), {{b - 1, 20, kBlue},
                                {b, 20, kGreen},
                                {last, 20, kGreen},
                                {last + 1, 20, kBlue},
                                {20, b - 1, kBlue},
                                {20, b, kGreen},
                                {20, last, kGreen},
                                {20, last + 1, kBlue}});
  }
}

TEST (GridLayout, BorderLeavesContainsBarsToTheBackground)
{
  GridPipeline p ("rows=1 columns=1 border-width=2 border-color=0xff0000ff", bt601 (68, 36));
  p.add_solid (bt601 (32, 32), kGreen, 1);
  expect_at (*one_frame (p), {{0, 18, kBlue},
                              {2, 18, kBlack},
                              {17, 18, kBlack},
                              {18, 18, kGreen},
                              {49, 18, kGreen},
                              {50, 18, kBlack},
                              {65, 18, kBlack},
                              {66, 18, kBlue}});
}

TEST (GridLayout, SpansAndCells)
{
  GridPipeline p ("rows=2 columns=3", bt601 (96, 32));
  p.add_solid (bt601 (32, 16), kRed, 1);
  p.add_solid (bt601 (32, 16), kGreen, 1);
  p.add_solid (bt601 (32, 16), kBlue, 1);
  p.set_pad (0, "row-span", 2, "column-span", 2, "fit", 2);
  // The second's cell is taken by the first's span; the third asks for the last one.
  p.set_pad (2, "cell", 5);
  expect_at (*one_frame (p), {{0, 0, kRed},
                              {63, 31, kRed},
                              {64, 0, kGreen},
                              {95, 15, kGreen},
                              {64, 16, kBlue},
                              {95, 31, kBlue}});
}

TEST (GridLayout, FitModes)
{
  // A 2:1 picture, left half red and right half green, in a square cell.
  const GstVideoInfo info = info_of_caps (bt601 (64, 32));
  auto input = [&] (GridPipeline &p) {
    p.add_input (bt601 (64, 32));
    p.push (0, timed (painted (info,
                               [] (int plane, int x, int, int) {
                                 const bool left = x < (plane == 0 ? 32 : 16);
                                 return (left ? kRed : kGreen)[std::size_t (plane)];
                               }),
                      0, GST_SECOND / 10));
    p.end (0);
  };
  GridPipeline contain ("rows=1 columns=1", bt601 (32, 32));
  input (contain);
  expect_at (*one_frame (contain), {{0, 7, kBlack},
                                    {0, 8, kRed},
                                    {15, 23, kRed},
                                    {16, 8, kGreen},
                                    {31, 23, kGreen},
                                    {31, 24, kBlack}});
  GridPipeline top ("rows=1 columns=1", bt601 (32, 32));
  input (top);
  top.set_pad (0, "yalign", 0.0);
  expect_at (*one_frame (top), {{0, 0, kRed}, {31, 15, kGreen}, {0, 16, kBlack}});
  GridPipeline fill ("rows=1 columns=1", bt601 (32, 32));
  input (fill);
  fill.set_pad (0, "fit", 2);
  expect_at (*one_frame (fill), {{0, 0, kRed}, {15, 31, kRed}, {16, 0, kGreen}, {31, 31, kGreen}});
  GridPipeline cover ("rows=1 columns=1", bt601 (32, 32));
  input (cover);
  cover.set_pad (0, "fit", 1);
  expect_at (*one_frame (cover), {{0, 0, kRed}, {15, 31, kRed}, {16, 0, kGreen}, {31, 31, kGreen}});
  GridPipeline right ("rows=1 columns=1", bt601 (32, 32));
  input (right);
  right.set_pad (0, "fit", 1, "xalign", 1.0);
  expect_at (*one_frame (right), {{0, 0, kGreen}, {31, 31, kGreen}});
}

TEST (GridLayout, PixelAspectRatioOfInputAndOutput)
{
  // 16x32 samples twice as wide as high are a square picture.
  GridPipeline p ("rows=1 columns=1",
                  raw ("I420", 64, 32, k601 + ",pixel-aspect-ratio=(fraction)1/1"));
  p.add_solid (raw ("I420", 16, 32, k601 + ",pixel-aspect-ratio=(fraction)2/1"), kRed, 1);
  expect_at (*one_frame (p), {{15, 0, kBlack}, {16, 0, kRed}, {47, 31, kRed}, {48, 31, kBlack}});
  // On a canvas of such samples it needs half the width.
  GridPipeline q ("rows=1 columns=1",
                  raw ("I420", 64, 32, k601 + ",pixel-aspect-ratio=(fraction)2/1"));
  q.add_solid (bt601 (32, 32), kRed, 1);
  expect_at (*one_frame (q), {{23, 0, kBlack}, {24, 0, kRed}, {39, 31, kRed}, {40, 31, kBlack}});
}

TEST (GridLayout, AlphaBlendsAndZorderDecidesWhatIsOnTop)
{
  GridPipeline p ("rows=1 columns=2", raw ("RGBA", 64, 32));
  p.add_solid (raw ("RGBA", 32, 32), {200, 100, 50, 255}, 1);
  p.add_solid (raw ("RGBA", 32, 32), {0, 50, 250, 255}, 1);
  // Both in the first cell, the first one above at 0.4.
  p.set_pad (1, "cell", 0);
  p.set_pad (0, "cell", 0, "zorder", 10u, "alpha", 0.4);
  // 0.4 is 102/255; (200 * 102 + 0 * 153 + 127) / 255 = 80, and so on.
  expect_at (*one_frame (p), {{0, 0, {80, 70, 170, 255}}, {32, 0, {0, 0, 0, 255}}});
}

TEST (GridLayout, APictureOfAlphaZeroIsNotDrawn)
{
  GridPipeline p ("rows=1 columns=1 border-width=2", bt601 (32, 32));
  p.add_solid (bt601 (32, 32), kRed, 1);
  p.set_pad (0, "alpha", 0.0);
  expect_at (*one_frame (p), {{0, 0, kBlack}, {16, 16, kBlack}});
}

TEST (GridLayout, TransparencyOnACanvasThatHasIt)
{
  GridPipeline p ("rows=1 columns=1 background-color=0x00000000", raw ("BGRA", 32, 32));
  p.add_solid (raw ("BGRA", 32, 32), {10, 20, 30, 100}, 1);
  expect_at (*one_frame (p), {{0, 0, {10, 20, 30, 100}}});
}

TEST (GridLayout, TransparencyOnACanvasWithoutLiesOverTheBackground)
{
  GridPipeline p ("rows=1 columns=1 background-color=0xff0000c8", raw ("RGBx", 32, 32));
  p.add_solid (raw ("RGBA", 16, 16), {200, 100, 0, 51}, 1);
  // A fifth of the picture over four fifths of blue.
  const Values v = one_frame (p)->at (16, 16);
  EXPECT_EQ (v[0], 40);
  EXPECT_EQ (v[1], 20);
  EXPECT_EQ (v[2], 160);
}

TEST (GridLayout, OtherFormatsAreConverted)
{
  // Pure colours, so that a wrong matrix or range shows at once.
  GridPipeline p ("rows=1 columns=3", bt601 (96, 32));
  p.add_solid (raw ("RGBx", 64, 64), {255, 0, 0, 255}, 1);
  p.add_solid (raw ("NV12", 64, 64, k601), kGreen, 1);
  p.add_solid (raw ("GRAY8", 32, 32, "framerate=(fraction)10/1,colorimetry=1:0:0:0"),
               {128, 0, 0, 0}, 1);
  const auto picture = one_frame (p);
  for (int c = 0; c < 3; c++) {
    EXPECT_NEAR (picture->at (16, 16)[std::size_t (c)], kRed[std::size_t (c)], 1) << c;
    EXPECT_EQ (picture->at (48, 16)[std::size_t (c)], kGreen[std::size_t (c)]) << c;
  }
  // Grey of the full range on a canvas of the narrow one: 16 + 128 * 219 / 255.
  EXPECT_NEAR (picture->at (80, 16)[0], 126, 1);
  EXPECT_EQ (picture->at (80, 16)[1], 128);
}

TEST (GridLayout, OtherRangesAreConverted)
{
  // bt601 with the full range, and an RGB one of 16 to 235.
  const std::string full = "framerate=(fraction)10/1,colorimetry=1:4:16:4";
  GridPipeline p ("rows=1 columns=2", bt601 (64, 32));
  p.add_solid (raw ("I420", 64, 64, full), {76, 85, 255, 0}, 1);
  p.add_solid (raw ("RGB", 32, 32, "framerate=(fraction)10/1,colorimetry=2:1:5:1"),
               {235, 16, 16, 0}, 1);
  const auto picture = one_frame (p);
  for (std::size_t c = 0; c < 3; c++) {
    EXPECT_NEAR (picture->at (16, 16)[c], kRed[c], 1) << c;
    EXPECT_NEAR (picture->at (48, 16)[c], kRed[c], 2) << c;
  }
  GridPipeline q ("rows=1 columns=1",
                  raw ("RGB", 32, 32, "framerate=(fraction)10/1,colorimetry=sRGB"));
  q.add_solid (raw ("RGB", 32, 32, "framerate=(fraction)10/1,colorimetry=2:1:5:1"),
               {235, 16, 125, 0}, 1);
  const auto rgb = one_frame (q);
  EXPECT_NEAR (rgb->at (16, 16)[0], 255, 1);
  EXPECT_NEAR (rgb->at (16, 16)[1], 0, 1);
  EXPECT_NEAR (rgb->at (16, 16)[2], 127, 1);
}

TEST (GridLayout, OtherColorimetryIsConverted)
{
  const std::string k709 = "framerate=(fraction)10/1,colorimetry=bt709";
  GridPipeline p ("rows=1 columns=2", raw ("I420", 64, 32, k709));
  p.add_solid (bt601 (64, 64), kRed, 1);
  p.add_solid (raw ("I420", 32, 32, k709), {63, 102, 240, 0}, 1);
  const auto picture = one_frame (p);
  // ITU-R BT.709: red is 63, 102, 240.
  const Values red709 = {63, 102, 240, 0};
  for (std::size_t c = 0; c < 3; c++) {
    EXPECT_NEAR (picture->at (16, 16)[c], red709[c], 2) << c;
    EXPECT_EQ (picture->at (48, 16)[c], red709[c]) << c;
  }
}

// An image of 4x2 blocks, each of its own brightness, 16 samples a side.
int block_value (int x, int y) { return 40 + 20 * (y / 16 * 4 + x / 16); }

TEST (GridLayout, TheEightOrientations)
{
  const GstVideoInfo info = info_of_caps (raw ("GRAY8", 64, 32));
  for (int o = 0; o < 8; o++) {
    SCOPED_TRACE (o);
    const bool swapped = o == 1 || o == 3 || o == 6 || o == 7;
    const int w = swapped ? 32 : 64, h = swapped ? 64 : 32;
    GridPipeline p ("rows=1 columns=1", raw ("GRAY8", w, h));
    p.add_input (raw ("GRAY8", 64, 32));
    p.set_pad (0, "orientation", o);
    p.push (0, timed (painted (info, [] (int, int x, int y, int) { return block_value (x, y); }), 0,
                      GST_SECOND / 10));
    p.end (0);
    const auto picture = one_frame (p);
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++) {
        // Where the sample comes from, by the definition of GstVideoOrientationMethod.
        int sx = x, sy = y;
        switch (o) {
          case 1: sx = y, sy = 31 - x; break;       // clockwise
          case 2: sx = 63 - x, sy = 31 - y; break;  // by half
          case 3: sx = 63 - y, sy = x; break;       // counter-clockwise
          case 4: sx = 63 - x; break;               // left to right
          case 5: sy = 31 - y; break;               // upside down
          case 6: sx = y, sy = x; break;            // over upper left to lower right
          case 7: sx = 63 - y, sy = 31 - x; break;  // over upper right to lower left
          default: break;
        }
        ASSERT_EQ (picture->at (x, y)[0], block_value (sx, sy)) << x << "," << y;
      }
  }
}

TEST (GridLayout, CropMetaIsHonoured)
{
  // A buffer of 64x32; only its right half, green, is shown.
  const GstVideoInfo info = info_of_caps (bt601 (64, 32));
  GridPipeline p ("rows=1 columns=1", bt601 (32, 32));
  p.add_input (bt601 (32, 32));
  Owned<GstBuffer> buffer = timed (painted (info,
                                            [] (int plane, int x, int, int) {
                                              const bool left = x < (plane == 0 ? 32 : 16);
                                              return (left ? kRed : kGreen)[std::size_t (plane)];
                                            }),
                                   0, GST_SECOND / 10);
  gst_buffer_add_video_meta (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_I420, 64,
                             32);
  GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
  crop->x = 32;
  crop->y = 0;
  crop->width = 32;
  crop->height = 32;
  p.push (0, std::move (buffer));
  p.end (0);
  expect_at (*one_frame (p), {{0, 0, kGreen}, {31, 31, kGreen}});
}

TEST (GridLayout, OddSizesStayInsideTheCanvas)
{
  for (const char *format : {"I420", "NV12", "RGB", "GRAY8"}) {
    SCOPED_TRACE (format);
    GridPipeline p ("rows=3 columns=3 gap=1 margin=1 border-width=1", raw (format, 61, 37));
    for (int i = 0; i < 9; i++)
      p.add_solid (raw (format, 7 + 2 * i, 5 + 3 * i), {100, 100, 100, 0}, 1);
    EXPECT_EQ (one_frame (p)->size (), "61x37");
  }
}

TEST (GridLayout, ThreadsDoNotMatter)
{
  auto bytes = [] (int threads) {
    GridPipeline p ("n-threads=" + std::to_string (threads), bt601 (128, 96));
    const GstVideoInfo info = info_of_caps (bt601 (160, 100));
    p.add_input (bt601 (160, 100));
    p.push (
        0, timed (painted (info, [] (int, int x, int y, int) { return (x * 7 + y * 13) & 255; }), 0,
                  GST_SECOND / 10));
    p.end (0);
    const auto picture = one_frame (p);
    return samples_of (picture->info (), picture->buffer ());
  };
  EXPECT_EQ (bytes (1), bytes (3));
}

}  // namespace

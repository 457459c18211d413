// If caps leave colorimetry open, the picture is as if the rule's values had been set.
#include "elements/grid/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

struct Codes {
  int range, matrix;  // as in GstVideoColorimetry; 0: open
};

constexpr int kFull = GST_VIDEO_COLOR_RANGE_0_255, kLimited = GST_VIDEO_COLOR_RANGE_16_235;

bool is_rgb (const std::string &format) { return format == "BGRx"; }

Codes filled (Codes c, const Codes &from)
{
  return {c.range ? c.range : from.range, c.matrix ? c.matrix : from.matrix};
}

// If nothing else sets it.
Codes plain (const std::string &format)
{
  if (is_rgb (format)) return {kFull, GST_VIDEO_COLOR_MATRIX_RGB};
  return {format == "GRAY8" ? kFull : kLimited, GST_VIDEO_COLOR_MATRIX_BT601};
}

std::string caps_with (const std::string &format, const std::string &colorimetry)
{
  const std::string said = colorimetry.empty () ? "" : ",colorimetry=(string)" + colorimetry;
  return raw (format, 16, 8, "framerate=(fraction)10/1" + said);
}

// What GStreamer reads from the caps; it fills in some fields.
Codes codes_of (const std::string &format, const std::string &colorimetry)
{
  const GstVideoInfo info = info_of_caps (caps_with (format, colorimetry));
  return {info.colorimetry.range, info.colorimetry.matrix};
}

std::string text_of (const Codes &c)
{
  return std::to_string (c.range) + ":" + std::to_string (c.matrix) + ":0:0";
}

struct Seen {
  Values picture, background;
  Codes codes;  // that the output's caps say
};

Seen seen (const std::string &from, const std::string &to)
{
  GridPipeline p ("rows=1 columns=2 background-color=0xff336699", to);
  p.add_solid (from, {60, 90, 200, 255}, 1);
  p.set_pad (0, "fit", 2, nullptr);
  const Pictures all = p.run ();
  if (all.size () != 1) g_error ("%zu frames: %s", all.size (), p.error ().c_str ());
  const GstVideoColorimetry &c = all[0]->info ().colorimetry;
  return {all[0]->at (2, 2), all[0]->at (12, 2), {c.range, c.matrix}};
}

TEST (GridColors, WhatCapsLeaveOpenIsTheOthersOrTheFormatsOwn)
{
  const std::string formats[] = {"GRAY8", "I420", "Y444", "BGRx"};
  const std::string said[] = {"", "1:0:0:0", "2:0:0:0", "0:3:0:0"};
  for (const std::string &from : formats)
    for (const std::string &to : formats)
      for (const std::string &from_said : said)
        for (const std::string &to_said : said) {
          SCOPED_TRACE (from + " " + from_said + " -> " + to + " " + to_said);
          const Seen drawn = seen (caps_with (from, from_said), caps_with (to, to_said));
          Codes a = codes_of (from, from_said), b = drawn.codes;
          const Codes alone = filled (b, plain (to));
          const bool one_kind = is_rgb (from) == is_rgb (to);
          b = filled (one_kind ? filled (b, a) : b, plain (to));
          a = filled (a, one_kind ? b : plain (from));
          const Seen wanted = seen (caps_with (from, text_of (a)), caps_with (to, text_of (b)));
          EXPECT_EQ (drawn.picture, wanted.picture);
          EXPECT_EQ (
              drawn.background,
              seen (caps_with (from, text_of (a)), caps_with (to, text_of (alone))).background);
        }
}

// A JPEG among HDR clips: its matrix says that its light is SDR's.
TEST (GridColors, AMatrixOfSdrIsSdr)
{
  const std::string hdr =
      raw ("I420_10LE", 16, 8, "framerate=(fraction)10/1,colorimetry=bt2100-pq");
  for (const auto &[open, said] : {std::pair{"1:4:0:0", "1:4:5:1"}, {"2:3:0:0", "2:3:5:1"}}) {
    const Seen drawn = seen (caps_with ("I420", open), hdr);
    EXPECT_EQ (drawn.picture, seen (caps_with ("I420", said), hdr).picture);
    EXPECT_NE (drawn.picture, seen (caps_with ("I420", "2:6:0:0"), hdr).picture);
  }
}

// Whatever the matrix of gray is.
TEST (GridColors, GrayIsGray)
{
  for (const std::string colorimetry :
       {"", "1:0:0:0", "1:0:5:1", "1:4:0:0", "1:3:5:1", "0:3:0:0"}) {
    SCOPED_TRACE (colorimetry);
    const Values v = seen (caps_with ("GRAY8", colorimetry), caps_with ("BGRx", "")).picture;
    EXPECT_EQ (v, (Values{60, 60, 60, 0}));
  }
}

// An output of 8 bits is SDR, unless downstream says otherwise. HDR's white is white there, not
// black, and the caps say how bright the brightest is. The picture's codes are those of 1,000
// cd/m2.
TEST (GridColors, HighDynamicRangeIsRolledOffByItsPeak)
{
  const std::string display =
      ",mastering-display-info=(string)35400:14600:8500:39850:6550:2300:15635:16450:40000000:50";
  int last = 256;
  for (const std::string &peak :
       {std::string{}, std::string{",content-light-level=(string)2000:300"}, display,
        display + ",content-light-level=(string)8000:300"}) {
    SCOPED_TRACE (peak);
    GridPipeline p ("rows=1 columns=1", raw ("BGRx", 16, 8, "framerate=(fraction)10/1"));
    p.add_solid (raw ("Y444", 16, 8, "framerate=(fraction)10/1,colorimetry=bt2100-pq") + peak,
                 {181, 128, 128, 0}, 1);
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u) << p.error ();
    const Values v = all[0]->at (2, 2);
    EXPECT_EQ (v[0], v[1]);
    EXPECT_EQ (v[1], v[2]);
    EXPECT_TRUE (!peak.empty () || v[0] == 255) << int{v[0]};
    EXPECT_LT (v[0], last);
    EXPECT_GT (v[0], 200);
    last = v[0];
  }
  GridPipeline p ("rows=1 columns=1",
                  raw ("BGRx", 16, 8, "framerate=(fraction)10/1,colorimetry=(string)1:1:14:7"));
  p.add_solid (raw ("Y444", 16, 8, "framerate=(fraction)10/1,colorimetry=bt2100-pq"),
               {181, 128, 128, 0}, 1);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 1u) << p.error ();
  EXPECT_EQ (all[0]->at (2, 2)[0], 192) << "the same light in R'G'B' of full range";
}

}  // namespace

// quadmatte: models of all layouts and types, and what their modelinfo files say.
#include <algorithm>

#include "elements/matte/harness.h"

namespace quad::test {
namespace {

constexpr char kAlone[] = "video/x-raw,format=GRAY8";

// 200, 100, 50 everywhere.
Owned<GstBuffer> one_color (const GstVideoInfo &info)
{
  return painted (info, [] (int, int, int, int k) { return k == 0 ? 200 : k == 1 ? 100 : 50; });
}

std::vector<int> everywhere (int level, std::size_t count = 20 * 12)
{
  return std::vector<int> (count, level);
}

TEST (MatteModel, EveryLayoutAndTypeOfTheInput)
{
  for (const std::string type : {"float32", "uint8"})
    for (const char *shape :
         {"1x?x?x3", "1x3x?x?", "?x?x?x3", "?x3x?x?", "1x16x24x3", "1x3x16x24", "?x3x7x5"}) {
      constexpr int kColor[] = {200, 100, 50};
      for (int c = 0; c < 3; c++) {
        const std::string out = shape[2] == '3' ? "1x1x?x?" : "1x?x?x1";
        // The mask is as large as the picture that the model sees.
        std::string sized = out;
        if (std::string (shape).find ("16x24") != std::string::npos)
          sized = shape[2] == '3' ? "1x1x16x24" : "1x16x24x1";
        if (std::string (shape).find ("7x5") != std::string::npos) sized = "1x1x7x5";
        Matte m (model_of ("channel " + std::to_string (c), shape, sized, type, type),
                 raw ("RGB", 20, 12), kAlone);
        EXPECT_EQ (m.show (one_color (m.in ())).alpha (), everywhere (kColor[c]))
            << type << " " << shape << " " << c;
      }
    }
}

TEST (MatteModel, EveryLayoutAndTypeOfTheOutput)
{
  for (const std::string in_type : {"float32", "uint8"})
    for (const std::string out_type : {"float32", "uint8"})
      for (const char *in : {"1x?x?x3", "3x?x?", "?x?x3", "1x3x20x30"})
        for (const char *out : {"1x?x?x1", "1x1x?x?", "?x?", "1x?x?", "?x?x1", "1x?x?x2", "1x2x?x?",
                                "2x?x?", "?x1x?x?", "9x11", "1x1x1x1"}) {
          const std::string fill = out_type == "uint8" ? "fill 153" : "fill 0.6";
          Matte m (model_of (fill, in, out, in_type, out_type), raw ("I420", 20, 12), kAlone);
          EXPECT_EQ (m.show (colorful (m.in ())).alpha (), everywhere (153))
              << in_type << " " << in << " " << out_type << " " << out;
        }
}

TEST (MatteModel, LevelsOutsideOfTheRangeAreCut)
{
  for (const auto &[value, level] : {std::pair{"2", 255},
                                     {"-1", 0},
                                     {"nan", 0},
                                     {"inf", 255},
                                     {"-inf", 0},
                                     {"0.001", 0},
                                     {"0.999", 255},
                                     {"0.003", 1}}) {
    Matte m (model_of (std::string ("fill ") + value), raw ("I420", 20, 12), kAlone);
    EXPECT_EQ (m.show (colorful (m.in ())).alpha (), everywhere (level)) << value;
  }
}

// `mean` writes as many elements as there are pixels: in planes, the first one.
TEST (MatteModel, OfTwoChannelsTheSecondIsTheForeground)
{
  {
    Matte m (model_of ("fill 1\noperation mean", "1x3x8x8", "1x2x8x8"), raw ("RGB", 20, 12),
             kAlone);
    EXPECT_EQ (m.show (plain (m.in (), 0)).alpha (), everywhere (255));
  }
  {
    Matte m (model_of ("fill 0\noperation mean", "1x3x8x8", "1x2x8x8"), raw ("RGB", 20, 12),
             kAlone);
    EXPECT_EQ (m.show (plain (m.in (), 255)).alpha (), everywhere (0));
  }
  // Interleaved, these are both channels of the upper half.
  Matte m (model_of ("fill 1\noperation mean", "1x8x8x3", "1x8x8x2"), raw ("RGB", 16, 16), kAlone);
  const std::vector<int> alpha = m.show (plain (m.in (), 0)).alpha ();
  for (std::size_t i = 0; i < alpha.size (); i++) {
    const std::size_t y = i / 16;
    if (y == 7 || y == 8) continue;
    EXPECT_EQ (alpha[i], y < 8 ? 0 : 255) << y;
  }
}

TEST (MatteModel, OfSeveralOutputsTheFirstCounts)
{
  for (const char *more :
       {"other float32 1x9", "other int64 -", "other string 4", "other float32 1x?x?x9"}) {
    Matte m (std::string ("fake-model\ninput picture float32 1x?x?x3\noutput mask uint8 1x?x?x1\n"
                          "output ") +
                 more + "\noutput third float32 1x?x?x1\noperation fill 77\n",
             raw ("I420", 20, 12), kAlone);
    EXPECT_EQ (m.show (colorful (m.in ())).alpha (), everywhere (77)) << more;
  }
}

// A picture of any shape is seen as a whole.
TEST (MatteModel, FreeSizesForPicturesOfEveryShape)
{
  for (const auto &[width, height] :
       {std::pair{1, 1}, {1, 700}, {700, 1}, {33, 31}, {640, 361}, {1280, 2}}) {
    Matte m (model_of ("channel 1", "1x3x?x?", "1x1x?x?"), raw ("RGB", width, height), kAlone);
    EXPECT_EQ (m.show (one_color (m.in ())).alpha (),
               everywhere (100, static_cast<std::size_t> (width * height)))
        << width << " " << height;
  }
}

// --- modelinfo ---

std::string info_of (const std::string &lines, const std::string &name = "picture",
                     const std::string &type = "float32")
{
  return "[modelinfo]\nversion=1.0\ngroup-id=test\n[" + name + "]\ndir=input\ntype=" + type +
         "\ndims=1,-1,-1,3\n" + lines + "\n";
}

TEST (MatteModelInfo, Ranges)
{
  struct Row {
    const char *ranges;
    int levels[3];
  };
  // Of 200, 100 and 50.
  for (const Row &row :
       {Row{"ranges=0.0,1.0", {200, 100, 50}}, Row{"ranges=0.0,0.5", {100, 50, 25}},
        Row{"ranges=-1.0,1.0", {145, 0, 0}}, Row{"ranges=0.0,1.0;0.0,0.5;0.0,0.1", {200, 50, 5}},
        Row{"", {200, 100, 50}}})
    for (int c = 0; c < 3; c++) {
      Matte m (model_of ("channel " + std::to_string (c)), raw ("RGB", 20, 12), kAlone,
               "refine=none smoothing=0", info_of (row.ranges));
      EXPECT_EQ (m.show (one_color (m.in ())).alpha (), everywhere (row.levels[c]))
          << row.ranges << " " << c;
    }
}

TEST (MatteModelInfo, RangesOfBytes)
{
  Matte m (model_of ("channel 0", "1x?x?x3", "1x?x?x1", "uint8", "uint8"), raw ("RGB", 20, 12),
           kAlone, "refine=none smoothing=0", info_of ("ranges=0,51", "picture", "uint8"));
  EXPECT_EQ (m.show (one_color (m.in ())).alpha (), everywhere (40));
}

// Levels between 0 and 255 in a row show how wide a sample of the mask is.
long soft_samples (const std::string &dims, const std::string &in, const std::string &out)
{
  std::string info = info_of ("");
  info.replace (info.find ("1,-1,-1,3"), 9, dims);
  Matte m (model_of ("threshold 0.5", in, out), raw ("RGB", 64, 4), kAlone,
           "refine=none smoothing=0", info);
  const std::vector<int> alpha =
      m.show (painted (m.in (), [] (int, int x, int, int) { return x < 32 ? 0 : 255; })).alpha ();
  return std::count_if (alpha.begin (), alpha.begin () + 64,
                        [] (int a) { return a > 0 && a < 255; });
}

TEST (MatteModelInfo, TheSizeOfAModelThatLeavesItOpen)
{
  EXPECT_EQ (soft_samples ("1,-1,-1,3", "1x?x?x3", "1x?x?x1"), 0);
  EXPECT_EQ (soft_samples ("1,8,8,3", "1x?x?x3", "1x?x?x1"), 8);
  EXPECT_EQ (soft_samples ("1,8,16,3", "1x?x?x3", "1x?x?x1"), 4);
  // What the model says counts more.
  EXPECT_EQ (soft_samples ("1,-1,16,3", "1x?x16x3", "1x?x?x1"), 4);
}

std::string error_with (const std::string &info)
{
  const ModelFile file (model_of ("mean"), info);
  const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (
      gst_parse_launch (("quadmatte model-file=" + file.file ()).c_str (), nullptr)))};
  Bus bus (element.get ());
  EXPECT_EQ (gst_element_set_state (element.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  const std::string error = bus.error ();
  EXPECT_EQ (bus.error (), "");
  gst_element_set_state (element.get (), GST_STATE_NULL);
  return error;
}

TEST (MatteModelInfo, WhatIsWrongIsSaid)
{
  struct Row {
    std::string info;
    const char *says;
  };
  for (const Row &row :
       {Row{info_of ("ranges=0.0,1.0;0.0,1.0"), "has 2 ranges: give one, or 3."},
        Row{info_of ("ranges=0.0,1.0;0.0,1.0;0.0,1.0;0.0,1.0"), "has 4 ranges"},
        Row{info_of ("dims-order=col-major"), "dims-order=col-major"},
        Row{info_of ("ranges=0,1", "picture", "uint8"), "has no section for the model's input"},
        Row{"This is a text.", ".modelinfo"}}) {
    const std::string error = error_with (row.info);
    EXPECT_TRUE (contains (error, row.says)) << error;
    EXPECT_TRUE (contains (error, "model.onnx.modelinfo")) << error;
  }
}

}  // namespace
}  // namespace quad::test

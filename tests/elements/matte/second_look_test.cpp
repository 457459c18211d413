// region=track and refine=model: a model looks a second time.
#include "core/geometry.h"
#include "elements/matte/harness.h"

namespace quad::test {
namespace {

constexpr char kAlone[] = "video/x-raw,format=GRAY8";

// A bright rectangle on black.
Owned<GstBuffer> bright (const GstVideoInfo &info, const Rect &where)
{
  return painted (info, [&] (int, int x, int y, int) {
    return where.contains ({x, y, 1, 1}) ? 255 : 0;
  });
}

// The matte of `where` by a model of 8x8, as the part of it that is right.
double hit (Matte &m, const Rect &where)
{
  const std::vector<int> alpha = m.show (bright (m.in (), where)).alpha ();
  const GstVideoInfo &info = m.in ();
  double wrong = 0;
  for (int y = 0; y < info.height; y++)
    for (int x = 0; x < info.width; x++) {
      const int want = where.contains ({x, y, 1, 1}) ? 255 : 0;
      wrong += std::abs (alpha[std::size_t (y * info.width + x)] - want) / 255.0;
    }
  return wrong / (where.width * where.height);
}

std::string coarse () { return model_of ("mean", "1x8x8x3", "1x8x8x1"); }

TEST (MatteRegion, ASecondLookIsFiner)
{
  for (const Rect &where : {Rect{100, 60, 40, 40}, Rect{0, 0, 30, 50}, Rect{290, 150, 30, 30}}) {
    Matte full (coarse (), raw ("RGB", 320, 180), kAlone, "refine=none smoothing=0");
    Matte track (coarse (), raw ("RGB", 320, 180), kAlone, "refine=none smoothing=0 region=track");
    const double before = hit (full, where), after = hit (track, where);
    EXPECT_LT (after, 0.7 * before) << where.x;
  }
}

// No foreground, and one that fills the picture: one look, at all of it.
TEST (MatteRegion, WithoutAPartAllOfThePictureCounts)
{
  for (const int level : {0, 255}) {
    Matte m (coarse (), raw ("RGB", 64, 36), kAlone, "refine=none region=track");
    EXPECT_EQ (m.show (plain (m.in (), level)).alpha (), std::vector<int> (64 * 36, level));
  }
}

// The part follows a foreground that moves, and what lies outside is background.
TEST (MatteRegion, FollowsTheForeground)
{
  Matte m (coarse (), raw ("RGB", 320, 180), kAlone, "refine=none smoothing=0.9 region=track");
  for (int x = 0; x < 280; x += 20) EXPECT_LT (hit (m, {x, 60, 40, 40}), 1.0) << x;
}

std::string refining (const std::string &picture = "1x?x?x3", const std::string &mask = "1x?x?x1")
{
  return "fake-model\ninput picture float32 " + picture + "\ninput mask float32 " + mask +
         "\noutput finer float32 1x?x?x1\noperation mean\n";
}

// Its `mean` is that of the picture, whatever the first model said.
TEST (MatteRefineModel, MakesTheMask)
{
  const Folder folder;
  const std::string second = folder.write ("refine.onnx", refining ());
  Matte m (model_of ("fill 0"), raw ("RGB", 64, 36), kAlone,
           "refine=model smoothing=0 refine-model-file=" + second);
  EXPECT_EQ (m.show (plain (m.in (), 180)).alpha (), std::vector<int> (64 * 36, 180));
}

TEST (MatteRefineModel, WhatIsWrongIsSaid)
{
  const Folder folder;
  struct Row {
    std::string file, says;
  };
  for (const Row &row :
       {Row{"", "set refine-model-file"}, Row{folder.path () + "/none.onnx", "cannot be read"},
        Row{folder.write ("one.onnx", model_of ("fill 0")), "two are wanted"},
        Row{folder.write ("two.onnx", refining ("1x?x?x3", "1x?x?x3")), "two inputs"},
        Row{folder.write ("sizes.onnx", refining ("1x8x8x3", "1x9x9x1")), "different sizes"}}) {
    const std::string file = row.file.empty () ? "" : " refine-model-file=" + row.file;
    const Owned<GstElement> e{GST_ELEMENT (gst_object_ref_sink (gst_parse_launch (
        ("quadmatte refine=model model-file=" + folder.write ("m.onnx", model_of ("fill 0")) + file)
            .c_str (),
        nullptr)))};
    Bus bus{e.get ()};
    EXPECT_EQ (gst_element_set_state (e.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    const std::string error = bus.error ();
    EXPECT_TRUE (contains (error, row.says)) << error;
    gst_element_set_state (e.get (), GST_STATE_NULL);
  }
}

}  // namespace
}  // namespace quad::test

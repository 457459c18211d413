// region=track and refine=model: a model looks a second time.
#include "core/geometry.h"
#include "elements/matte/harness.h"
#include "elements/matte/two_inputs.h"

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

// What is a little bright all around does not end in a straight cut where the part ends.
TEST (MatteRegion, APartFadesOut)
{
  Matte m (model_of ("mean", "1x64x64x3", "1x64x64x1"), raw ("RGB", 320, 180), kAlone,
           "refine=none smoothing=0 region=track");
  const Rect where = {140, 60, 40, 50};
  const std::vector<int> alpha = m.show (painted (m.in (), [&] (int, int x, int y, int) {
                                    return where.contains ({x, y, 1, 1}) ? 255 : 60;
                                  })).alpha ();
  const auto at = [&] (int x, int y) { return alpha[static_cast<std::size_t> (y * 320 + x)]; };
  EXPECT_GT (at (160, 85), 200);
  EXPECT_EQ (at (4, 4), 0);
  for (int x = 1; x < 137; x++) EXPECT_LT (std::abs (at (x, 85) - at (x - 1, 85)), 40) << x;
  for (int y = 1; y < 57; y++) EXPECT_LT (std::abs (at (160, y) - at (160, y - 1)), 40) << y;
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

// A second model that takes `ms` for each run.
std::string slow_refining (int ms)
{
  std::string model = refining ();
  return model.replace (model.find ("mean"), 4, "sleep " + std::to_string (ms));
}

GstClockTime latency_of (Matte &m) { return gst_harness_query_latency (m.get ()); }

TEST (MatteLatencyOfLooks, EachLookCounts)
{
  constexpr GstClockTime kLook = 30 * GST_MSECOND, kRefining = 100 * GST_MSECOND;
  const Folder folder;
  const std::string model = model_of ("fill 1\noperation sleep 30");
  const std::string second = "refine-model-file=" + folder.write ("slow.onnx", slow_refining (100));
  for (const auto &[properties, least] : {std::pair{"region=full refine=none ", kLook},
                                          {"region=track refine=none ", 2 * kLook},
                                          {"region=full refine=model ", kLook + kRefining},
                                          {"region=track refine=model ", 2 * kLook + kRefining}}) {
    Matte m (model, raw ("I420", 16, 12), kAlone, properties + second);
    EXPECT_GE (latency_of (m), least) << properties;
  }
}

TEST (MatteLatencyOfLooks, ChangesWithTheProperties)
{
  const Folder folder;
  const std::string second = "refine-model-file=" + folder.write ("slow.onnx", slow_refining (100));
  Matte m (model_of ("fill 1\noperation sleep 30"), raw ("I420", 16, 12), kAlone,
           "refine=none " + second);
  m.show (plain (m.in (), 99));
  const GstClockTime one = latency_of (m);
  gst_util_set_object_arg (G_OBJECT (m.element ()), "region", "track");
  m.show (plain (m.in (), 99));
  EXPECT_EQ (latency_of (m), 2 * one);
  gst_util_set_object_arg (G_OBJECT (m.element ()), "refine", "model");
  m.show (plain (m.in (), 99));
  EXPECT_GE (latency_of (m), 2 * one + 100 * GST_MSECOND);
  gst_util_set_object_arg (G_OBJECT (m.element ()), "refine", "none");
  m.show (plain (m.in (), 99));
  EXPECT_EQ (latency_of (m), 2 * one);
}

// --- quadmatterefine has a second model alone ---

Owned<GstMessage> message_of (TwoInputs &in, GstMessageType types)
{
  return Owned<GstMessage>{
      gst_bus_timed_pop_filtered (in.messages ().bus (), 20 * GST_SECOND, types)};
}

TEST (RefineWithAModel, MakesTheMaskAndSaysWhatRuns)
{
  const Folder folder;
  const std::string second = folder.write ("refine.onnx", refining ());
  TwoInputs in ("refine=model smoothing=0 refine-model-file=" + second);
  for (GstClockTime n = 0; n < 3; n++) {
    in.video (n * kFrame, raw ("RGB", 16, 12), 180);
    in.mask (n * kFrame, 10);
  }
  in.play ();
  const Owned<GstMessage> said =
      message_of (in, static_cast<GstMessageType> (GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR));
  ASSERT_TRUE (said);
  ASSERT_TRUE (gst_message_has_name (said.get (), "model-loaded"));
  const GstStructure *s = gst_message_get_structure (said.get ());
  EXPECT_EQ (gst_structure_get_string (s, "model-file"), second);
  EXPECT_STREQ (gst_structure_get_string (s, "execution-provider"), "cpu");
  EXPECT_EQ (levels_of (in.run ()), (std::vector<int>{180, 180, 180}));
}

TEST (RefineWithAModel, WhatIsWrongIsSaidAtStart)
{
  const Folder folder;
  for (const auto &[file, says] :
       {std::pair{std::string (), "set refine-model-file"},
        {folder.path () + "/none.onnx", "cannot be read"},
        {folder.write ("one.onnx", model_of ("fill 0")), "two are wanted"}}) {
    const Owned<GstElement> e{
        GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make ("quadmatterefine", nullptr)))};
    g_object_set (e.get (), "refine-model-file", file.c_str (), nullptr);
    gst_util_set_object_arg (G_OBJECT (e.get ()), "refine", "model");
    Bus bus{e.get ()};
    EXPECT_EQ (gst_element_set_state (e.get (), GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    const std::string error = bus.error ();
    EXPECT_TRUE (contains (error, says)) << error;
    EXPECT_EQ (bus.error (), "");
    gst_element_set_state (e.get (), GST_STATE_NULL);
  }
}

TEST (RefineWithAModel, AFailingRunIsOneError)
{
  const Folder folder;
  std::string model = refining ();
  model.replace (model.find ("mean"), 4, "fail-run 1 No such kernel");
  TwoInputs in ("refine=model refine-model-file=" + folder.write ("fails.onnx", model));
  in.video (0);
  in.mask (0, 255);
  in.play ();
  const Owned<GstMessage> said = message_of (in, GST_MESSAGE_ERROR);
  ASSERT_TRUE (said);
  GError *error = nullptr;
  gst_message_parse_error (said.get (), &error, nullptr);
  EXPECT_TRUE (contains (error->message, "No such kernel.")) << error->message;
  g_error_free (error);
}

}  // namespace
}  // namespace quad::test

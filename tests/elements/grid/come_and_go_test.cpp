// Inputs come and go, many times: the output and the other inputs miss no frame.
#include <atomic>
#include <thread>

#include "elements/grid/wall.h"

using namespace quad::test;
using quad::Owned;

namespace {

// Two inputs stay, in the upper corners. Their frames tell their times.
class Stage : public Wall {
 public:
  Stage (Mode mode, const std::string &properties) : Wall (mode, bt601 (32, 32), properties)
  {
    for (const Values &v : {kRed, kGreen}) {
      const std::size_t i = add (v);
      number (i);
      set_pad (i, "fit", 2, nullptr);
    }
  }

  // A pipeline on its way to PLAYING would start what is added before it is linked.
  void begin ()
  {
    GridPipeline::play ();
    frames (3);
    ASSERT_EQ (gst_element_get_state (pipeline (), nullptr, nullptr, 20 * GST_SECOND),
               GST_STATE_CHANGE_SUCCESS);
  }

  // The next frames: both show the frame of each time.
  void frames (int count)
  {
    for (int i = 0; i < count && !testing::Test::HasFatalFailure (); i++) {
      Wall::frames (1);
      if (testing::Test::HasFatalFailure ()) return;
      const int brightness = brightness_at (last ().pts ());
      ASSERT_EQ (last ().at (4, 4), (Values{brightness, kRed[1], kRed[2], 0})) << last ().pts ();
      ASSERT_EQ (last ().at (20, 4), (Values{brightness, kGreen[1], kGreen[2], 0}))
          << last ().pts ();
    }
  }
};

struct Layout {
  const char *name, *properties;
};
// With two inputs and with three, x = 4 and x = 20 of row 4 are in the first and the second.
constexpr Layout kLayouts[] = {{"Fixed", "rows=2 columns=2"}, {"Auto", "rows=0 columns=0"}};
constexpr Layout kTransitions[] = {
    {"AtOnce", " "}, {"Gliding", " transition-duration=300000000 transition-mode=linear"}};
constexpr const char *kModes[] = {"Live", "Forced", "File"};

using Param = std::tuple<Mode, int, int>;  // indices of layout and transition

class GridComeAndGo : public testing::TestWithParam<Param> {};

// A pad that is released while it flows, that stands still, or that is still linked.
void take_away (Stage &s, std::size_t i, int how)
{
  if (how == 0) return s.release (i);
  if (how == 1) s.stop (i);
  s.forget (i);
  const Owned<GstPad> sink = s.pad (i);
  if (how == 1) s.frames (1);
  gst_element_release_request_pad (s.grid (), sink.get ());
  s.frames (1);
  gst_element_set_locked_state (s.source (i), TRUE);
  gst_element_set_state (s.source (i), GST_STATE_NULL);
  gst_bin_remove (GST_BIN (s.pipeline ()), s.source (i));
}

TEST_P (GridComeAndGo, TheOthersMissNoFrame)
{
  const auto &[mode, layout, transition] = GetParam ();
  Stage s (mode, std::string (kLayouts[layout].properties) + kTransitions[transition].properties);
  s.begin ();
  // Not live, the output waits for each pad, so nothing is to be seen between the steps.
  const int between = mode == Mode::file ? 0 : 2;
  for (int round = 0; round < 15 && !HasFatalFailure (); round++) {
    const Owned<GstPad> pad = request (s.grid ());
    s.frames (between);
    const std::size_t guest = s.link (kBlue);
    ASSERT_EQ (s.pad (guest), pad);
    s.number (guest);
    s.set_pad (guest, "fit", 2, nullptr);
    s.frames (between);
    s.start (guest);
    // Not live, some frames have been made before it comes.
    s.frames (mode == Mode::file ? 10 : 6);
    if (HasFatalFailure ()) return;
    const int brightness = s.brightness_at (s.last ().pts ());
    EXPECT_EQ (s.last ().at (4, 20), (Values{brightness, kBlue[1], kBlue[2], 0})) << round;
    take_away (s, guest, round % 3);
    // Gone before the next one comes, or still on its way out.
    s.frames (round % 2 == 0 ? 6 : 1);
  }
  EXPECT_EQ (s.grid ()->numsinkpads, 2u);
  EXPECT_EQ (s.error (), "");
  EXPECT_TRUE (s.warnings ().empty ()) << s.warnings ()[0];
}

// In another thread, at any point of a frame's making.
TEST (GridComeAndGoAnyTime, TheOthersMissNoFrame)
{
  for (const Layout &layout : kLayouts)
    for (const Layout &transition : kTransitions) {
      SCOPED_TRACE (std::string (layout.name) + transition.name);
      Stage s (Mode::file, std::string (layout.properties) + transition.properties);
      g_object_set (s.out (), "max-buffers", 2, nullptr);
      s.begin ();
      std::atomic<GstClockTime> now{s.end_of_last ()};
      std::atomic<bool> over{false};
      std::thread others ([&] {
        for (int n = 0; n < 60; n++) {
          GstElement *src = gst_element_factory_make ("appsrc", nullptr);
          g_object_set (src, "caps", caps_of (kInput).get (), "format", GST_FORMAT_TIME, nullptr);
          gst_bin_add (GST_BIN (s.pipeline ()), src);
          const Owned<GstPad> sink = request (s.grid ());
          const Owned<GstPad> from{gst_element_get_static_pad (src, "src")};
          EXPECT_EQ (gst_pad_link (from.get (), sink.get ()), GST_PAD_LINK_OK);
          gst_element_sync_state_with_parent (src);
          for (std::uint64_t k = 0; k < 4; k++)
            gst_app_src_push_buffer (GST_APP_SRC (src),
                                     timed (solid (info_of_caps (kInput), kBlue),
                                            now + k * GST_SECOND / 10, GST_SECOND / 10)
                                         .release ());
          if (n % 3 == 0) std::this_thread::yield ();
          if (n % 2 == 0) gst_pad_unlink (from.get (), sink.get ());
          gst_element_release_request_pad (s.grid (), sink.get ());
          gst_element_set_locked_state (src, TRUE);
          gst_element_set_state (src, GST_STATE_NULL);
          gst_bin_remove (GST_BIN (s.pipeline ()), src);
        }
        over = true;
      });
      while (!over && !HasFatalFailure ()) {
        s.frames (1);
        now = s.end_of_last ();
      }
      others.join ();
      s.frames (5);
      EXPECT_EQ (s.grid ()->numsinkpads, 2u);
      EXPECT_EQ (s.error (), "");
    }
}

std::string name_of (const testing::TestParamInfo<Param> &info)
{
  const auto &[mode, layout, transition] = info.param;
  return std::string (kModes[static_cast<int> (mode)]) + kLayouts[layout].name +
         kTransitions[transition].name;
}

INSTANTIATE_TEST_SUITE_P (All, GridComeAndGo,
                          testing::Combine (testing::Values (Mode::live, Mode::forced, Mode::file),
                                            testing::Range (0, 2), testing::Range (0, 2)),
                          name_of);

}  // namespace

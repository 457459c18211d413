// The output of quadmux-grid has no gaps and never goes back, whatever its inputs do. Live, it
// keeps to the clock.
#include <functional>

#include "elements/grid/wall.h"

using namespace quad::test;
using quad::Owned;

namespace {

struct Happening {
  const char *name;
  // Happens after the first frames, or before them. Returns the input that is seen at the end.
  std::function<Values (Wall &, Mode)> happen;
  bool at_first = false;
};

const Happening kHappenings[] = {
    {"FirstFrameLate",
     [] (Wall &w, Mode mode) {
       if (mode != Mode::file) w.pass (GST_SECOND);
       w.leave_out (0, GST_SECOND);
       return kRed;
     },
     true},
    {"Gap",
     [] (Wall &w, Mode) {
       w.leave_out (0, GST_SECOND);
       return kRed;
     }},
    {"Caps",
     [] (Wall &w, Mode) {
       w.change (0, 32, 10);
       return kRed;
     }},
    {"Rate",
     [] (Wall &w, Mode) {
       w.change (0, 16, 25);
       w.frames (20);
       w.change (0, 16, 10);
       return kRed;
     }},
    {"PadReleasedAndAdded",
     [] (Wall &w, Mode mode) {
       w.release (0);
       if (mode != Mode::file) {
         w.frames (5);
         EXPECT_EQ (w.last ().at (4, 4), kBlack);
         // Size and rate are as before.
         EXPECT_EQ (w.last ().size (), "32x16");
         EXPECT_EQ (w.last ().duration (), GST_SECOND / 10);
       }
       w.add (kGreen);
       return kGreen;
     }},
    {"PadAddedAndReleased",
     [] (Wall &w, Mode) {
       w.add (kGreen, 300 * GST_MSECOND);
       w.frames (5);
       w.release (0);
       return kGreen;
     }},
    {"EosAndNewPad",
     [] (Wall &w, Mode mode) {
       if (mode == Mode::forced) {
         w.stop (0);
         w.frames (20);
         EXPECT_EQ (w.last ().at (4, 4), kBlack);
         w.add (kGreen);
       } else {
         w.add (kGreen);
         w.frames (2);
         w.stop (0);
       }
       return kGreen;
     }},
    {"Segment",
     [] (Wall &w, Mode) {
       w.new_segment (0);
       return kRed;
     }},
    {"Later",
     [] (Wall &w, Mode) {
       gst_pad_set_offset (w.pad (0).get (), 250 * GST_MSECOND);
       return kRed;
     }},
    {"Earlier",
     [] (Wall &w, Mode) {
       gst_pad_set_offset (w.pad (0).get (), -250 * GST_MSECOND);
       return kRed;
     }},
};

using Param = std::tuple<int, Mode, bool>;

class OneLineOfTime : public testing::TestWithParam<Param> {};

TEST_P (OneLineOfTime, WhateverHappens)
{
  const auto &[index, mode, open] = GetParam ();
  const Happening &what = kHappenings[index];
  Wall w (mode, open ? "video/x-raw,format=I420,colorimetry=bt601" : raw ("I420", 32, 16));
  w.add (kRed);
  w.GridPipeline::play ();
  if (!what.at_first) w.frames (8);
  if (HasFatalFailure ()) return;
  const Values expected = what.happen (w, mode);
  w.frames (20);
  if (HasFatalFailure ()) return;
  // The other half shows another input, or nothing.
  const bool left = w.last ().at (4, 4) == expected;
  EXPECT_TRUE (left || w.last ().at (w.last ().info ().width - 4, 4) == expected);
  EXPECT_EQ (w.error (), "");
}

std::string name_of (const testing::TestParamInfo<Param> &info)
{
  const char *const modes[] = {"Live", "Forced", "File"};
  const auto &[index, mode, open] = info.param;
  return std::string (kHappenings[index].name) + modes[static_cast<int> (mode)] +
         (open ? "Open" : "");
}

INSTANTIATE_TEST_SUITE_P (
    All, OneLineOfTime,
    testing::Combine (testing::Range (0, static_cast<int> (std::size (kHappenings))),
                      testing::Values (Mode::live, Mode::forced, Mode::file), testing::Bool ()),
    name_of);

}  // namespace

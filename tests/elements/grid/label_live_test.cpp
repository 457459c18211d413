// Labels of quadmux-grid's inputs that stop, and texts in place of their pictures.
#include "elements/grid/label_wall.h"
#include "elements/grid/live.h"

using namespace quad::test;
using quad::Owned;
using quad::Rect;

namespace {

using GridLabelLive = LabelTest;

const std::string kWide = bt601 (640, 120);

// A red input that goes on, and a green one that stops after frame 4. The output frames up to
// `last`.
Pictures frames (const std::string &properties, std::uint64_t last, bool second_comes = true)
{
  Live p ("sink_0::label=\"\" " + properties, kWide);
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.set_pad (0, "label", "");
  p.send (0, kRed, 0, last + 5);
  if (second_comes) p.send (1, kGreen, 0, 4);
  p.play ();
  Pictures all;
  while (all.size () <= last) {
    auto picture = p.next ();
    if (!picture) return {};
    all.push_back (std::move (picture));
  }
  return all;
}

TEST_F (GridLabelLive, FreezeWithThePicture)
{
  constexpr std::uint64_t kLast = 31;
  const Pictures all = frames ("label=\"{pts} {state} {age}\"", kLast);
  ASSERT_EQ (all.size (), kLast + 1);
  struct Case {
    std::uint64_t frame;
    const char *text;
  };
  // The last frame is shown from 0.4 s on. It counts as late after 0.5 s, and as lost after 2.5 s.
  for (const Case &c : {Case{0, "0:00:00.000 live 0"},
                        {4, "0:00:00.400 live 0"},
                        {8, "0:00:00.400 live 0"},
                        {9, "0:00:00.400 late 0"},
                        {13, "0:00:00.400 late 0"},
                        {14, "0:00:00.400 late 1"},
                        {24, "0:00:00.400 late 2"},
                        {29, "0:00:00.400 lost 2"}}) {
    const Pictures fixed = frames (std::string ("label=\"") + c.text + "\"", c.frame);
    ASSERT_EQ (fixed.size (), c.frame + 1);
    EXPECT_TRUE (same (*all[c.frame], *fixed[c.frame])) << c.frame;
  }
}

// The time of a frame is its arrival's, and stays while it is shown.
TEST_F (GridLabelLive, TheClockIsTheFramesOwn)
{
  const Pictures all = frames ("label=\"{clock:%F %H:%M:%S}\"", 12);
  ASSERT_EQ (all.size (), 13u);
  for (std::size_t i = 5; i < all.size (); i++) EXPECT_TRUE (same (*all[4], *all[i])) << i;
}

TEST_F (GridLabelLive, StayWhereTheBackgroundIsShown)
{
  const Pictures all =
      frames ("label=Text label-background=0xffffffff sink_1::lost-policy=background", 31);
  ASSERT_EQ (all.size (), 32u);
  EXPECT_EQ (all[10]->at (480, 60), kGreen);
  EXPECT_EQ (all[31]->at (480, 60), kBlack);
  // The label's corner.
  for (const auto &picture : all) EXPECT_GT (picture->at (329, 111)[0], 225);
}

TEST_F (GridLabelLive, APlaceholdersText)
{
  const std::string text = "sink_1::placeholder-text=\"no signal\" ";
  // The second cell, 320x120.
  auto middle = [] (const Rect &box) {
    EXPECT_NEAR (box.x + box.width / 2, 480, 3);
    EXPECT_NEAR (box.y + box.height / 2, 60, 3);
  };
  const std::string lost = "sink_1::lost-policy=placeholder label-background=0xffffffff ";
  const Pictures without = frames (lost, 31), with = frames (lost + text, 31);
  ASSERT_EQ (with.size (), 32u);
  EXPECT_TRUE (same (*with[28], *without[28])) << "not lost yet";
  const Rect box = difference (*with[31], *without[31]);
  ASSERT_FALSE (box.empty ());
  middle (box);
  EXPECT_GE (box.height, 120 / 8);
  EXPECT_EQ (with[31]->at (330, 60), kBlack) << "the picture is gone";

  const Pictures waits = frames (
      text + "sink_1::placeholder-while-waiting=true label-background=0xffffffff", 3, false);
  ASSERT_EQ (waits.size (), 4u);
  middle (difference (*waits[3], *frames ("", 3, false)[3]));
  // Other policies show none, and neither does an input that is well.
  EXPECT_TRUE (same (*frames (text, 31)[31], *frames ("", 31)[31]));
  EXPECT_TRUE (
      same (*frames (text + "sink_1::placeholder-while-waiting=true", 3)[3], *frames ("", 3)[3]));
  // Fields are filled in, and the label is there, too.
  EXPECT_TRUE (same (
      *frames (lost + "label={state} sink_1::placeholder-text=\"{name}\nis {state}\"", 31)[31],
      *frames (lost + "label=lost sink_1::placeholder-text=\"sink_1\nis lost\"", 31)[31]));
}

TEST_F (GridLabelLive, AMadePlaceholderComesBeforeTheText)
{
  Live p ("label-background=0xffffffff sink_1::placeholder-text=none", kWide);
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  const Owned<GstCaps> caps = caps_of (kInput);
  const Owned<GstSample> sample{
      gst_sample_new (solid (p.info (0), kGreen).get (), caps.get (), nullptr, nullptr)};
  p.set_pad (1, "placeholder", sample.get (), "placeholder-while-waiting", TRUE, "fit", 2);
  p.send (0, kRed, 0, 5);
  p.play ();
  const auto picture = p.next ();
  ASSERT_TRUE (picture);
  for (int x = 330; x < 640; x += 5) ASSERT_EQ (picture->at (x, 60), kGreen) << x;
}

}  // namespace

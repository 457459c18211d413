// The texts of labels, and where labels lie: without a grid.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "elements/grid/label_place.h"
#include "elements/grid/label_text.h"

using namespace quad;

namespace {

std::string written (std::string_view pattern, const LabelFacts &facts)
{
  std::string text = "what was there before";
  LabelPattern (pattern).write (facts, text);
  return text;
}

const LabelFacts kFacts = {.name = "Door",
                           .state = "late",
                           .pts = 3723 * GST_SECOND + 4 * GST_MSECOND + 999,
                           .arrival = 1'000'000'000'123'456,  // 2001-09-09 01:46:40 UTC
                           .age = 2 * GST_SECOND - 1,
                           .rate_num = 30000,
                           .rate_den = 1001,
                           .width = 640,
                           .height = 480};

class LabelText : public ::testing::Test {
 protected:
  void SetUp () override
  {
    setenv ("TZ", "UTC", 1);
    tzset ();
  }
};

TEST_F (LabelText, Fields)
{
  struct Case {
    const char *pattern, *text;
  };
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"{name}", "Door"},
      {"a {name}, {state}.", "a Door, late."},
      {"{pts}", "1:02:03.004"},
      {"{clock:%H:%M:%S}", "01:46:40"},
      {"{clock}", "01:46:40"},
      {"{clock:%F}", "2001-09-09"},
      {"{clock:at %H o'clock}", "at 01 o'clock"},
      {"{clock:%H}{clock:%M}", "0146"},
      {"{rate}", "29.97"},
      {"{age} s", "1 s"},
      {"{width}x{height}", "640x480"},
      {"{{name}", "{name}"},
      {"{{{name}}", "{Door}"},
      {"{{{{", "{{"},
      {"{{x}}", "{x}"},
      {"a}b}}c", "a}b}c"},
      {"}", "}"},
      {"a}b{name}}", "a}bDoor}"},
      {"{nam}", "{nam}"},
      {"{Name}", "{Name}"},
      {"{}", "{}"},
      {"{", "{"},
      {"{name", "{name"},
      {"x{name y", "x{name y"},
      {"{foo} {name}", "{foo} Door"},
      {"\u65e5{name}\u672c", "\u65e5Door\u672c"},
  };
  for (const Case &c : cases) EXPECT_EQ (written (c.pattern, kFacts), c.text) << c.pattern;
}

TEST_F (LabelText, WhatIsNotKnownIsADash)
{
  EXPECT_EQ (written ("{pts} {clock:%H} {rate} {age} {width}x{height}", {}), "- - - - -x-");
  EXPECT_EQ (written ("{name}{state}", {}), "");
  EXPECT_EQ (written ("{rate}", {.rate_num = 25, .rate_den = 0}), "-");
}

TEST_F (LabelText, Rates)
{
  struct Case {
    int num, den;
    const char *text;
  };
  for (const Case &c : {Case{25, 1, "25"},
                        {60, 2, "30"},
                        {24000, 1001, "23.98"},
                        {1, 3, "0.33"},
                        {1, 10, "0.10"},
                        {59999, 1000, "60"}})
    EXPECT_EQ (written ("{rate}", {.rate_num = c.num, .rate_den = c.den}), c.text);
}

TEST_F (LabelText, LongClockFormats)
{
  std::string pattern;
  for (int i = 0; i < 300; i++) pattern += "%F";
  EXPECT_EQ (written ("a{clock:" + pattern + "}b", kFacts), "a-b");
}

TEST_F (LabelText, TheFirstUnknownField)
{
  EXPECT_EQ (LabelPattern ("{name} {{x} } {clock:%H}").unknown (), "");
  EXPECT_EQ (LabelPattern ("{name} {foo:1} {bar}").unknown (), "{foo:1}");
  EXPECT_EQ (LabelPattern ("a {name").unknown (), "{name");
  EXPECT_EQ (LabelPattern::known_fields (),
             "{name}, {state}, {pts}, {clock}, {rate}, {age}, {width}, {height}");
}

// A text of the same length goes into the same memory.
TEST_F (LabelText, KeepsItsMemory)
{
  const LabelPattern pattern ("a text that is longer than a short string: {name} {pts} {clock}");
  LabelFacts facts = kFacts;
  std::string text;
  pattern.write (facts, text);
  const char *memory = text.data ();
  for (int i = 0; i < 100; i++) {
    facts.pts += GST_MSECOND;
    pattern.write (facts, text);
  }
  EXPECT_EQ (text.data (), memory);
}

constexpr LabelPosition kPlaces[] = {
    LabelPosition::top_left,    LabelPosition::top,    LabelPosition::top_right,
    LabelPosition::left,        LabelPosition::center, LabelPosition::right,
    LabelPosition::bottom_left, LabelPosition::bottom, LabelPosition::bottom_right};

TEST (LabelPlace, NinePlaces)
{
  const Rect room = label_room ({100, 50, 220, 120}, 10, {1, 1});
  EXPECT_EQ (room, (Rect{110, 60, 200, 100}));
  const int xs[] = {110, 190, 270}, ys[] = {60, 100, 140};
  for (int i = 0; i < 9; i++)
    EXPECT_EQ (label_rect (room, {40, 20}, kPlaces[i], {1, 1}),
               (Rect{xs[i % 3], ys[i / 3], 40, 20}));
}

TEST (LabelPlace, WholeChromaSamplesInsideOfTheMargins)
{
  for (const Size unit : {Size{1, 1}, {2, 1}, {2, 2}, {4, 4}})
    for (const Rect &box : {Rect{0, 0, 33, 31}, {4, 8, 60, 40}, {-21, -13, 50, 50}, {3, 5, 41, 43}})
      for (const int margin : {0, 1, 3, 8}) {
        const Rect room = label_room (box, margin, unit);
        ASSERT_FALSE (room.empty ());
        EXPECT_TRUE (
            (Rect{box.x + margin, box.y + margin, box.width - 2 * margin, box.height - 2 * margin}
                 .contains (room)));
        EXPECT_LT (room.x - box.x - margin, unit.width);
        EXPECT_LT (box.bottom () - margin - room.bottom (), unit.height);
        const Size size = {unit.width * 2, unit.height};
        for (const LabelPosition place : kPlaces) {
          const Rect at = label_rect (room, size, place, unit);
          EXPECT_TRUE (room.contains (at));
          EXPECT_EQ (at.x % unit.width, 0);
          EXPECT_EQ (at.y % unit.height, 0);
        }
      }
}

TEST (LabelPlace, NoRoom)
{
  EXPECT_TRUE (label_room ({}, 0, {1, 1}).empty ());
  EXPECT_TRUE (label_room ({0, 0, 16, 100}, 8, {1, 1}).empty ());
  EXPECT_TRUE (label_room ({0, 0, 100, 16}, 8, {2, 2}).empty ());
  EXPECT_TRUE (label_room ({0, 0, 100, 100}, 1 << 30, {2, 2}).empty ());
  EXPECT_TRUE (label_room ({1, 1, 1, 1}, 0, {2, 2}).empty ());
}

}  // namespace

// Pixels of text, whatever the fonts are.
#include <algorithm>
#include <chrono>
#include <set>

#include "helpers.h"

namespace quad::text {
namespace {

using Text = TextTest;

constexpr Size kRoom = {2000, 400};

std::set<Pixel> colors_of (const Picture &picture)
{
  std::set<Pixel> colors;
  for (int y = 0; y < picture.size.height; y++)
    for (int x = 0; x < picture.size.width; x++) colors.insert (pixel_of (picture, x, y));
  return colors;
}

// Where pixels differ from the background: the first and last row and column. Empty: nowhere.
Rect ink_of (const Picture &picture, const Rect &part, std::uint32_t background)
{
  int left = part.right (), top = part.bottom (), right = 0, bottom = 0;
  for (int y = part.y; y < part.bottom (); y++)
    for (int x = part.x; x < part.right (); x++) {
      if (pixel_of (picture, x, y) == pixel_of (background)) continue;
      left = std::min (left, x), right = std::max (right, x + 1);
      top = std::min (top, y), bottom = std::max (bottom, y + 1);
    }
  return {left, top, right - left, bottom - top};
}

Rect ink_of (const Picture &picture, std::uint32_t background)
{
  return ink_of (picture, rect_of (picture.size), background);
}

TEST_F (Text, ColoursAreExact)
{
  struct Case {
    std::uint32_t color, background;
    Pixel glyph;
  };
  const Case cases[] = {
      {0xffffffff, 0xff000000, {255, 255, 255, 255}},
      {0xff12ab7f, 0xff334455, {0x12, 0xab, 0x7f, 255}},
      {0xff12ab7f, 0x01fe0203, {0x12, 0xab, 0x7f, 255}},
      {0xff12ab7f, 0x00fe0203, {0x12, 0xab, 0x7f, 255}},
      {0x0112ab7f, 0x00000000, {0x12, 0xab, 0x7f, 1}},
      {0x8012ab7f, 0x00fe0203, {0x12, 0xab, 0x7f, 0x80}},
      {0x80ff0000, 0xff0000ff, {128, 0, 127, 255}},
      // 0x80 over 0x80: alpha is 128 + 127 * 128 / 255, of which 128 / 191.7 is the text's.
      {0x80ff0000, 0x800000ff, {170, 0, 85, 192}},
      {0x00ff0000, 0x800000ff, {0, 0, 255, 0x80}},
  };
  for (const Case &c : cases) {
    const Picture picture = render ({.text = "\u2588LT",  // a full block, and thick letters
                                     .font = "Sans Bold 60",
                                     .color = c.color,
                                     .background = c.background,
                                     .padding = 3,
                                     .greatest = kRoom});
    SCOPED_TRACE (c.color);
    const std::set<Pixel> colors = colors_of (picture);
    EXPECT_TRUE (colors.contains (c.glyph));
    for (int x = 0; x < picture.size.width; x++)
      for (const int y : {0, 2, picture.size.height - 3, picture.size.height - 1})
        ASSERT_EQ (pixel_of (picture, x, y), pixel_of (c.background)) << x << "," << y;
    // Between the two nothing is brighter or more opaque than both.
    if (c.color >> 24 == 0xff && c.background >> 24 == 0xff) {
      const Pixel a = pixel_of (c.color), b = pixel_of (c.background);
      for (const Pixel &p : colors)
        for (int i = 0; i < 4; i++) {
          ASSERT_GE (p[i], std::min (a[i], b[i]));
          ASSERT_LE (p[i], std::max (a[i], b[i]));
        }
    }
  }
}

TEST_F (Text, TheSizeIsTight)
{
  const Request plain = {.text = "Hjg", .font = "Sans 30", .background = 0, .greatest = kRoom};
  const Picture tight = render (plain);
  ASSERT_FALSE (tight.size.empty ());
  Request padded = plain;
  padded.padding = 7;
  const Picture picture = render (padded);
  EXPECT_EQ (picture.size, (Size{tight.size.width + 14, tight.size.height + 14}));
  EXPECT_LT (ink_of (tight, 0).x, 8);
  EXPECT_GT (ink_of (tight, 0).right (), tight.size.width - 8);
  EXPECT_EQ (ink_of (picture, 0).x, ink_of (tight, 0).x + 7);
  EXPECT_EQ (ink_of (picture, 0).y, ink_of (tight, 0).y + 7);
  Request larger = plain;
  larger.font = "Sans 60";
  EXPECT_GT (render (larger).size.height, tight.size.height * 3 / 2);
  larger.font = "Sans 80px";  // the same
  EXPECT_EQ (render (larger).size,
             render ({.text = "Hjg", .font = "Sans 60", .greatest = kRoom}).size);
}

TEST_F (Text, NothingIsAnEmptyPicture)
{
  EXPECT_EQ (render ({.text = "", .greatest = kRoom}).size, Size{});
  for (const Size &room : {Size{}, Size{8, 100}, Size{100, 8}, Size{-5, -5}})
    EXPECT_EQ (render ({.text = "Text", .padding = 4, .greatest = room}).size, Size{});
}

TEST_F (Text, LongNamesEndWithAnEllipsis)
{
  const std::string name = "A name that is by far too long for the room that it has";
  const Picture whole = render ({.text = name, .greatest = kRoom});
  for (const int width : {40, 99, 200}) {
    const Request narrow = {.text = name, .padding = 2, .greatest = {width, 100}};
    const Picture picture = render (narrow);
    EXPECT_LE (picture.size.width, width);
    EXPECT_GT (picture.size.width, width - 40);
    EXPECT_NEAR (picture.size.height, whole.size.height + 4, 2);
    // What is left out makes no difference.
    Request other = narrow;
    other.text = name + ", and another end";
    EXPECT_EQ (render (other).rgba, picture.rgba);
    other.text = "B" + name;
    EXPECT_NE (render (other).rgba, picture.rgba);
  }
  // It is there: the end is dots on the line and not the height of a letter.
  const Picture cut =
      render ({.text = std::string (40, 'I'), .background = 0, .greatest = {100, 100}});
  const Rect all = ink_of (cut, 0);
  const Rect end = ink_of (cut, {all.right () - 6, 0, 6, cut.size.height}, 0);
  EXPECT_GT (end.y, all.y + all.height / 2);
  // Hardly any room.
  for (int width = 1; width < 20; width++)
    EXPECT_LE (render ({.text = name, .greatest = {width, 10}}).size.width, width);
}

TEST_F (Text, Lines)
{
  const Picture one = render ({.text = "one", .greatest = kRoom});
  const Picture three = render ({.text = "one\ntwo\nthree", .greatest = kRoom, .wraps = true});
  EXPECT_GE (three.size.height, 3 * one.size.height - 6);
  EXPECT_EQ (render ({.text = "one\ntwo\nthree", .greatest = kRoom}).rgba,
             render ({.text = "one two three", .greatest = kRoom}).rgba);
  // Empty lines count where there are others.
  const Picture below = render ({.text = "\n\none", .greatest = kRoom, .wraps = true});
  EXPECT_EQ (below.size.width, one.size.width);
  EXPECT_GE (below.size.height, 3 * one.size.height - 6);
  EXPECT_TRUE (render ({.text = "\n\n", .greatest = kRoom, .wraps = true}).size.empty ());
  // Words go to the next line, and what is beyond the room is left out in whole lines.
  const Picture wrapped = render ({.text = "many words that need several lines and more",
                                   .greatest = {120, 1000},
                                   .wraps = true});
  EXPECT_LE (wrapped.size.width, 120);
  EXPECT_GT (wrapped.size.height, 2 * one.size.height);
  const int room = 2 * one.size.height + one.size.height / 2;
  const Picture two = render (
      {.text = "one\ntwo\nthree\nfour", .background = 0, .greatest = {400, room}, .wraps = true});
  EXPECT_LE (two.size.height, 2 * one.size.height);
  EXPECT_GT (two.size.height, one.size.height);
}

// Where the second, shorter line lies.
Rect second_line (const Picture &picture)
{
  const int half = picture.size.height / 2;
  return ink_of (picture, {0, half + 2, picture.size.width, half - 2}, 0);
}

TEST_F (Text, Alignment)
{
  struct Case {
    const char *text;
    Align align;
    double from, to;  // the middle of the second line, of the width
  };
  const char latin[] = "a long line of letters\nII";
  const char hebrew[] =
      "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd \u05e9\u05dc\u05d5\u05dd\n\u05d0";
  const Case cases[] = {
      {latin, Align::start, 0, 0.3},     {latin, Align::center, 0.4, 0.6},
      {latin, Align::end, 0.7, 1},       {hebrew, Align::start, 0.7, 1},
      {hebrew, Align::center, 0.4, 0.6}, {hebrew, Align::end, 0, 0.3},
  };
  for (const Case &c : cases) {
    const Picture picture = render ({.text = c.text,
                                     .font = "Sans 30",
                                     .background = 0,
                                     .greatest = kRoom,
                                     .wraps = true,
                                     .align = c.align});
    const Rect ink = second_line (picture);
    ASSERT_FALSE (ink.empty ());
    const double middle = (ink.x + ink.width / 2.0) / picture.size.width;
    EXPECT_GT (middle, c.from) << c.text;
    EXPECT_LT (middle, c.to) << c.text;
  }
}

// The first letter of a Hebrew word stands at its right. Yod is smaller than the final mem.
TEST_F (Text, RightToLeft)
{
  const Picture word =
      render ({.text = "\u05d9\u05dd", .font = "Sans 60", .background = 0, .greatest = kRoom});
  const Rect ink = ink_of (word, 0);
  const int part = ink.width / 5;
  const Rect left = ink_of (word, {ink.x, 0, part, word.size.height}, 0);
  const Rect right = ink_of (word, {ink.right () - part, 0, part, word.size.height}, 0);
  EXPECT_LT (right.height, left.height * 3 / 4);
}

TEST_F (Text, CombiningMarksTakeNoRoom)
{
  const Picture letter =
      render ({.text = "e", .font = "Sans 30", .background = 0, .greatest = kRoom});
  const Picture marked =
      render ({.text = "e\u0301", .font = "Sans 30", .background = 0, .greatest = kRoom});
  EXPECT_NEAR (marked.size.width, letter.size.width, 3);
  EXPECT_LT (ink_of (marked, 0).y, ink_of (letter, 0).y);
}

TEST_F (Text, SameRequestSameBytes)
{
  const Request r = {.text = "Same \u65e5 \U0001F600", .font = "Serif 22", .greatest = kRoom};
  const Picture first = render (r);
  render ({.text = "other", .font = "Monospace 9", .greatest = kRoom});
  EXPECT_EQ (render (r).rgba, first.rgba);
  Library other ({kModule});
  Picture again;
  EXPECT_EQ (other.render (r, again), "");
  EXPECT_EQ (again.rgba, first.rgba);
}

TEST_F (Text, IsWholeIfTheRoomChangesNothing)
{
  struct Case {
    const char *text;
    Size room;
    bool wraps, whole;
  };
  for (const Case &c : {Case{"short", kRoom, false, true},
                        {"short", kRoom, true, true},
                        {"a\nb", kRoom, true, true},
                        {"a text that is too long", {60, 100}, false, false},
                        {"a text that is too long", {60, 200}, true, false},
                        {"a\nb\nc\nd", {200, 60}, true, false},
                        {"a", {200, 5}, false, false},
                        {"a", {3, 100}, false, false}}) {
    const Picture picture = render ({.text = c.text, .greatest = c.room, .wraps = c.wraps});
    EXPECT_EQ (picture.is_whole, c.whole) << c.text << " in " << c.room.width;
    if (!c.whole) continue;
    EXPECT_EQ (render ({.text = c.text, .greatest = picture.size, .wraps = c.wraps}).rgba,
               picture.rgba);
  }
}

TEST_F (Text, InvalidUtf8IsShown)
{
  EXPECT_EQ (render ({.text = "a\xff"
                              "b",
                      .greatest = kRoom})
                 .rgba,
             render ({.text = "a\uFFFD"
                              "b",
                      .greatest = kRoom})
                 .rgba);
}

TEST_F (Text, TextOf100KilobytesIsQuick)
{
  const auto begin = std::chrono::steady_clock::now ();
  for (const char *unit : {"x", "word ", "x\n", "\u0301", "\u05d0", "\U0001F600", "\xff"}) {
    std::string text;
    while (text.size () < 100000) text += unit;
    for (const bool wraps : {false, true}) {
      const Picture picture = render ({.text = text, .greatest = {500, 200}, .wraps = wraps});
      EXPECT_FALSE (picture.size.empty ()) << unit << wraps;
    }
  }
  EXPECT_LT (std::chrono::steady_clock::now () - begin, std::chrono::seconds (20));
}

TEST_F (Text, AFontThatIsMissing)
{
  const Picture picture = render ({.text = "x", .font = "Quadnowhere Bold 14", .greatest = kRoom});
  EXPECT_FALSE (picture.size.empty ());
  EXPECT_EQ (picture.missing_font, "Quadnowhere");
  EXPECT_FALSE (picture.used_font.empty ());
  // The one that is used is there.
  EXPECT_EQ (
      render ({.text = "x", .font = picture.used_font + " 14", .greatest = kRoom}).missing_font,
      "");
  for (const char *font :
       {"Sans 14", "", "Serif Bold", "monospace 20px", "Quadnowhere, Sans 14", "14", "Sans Italic"})
    EXPECT_EQ (render ({.text = "x", .font = font, .greatest = kRoom}).missing_font, "") << font;
}

TEST_F (Text, FontSizesOutOfRange)
{
  const Picture usual = render ({.text = "x", .font = "Sans 14", .greatest = kRoom});
  for (const char *font : {"Sans", "Sans 0", ""})
    EXPECT_EQ (render ({.text = "x", .font = font, .greatest = kRoom}).rgba, usual.rgba) << font;
  for (const char *font : {"Sans 100000", "Sans 999999px", "Sans 1e300", "Sans -5", "Sans 0.001"})
    render ({.text = "Large", .font = font, .greatest = {500, 200}});
}

}  // namespace
}  // namespace quad::text

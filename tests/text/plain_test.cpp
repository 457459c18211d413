// Text as Pango takes it.
#include "text/plain.h"

#include <gtest/gtest.h>

namespace quad::text {
namespace {

std::string times (std::size_t count, const std::string &text)
{
  std::string all;
  for (std::size_t i = 0; i < count; i++) all += text;
  return all;
}

const std::string kCut = "\u2026";

TEST (Plain, InvalidUtf8)
{
  struct Case {
    std::string text, shown;
  };
  const Case cases[] = {
      {"plain", "plain"},
      {"", ""},
      {"a\xff"
       "b",
       "a\uFFFDb"},
      {"\xc0\xaf", "\uFFFD\uFFFD"},            // too long a form
      {"end\xe2\x82", "end\uFFFD\uFFFD"},      // cut off
      {"\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"},  // half a UTF-16 pair
      {std::string ("a\0b", 3),
       "a\uFFFD"
       "b"},
      {"\u65e5\U0001F600", "\u65e5\U0001F600"},
  };
  for (const Case &c : cases) {
    EXPECT_EQ (plain (c.text, false), c.shown);
    EXPECT_EQ (plain (c.text, true), c.shown);
  }
}

TEST (Plain, LineEnds)
{
  const std::string text = "a\nb\r\nc\rd\u2028e\u2029f";
  EXPECT_EQ (plain (text, true), "a b c d e f");
  EXPECT_EQ (plain (text, false), text);
}

TEST (Plain, LongTextIsCutBetweenCharacters)
{
  for (const std::string c : {"x", "\u00e9", "\u65e5", "\U0001F600"}) {
    const std::string longest = times (kMaxCharacters, c);
    EXPECT_EQ (plain (longest, false), longest);
    EXPECT_EQ (plain (longest + c, false), longest + kCut);
    EXPECT_EQ (plain (times (100000, c), true), longest + kCut);
  }
  // No byte of a long text counts that is not shown.
  EXPECT_EQ (plain (times (100000, "x") + "\xff", true), times (kMaxCharacters, "x") + kCut);
}

TEST (Plain, ALetterKeepsItsMarks)
{
  const std::string letter = "e\u0301\u0323";
  const std::string text = times (kMaxCharacters, letter);
  // The limit is inside of a letter: 1000 is no multiple of 3.
  EXPECT_EQ (plain (text, false), times (kMaxCharacters / 3, letter) + kCut);
  // Marks alone are cut anywhere.
  EXPECT_EQ (plain (times (2 * kMaxCharacters, "\u0301"), false),
             times (kMaxCharacters, "\u0301") + kCut);
}

}  // namespace
}  // namespace quad::text

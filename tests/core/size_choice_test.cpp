#include "core/size_choice.h"

#include <gtest/gtest.h>

#include <limits>
#include <ostream>

#include "core/renderer.h"

namespace quad {

static void PrintTo (const Shape &s, std::ostream *out)
{
  *out << s.size.width << "x" << s.size.height << " " << s.par.num << "/" << s.par.den;
}

namespace {

constexpr int kAny = kMaxSide;
const std::vector<SideRange> kOpen = {{1, kAny}};
const std::vector<ParRange> kSquare = {{{1, 1}, {1, 1}}};

SideRange is (int v) { return {v, v}; }

struct Case {
  const char *what;
  Shape source;
  Wish wish;
  SizeRules rules;
  Shape shape;
  bool possible = true;
  bool stretched = false;
};

constexpr Size k420 = {2, 2}, k422 = {2, 1}, k444 = {1, 1};

constexpr int kMost = std::numeric_limits<std::int32_t>::max ();

const Case kCases[] = {
    // Open sizes are divided.
    {"a quarter of the pixels", {{1920, 1080}}, {kOpen, kOpen}, {}, {{960, 540}}},
    {"a third", {{1920, 1080}}, {kOpen, kOpen}, {.divisor = 3}, {{640, 360}}},
    {"half a sample rounds up", {{5, 3}}, {kOpen, kOpen}, {}, {{3, 2}}},
    {"each side by itself", {{100, 3}}, {kOpen, kOpen}, {}, {{50, 2}}},
    {"never nothing", {{1, 1}}, {kOpen, kOpen}, {.divisor = 16384}, {{1, 1}}},
    {"a strip", {{16384, 1}}, {kOpen, kOpen}, {}, {{8192, 1}}},
    {"by 1 is all of it", {{321, 241}}, {kOpen, kOpen}, {.divisor = 1, .unit = k420}, {{321, 241}}},
    {"the samples' shape stays",
     {{720, 576}, {16, 15}},
     {kOpen, kOpen},
     {},
     {{360, 288}, {16, 15}}},
    {"square samples", {{720, 576}, {2, 1}}, {kOpen, kOpen, kSquare}, {}, {{360, 144}}},
    {"enlarging allowed changes nothing",
     {{64, 48}},
     {kOpen, kOpen},
     {.upscale = true},
     {{32, 24}}},

    // Extreme pixel aspect ratios.
    {"wide samples stay", {{1000, 100}, {kMost, 1}}, {kOpen, kOpen}, {}, {{500, 50}, {kMost, 1}}},
    {"high samples stay", {{1000, 100}, {1, kMost}}, {kOpen, kOpen}, {}, {{500, 50}, {1, kMost}}},
    {"wide samples made square",
     {{1000, 100}, {kMost, 1}},
     {kOpen, kOpen, kSquare},
     {},
     {{500, 1}}},
    {"high samples made square", {{1000, 100}, {1, kMost}}, {kOpen, kOpen, kSquare}, {}, {{1, 50}}},
    {"a width beyond all",
     {{1000, 100}, {kMost, 1}},
     {kOpen, {is (50)}, kSquare},
     {},
     {{kMaxSide, 50}},
     false,
     true},
    {"a height beyond all",
     {{1000, 100}, {1, kMost}},
     {{is (50)}, kOpen, kSquare},
     {},
     {{50, kMaxSide}},
     false,
     true},

    // Sides are even for halved chroma, where this code chooses them.
    {"odd at 4:4:4", {{1922, 1082}}, {kOpen, kOpen}, {.unit = k444}, {{961, 541}}},
    {"even at 4:2:0", {{1922, 1082}}, {kOpen, kOpen}, {.unit = k420}, {{960, 540}}},
    {"even width at 4:2:2", {{1922, 1082}}, {kOpen, kOpen}, {.unit = k422}, {{960, 541}}},
    {"the nearer one", {{1283, 1285}}, {kOpen, kOpen}, {.divisor = 4, .unit = k420}, {{320, 322}}},
    {"1 stays 1", {{2, 2}}, {kOpen, kOpen}, {.unit = k420}, {{1, 1}}},

    // The limits of an encoder are no wish.
    {"16 and more", {{1920, 1080}}, {{{16, INT32_MAX}}, {{16, INT32_MAX}}}, {}, {{960, 540}}},
    {"up to 16383", {{1920, 1080}}, {{{1, 16383}}, {{1, 16383}}}, {}, {{960, 540}}},
    {"160 to 4096", {{1920, 1080}}, {{{160, 4096}}, {{64, 4096}}}, {}, {{960, 540}}},
    {"but it holds below", {{40, 20}}, {{{16, INT32_MAX}}, {{16, INT32_MAX}}}, {}, {{32, 16}}},
    {"and above", {{16000, 8000}}, {{{16, 4096}}, {{16, 4096}}}, {}, {{4096, 2048}}},

    // max-width and max-height.
    {"max-width", {{1920, 1080}}, {kOpen, kOpen}, {.max_width = 640}, {{640, 360}}},
    {"max-height", {{1920, 1080}}, {kOpen, kOpen}, {.max_height = 270}, {{480, 270}}},
    {"a limit above", {{1920, 1080}}, {kOpen, kOpen}, {.max_width = 1000}, {{960, 540}}},
    {"limits on a range",
     {{1920, 1080}},
     {{{1, 800}}, {{1, 800}}},
     {.max_width = 640},
     {{640, 360}}},
    {"an odd limit",
     {{1920, 1080}},
     {kOpen, kOpen},
     {.max_width = 641, .unit = k420},
     {{640, 360}}},
    {"no limit on what is fixed",
     {{1920, 1080}},
     {{is (960)}, kOpen},
     {.max_width = 10},
     {{960, 540}}},

    // A finite range gives the largest size of the shape.
    {"in a box", {{1920, 1080}}, {{{1, 640}}, {{1, 480}}, kSquare}, {}, {{640, 360}}},
    {"in a flat box", {{1920, 1080}}, {{{1, 640}}, {{1, 180}}, kSquare}, {}, {{320, 180}}},
    {"portrait", {{1080, 1920}}, {{{1, 640}}, {{1, 360}}, kSquare}, {}, {{203, 360}}},
    {"portrait, even",
     {{1080, 1920}},
     {{{1, 640}}, {{1, 360}}, kSquare},
     {.unit = k420},
     {{202, 360}}},
    {"an odd box is filled",
     {{1920, 1080}},
     {{{1, 641}}, {{1, 361}}, kSquare},
     {.unit = k420},
     {{641, 361}}},
    {"no larger than the source",
     {{320, 180}},
     {{{1, 640}}, {{1, 480}}, kSquare},
     {},
     {{320, 180}}},
    {"unless enlarging",
     {{320, 180}},
     {{{1, 640}}, {{1, 480}}, kSquare},
     {.upscale = true},
     {{640, 360}}},
    {"a box of one side", {{1920, 1080}}, {{{1, 640}}, kOpen}, {}, {{640, 360}}},
    {"wide samples", {{720, 576}, {16, 15}}, {{{1, 640}}, {{1, 360}}, kSquare}, {}, {{480, 360}}},
    {"wide samples, small",
     {{720, 576}, {2, 1}},
     {{{1, 2000}}, {{1, 2000}}, kSquare},
     {},
     {{720, 288}}},
    {"a box without square samples",
     {{720, 576}, {16, 15}},
     {{{1, 360}}, {{1, 360}}},
     {},
     {{360, 288}, {16, 15}}},
    {"a large box of a grid",
     {{1920, 1080}},
     {{{1, 8000}}, {{1, 8000}}, kSquare},
     {},
     {{1920, 1080}}},
    {"steps",
     {{1920, 1080}},
     {{{16, 640, 16}}, {{16, 640, 16}}, kSquare},
     {},
     {{640, 352}},
     true,
     true},
    {"too narrow a range",
     {{1920, 1080}},
     {{{600, 640}}, {{600, 640}}, kSquare},
     {},
     {{640, 600}},
     true,
     true},
    {"too narrow, samples free",
     {{1920, 1080}},
     {{{600, 640}}, {{600, 640}}},
     {},
     {{640, 600}, {5, 3}}},

    // A lower bound alone gives the smallest size that reaches it.
    {"cover", {{1920, 1080}}, {{{640, kAny}}, {{480, kAny}}, kSquare}, {}, {{853, 480}}},
    {"cover, even",
     {{1920, 1080}},
     {{{640, kAny}}, {{480, kAny}}, kSquare},
     {.unit = k420},
     {{854, 480}}},
    {"cover a portrait",
     {{1080, 1920}},
     {{{640, kAny}}, {{360, kAny}}, kSquare},
     {},
     {{640, 1138}}},
    {"cover a small cell", {{1920, 1080}}, {{{64, kAny}}, {{36, kAny}}, kSquare}, {}, {{64, 36}}},
    {"cover without square samples",
     {{1920, 1080}},
     {{{640, kAny}}, {{360, kAny}}},
     {},
     {{640, 360}}},
    {"cover needs more",
     {{320, 180}},
     {{{640, kAny}}, {{360, kAny}}, kSquare},
     {},
     {{640, 360}},
     false},
    {"cover enlarges",
     {{320, 180}},
     {{{640, kAny}}, {{360, kAny}}, kSquare},
     {.upscale = true},
     {{640, 360}}},

    // Fixed sides.
    {"both", {{1920, 1080}}, {{is (640)}, {is (360)}}, {}, {{640, 360}}},
    {"both, within a sample", {{1920, 1080}}, {{is (854)}, {is (480)}}, {}, {{854, 480}}},
    {"both, another shape", {{1920, 1080}}, {{is (360)}, {is (360)}}, {}, {{360, 360}, {16, 9}}},
    {"both and samples",
     {{1920, 1080}},
     {{is (360)}, {is (360)}, kSquare},
     {},
     {{360, 360}},
     true,
     true},
    {"both, larger", {{320, 240}}, {{is (640)}, {is (480)}}, {}, {{640, 480}}, false},
    {"one of both larger", {{320, 240}}, {{is (160)}, {is (480)}}, {}, {{160, 480}, {4, 1}}, false},
    {"both, enlarged", {{320, 240}}, {{is (640)}, {is (480)}}, {.upscale = true}, {{640, 480}}},
    {"the width", {{1920, 1080}}, {{is (640)}, kOpen}, {}, {{640, 360}}},
    {"the height", {{1920, 1080}}, {kOpen, {is (360)}}, {}, {{640, 360}}},
    {"the width, even height", {{321, 241}}, {{is (161)}, kOpen}, {.unit = k420}, {{161, 120}}},
    {"the source's width", {{321, 241}}, {{is (321)}, kOpen}, {.unit = k420}, {{321, 241}}},
    {"the width of wide samples",
     {{720, 576}, {16, 15}},
     {{is (384)}, kOpen, kSquare},
     {},
     {{384, 288}}},
    {"the width, larger", {{320, 240}}, {{is (640)}, kOpen}, {}, {{640, 480}}, false},

    // Lists.
    {"the largest of a list",
     {{640, 480}},
     {{is (160), is (320), is (1280)}, kOpen},
     {},
     {{320, 240}}},
    {"the pair that keeps the shape",
     {{640, 480}},
     {{is (320), is (300)}, {is (200), is (240)}},
     {},
     {{320, 240}}},
    {"samples of a list",
     {{720, 576}, {16, 15}},
     {kOpen, kOpen, {{{1, 1}, {1, 1}}, {{16, 15}, {16, 15}}}},
     {},
     {{360, 288}, {16, 15}}},

    // Ratios that do not fit into 32 bits.
    {"absurd samples",
     {{16384, 1}, {INT32_MAX, 1}},
     {kOpen, kOpen, kSquare},
     {},
     {{8192, 1}},
     true,
     false},
    {"absurd samples upright",
     {{1, 16384}, {1, INT32_MAX}},
     {kOpen, kOpen, kSquare},
     {},
     {{1, 8192}},
     true,
     false},
};

TEST (SizeChoice, Table)
{
  for (const Case &c : kCases) {
    SCOPED_TRACE (c.what);
    const SizeChoice choice = choose_shape (c.source, c.wish, c.rules);
    EXPECT_EQ (choice.shape, c.shape);
    EXPECT_EQ (choice.possible, c.possible);
    EXPECT_EQ (choice.stretched, c.stretched);
  }
}

// For any request the answer lies in the ranges, and is no larger than the source if that is asked
// for.
TEST (SizeChoice, StaysInRange)
{
  const int bounds[] = {1, 2, 16, 63, 257, 640, 4095, 16384};
  const Shape sources[] = {
      {{1, 1}}, {{3, 16384}, {7, 3}}, {{1920, 1080}}, {{719, 577}, {16, 15}}, {{16384, 16384}}};
  const std::vector<ParRange> pars[] = {{}, kSquare};
  for (const Shape &source : sources)
    for (int lo : bounds)
      for (int hi : bounds)
        for (int other : bounds)
          for (const auto &par : pars)
            for (bool upscale : {false, true}) {
              if (hi < lo) continue;
              const Wish wish = {{{lo, hi}}, {{1, other}}, par};
              for (int unit : {1, 2}) {
                const SizeChoice c = choose_shape (
                    source, wish, {.max_width = 1000, .upscale = upscale, .unit = {unit, unit}});
                const Size s = c.shape.size;
                ASSERT_TRUE (s.width >= lo && s.width <= hi && s.height >= 1 && s.height <= other)
                    << lo << " " << hi << " " << other << " " << s.width << "x" << s.height;
                const bool larger = s.width > source.size.width || s.height > source.size.height;
                ASSERT_EQ (c.possible, upscale || !larger);
                if (!par.empty ()) {
                  ASSERT_EQ (c.shape.par, (Ratio{1, 1}));
                }
              }
            }
}

// A size that a grid asked for and got is stable: the second time it is 1:1.
TEST (SizeChoice, FittingTwiceChangesNothing)
{
  for (int width = 200; width < 2200; width += 37)
    for (int height = 200; height < 1400; height += 41) {
      const Wish cell = {{{1, 640}}, {{1, 360}}, kSquare};
      const Shape once = choose_shape ({{width, height}}, cell, {.unit = k420}).shape;
      EXPECT_EQ (choose_shape (once, cell, {.unit = k420}).shape, once) << width << "x" << height;
    }
}

TEST (SizeChoice, AlternativesInOrder)
{
  const Wish cover = {{{640, kAny}}, {{360, kAny}}, kSquare};
  const Wish open = {kOpen, kOpen, kSquare};
  const Wish wishes[] = {cover, open};
  std::size_t which = 9;
  EXPECT_EQ (choose_among ({{1920, 1080}}, wishes, {}, which).shape.size, (Size{640, 360}));
  EXPECT_EQ (which, 0u);
  // A source that is too small keeps its size; it is not halved.
  EXPECT_EQ (choose_among ({{320, 180}}, wishes, {}, which).shape.size, (Size{320, 180}));
  EXPECT_EQ (which, 1u);
  EXPECT_EQ (choose_among ({{320, 180}}, wishes, {.upscale = true}, which).shape.size,
             (Size{640, 360}));
  EXPECT_EQ (which, 0u);
  const Wish large[] = {{{is (640)}, {is (480)}}, {{is (800)}, {is (600)}}};
  EXPECT_FALSE (choose_among ({{320, 240}}, large, {}, which).possible);
  EXPECT_EQ (which, 0u);
}

TEST (SizeChoice, Aspects)
{
  EXPECT_EQ (display_aspect ({{720, 576}, {16, 15}}), (Ratio{4, 3}));
  EXPECT_EQ (par_for ({{1920, 1080}}, {720, 576}), (Ratio{64, 45}));
  // Larger than any fraction of 32 bits.
  EXPECT_EQ (display_aspect ({{16384, 1}, {INT32_MAX, 1}}), (Ratio{INT32_MAX, 1}));
  EXPECT_EQ (par_for ({{1, 16384}, {1, INT32_MAX}}, {16384, 1}), (Ratio{1, INT32_MAX}));
  EXPECT_TRUE (same_aspect ({{1920, 1080}}, {{426, 240}}));
  EXPECT_FALSE (same_aspect ({{1920, 1080}}, {{424, 240}}));
  EXPECT_TRUE (same_aspect ({{720, 576}, {16, 15}}, {{640, 480}}));
}

}  // namespace
}  // namespace quad

// Layouts from templates and weights.
#include "elements/grid/colors.h"
#include "elements/grid/wished.h"

using namespace quad::test;
using quad::Owned;

namespace {

std::string i420 (int width, int height)
{
  return raw ("I420", width, height, "framerate=(fraction)10/1");
}

// A grid of 96x64 whose inputs have `count` frames of their shade.
struct AreasPipeline : GridPipeline {
  AreasPipeline (const std::string &properties, std::size_t inputs, int count = 1,
                 const std::string &output = i420 (96, 64))
      : GridPipeline (properties, output)
  {
    for (std::size_t i = 0; i < inputs; i++) {
      add_solid (i420 (32, 32), shade (i), count);
      set_pad (i, "fit", 2);
    }
  }
  void set (const char *property, const char *value)
  {
    g_object_set (grid (), property, value, nullptr);
  }
  std::string get (const char *property)
  {
    gchar *text = nullptr;
    g_object_get (grid (), property, &text, nullptr);
    const Owned<char> owned{text};
    return text ? text : "NULL";
  }
  std::string area (std::size_t i)
  {
    gchar *text = nullptr;
    g_object_get (pad (i).get (), "current-area", &text, nullptr);
    const Owned<char> owned{text};
    return text ? text : "NULL";
  }
  // How many warnings contain the text.
  int warned (const std::string &text)
  {
    int n = 0;
    for (const std::string &w : warnings ()) n += w.find (text) != w.npos ? 1 : 0;
    return n;
  }
};

// The picture as text: which input each tile of 16x16 shows, at all of its pixels. Rows have "/"
// between; '.': none.
std::string map_of (const Picture8 &picture, int tile = 16)
{
  std::string map;
  for (int y = 0; y < picture.info ().height; y += tile) {
    if (y > 0) map += '/';
    for (int x = 0; x < picture.info ().width; x += tile) {
      const Values value = picture.at (x, y);
      char name = value == kBlack ? '.' : '!';
      for (std::size_t i = 0; i < 6; i++)
        if (value == shade (i)) name = static_cast<char> ('0' + i);
      bool even = true;
      for (int i = 0; i < tile * tile; i++)
        even = even && picture.at (x + i % tile, y + i / tile) == value;
      map += even ? name : '?';
    }
  }
  return map;
}

std::string only_map (GridPipeline &p)
{
  Pictures all = p.run ();
  EXPECT_EQ (all.size (), 1u) << p.error ();
  return all.empty () ? "none" : map_of (*all[0]);
}

struct Layout {
  const char *properties, *map;
  std::size_t inputs = 6;
};

TEST (GridAreas, EachPixelIsInItsArea)
{
  // 96x64 are 6 by 4 tiles.
  const Layout layouts[] = {
      {"areas=\"a b c / d e f\"", "001122/001122/334455/334455"},
      {"areas=\"a a b / a a c / d e f / g h i\"", "000011/000022/334455/......"},
      {"areas=\"a a b / c . b\"", "000011/000011/22..11/22..11", 3},
      // The order is that of the first appearance, row by row.
      {"areas=\"z b / z a\"", "000111/000111/000222/000222", 3},
      {"areas=\"m m m / a b c\" row-weights=\"3 1\"", "000000/000000/000000/112233", 4},
      {"areas=\"a b c\" column-weights=\"2 0.5 .5\"", "000012/000012/000012/000012", 3},
      // All lines after the list have weight 1.
      {"areas=\"a b c / d e f\" row-weights=3 column-weights=4", "000012/000012/000012/333345"},
      // Weights without areas.
      {"rows=2 columns=2 row-weights=\"1 3\" column-weights=\"2 4\"", "001111/223333/223333/223333",
       4},
      {"rows=1 columns=0 column-weights=\"3 2\"", "000112/000112/000112/000112", 3},
  };
  for (const Layout &l : layouts) {
    SCOPED_TRACE (l.properties);
    AreasPipeline p (l.properties, l.inputs);
    EXPECT_EQ (only_map (p), l.map);
    EXPECT_TRUE (p.warnings ().empty ()) << p.warnings ()[0];
  }
}

TEST (GridAreas, RowsAndColumnsDoNotCount)
{
  AreasPipeline p ("rows=7 columns=1 areas=\"a b c / d d d\"", 4);
  EXPECT_EQ (only_map (p), "001122/001122/333333/333333");
}

TEST (GridAreas, GapMarginAndBorderAreAsBetweenCells)
{
  const char *common = " gap=4 margin=2 border-width=2 ";
  AreasPipeline areas (std::string ("areas=\"a a b / a a c / d e f\"") + common, 6, 1,
                       i420 (101, 75));
  AreasPipeline spans (std::string ("rows=3 columns=3") + common, 6, 1, i420 (101, 75));
  spans.set_pad (0, "row-span", 2, "column-span", 2);
  const int cells[] = {0, 2, 5, 6, 7, 8};
  for (std::size_t i = 0; i < 6; i++) spans.set_pad (i, "cell", cells[i]);
  const Pictures a = areas.run (), b = spans.run ();
  ASSERT_EQ (a.size (), 1u);
  ASSERT_EQ (b.size (), 1u);
  EXPECT_EQ (samples_of (a[0]->info (), a[0]->buffer ()),
             samples_of (b[0]->info (), b[0]->buffer ()));
}

TEST (GridAreas, OddSizesHaveNoSeams)
{
  for (const char *format : {"I420", "Y42B", "Y444"}) {
    SCOPED_TRACE (format);
    const std::string caps = "framerate=(fraction)10/1";
    AreasPipeline p ("areas=\"a b b / a c d\" column-weights=\"1 2.3 0.7\" row-weights=\"3 2\"", 4,
                     1, raw (format, 61, 37, caps));
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u);
    for (int y = 0; y < 37; y++)
      for (int x = 0; x < 61; x++) ASSERT_NE (all[0]->at (x, y)[0], 16) << x << "," << y;
  }
}

TEST (GridAreas, PadsAskByNameOrNumber)
{
  AreasPipeline p ("areas=\"a a b / a a c\"", 3);
  p.set_pad (2, "area", "a");
  p.set_pad (0, "cell", 2);
  EXPECT_EQ (only_map (p), "222211/222211/222200/222200");
  EXPECT_EQ (p.area (0), "c");
  EXPECT_EQ (p.area (1), "b");
  EXPECT_EQ (p.area (2), "a");
  EXPECT_EQ (current_cell (p.pad (0).get ()), 2);
  EXPECT_EQ (current_cell (p.pad (1).get ()), 1);
  EXPECT_EQ (current_cell (p.pad (2).get ()), 0);
}

TEST (GridAreas, SpansDoNotCountAndANameComesBeforeANumber)
{
  AreasPipeline p ("areas=\"a b c\"", 1);
  p.set_pad (0, "area", "b", "cell", 2, "row-span", 2, "column-span", 2);
  EXPECT_EQ (only_map (p), "..00../..00../..00../..00..");
}

TEST (GridAreas, AnAreaOfAPadDoesNotCountWithoutATemplate)
{
  AreasPipeline p ("rows=1 columns=3", 2);
  p.set_pad (0, "area", "b");
  EXPECT_EQ (only_map (p), "0011../0011../0011../0011..");
  EXPECT_EQ (p.area (0), "NULL");
  EXPECT_TRUE (p.warnings ().empty ());
}

TEST (GridAreas, AFreePictureTakesNoArea)
{
  AreasPipeline p ("areas=\"a b c\"", 3);
  p.set_pad (0, "xpos", 64, "ypos", 32, "width", 32, "height", 32, "zorder", 9u);
  p.set_pad (1, "area", "a");
  EXPECT_EQ (only_map (p), "11..22/11..22/11..00/11..00");
  EXPECT_EQ (p.area (0), "NULL");
  EXPECT_EQ (p.area (2), "c");
}

TEST (GridAreas, WithoutRoomOneWarning)
{
  AreasPipeline p ("areas=\"a b\"", 3, 5);
  ASSERT_EQ (p.run ().size (), 5u);
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_NE (p.warnings ()[0].find ("sink_2 is not shown: other inputs have all areas: a, b."),
             std::string::npos)
      << p.warnings ()[0];
}

TEST (GridAreas, ANameThatIsNotThereIsNotShown)
{
  AreasPipeline p ("areas=\"a b / c b\"", 2, 5);
  p.set_pad (0, "area", "main");
  p.set_pad (1, "cell", 3);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u);
  for (const auto &picture : all) EXPECT_EQ (map_of (*picture), "....../....../....../......");
  ASSERT_EQ (p.warnings ().size (), 2u);
  EXPECT_EQ (p.warned ("sink_0 is not shown: there is no area \"main\" among a, b, c."), 1);
  EXPECT_EQ (
      p.warned ("sink_1 is not shown: there is no cell 3, as the areas a, b, c count from 0."), 1);
}

TEST (GridAreas, TheSecondThatAsksForAnAreaGetsAnother)
{
  AreasPipeline p ("areas=\"a b c\"", 2, 5);
  p.set_pad (0, "area", "c");
  p.set_pad (1, "area", "c");
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u);
  EXPECT_EQ (map_of (*all[4]), "..1100/..1100/..1100/..1100");
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_EQ (p.warned ("sink_1 asks for area \"c\", but another input asked for it first: it has "
                       "area \"b\"."),
             1);
}

// Inputs that wait for the test's next frame.
struct Steps : GridPipeline {
  Steps (const std::string &properties, std::size_t inputs)
      : GridPipeline (properties, i420 (96, 64)), count (inputs)
  {
    for (std::size_t i = 0; i < inputs; i++) {
      add_input (i420 (32, 32));
      set_pad (i, "fit", 2);
    }
    play ();
  }
  // One frame of each input, and the output's.
  std::string step ()
  {
    for (std::size_t i = 0; i < count; i++) feed (*this, i, n);
    n++;
    const auto picture = pull ();
    return picture ? map_of (*picture) : "none";
  }
  std::size_t count;
  std::uint64_t n = 0;
};

TEST (GridAreas, ChangesTakeEffectWithOneFrame)
{
  Steps p ("areas=\"a b c\"", 3);
  EXPECT_EQ (p.step (), "001122/001122/001122/001122");
  // By their names, in another order and with other shapes.
  g_object_set (p.grid (), "areas", "c c c / a b b", nullptr);
  EXPECT_EQ (p.step (), "222222/222222/001111/001111");
  g_object_set (p.grid (), "row-weights", "3 1", nullptr);
  EXPECT_EQ (p.step (), "222222/222222/222222/001111");
  // Names that are gone: the next free area.
  g_object_set (p.grid (), "areas", "x y b", "row-weights", nullptr, nullptr);
  EXPECT_EQ (p.step (), "002211/002211/002211/002211");
  p.set_pad (1, "area", "x");
  EXPECT_EQ (p.step (), "112200/112200/112200/112200");
  // Back to the cells.
  g_object_set (p.grid (), "areas", nullptr, "rows", 1, "columns", 3, nullptr);
  EXPECT_EQ (p.step (), "001122/001122/001122/001122");
  EXPECT_TRUE (p.warnings ().empty ());
}

TEST (GridAreas, PadsKeepTheirAreas)
{
  Steps p ("areas=\"a b c\"", 3);
  EXPECT_EQ (p.step (), "001122/001122/001122/001122");
  p.set_pad (2, "area", "a");
  EXPECT_EQ (p.step (), "221100/221100/221100/221100");
  // Nobody asks any more: all stay.
  p.set_pad (2, "area", nullptr);
  EXPECT_EQ (p.step (), "221100/221100/221100/221100");
  remove_input (p, 0);
  p.count = 0;
  for (const std::size_t i : {1u, 2u}) feed (p, i, p.n);
  EXPECT_EQ (p.step (), "2211../2211../2211../2211..");
}

TEST (GridAreas, CurrentAreaIsNotified)
{
  Steps p ("areas=\"a b c\"", 1);
  int told = 0;
  const Owned<GstPad> pad = p.pad (0);
  g_signal_connect (pad.get (), "notify::current-area",
                    G_CALLBACK (+[] (GObject *, GParamSpec *, int *n) { (*n)++; }), &told);
  p.step ();
  EXPECT_EQ (told, 0);
  g_object_set (pad.get (), "area", "c", nullptr);
  EXPECT_EQ (told, 1);
  p.step ();
  EXPECT_EQ (told, 1);
  g_object_set (p.grid (), "areas", nullptr, nullptr);
  EXPECT_EQ (told, 2);
}

TEST (GridAreas, ATextThatIsWrongIsRefused)
{
  Steps p ("areas=\"a b c\"", 2);
  EXPECT_EQ (p.step (), "0011../0011../0011../0011..");
  const struct {
    const char *property, *text, *warning;
  } cases[] = {
      {"areas", "a b c / a b", "areas: row 2 has 2 columns, row 1 has 3"},
      {"areas", "a a b / a c c / d e f", "areas: \"a\" is no rectangle: row 2, column 2"},
      {"row-weights", "1 0 1", "row-weights: weight 2 is \"0\""},
      {"column-weights", "1 x", "column-weights: weight 2 is \"x\""},
  };
  std::size_t posted = 0;
  for (const auto &c : cases) {
    g_object_set (p.grid (), c.property, c.text, nullptr);
    ASSERT_EQ (p.warnings ().size (), ++posted);
    EXPECT_NE (p.warnings ().back ().find (c.warning), std::string::npos) << p.warnings ().back ();
    EXPECT_EQ (p.step (), "0011../0011../0011../0011..");
  }
  gchar *text = nullptr;
  g_object_get (p.grid (), "areas", &text, nullptr);
  EXPECT_STREQ (text, "a b c");
  g_free (text);
  EXPECT_EQ (p.warnings ().size (), posted);
}

// In state NULL nobody would see a warning: it comes when the element starts.
TEST (GridAreas, AFaultFromBeforeTheStartIsPostedAtTheStart)
{
  AreasPipeline p ("areas=\"a b c\"", 2);
  p.set ("areas", "a b / c");
  p.set ("row-weights", "0");
  p.set ("column-weights", "0");
  p.set ("column-weights", "1 4 1");
  EXPECT_TRUE (p.warnings ().empty ());
  EXPECT_EQ (p.get ("areas"), "a b c");
  EXPECT_EQ (p.get ("row-weights"), "NULL");
  EXPECT_EQ (p.get ("column-weights"), "1 4 1");
  EXPECT_EQ (only_map (p), "01111./01111./01111./01111.");
  ASSERT_EQ (p.warnings ().size (), 2u);
  EXPECT_EQ (p.warned ("areas: row 2 has 1 column, row 1 has 2"), 1);
  EXPECT_EQ (p.warned ("row-weights: weight 1 is \"0\""), 1);
}

TEST (GridAreas, AFaultThatIsMendedIsForgotten)
{
  AreasPipeline p ("areas=\"a b\"", 1);
  p.set ("areas", "a a / a");
  p.set ("areas", "");
  EXPECT_EQ (p.get ("areas"), "NULL");
  EXPECT_EQ (p.run ().size (), 1u);
  EXPECT_TRUE (p.warnings ().empty ());
}

TEST (GridAreas, TooManyWeightsAreWarnedOfOnce)
{
  AreasPipeline p ("rows=1 columns=2 column-weights=\"2 1 1\" row-weights=\"5\"", 2, 4);
  ASSERT_EQ (p.run ().size (), 4u);
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_EQ (p.warned ("column-weights has 3 weights, and the number of columns is 2"), 1);
}

// If downstream leaves the size open, each cell of equal weight is as large as the largest input.
TEST (GridAreas, TheCanvasFollows)
{
  const struct {
    const char *properties;
    const char *size;
  } cases[] = {
      {"areas=\"a a b / a a c\"", "96x64"},
      {"areas=\"a a b / a a c\" gap=4 margin=2", "108x72"},
      {"areas=\"a a b / a a c\" column-weights=\"5 1 1\" row-weights=3", "96x64"},
      {"areas=\"a\"", "32x32"},
      {"rows=2 columns=2 row-weights=\"1 2\"", "64x64"},
  };
  for (const auto &c : cases) {
    AreasPipeline p (c.properties, 1, 1, "");
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u);
    EXPECT_EQ (all[0]->size (), c.size) << c.properties;
  }
}

TEST (GridAreas, UpstreamIsAskedForTheAreasSize)
{
  Steps p ("areas=\"a a b / a a c\"", 3);
  p.step ();
  EXPECT_EQ (wished (p.pad (0).get ()), "64x64");
  EXPECT_EQ (wished (p.pad (1).get ()), "32x32");
  g_object_set (p.grid (), "column-weights", "1 1 4", "row-weights", "1 3", nullptr);
  EXPECT_EQ (wished (p.pad (0).get ()), "32x64");
  EXPECT_EQ (wished (p.pad (1).get ()), "64x16");
  EXPECT_EQ (wished (p.pad (2).get ()), "64x48");
  p.set_pad (2, "area", "a");
  EXPECT_EQ (wished (p.pad (2).get ()), "32x64");
  EXPECT_EQ (wished (p.pad (0).get ()), "64x48");
}

}  // namespace

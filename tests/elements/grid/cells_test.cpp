// Which of quadmux-grid's pads has which cell.
#include "elements/grid/pipeline.h"

using namespace quad::test;
using quad::Owned;

namespace {

TEST (GridCells, CellsStayWhenOthersComeAndGoWhilePlaying)
{
  const std::string size = raw ("GRAY8", 32, 32);
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  for (int i = 0; i < 4; i++) p.add_input (size);
  for (std::size_t i = 0; i < 4; i++) feed (p, i, 0);
  p.play ();
  auto picture = p.pull ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->at (0, 0)[0], 40);
  EXPECT_EQ (picture->at (32, 0)[0], 80);
  EXPECT_EQ (picture->at (0, 32)[0], 120);
  EXPECT_EQ (picture->at (32, 32)[0], 160);

  remove_input (p, 1);
  for (std::size_t i : {0u, 2u, 3u}) feed (p, i, 1);
  picture = p.pull ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->at (0, 0)[0], 40);
  EXPECT_EQ (picture->at (32, 0)[0], 0) << "the background";
  EXPECT_EQ (picture->at (0, 32)[0], 120);
  EXPECT_EQ (picture->at (32, 32)[0], 160);

  GstElement *src = p.add_input (size);
  feed (p, 4, 2);
  gst_element_sync_state_with_parent (src);
  for (std::size_t i : {0u, 2u, 3u}) feed (p, i, 2);
  picture = p.pull ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->at (32, 0)[0], 200) << "the newcomer has the free cell";
  EXPECT_EQ (picture->at (0, 32)[0], 120);
}

TEST (GridCells, AnExplicitCellMovesWhoHadIt)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  for (int i = 0; i < 3; i++) p.add_input (raw ("GRAY8", 32, 32));
  p.set_pad (2, "cell", 0);
  for (std::size_t i = 0; i < 3; i++) {
    feed (p, i, 0);
    p.end (i);
  }
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 1u);
  EXPECT_EQ (all[0]->at (0, 0)[0], 120);
  EXPECT_EQ (all[0]->at (32, 0)[0], 80) << "stays";
  EXPECT_EQ (all[0]->at (0, 32)[0], 40) << "moves to the next free one";
}

TEST (GridCells, ACellOutsideOfTheGridIsWarnedOfOnce)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 32, 32), shade (0), 5);
  p.add_solid (raw ("GRAY8", 32, 32), shade (1), 5);
  p.set_pad (1, "cell", 4);
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 5u);
  EXPECT_EQ (all[0]->at (0, 0)[0], 40);
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_NE (p.warnings ()[0].find ("sink_1"), std::string::npos);
  EXPECT_NE (p.warnings ()[0].find ("no cell 4 among 2 rows and 2 columns"), std::string::npos)
      << p.warnings ()[0];
}

TEST (GridCells, ACellWithoutRoomIsWarnedOf)
{
  GridPipeline p ("gap=64", raw ("GRAY8", 64, 64));
  p.add_solid (raw ("GRAY8", 32, 32), shade (0), 2);
  EXPECT_EQ (p.run ().size (), 2u);
  ASSERT_EQ (p.warnings ().size (), 1u);
  EXPECT_NE (p.warnings ()[0].find ("nothing is left of cell 0"), std::string::npos);
}

TEST (GridCells, RowsAndColumnsByTheNumberOfInputs)
{
  const struct {
    int rows, columns, inputs;
    const char *size;
  } cases[] = {{0, 0, 1, "32x32"}, {0, 0, 2, "64x32"}, {0, 0, 3, "64x64"},
               {0, 0, 5, "96x64"}, {1, 0, 3, "96x32"}, {0, 1, 3, "32x96"},
               {2, 0, 5, "96x64"}, {0, 2, 5, "64x96"}, {3, 4, 1, "128x96"}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.size);
    GridPipeline p ("rows=" + std::to_string (c.rows) + " columns=" + std::to_string (c.columns));
    for (int i = 0; i < c.inputs; i++) p.add_solid (raw ("GRAY8", 32, 32), shade (0), 1);
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 1u);
    EXPECT_EQ (all[0]->size (), c.size);
  }
}

// Four inputs of 32x32 in four cells, each of another brightness, with one frame each.
void add_four (GridPipeline &p)
{
  for (std::size_t i = 0; i < 4; i++) {
    p.add_input (raw ("GRAY8", 32, 32));
    feed (p, i, 0);
  }
}

// The brightness in the middles of the four cells of 64x64.
std::vector<int> four (const Picture8 &picture)
{
  return {picture.at (16, 16)[0], picture.at (48, 16)[0], picture.at (16, 48)[0],
          picture.at (48, 48)[0]};
}

TEST (GridCells, AFifthPadIsShownWhenThereIsRoom)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  add_four (p);
  p.add_input (raw ("GRAY8", 32, 32));
  for (std::uint64_t n = 0; n < 2; n++) feed (p, 4, n);
  for (std::size_t i = 0; i < 4; i++) feed (p, i, 1);
  p.play ();
  for (int n = 0; n < 2; n++) {
    const auto picture = p.pull ();
    ASSERT_TRUE (picture) << p.error ();
    EXPECT_EQ (four (*picture), (std::vector<int>{40, 80, 120, 160}));
  }
  EXPECT_EQ (current_cell (p.pad (4).get ()), -1);
  ASSERT_EQ (p.warnings ().size (), 1u);
  for (const char *part : {"sink_4 is not shown", "rows=2", "columns=2"})
    EXPECT_NE (p.warnings ()[0].find (part), std::string::npos) << p.warnings ()[0];

  remove_input (p, 1);
  EXPECT_EQ (current_cell (p.pad (4).get ()), 1);
  for (std::size_t i : {0u, 2u, 3u, 4u}) feed (p, i, 2);
  auto picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (four (*picture), (std::vector<int>{40, 200, 120, 160}));
  // It has to move again, and gets its cell back. The warning comes again, because it is hidden
  // again.
  g_object_set (p.grid (), "columns", 1, nullptr);
  for (std::size_t i : {0u, 2u, 3u, 4u}) feed (p, i, 3);
  ASSERT_TRUE (p.pull ()) << p.error ();
  g_object_set (p.grid (), "columns", 2, nullptr);
  for (std::size_t i : {0u, 2u, 3u, 4u}) feed (p, i, 4);
  picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (four (*picture), (std::vector<int>{40, 200, 120, 160}));
}

TEST (GridCells, NoRequestIsRefused)
{
  for (const int rows : {0, 1, 2}) {
    const Owned<GstElement> grid = new_grid ("rows", rows);
    Bus bus (grid.get ());
    for (int i = 0; i < 20; i++) {
      const Owned<GstPad> pad = request (grid.get ());
      ASSERT_TRUE (pad);
      EXPECT_EQ (current_cell (pad.get ()), rows == 0 || i < 2 * rows ? i : -1);
    }
    EXPECT_EQ (bus.warning (), "") << "before there is a picture nothing is missed";
  }
}

// 0.4 of one brightness over 0.6 of another.
int mixed (int over, int below) { return (over * 102 + below * 153 + 127) / 255; }

TEST (GridCells, WhoIsPushedAsideStaysUnderneath)
{
  for (std::size_t which = 0; which < 5; which++)
    for (const int span : {2, 1}) {
      if (span == 1 && which < 4) continue;  // its own cell is free then
      SCOPED_TRACE (std::to_string (span) + " by input " + std::to_string (which));
      GridPipeline p ("", raw ("GRAY8", 64, 64));
      for (std::size_t i = 0; i < 5; i++) p.add_solid (raw ("GRAY8", 32, 32), shade (i), 1);
      p.set_pad (which, "row-span", span, "column-span", span, "cell", 0, "zorder", 10u, "alpha",
                 0.4);
      const Pictures all = p.run ();
      ASSERT_EQ (all.size (), 1u) << p.error ();
      std::vector<int> expected;
      for (std::size_t i = 0; i < 4; i++) {
        const int below = i == which ? 0 : shade (i)[0];
        expected.push_back (span == 2 || i == 0 ? mixed (shade (which)[0], below) : below);
      }
      EXPECT_EQ (four (*all[0]), expected);
      EXPECT_EQ (p.warnings ().size (), which < 4 ? 1u : 0u) << "the fifth has no place";
    }
}

TEST (GridCells, WhoIsPushedAsideMovesWhenThereIsRoom)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  add_four (p);
  p.add_input (raw ("GRAY8", 32, 32));
  feed (p, 4, 0);
  p.set_pad (4, "cell", 0);
  p.play ();
  auto picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (four (*picture), (std::vector<int>{200, 80, 120, 160}));
  EXPECT_EQ (current_cell (p.pad (0).get ()), 0);
  remove_input (p, 3);
  for (std::size_t i : {0u, 1u, 2u, 4u}) feed (p, i, 1);
  picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (four (*picture), (std::vector<int>{200, 80, 120, 40}));
  EXPECT_EQ (current_cell (p.pad (0).get ()), 3);
  EXPECT_EQ (p.warnings ().size (), 0u);
}

TEST (GridCells, ACellFarOutGrowsTheGridWithAWarning)
{
  const struct {
    const char *properties;
    int cell;
    const char *size;
    std::vector<const char *> warning;
  } cases[] = {{"rows=0 columns=0", 77, "288x288", {"sink_1", "cell 77", "9 rows and 9 columns"}},
               {"rows=0 columns=2", 5, "64x96", {"cell 5", "3 rows and 2 columns"}},
               {"rows=0 columns=2", 1, "64x32", {}},
               {"rows=0 columns=0", 1, "64x32", {}},
               {"rows=3 columns=3", 8, "96x96", {}}};
  for (const auto &c : cases) {
    SCOPED_TRACE (c.cell);
    GridPipeline p (c.properties);
    for (std::size_t i = 0; i < 2; i++) p.add_solid (raw ("GRAY8", 32, 32), shade (i), 3);
    p.set_pad (1, "cell", c.cell);
    const Pictures all = p.run ();
    ASSERT_EQ (all.size (), 3u) << p.error ();
    EXPECT_EQ (all[0]->size (), c.size);
    ASSERT_EQ (p.warnings ().size (), c.warning.empty () ? 0u : 1u);
    for (const char *part : c.warning)
      EXPECT_NE (p.warnings ()[0].find (part), std::string::npos) << p.warnings ()[0];
  }
}

// The notified cells of pads, in order.
struct Told {
  std::vector<std::pair<std::string, int>> cells;

  static void changed (GstPad *pad, GParamSpec *, gpointer data)
  {
    static_cast<Told *> (data)->cells.emplace_back (GST_PAD_NAME (pad), current_cell (pad));
  }
};

TEST (GridCells, TheCurrentCellIsTold)
{
  using Cells = std::vector<std::pair<std::string, int>>;
  Told told;
  const Owned<GstElement> grid = new_grid ();
  std::vector<Owned<GstPad>> pads;
  for (int i = 0; i < 3; i++) {
    pads.push_back (request (grid.get ()));
    EXPECT_EQ (current_cell (pads.back ().get ()), i);
    g_signal_connect (pads.back ().get (), "notify::current-cell", G_CALLBACK (Told::changed),
                      &told);
  }
  g_object_set (pads[2].get (), "cell", 0, nullptr);
  EXPECT_EQ (told.cells, (Cells{{"sink_0", 2}, {"sink_2", 0}}));
  told.cells.clear ();
  g_object_set (pads[2].get (), "width", 10, nullptr);
  EXPECT_EQ (told.cells, Cells{});
  g_object_set (pads[2].get (), "height", 10, nullptr);
  EXPECT_EQ (told.cells, (Cells{{"sink_2", -1}}));
  told.cells.clear ();
  g_object_set (pads[2].get (), "height", 0, "cell", -1, nullptr);
  EXPECT_EQ (told.cells, (Cells{{"sink_2", 0}}));
  told.cells.clear ();
  g_object_set (grid.get (), "columns", 1, nullptr);
  EXPECT_EQ (told.cells, (Cells{{"sink_0", -1}}));
  told.cells.clear ();
  gst_element_release_request_pad (grid.get (), pads[2].get ());
  EXPECT_EQ (told.cells, (Cells{{"sink_0", 0}, {"sink_2", -1}}));
}

// A handler may set properties, also while pictures are drawn.
TEST (GridCells, WhoIsToldMaySetThings)
{
  GridPipeline p ("", raw ("GRAY8", 64, 64));
  add_four (p);
  auto other = +[] (GstPad *pad, GParamSpec *, gpointer data) {
    if (current_cell (pad) == 3) g_object_set (data, "width", 64, "height", 64, nullptr);
  };
  const Owned<GstPad> last = p.pad (3), first = p.pad (0);
  g_signal_connect (first.get (), "notify::current-cell", G_CALLBACK (other), last.get ());
  p.play ();
  ASSERT_TRUE (p.pull ()) << p.error ();
  p.set_pad (0, "cell", 3);
  for (std::size_t i = 0; i < 4; i++) feed (p, i, 1);
  const auto picture = p.pull ();
  ASSERT_TRUE (picture) << p.error ();
  EXPECT_EQ (four (*picture), (std::vector<int>{160, 160, 160, 160}));
}

}  // namespace

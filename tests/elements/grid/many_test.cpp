// 64 inputs, each sample of each.
#include "elements/grid/pipeline.h"
#include "elements/many_cells.h"
#include "support/frame_bytes.h"

using namespace quad::test;

namespace {

TEST (GridMany, SixtyFourCellsInTheirPlaces)
{
  GridPipeline p ("rows=8 columns=8", many_output ("I420"));
  for (int i = 0; i < kManyInputs; i++) {
    p.add_input (many_input ("I420"));
    const auto at = static_cast<std::size_t> (i);
    p.push (at, timed (many_picture (p.info (at), i), 0, GST_SECOND / 10));
    p.end (at);
  }
  const Pictures all = p.run ();
  ASSERT_EQ (all.size (), 1u) << p.error ();
  const GstVideoInfo &info = all[0]->info ();
  EXPECT_EQ (bytes_of (info, all[0]->buffer ()), bytes_of (info, many_expected (info).get ()));
  EXPECT_TRUE (p.warnings ().empty ());
}

}  // namespace

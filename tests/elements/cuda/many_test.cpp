// 64 inputs in CUDA memory, each sample of each, by one launch.
#include "elements/cuda/fed.h"
#include "elements/many_cells.h"

using namespace quad::test;
using hostcuda::counters;

namespace {

using CudaMany = CudaTest;

TEST_F (CudaMany, SixtyFourCellsInTheirPlaces)
{
  Fed f ("quadmux-grid name=grid rows=8 columns=8 ! " +
         many_output ("NV12", "(memory:CUDAMemory)") + " ! " + kSink);
  for (int i = 0; i < kManyInputs; i++) {
    Input &in = f.add (std::to_string (i), "grid");
    in.in_cuda ("format=NV12,width=320,height=180,colorimetry=bt709");
    in.push (in.make (many_picture (in.info (), i), 0));
    in.end ();
  }
  const auto before = counters ().launches;
  f.launch ().play ();
  Frame frame;
  ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
  EXPECT_TRUE (frame.cuda_memory);
  EXPECT_EQ (counters ().launches - before, 1u);
  const GstVideoInfo info = info_of_caps (many_output ("NV12"));
  EXPECT_EQ (frame.bytes, bytes_of (info, many_expected (info).get ()));
}

}  // namespace

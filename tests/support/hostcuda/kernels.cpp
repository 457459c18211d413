// The kernels that cuModuleGetFunction finds in any loaded image: the project's, compiled as C++,
// and those of the double's own tests.

// Must come before the kernels, which use it.
#include "hostcuda_device.h"

#include "cuda/kernels/kernels.cu"
#include "test_kernels.h"

namespace hostcuda {
namespace {

// Rows of bytes, one row a block.
void fill (test::Fill fill)
{
  for (unsigned y = block_index.x; y < fill.height; y += grid_size.x) {
    unsigned char *row = fill.data + y * fill.stride;
    check_write (row, fill.width);
    for (unsigned x = 0; x < fill.width; x++) row[x] = fill.value;
  }
}

// Wrong on purpose: the result depends on the order of the blocks.
void last_block (unsigned *winner)
{
  check_write (winner, sizeof *winner, alignof (unsigned));
  *winner = block_index.x;
}

// Wrong on purpose if the threads do not meet.
void neighbours (test::Neighbours n)
{
  constexpr int kMost = 8;
  static thread_local unsigned shared[kMost];
  check_write (n.told + thread_index, sizeof *n.told, alignof (unsigned));
  shared[(thread_index + 1) % thread_count] = static_cast<unsigned> (thread_index);
  if (n.meet) meet ();
  n.told[thread_index] = shared[thread_index];
  // Not all agree, and then all do.
  const bool some = meet_all (thread_index == 0), all = meet_all (true);
  if ((some && thread_count > 1) || !all) n.told[thread_index] = kMost;
}

// Wrong on purpose: writes without asking.
void unchecked (test::Fill fill)
{
  for (unsigned x = 0; x < fill.width; x++) fill.data[x] = fill.value;
}

}  // namespace

const Kernel kernels[] = {
    {"quad_draw", entry_of<&quad_draw>, quad::cuda::kThreads},
    {"quad_matte_solve", entry_of<&quad_matte_solve>, quad::cuda::kSolvedAtOnce},
    {"quad_matte_apply", entry_of<&quad_matte_apply>, quad::cuda::kTileThreads},
    {"hostcuda_fill", entry_of<&fill>, 256},
    {"hostcuda_last_block", entry_of<&last_block>, 1024},
    {"hostcuda_neighbours", entry_of<&neighbours>, 8},
    {"hostcuda_unchecked", entry_of<&unchecked>, 1024},
};
const std::size_t kernel_count = sizeof kernels / sizeof kernels[0];

}  // namespace hostcuda

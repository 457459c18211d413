// Gives a picture an alpha channel: one launch of each, one after the other.
#include "cuda/kernels/matte.h"

QUAD_KERNEL (quad::cuda::kSolvedAtOnce, 4)
quad_matte_solve (QUAD_PARAMETER quad::cuda::MatteParams p)
{
  QUAD_SHARED quad::cuda::SolveShared shared;
  quad::cuda::solve (p, shared);
}

QUAD_KERNEL (quad::cuda::kTileThreads, 4)
quad_matte_apply (QUAD_PARAMETER quad::cuda::MatteParams p)
{
  QUAD_SHARED quad::cuda::ApplyShared shared;
  quad::cuda::apply (p, shared);
}

// When the output ends, from what is known of the inputs.
#include "elements/grid_timing.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

constexpr InputState kPlaying = {false, false, true, {true, 10 * GST_SECOND}};

TEST (OutputEnded, ShortestEndsWhereAnInputHasEnded)
{
  const InputState input = {true, false, true, {true, 2 * GST_SECOND}};
  const InputState inputs[] = {input, kPlaying};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, inputs, GST_SECOND));
  EXPECT_TRUE (output_ended (EosPolicy::shortest, inputs, 2 * GST_SECOND));
  EXPECT_FALSE (output_ended (EosPolicy::longest, inputs, 2 * GST_SECOND));
}

// A seek beyond its end leaves an input without a frame, but it is no empty one.
TEST (OutputEnded, ShortestEndsAtOnceBeyondTheEndOfAnInput)
{
  const InputState beyond[] = {{true, false, true, {}}, kPlaying};
  EXPECT_TRUE (output_ended (EosPolicy::shortest, beyond, 5 * GST_SECOND));
  const InputState empty[] = {{true, false, false, {}}, kPlaying};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, empty, 5 * GST_SECOND));
}

TEST (OutputEnded, InputsThatRepeatAloneEndToo)
{
  const InputState repeats = {true, true, true, {true, 2 * GST_SECOND}};
  const InputState both[] = {repeats, kPlaying}, alone[] = {repeats};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, both, 5 * GST_SECOND));
  EXPECT_TRUE (output_ended (EosPolicy::longest, alone, 5 * GST_SECOND));
}

}  // namespace
}  // namespace quad

// When the output ends, from the states of the inputs.
#include "elements/grid/timing.h"

#include <gtest/gtest.h>

namespace quad {
namespace {

constexpr GstClockTime kFrame = GST_SECOND / 25;
constexpr InputState kPlaying = {false, false, true, {true, 10 * GST_SECOND}};

TEST (OutputEnded, ShortestEndsWhereAnInputHasEnded)
{
  const InputState input = {true, false, true, {true, 2 * GST_SECOND}};
  const InputState inputs[] = {input, kPlaying};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, inputs, GST_SECOND, kFrame));
  EXPECT_TRUE (output_ended (EosPolicy::shortest, inputs, 2 * GST_SECOND, kFrame));
  EXPECT_FALSE (output_ended (EosPolicy::longest, inputs, 2 * GST_SECOND, kFrame));
}

// After a seek beyond its end an input has no frame, but it does not count as empty.
TEST (OutputEnded, ShortestEndsAtOnceBeyondTheEndOfAnInput)
{
  const InputState beyond[] = {{true, false, true, {}}, kPlaying};
  EXPECT_TRUE (output_ended (EosPolicy::shortest, beyond, 5 * GST_SECOND, kFrame));
  const InputState empty[] = {{true, false, false, {}}, kPlaying};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, empty, 5 * GST_SECOND, kFrame));
}

TEST (OutputEnded, InputsThatRepeatAloneEndToo)
{
  const InputState repeats = {true, true, true, {true, 2 * GST_SECOND}};
  const InputState both[] = {repeats, kPlaying}, alone[] = {repeats};
  EXPECT_FALSE (output_ended (EosPolicy::shortest, both, 5 * GST_SECOND, kFrame));
  EXPECT_TRUE (output_ended (EosPolicy::longest, alone, 5 * GST_SECOND, kFrame));
}

// How a container stores a time.
struct TimeBase {
  guint64 ticks;  // a second
  bool nearest;   // else rounded down

  GstClockTime stored (GstClockTime time) const
  {
    const guint64 k = nearest ? gst_util_uint64_scale_round (time, ticks, GST_SECOND)
                              : gst_util_uint64_scale (time, ticks, GST_SECOND);
    return gst_util_uint64_scale (k, GST_SECOND, ticks);
  }
};

struct Fps {
  guint64 n, d;
  GstClockTime at (guint64 k) const { return gst_util_uint64_scale (k, GST_SECOND * d, n); }
};

// The output has as many frames as the input lasts, whatever its container rounds: Matroska
// milliseconds, FLV too but rounded down, MPEG 90 kHz. An input may begin at any time.
TEST (OutputEnded, AfterAsManyFramesAsTheInputLasts)
{
  constexpr Fps rates[] = {{1, 1},  {10, 1}, {24000, 1001}, {24, 1},  {25, 1}, {30000, 1001},
                           {30, 1}, {50, 1}, {60000, 1001}, {240, 1}, {500, 1}};
  for (const Fps &film : rates)
    for (const Fps &output : rates)
      for (const TimeBase &base :
           {TimeBase{GST_SECOND, false}, TimeBase{1000, true}, TimeBase{1000, false},
            TimeBase{90000, true}, TimeBase{90000, false}})
        for (const guint64 begin :
             std::initializer_list<guint64>{0, 5'033'333'333, 33'366'666, 1'499'999})
          for (const guint64 count : {guint64{1}, 240 * film.n / film.d / 24}) {
            // Running time begins with the input; its last frame lasts one frame of its rate.
            const GstClockTime first = base.stored (begin);
            const GstClockTime end =
                base.stored (begin + film.at (count - 1)) - first + film.at (1);
            const InputState input[] = {{true, false, true, {true, end}}};
            guint64 frames = 0;
            while (!output_ended (EosPolicy::longest, input, output.at (frames), output.at (1)))
              frames++;
            guint64 expected = 0;
            while (expected * output.d * film.n < count * film.d * output.n) expected++;
            // A frame that would be shown for two milliseconds or less may be left out.
            if (frames + 1 == expected && film.at (count) - output.at (frames) <= 2 * GST_MSECOND)
              continue;
            ASSERT_EQ (frames, expected)
                << count << " frames of " << film.n << "/" << film.d << " from " << begin << " at "
                << output.n << "/" << output.d << ", " << base.ticks << " ticks a second";
          }
}

}  // namespace
}  // namespace quad

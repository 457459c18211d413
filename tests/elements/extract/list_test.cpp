// A frame costs the same with a list of any length.
#include <time.h>

#include "elements/extract/harness.h"

namespace quad::test {
namespace {

// The processor's time of this thread, in nanoseconds.
gint64 thread_time ()
{
  timespec now{};
  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return gint64{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A frameextract with `length` times in its list: of the frames, then after them.
class Listed {
 public:
  explicit Listed (guint length) : extractor_ ("max-frames=0")
  {
    GValue array = G_VALUE_INIT, time = G_VALUE_INIT;
    gst_value_array_init (&array, length);
    g_value_init (&time, G_TYPE_UINT64);
    for (guint i = 0; i < length; i++) {
      g_value_set_uint64 (&time, (i < kFrames ? i : i + 1'000'000) * kDistance);
      gst_value_array_append_value (&array, &time);
    }
    g_object_set_property (G_OBJECT (extractor_.element ()), "timestamps", &array);
    g_value_unset (&time);
    g_value_unset (&array);
    // Lists count from the next flush on.
    gst_harness_push_event (extractor_.harness (), gst_event_new_flush_start ());
    gst_harness_push_event (extractor_.harness (), gst_event_new_flush_stop (TRUE));
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (extractor_.harness (), gst_event_new_segment (&segment));
  }

  // The cost of half of the frames, which answer the first times of the list.
  gint64 cost ()
  {
    std::vector<Numbered> frames;
    for (guint i = 0; i < kFrames; i++) frames.push_back ({i * kDistance, kDistance, i});
    std::vector<GstBuffer *> buffers;
    for (const Numbered &f : frames) buffers.push_back (buffer_of (f));
    // At first the caches are still full of the list.
    gint64 begin = 0;
    for (guint i = 0; i < kFrames; i++) {
      if (i == kFrames / 2) begin = thread_time ();
      EXPECT_EQ (gst_harness_push (extractor_.harness (), buffers[i]), GST_FLOW_OK);
    }
    const gint64 cost = thread_time () - begin;
    // The last one waits for the frame after it.
    EXPECT_EQ (extractor_.result ().frames.size (), kFrames - 1);
    return cost;
  }

 private:
  static constexpr guint kFrames = 10;
  static constexpr GstClockTime kDistance = GST_SECOND / 25;

  Extractor extractor_;
};

// Another process can only make a run slower, so the cheapest of many runs counts.
TEST (FrameExtractList, AFrameOfALongListCostsTheSame)
{
  gint64 few = G_MAXINT64, many = G_MAXINT64;
  for (int i = 0; i < 20; i++) {
    few = std::min (few, Listed (10).cost ());
    many = std::min (many, Listed (100'000).cost ());
  }
  std::printf ("5 frames of a list of 10: %.1f us, of 100000: %.1f us\n",
               static_cast<double> (few) / 1e3, static_cast<double> (many) / 1e3);
  EXPECT_LT (many, 2 * few);
}

}  // namespace
}  // namespace quad::test

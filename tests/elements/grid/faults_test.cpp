// Rule: a fault of one input stops at its pad while the grid runs. The other's pixels go on, one
// warning names the pad, and its cell is background. A good input is shown again, and the pad can
// be released.
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>

#include <cmath>
#include <functional>

#include "elements/grid/colors.h"

using namespace quad::test;
using quad::Owned;

namespace {

const std::string kSquare = raw ("I420", 32, 32);
constexpr int kRate = 10;

GstClockTime time_of (int n) { return frame_time (static_cast<std::uint64_t> (n), kRate); }

// Memory that nothing can map.
struct NoMapAllocator {
  GstAllocator parent;
};
struct NoMapAllocatorClass {
  GstAllocatorClass parent_class;
};
G_DEFINE_TYPE (NoMapAllocator, no_map_allocator, GST_TYPE_ALLOCATOR)

GstMemory *no_map_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *)
{
  GstMemory *memory = g_new0 (GstMemory, 1);
  gst_memory_init (memory, GST_MEMORY_FLAG_NO_SHARE, allocator, nullptr, size, 0, 0, size);
  return memory;
}
void no_map_free (GstAllocator *, GstMemory *memory) { g_free (memory); }
gpointer no_map (GstMemory *, gsize, GstMapFlags) { return nullptr; }
void no_map_allocator_class_init (NoMapAllocatorClass *klass)
{
  klass->parent_class.alloc = no_map_alloc;
  klass->parent_class.free = no_map_free;
}
void no_map_allocator_init (NoMapAllocator *self)
{
  GST_ALLOCATOR (self)->mem_map = no_map;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

Owned<GstBuffer> unmappable (gsize size)
{
  const Owned<GstAllocator> allocator{
      GST_ALLOCATOR (g_object_new (no_map_allocator_get_type (), nullptr))};
  Owned<GstBuffer> buffer{gst_buffer_new ()};
  gst_buffer_append_memory (buffer.get (), no_map_alloc (allocator.get (), size, nullptr));
  return buffer;
}

// A pad of the test itself, linked to the grid's newest pad. It sends what no element would send.
class Upstream {
 public:
  explicit Upstream (GridPipeline &p) : src_ (gst_pad_new ("src", GST_PAD_SRC))
  {
    gst_object_ref_sink (src_.get ());
    sink_.reset (gst_element_request_pad_simple (p.grid (), "sink_%u"));
    gst_pad_set_query_function (src_.get (), answer);
    gst_pad_set_active (src_.get (), TRUE);
    if (GST_PAD_LINK_FAILED (
            gst_pad_link_full (src_.get (), sink_.get (), GST_PAD_LINK_CHECK_NOTHING)))
      g_error ("cannot link");
  }

  GstPad *sink () { return sink_.get (); }
  bool send (GstEvent *event) { return gst_pad_push_event (src_.get (), event); }
  bool send_caps (const std::string &caps)
  {
    return send (gst_event_new_caps (caps_of (caps).get ()));
  }
  bool send_segment (GstFormat format = GST_FORMAT_TIME, gdouble rate = 1, guint64 stop = kNone,
                     guint64 offset = 0)
  {
    GstSegment segment;
    gst_segment_init (&segment, format);
    segment.rate = rate;
    segment.stop = stop;
    segment.offset = offset;
    return send (gst_event_new_segment (&segment));
  }
  GstFlowReturn push (Owned<GstBuffer> buffer)
  {
    return gst_pad_push (src_.get (), buffer.release ());
  }
  // The good frame `n`.
  Owned<GstBuffer> frame (int n)
  {
    const GstVideoInfo info = info_of_caps (kSquare);
    return timed (solid (info, kRed), time_of (n), time_of (n + 1) - time_of (n));
  }
  void begin ()
  {
    EXPECT_TRUE (send (gst_event_new_stream_start ("test")));
    EXPECT_TRUE (send_caps (kSquare));
    EXPECT_TRUE (send_segment ());
  }
  // What has been sent is not sent again.
  void forget ()
  {
    gst_pad_set_active (src_.get (), FALSE);
    gst_pad_set_active (src_.get (), TRUE);
  }

 private:
  static gboolean answer (GstPad *pad, GstObject *parent, GstQuery *query)
  {
    if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
      return gst_pad_query_default (pad, parent, query);
    gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  }

  Owned<GstPad> src_, sink_;
};

struct Fault {
  const char *name;
  const char *words;                        // in the warning, beside the pad's name
  std::function<bool (Upstream &)> begins;  // events before the first bad frame
  std::function<Owned<GstBuffer> (Upstream &, int n)> frame;
  std::function<bool (Upstream &)> ends;
  bool timed = true;  // its frames have times, so the input keeps its pace
  std::size_t faults = 1;
};

bool nothing (Upstream &) { return true; }
Owned<GstBuffer> good (Upstream &up, int n) { return up.frame (n); }
bool good_caps (Upstream &up) { return up.send_caps (kSquare); }
bool good_segment (Upstream &up) { return up.send_segment (); }

Owned<GstBuffer> at_time_of (Owned<GstBuffer> buffer, int n)
{
  return timed (std::move (buffer), time_of (n), time_of (n + 1) - time_of (n));
}

std::function<bool (Upstream &)> caps (const std::string &bad)
{
  return [bad] (Upstream &up) { return up.send_caps (bad); };
}

std::vector<Fault> faults ()
{
  const auto segment = [] (GstFormat format, gdouble rate, guint64 stop = kNone,
                           guint64 offset = 0) {
    return [=] (Upstream &up) {
      return up.send_segment (format, rate, stop, offset) &&
             // Then a gap has no place in time either.
             up.send (gst_event_new_gap (GST_SECOND, GST_SECOND));
    };
  };
  return {
      {"truncated", "smaller than its caps", nothing,
       [] (Upstream &, int n) {
         return at_time_of (Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 100, nullptr)}, n);
       },
       nothing},
      {"strides", "A buffer of", nothing,
       [] (Upstream &up, int n) {
         Owned<GstBuffer> buffer = up.frame (n);
         gsize offset[4] = {0, 1024, 1280, 0};
         gint stride[4] = {4096, 16, 16, 0};
         gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE,
                                         GST_VIDEO_FORMAT_I420, 32, 32, 3, offset, stride);
         return buffer;
       },
       nothing},
      {"unmappable", "cannot be", nothing,
       [] (Upstream &, int n) { return at_time_of (unmappable (1536), n); }, nothing},
      {"cropped", "crop", nothing,
       [] (Upstream &up, int n) {
         Owned<GstBuffer> buffer = up.frame (n);
         GstVideoCropMeta *crop = gst_buffer_add_video_crop_meta (buffer.get ());
         crop->x = 4000000000u;
         crop->y = 5;
         crop->width = crop->height = 100;
         return buffer;
       },
       nothing},
      {"interlaced", "deinterlace",
       caps (raw ("I420", 32, 32, "framerate=10/1,interlace-mode=interleaved")), good, good_caps},
      {"mixed", "deinterlace", caps (raw ("I420", 32, 32, "framerate=10/1,interlace-mode=mixed")),
       good, good_caps},
      {"format", "videoconvert", caps (raw ("NV16", 32, 32)), good, good_caps},
      {"memory", "memory:Nowhere",
       caps ("video/x-raw(memory:Nowhere),format=I420,width=32,height=32,framerate=10/1"), good,
       good_caps},
      {"size", "16384", caps (raw ("GRAY8", 16385, 1)), good, good_caps},
      {"audio", "no picture", caps ("audio/x-raw,format=S16LE,rate=8000,channels=1"), good,
       good_caps},
      {"untimed", "do-timestamp", nothing,
       [] (Upstream &up, int n) { return timed (up.frame (n), kNone, kNone); }, nothing, false},
      {"bytes", "bytes", segment (GST_FORMAT_BYTES, 1), good, good_segment, false},
      {"backwards", "stop time", segment (GST_FORMAT_TIME, -1), good, good_segment, false},
      {"offset", "before its offset", segment (GST_FORMAT_TIME, -1, GST_SECOND, GST_SECOND + 1),
       good, good_segment, false},
      {"no number", "no number", segment (GST_FORMAT_TIME, NAN), good, good_segment, false},
      {"caps and segment", "bytes",
       [] (Upstream &up) {
         return up.send_caps (raw ("NV16", 32, 32)) && up.send_segment (GST_FORMAT_BYTES);
       },
       good, [] (Upstream &up) { return up.send_caps (kSquare) && up.send_segment (); }, false, 2},
  };
}

std::size_t warnings_with (GridPipeline &p, const std::string &word)
{
  const auto &all = p.warnings ();
  return static_cast<std::size_t> (std::count_if (all.begin (), all.end (), [&] (const auto &w) {
    return w.find (word) != std::string::npos;
  }));
}

std::string joined (const std::vector<std::string> &all)
{
  std::string text;
  for (const std::string &one : all) text += one + "\n";
  return text;
}

class GridFaults : public testing::TestWithParam<int> {
 protected:
  GridFaults ()
  {
    g_log_set_always_fatal (
        static_cast<GLogLevelFlags> (int{G_LOG_FATAL_MASK} | int{G_LOG_LEVEL_CRITICAL}));
  }

  // Input 0 is the faulty one, on the left; input 1 good, on the right.
  GridPipeline p{"rows=1 columns=2", "video/x-raw,format=I420,width=64,height=32,framerate=10/1"};
  const Fault fault = faults ()[static_cast<std::size_t> (GetParam ())];

  void add_good () { p.add_input (kSquare); }
  void push_good (int from, int to)
  {
    for (int n = from; n < to; n++) p.push (0, at_time_of (solid (p.info (0), kBlue), n));
  }

  void push (Upstream &up, int from, int to)
  {
    for (int n = from; n < to; n++) EXPECT_EQ (up.push (up.frame (n)), GST_FLOW_OK) << n;
  }
  void push_bad (Upstream &up, int from, int to)
  {
    for (int n = from; n < to; n++) EXPECT_EQ (up.push (fault.frame (up, n)), GST_FLOW_OK) << n;
  }

  // The next `count` output frames, with `left` in the faulty input's cell.
  void expect (int from, int to, const Values &left)
  {
    for (int n = from; n < to; n++) {
      const auto picture = p.pull ();
      ASSERT_TRUE (picture) << n << " " << p.error ();
      EXPECT_EQ (picture->pts (), time_of (n));
      EXPECT_EQ (picture->at (16, 16), left) << n;
      EXPECT_EQ (picture->at (48, 16), kBlue) << n;
    }
  }
  void expect_warnings ()
  {
    EXPECT_EQ (p.warnings ().size (), fault.faults) << joined (p.warnings ());
    EXPECT_EQ (warnings_with (p, "sink_0"), fault.faults) << joined (p.warnings ());
    EXPECT_EQ (warnings_with (p, fault.words), 1u) << joined (p.warnings ());
    EXPECT_EQ (p.error (), "");
  }
};

TEST_P (GridFaults, StopAtTheirPadUntilTheyAreRightAgain)
{
  Upstream up (p);
  add_good ();
  p.play ();
  push_good (0, 8);
  up.begin ();
  push (up, 0, 4);
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 4, 8);
  expect (0, 4, kRed);
  expect (4, 8, kBlack);
  expect_warnings ();

  ASSERT_TRUE (fault.ends (up));
  EXPECT_EQ (up.push (up.frame (8)), GST_FLOW_OK);
  push_good (8, 12);
  push (up, 9, 12);
  expect (8, 12, kRed);
  up.send (gst_event_new_eos ());
  p.end (0);
  EXPECT_FALSE (p.pull ());
  EXPECT_TRUE (p.eos ());
  expect_warnings ();
}

TEST_P (GridFaults, FromTheFirstFrameOn)
{
  Upstream up (p);
  add_good ();
  p.play ();
  up.begin ();
  push_good (0, 4);
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 0, 4);
  expect (0, 4, kBlack);
  expect_warnings ();
  ASSERT_TRUE (fault.ends (up));
  EXPECT_EQ (up.push (up.frame (4)), GST_FLOW_OK);
  push_good (4, 8);
  push (up, 5, 8);
  expect (4, 8, kRed);
}

// Also in a second run, which begins without the first one's caps.
TEST (GridFaultsOfCaps, FramesBeforeThem)
{
  for (const bool again : {false, true}) {
    GridPipeline p{"rows=1 columns=2", "video/x-raw,format=I420,width=64,height=32,framerate=10/1"};
    Upstream up (p);
    p.add_input (kSquare);
    p.play ();
    if (again) {
      up.begin ();
      EXPECT_EQ (up.push (up.frame (0)), GST_FLOW_OK);
      p.push (0, at_time_of (solid (p.info (0), kBlue), 0));
      EXPECT_TRUE (p.pull ());
      gst_element_set_state (p.pipeline (), GST_STATE_READY);
      up.forget ();
      p.play ();
    }
    EXPECT_TRUE (up.send (gst_event_new_stream_start ("test")));
    EXPECT_TRUE (up.send_segment ());
    for (int n = 0; n < 8; n++) p.push (0, at_time_of (solid (p.info (0), kBlue), n));
    for (int n = 0; n < 4; n++) EXPECT_EQ (up.push (up.frame (n)), GST_FLOW_OK) << n;
    EXPECT_TRUE (up.send_caps (kSquare));
    EXPECT_TRUE (up.send_segment ());
    for (int n = 4; n < 8; n++) EXPECT_EQ (up.push (up.frame (n)), GST_FLOW_OK) << n;
    for (int n = 0; n < 8; n++) {
      const auto picture = p.pull ();
      ASSERT_TRUE (picture) << n << " " << p.error ();
      EXPECT_EQ (picture->at (16, 16), n < 4 ? kBlack : kRed) << n;
      EXPECT_EQ (picture->at (48, 16), kBlue) << n;
    }
    EXPECT_EQ (p.warnings ().size (), 1u) << joined (p.warnings ());
    EXPECT_EQ (warnings_with (p, "before its caps"), 1u) << joined (p.warnings ());
  }
}

TEST_P (GridFaults, AreGoneWithTheirPad)
{
  Upstream up (p);
  add_good ();
  p.play ();
  push_good (0, 8);
  up.begin ();
  push (up, 0, 4);
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 4, 8);
  expect (0, 4, kRed);
  expect (4, 8, kBlack);
  gst_element_release_request_pad (p.grid (), up.sink ());
  // Another one takes its cell.
  Upstream next (p);
  next.begin ();
  EXPECT_EQ (next.push (next.frame (8)), GST_FLOW_OK);
  push_good (8, 12);
  push (next, 9, 12);
  expect (8, 12, kRed);
  p.end (0);
  next.send (gst_event_new_eos ());
  EXPECT_FALSE (p.pull ());
  EXPECT_TRUE (p.eos ());
  expect_warnings ();
}

TEST_P (GridFaults, DoNotKeepTheOutputGoing)
{
  Upstream up (p);
  add_good ();
  p.play ();
  push_good (0, 8);
  up.begin ();
  push (up, 0, 4);
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 4, 8);
  p.end (0);
  // Without an end. A frame may be bad for a second until its input counts as ended.
  for (int n = 8; n < 40 && up.push (fault.frame (up, n)) == GST_FLOW_OK; n++) {
  }
  expect (0, 4, kRed);
  expect (4, 8, kBlack);
  if (std::string ("cropped") == fault.name) return;  // no fault, but nothing is seen
  for (int n = 8; const auto picture = p.pull (); n++) EXPECT_LT (n, 16);
  EXPECT_TRUE (p.eos ()) << p.error ();
}

// Nor does it end the output if the shortest input does.
TEST_P (GridFaults, DoNotEndTheOutput)
{
  g_object_set (p.grid (), "eos-policy", 1, nullptr);  // shortest
  Upstream up (p);
  add_good ();
  p.play ();
  push_good (0, 8);
  up.begin ();
  push (up, 0, 4);
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 4, 6);
  // A new stream, no better than the one before.
  EXPECT_TRUE (up.send (gst_event_new_stream_start ("another")));
  push_bad (up, 6, 8);
  up.send (gst_event_new_eos ());
  p.end (0);
  expect (0, 4, kRed);
  expect (4, 8, kBlack);
  EXPECT_FALSE (p.pull ());
  EXPECT_TRUE (p.eos ()) << p.error ();
  expect_warnings ();
}

// Both in turn, so that each is the last one.
TEST_P (GridFaults, EndTheOutputWhereNoInputIsLeft)
{
  if (std::string ("cropped") == fault.name || fault.faults > 1) return;
  for (const int count : {1, 2}) {
    GridPipeline q ("rows=1 columns=2", "video/x-raw,format=I420,width=64,height=32");
    std::vector<std::unique_ptr<Upstream>> inputs;
    for (int i = 0; i < count; i++) inputs.push_back (std::make_unique<Upstream> (q));
    q.play ();
    for (auto &up : inputs) {
      up->begin ();
      fault.begins (*up);
      // For the last input the output may have ended.
      up->push (fault.frame (*up, 0));
    }
    EXPECT_FALSE (q.pull ());
    EXPECT_NE (q.error ().find (fault.words), std::string::npos) << q.error ();
    EXPECT_EQ (q.warnings ().size (), static_cast<std::size_t> (count - 1))
        << joined (q.warnings ());
  }
}

TEST_P (GridFaults, AreForgottenWithAFlush)
{
  Upstream up (p);
  add_good ();
  p.play ();
  push_good (0, 4);
  up.begin ();
  ASSERT_TRUE (fault.begins (up));
  push_bad (up, 0, 4);
  expect (0, 4, kBlack);
  up.send (gst_event_new_flush_start ());
  up.send (gst_event_new_flush_stop (TRUE));
  EXPECT_TRUE (up.send_caps (kSquare));
  EXPECT_TRUE (up.send_segment ());
  EXPECT_EQ (up.push (up.frame (4)), GST_FLOW_OK);
  push_good (4, 6);
  EXPECT_EQ (up.push (up.frame (5)), GST_FLOW_OK);
  expect (4, 6, kRed);
}

// Bad frames among good ones are reported once.
TEST_P (GridFaults, AreSaidOnceWhileTheyComeAndGo)
{
  constexpr int kCount = 12;
  if (fault.faults > 1) return;
  Upstream up (p);
  add_good ();
  p.play ();
  up.begin ();
  // The output waits for frames that have times.
  if (fault.timed) push_good (0, kCount);
  for (int n = 0; n < kCount; n += 2) {
    if (!fault.timed) push_good (n, n + 1);
    ASSERT_TRUE (fault.begins (up));
    push_bad (up, n, n + 1);
    if (!fault.timed) expect (n, n + 1, kBlack);
    ASSERT_TRUE (fault.ends (up));
    EXPECT_EQ (up.push (up.frame (n + 1)), GST_FLOW_OK);
    if (!fault.timed) push_good (n + 1, n + 2);
    if (!fault.timed) expect (n + 1, n + 2, kRed);
  }
  up.send (gst_event_new_eos ());
  p.end (0);
  for (int n = 0; fault.timed && n < kCount; n++) expect (n, n + 1, n % 2 ? kRed : kBlack);
  expect_warnings ();
}

// Live, on a clock that goes on when the grid waits for it.
TEST_P (GridFaults, StopAtTheirPadWhenLive)
{
  const Owned<GstClock> clock{gst_test_clock_new ()};
  gst_pipeline_use_clock (GST_PIPELINE (p.pipeline ()), clock.get ());
  auto next = [&] () -> std::unique_ptr<Picture8> {
    for (const gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
         g_get_monotonic_time () < until;) {
      Owned<GstSample> sample{
          gst_app_sink_try_pull_sample (GST_APP_SINK (p.out ()), 10 * GST_MSECOND)};
      if (sample) return std::make_unique<Picture8> (std::move (sample));
      if (gst_test_clock_peek_id_count (GST_TEST_CLOCK (clock.get ())) > 0)
        gst_test_clock_crank (GST_TEST_CLOCK (clock.get ()));
    }
    return nullptr;
  };
  // A frame's time may pass before the grid has handled an event.
  constexpr int kBegins = 5, kEnds = 12, kSlack = 3, kCount = 20;
  Upstream up (p);
  p.add_input (kSquare, true);
  push_good (0, kCount + 5);
  p.play ();
  up.begin ();
  EXPECT_EQ (up.push (up.frame (0)), GST_FLOW_OK);
  for (int n = 0; n < kCount; n++) {
    if (n + 1 == kBegins) {
      ASSERT_TRUE (fault.begins (up));
    }
    if (n + 1 == kEnds) {
      ASSERT_TRUE (fault.ends (up));
    }
    const bool bad = n + 1 >= kBegins && n + 1 < kEnds;
    EXPECT_EQ (up.push (bad ? fault.frame (up, n + 1) : up.frame (n + 1)), GST_FLOW_OK) << n;
    const auto picture = next ();
    ASSERT_TRUE (picture) << n << " " << p.error ();
    EXPECT_EQ (picture->pts (), time_of (n));
    if (n > kSlack) {
      EXPECT_EQ (picture->at (48, 16), kBlue) << n;
    }
    if (n > kSlack && n < kBegins - 1) {
      EXPECT_EQ (picture->at (16, 16), kRed) << n;
    }
    if (n >= kBegins + kSlack && n < kEnds - 1) {
      EXPECT_EQ (picture->at (16, 16), kBlack) << n;
    }
    if (n >= kEnds + kSlack) {
      EXPECT_EQ (picture->at (16, 16), kRed) << n;
    }
  }
  expect_warnings ();
}

INSTANTIATE_TEST_SUITE_P (All, GridFaults, testing::Range (0, static_cast<int> (faults ().size ())),
                          [] (const testing::TestParamInfo<int> &i) {
                            std::string name = faults ()[static_cast<std::size_t> (i.param)].name;
                            for (char &c : name)
                              if (c == ' ') c = '_';
                            return name;
                          });

// Frames that are not drawn count as good: the input keeps its length.
TEST (GridFaults, ABadFrameOfAnInputThatIsThenHidden)
{
  GridPipeline p ("rows=1 columns=2", raw ("GRAY8", 64, 32));
  for (int i = 0; i < 2; i++) p.add_input (raw ("GRAY8", 32, 32));
  feed (p, 0, 0);
  p.push (1, timed (Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 5, nullptr)}, 0,
                    GST_SECOND / 10));
  p.play ();
  ASSERT_TRUE (p.pull ()) << p.error ();
  p.set_pad (1, "alpha", 0.0);
  for (std::uint64_t n = 1; n < 10; n++) {
    if (n < 5) feed (p, 0, n);
    feed (p, 1, n);
  }
  p.end (0);
  p.end (1);
  int frames = 1;
  while (p.pull ()) frames++;
  EXPECT_EQ (frames, 10);
  EXPECT_EQ (p.error (), "");
}

}  // namespace

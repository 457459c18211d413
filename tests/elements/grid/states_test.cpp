// The states of quadmux-grid's inputs: what is told, and what the cells show.
#include <memory>
#include <mutex>
#include <ostream>

#include "elements/grid/live.h"

using namespace quad::test;
using quad::Owned;

namespace {

// One message `cell-state`.
struct Told {
  std::string pad, before, now;
  GstClockTime time = 0, age = 0;
  bool operator== (const Told &) const = default;
};
std::ostream &operator<< (std::ostream &out, const Told &t)
{
  return out << t.pad << " " << t.before << " " << t.now << " " << t.time << " " << t.age;
}

std::string nick (const GstStructure *s, const char *field)
{
  const GValue *value = gst_structure_get_value (s, field);
  if (!value || !G_VALUE_HOLDS_ENUM (value)) return "no enum";
  auto *type = static_cast<GEnumClass *> (g_type_class_peek (G_VALUE_TYPE (value)));
  return g_enum_get_value (type, g_value_get_enum (value))->value_nick;
}

std::string state_of (GstPad *pad)
{
  GValue value = G_VALUE_INIT;
  g_object_get_property (G_OBJECT (pad), "state", &value);
  auto *type = static_cast<GEnumClass *> (g_type_class_peek (G_VALUE_TYPE (&value)));
  return g_enum_get_value (type, g_value_get_enum (&value))->value_nick;
}

// Collects the grid's messages in the threads that post them. Made before the pipeline plays.
class Heard {
 public:
  explicit Heard (GridPipeline &p) : bus_{gst_element_get_bus (p.pipeline ())}
  {
    // A message that is just being posted keeps what it is told to.
    const auto gone = [] (gpointer data) { delete static_cast<std::shared_ptr<List> *> (data); };
    gst_bus_set_sync_handler (bus_.get (), hear, new std::shared_ptr<List> (list_), gone);
  }
  ~Heard () { gst_bus_set_sync_handler (bus_.get (), nullptr, nullptr, nullptr); }

  std::vector<Told> of (const std::string &pad)
  {
    const std::lock_guard guard (list_->lock);
    std::vector<Told> told;
    for (const Told &t : list_->told)
      if (t.pad == pad) told.push_back (t);
    return told;
  }

 private:
  struct List {
    std::mutex lock;
    std::vector<Told> told;
  };

  static GstBusSyncReply hear (GstBus *, GstMessage *message, gpointer data)
  {
    const GstStructure *s = gst_message_get_structure (message);
    if (!s || !gst_structure_has_name (s, "cell-state")) return GST_BUS_PASS;
    Told told = {"", nick (s, "old"), nick (s, "new")};
    GstPad *pad = nullptr;
    gst_structure_get (s, "pad", GST_TYPE_PAD, &pad, "running-time", G_TYPE_UINT64, &told.time,
                       "age", G_TYPE_UINT64, &told.age, nullptr);
    told.pad = GST_PAD_NAME (pad);
    // The property has the value that is told, or a later one.
    EXPECT_NE (state_of (pad), "");
    gst_object_unref (pad);
    List &list = **static_cast<std::shared_ptr<List> *> (data);
    const std::lock_guard guard (list.lock);
    list.told.push_back (told);
    return GST_BUS_PASS;
  }

  Owned<GstBus> bus_;
  std::shared_ptr<List> list_ = std::make_shared<List> ();
};

// A red input that goes on, and a green one that stops after frame 4.
class TwoCameras {
 public:
  explicit TwoCameras (const std::string &properties = "") : p (properties), heard (p)
  {
    p.add_input (kInput, true);
    p.add_input (kInput, true);
    p.send (0, kRed, 0, 60);
    p.send (1, kGreen, 0, 4);
  }

  // Sends frames `first` to `last` of the second input, and returns when they have come to the pad.
  void send (const Values &v, std::uint64_t first, std::uint64_t last)
  {
    const Owned<GstPad> pad = p.pad (1);
    auto in = [&] { return number (stats_of (pad.get ()).get (), "frames-in"); };
    const guint64 before = in ();
    p.send (1, v, first, last);
    const gint64 deadline = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
    while (in () < before + last - first + 1 && g_get_monotonic_time () < deadline) g_usleep (500);
    EXPECT_EQ (in (), before + last - first + 1);
  }

  // The output frames from `first` to `last`: checks the second cell's middle.
  void expect (std::uint64_t first, std::uint64_t last, const Values &second)
  {
    for (std::uint64_t n = first; n <= last; n++) {
      const auto picture = p.next ();
      ASSERT_TRUE (picture);
      ASSERT_EQ (picture->pts (), frame_time (n, 10));
      EXPECT_EQ (picture->at (8, 8), kRed) << n;
      EXPECT_EQ (picture->at (24, 8), second) << n;
    }
  }

  Live p;
  Heard heard;
};

TEST (GridStates, ALostCameraIsToldAndComesBackInItsFirstFrame)
{
  TwoCameras t;
  std::vector<std::string> notified;
  t.p.play ();
  ASSERT_NO_FATAL_FAILURE (t.expect (0, 33, kGreen));
  EXPECT_EQ (state_of (t.p.pad (1).get ()), "lost");
  t.send (kBlue, 36, 38);
  ASSERT_NO_FATAL_FAILURE (t.expect (34, 35, kGreen));
  ASSERT_NO_FATAL_FAILURE (t.expect (36, 38, kBlue));
  // At 10 frames a second: late after 0.5 s (3 frames are less), lost after 25 frames.
  const std::vector<Told> want = {
      {"sink_1", "waiting", "live", 0, 0},
      {"sink_1", "live", "late", 900 * GST_MSECOND, 500 * GST_MSECOND},
      {"sink_1", "late", "lost", 2900 * GST_MSECOND, 2500 * GST_MSECOND},
      {"sink_1", "lost", "live", 3600 * GST_MSECOND, 0},
  };
  EXPECT_EQ (t.heard.of ("sink_1"), want);
  EXPECT_EQ (t.heard.of ("sink_0"), (std::vector<Told>{{"sink_0", "waiting", "live", 0, 0}}));
  EXPECT_EQ (state_of (t.p.pad (1).get ()), "live");
}

TEST (GridStates, TheLimitsCanBeSetWhilePlaying)
{
  TwoCameras t;
  t.p.set_pad (1, "late-after", 200 * GST_MSECOND, "lost-after", 400 * GST_MSECOND, nullptr);
  t.p.play ();
  ASSERT_NO_FATAL_FAILURE (t.expect (0, 8, kGreen));
  t.p.set_pad (1, "lost-after", 3000 * GST_MSECOND, nullptr);
  ASSERT_NO_FATAL_FAILURE (t.expect (9, 11, kGreen));
  const std::vector<Told> told = t.heard.of ("sink_1");
  ASSERT_GE (told.size (), 4u);
  EXPECT_EQ (told[1], (Told{"sink_1", "live", "late", 600 * GST_MSECOND, 200 * GST_MSECOND}));
  EXPECT_EQ (told[2], (Told{"sink_1", "late", "lost", 800 * GST_MSECOND, 400 * GST_MSECOND}));
  EXPECT_EQ (told[3].now, "late") << "the limit is far away again";
}

Owned<GstSample> sample (const std::string &caps, const Values &value)
{
  const Owned<GstCaps> parsed = caps_of (caps);
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, parsed.get ())) g_error ("no caps: %s", caps.c_str ());
  return Owned<GstSample>{
      gst_sample_new (solid (info, value).get (), parsed.get (), nullptr, nullptr)};
}

TEST (GridStates, ThePolicySaysWhatALostCellShows)
{
  constexpr const char *kMatrix = "colorimetry=bt601";
  struct {
    const char *policy, *placeholder, *extra;
    Values pixels, shown;
  } cases[] = {
      {"hold", "I420", kMatrix, kBlue, kGreen},
      {"background", "I420", kMatrix, kBlue, kBlack},
      {"placeholder", "I420", kMatrix, kBlue, kBlue},
      {"placeholder", "Y444", kMatrix, kBlue, kBlue},
      {"placeholder", "NV12", kMatrix, kBlue, kBlue},
      {"placeholder", "BGRx", "", {0, 0, 255, 255}, {41, 240, 110, 0}},
      {"placeholder", "RGBA", "", {0, 0, 255, 255}, {41, 240, 110, 0}},
      {"placeholder", "RGBA", "", {0, 0, 255, 0}, kBlack},
      {"placeholder", nullptr, nullptr, kBlue, kBlack},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (std::string (c.policy) + " " + (c.placeholder ? c.placeholder : "none"));
    TwoCameras t;
    const Owned<GstPad> pad = t.p.pad (1);
    gst_util_set_object_arg (G_OBJECT (pad.get ()), "lost-policy", c.policy);
    if (c.placeholder)
      t.p.set_pad (1, "placeholder", sample (raw (c.placeholder, 32, 32, c.extra), c.pixels).get (),
                   nullptr);
    t.p.play ();
    ASSERT_NO_FATAL_FAILURE (t.expect (0, 28, kGreen));
    ASSERT_NO_FATAL_FAILURE (t.expect (29, 31, c.shown));
    t.send (kGreen, 33, 34);
    ASSERT_NO_FATAL_FAILURE (t.expect (32, 32, c.shown));
    ASSERT_NO_FATAL_FAILURE (t.expect (33, 34, kGreen));
    EXPECT_TRUE (t.p.warnings ().empty ());
  }
}

TEST (GridStates, APictureThatIsHeldCanBeDarkened)
{
  for (const double dim : {0.0, 0.25, 0.5, 1.0}) {
    TwoCameras t;
    t.p.set_pad (1, "dim", dim, nullptr);
    t.p.play ();
    ASSERT_NO_FATAL_FAILURE (t.expect (0, 28, kGreen));
    const auto picture = t.p.next ();
    ASSERT_TRUE (picture);
    for (std::size_t c = 0; c < 3; c++)
      EXPECT_NEAR (picture->at (24, 8)[c], kGreen[c] + (kBlack[c] - kGreen[c]) * dim, 1) << dim;
    EXPECT_EQ (picture->at (8, 8), kRed);
  }
}

TEST (GridStates, APlaceholderIsShownWhileAnInputIsWaitedFor)
{
  for (const bool shown : {false, true}) {
    Live p;
    p.add_input (kInput, true);
    p.add_input (kInput, true);
    p.send (0, kRed, 0, 30);
    p.set_pad (1, "placeholder-while-waiting", shown, "placeholder",
               sample (raw ("I420", 8, 8, "colorimetry=bt601"), kBlue).get (), nullptr);
    p.play ();
    for (int n = 0; n < 5; n++) {
      const auto picture = p.next ();
      ASSERT_TRUE (picture);
      EXPECT_EQ (picture->at (24, 8), shown ? kBlue : kBlack);
    }
    EXPECT_EQ (state_of (p.pad (1).get ()), "waiting");
    // Taken away while it plays.
    p.set_pad (1, "placeholder", nullptr, nullptr);
    const auto picture = p.next ();
    ASSERT_TRUE (picture);
    EXPECT_EQ (picture->at (24, 8), kBlack);
  }
}

TEST (GridStates, BordersTellTheStates)
{
  TwoCameras t (
      "border-width=2 border-color=0xff000000 state-border=\"colors,lost=(uint)0xff0000ff,"
      "late=(uint)4278190335\"");
  t.p.play ();
  // The border's middle of the second cell, at its left edge.
  auto border = [&] (int n) {
    std::unique_ptr<Picture8> picture;
    for (int i = 0; i < n; i++) picture = t.p.next ();
    return picture ? picture->at (16, 8) : Values{};
  };
  EXPECT_EQ (border (9), kBlack);
  EXPECT_EQ (border (1), kBlue) << "late, as a decimal number";
  EXPECT_EQ (border (25), kBlue) << "lost";
  g_object_set (t.p.grid (), "state-border", nullptr, nullptr);
  EXPECT_EQ (border (1), kBlack);
}

TEST (GridStates, ACellWithoutAPictureHasTheBorderOfItsState)
{
  Live p ("border-width=2 state-border=\"colors,waiting=(uint)0xff0000ff\"");
  p.add_input (kInput, true);
  p.add_input (kInput, true);
  p.send (0, kRed, 0, 30);
  p.play ();
  const auto picture = p.next ();
  ASSERT_TRUE (picture);
  EXPECT_EQ (picture->at (16, 8), kBlue);
  EXPECT_EQ (picture->at (24, 8), kBlack) << "inside";
  EXPECT_EQ (picture->at (0, 8), (Values{235, 128, 128, 0})) << "live: border-color";
}

// A camera whose buffers are too small, with half as many frames as the output.
TEST (GridStates, ACameraWithoutAGoodFrameIsNotLive)
{
  for (const char *policy : {"hold", "placeholder"}) {
    TwoCameras t;
    gst_util_set_object_arg (G_OBJECT (t.p.pad (1).get ()), "lost-policy", policy);
    t.p.set_pad (1, "placeholder", sample (raw ("I420", 8, 8, "colorimetry=bt601"), kBlue).get (),
                 nullptr);
    t.p.play ();
    ASSERT_NO_FATAL_FAILURE (t.expect (0, 4, kGreen));
    for (std::uint64_t n = 6; n < 60; n += 2)
      t.p.push (1, timed (Owned<GstBuffer>{gst_buffer_new_allocate (nullptr, 10, nullptr)},
                          frame_time (n, 10), GST_SECOND / 10));
    for (int n = 5; n < 50; n++) {
      const auto picture = t.p.next ();
      ASSERT_TRUE (picture);
      EXPECT_EQ (picture->at (8, 8), kRed);
      if (n >= 36) {
        EXPECT_EQ (picture->at (24, 8), *policy == 'h' ? kBlack : kBlue) << n;
      }
    }
    const std::vector<Told> told = t.heard.of ("sink_1");
    ASSERT_FALSE (told.empty ());
    EXPECT_EQ (told.back ().now, "lost");
    EXPECT_LE (told.size (), 3u) << "live, late, lost: no flicker";
    EXPECT_EQ (number (stats_of (t.p.pad (1).get ()).get (), "frames-shown"), 5u);
  }
}

TEST (GridStates, TheEndIsTold)
{
  TwoCameras t;
  t.p.end (1);
  t.p.play ();
  ASSERT_NO_FATAL_FAILURE (t.expect (0, 4, kGreen));
  ASSERT_NO_FATAL_FAILURE (t.expect (5, 7, kBlack));
  const std::vector<Told> want = {
      {"sink_1", "waiting", "live", 0, 0},
      {"sink_1", "live", "ended", 500 * GST_MSECOND, 100 * GST_MSECOND}};
  EXPECT_EQ (t.heard.of ("sink_1"), want);
}

// Files: however far apart their frames are, the output waits for each.
TEST (GridStates, InputsThatAreWaitedForAreNeverLate)
{
  GridPipeline p ("rows=1 columns=2", raw ("I420", 32, 16, "framerate=(fraction)10/1"));
  Heard heard (p);
  p.add_input (kInput);
  p.add_input (kInput);
  for (std::uint64_t n = 0; n < 100; n++) feed (p, 0, n);
  feed (p, 1, 0);
  feed (p, 1, 95);
  p.end (0);
  p.end (1);
  EXPECT_EQ (p.run ().size (), 100u);
  const std::vector<Told> want = {
      {"sink_1", "waiting", "live", 0, 0},
      {"sink_1", "live", "ended", 9600 * GST_MSECOND, 100 * GST_MSECOND}};
  EXPECT_EQ (heard.of ("sink_1"), want);
}

TEST (GridStates, AStartBeginsAnew)
{
  GridPipeline p ("rows=1 columns=1", raw ("I420", 32, 16, "framerate=(fraction)10/1"));
  p.add_solid (kInput, kRed, 3);
  int notified = 0;
  const Owned<GstPad> pad = p.pad (0);
  g_signal_connect (
      pad.get (), "notify::state",
      G_CALLBACK (+[] (GObject *, GParamSpec *, gpointer n) { ++*static_cast<int *> (n); }),
      &notified);
  EXPECT_EQ (state_of (pad.get ()), "waiting");
  EXPECT_EQ (p.run ().size (), 3u);
  EXPECT_EQ (state_of (pad.get ()), "live") << "the end comes with its last frame";
  EXPECT_EQ (notified, 1);
  gst_element_set_state (p.pipeline (), GST_STATE_READY);
  gst_element_set_state (p.pipeline (), GST_STATE_PAUSED);
  EXPECT_EQ (state_of (pad.get ()), "waiting");
  EXPECT_EQ (notified, 2);
}

TEST (GridStates, StatisticsCountAPadsFrames)
{
  GridPipeline p ("rows=1 columns=3", raw ("I420", 48, 16, "framerate=(fraction)10/1"));
  p.add_solid (kInput, kRed, 20);
  // Twice as many (the last waits when the output ends), and half as many; of another format.
  p.add_solid (raw ("I420", 16, 16, "framerate=(fraction)20/1"), kRed, 40);
  p.add_solid (raw ("RGBA", 16, 16, "framerate=(fraction)5/1"), {255, 0, 0, 255}, 10);
  EXPECT_EQ (p.run ().size (), 20u);
  struct {
    guint64 in, shown, dropped, repeated, converted;
  } want[] = {{20, 20, 0, 0, 0}, {40, 20, 19, 0, 0}, {10, 10, 0, 10, 10}};
  for (std::size_t i = 0; i < 3; i++) {
    const Owned<GstStructure> s = stats_of (p.pad (i).get ());
    EXPECT_EQ (number (s.get (), "frames-in"), want[i].in) << i;
    EXPECT_EQ (number (s.get (), "frames-shown"), want[i].shown) << i;
    EXPECT_EQ (number (s.get (), "frames-dropped"), want[i].dropped) << i;
    EXPECT_EQ (number (s.get (), "frames-repeated"), want[i].repeated) << i;
    EXPECT_EQ (number (s.get (), "frames-late"), 0u) << i;
    EXPECT_EQ (number (s.get (), "frames-converted"), want[i].converted) << i;
    EXPECT_NE (number (s.get (), "latency"), GST_CLOCK_TIME_NONE) << i;
  }
  EXPECT_EQ (number (stats_of (p.pad (2).get ()).get (), "age"), 100 * GST_MSECOND);
  const Owned<GstStructure> s = stats_of (p.grid ());
  EXPECT_EQ (number (s.get (), "frames"), 20u);
  EXPECT_GT (number (s.get (), "render-time-median"), 0u);
  EXPECT_GE (number (s.get (), "render-time-max"), number (s.get (), "render-time-median"));
  EXPECT_EQ (number (s.get (), "deadline-misses"), 0u);
}

TEST (GridStates, FramesOfAFasterInputAreNotLate)
{
  // The live one waits for a source that gets no processor.
  for (const char *live : {"", "force-live=true latency=30000000000 eos-policy=shortest"})
    for (const int rate : {20, 25, 40, 100}) {
      SCOPED_TRACE (live + std::to_string (rate));
      GridPipeline p (std::string ("rows=1 columns=1 ") + live,
                      raw ("I420", 16, 16, "framerate=(fraction)10/1"));
      p.add_solid (raw ("I420", 16, 16, "framerate=(fraction)" + std::to_string (rate) + "/1"),
                   kRed, rate);
      EXPECT_GE (p.run ().size (), 10u);
      const Owned<GstStructure> s = stats_of (p.pad (0).get ());
      EXPECT_EQ (number (s.get (), "frames-late"), 0u);
      const guint64 dropped = number (s.get (), "frames-dropped");
      // The last may wait when the output ends.
      EXPECT_GE (dropped + number (s.get (), "frames-shown") + 1, guint64 (rate));
      EXPECT_GE (dropped, guint64 (rate / 3));
    }
}

// The base class shows a frame whose time is over only if it comes while the output waits.
TEST (GridStates, FramesThatComeLateAreCounted)
{
  TwoCameras t;
  t.p.play ();
  ASSERT_NO_FATAL_FAILURE (t.expect (0, 9, kGreen));
  t.send (kGreen, 5, 6);
  t.send (kBlue, 30, 30);
  ASSERT_NO_FATAL_FAILURE (t.expect (10, 29, kGreen));
  ASSERT_NO_FATAL_FAILURE (t.expect (30, 30, kBlue));
  const Owned<GstStructure> s = stats_of (t.p.pad (1).get ());
  EXPECT_EQ (number (s.get (), "frames-in"), 8u);
  EXPECT_GE (number (s.get (), "frames-late"), 1u)
      << "the other may be replaced before it is shown";
  EXPECT_EQ (number (s.get (), "frames-dropped") + number (s.get (), "frames-shown"), 8u);
  EXPECT_LE (number (s.get (), "frames-dropped"), 2u);
}

TEST (GridStates, WhatCannotBeSetIsRefusedWithASentence)
{
  const Owned<GstCaps> caps = caps_of (raw ("I420", 16, 16));
  GstVideoInfo info;
  ASSERT_TRUE (gst_video_info_from_caps (&info, caps.get ()));
  const Owned<GstBuffer> small{gst_buffer_new_allocate (nullptr, 10, nullptr)};
  auto of = [] (GstBuffer *buffer, const std::string &text) {
    const Owned<GstCaps> c = text.empty () ? nullptr : caps_of (text);
    return Owned<GstSample>{gst_sample_new (buffer, c.get (), nullptr, nullptr)};
  };
  struct {
    Owned<GstSample> sample;
    const char *part;
  } cases[] = {
      {of (small.get (), ""), "The placeholder has no caps."},
      {of (nullptr, raw ("I420", 16, 16)), "The placeholder has no buffer."},
      {of (small.get (), "video/x-raw,format={I420,NV12}"), "has caps that are not fixed"},
      {of (small.get (), "audio/x-raw"), "describe no picture"},
      {of (small.get (), raw ("v210", 16, 16)), "v210"},
      {of (small.get (), raw ("I420", 16, 16, "interlace-mode=interleaved")), "interlaced"},
      {of (small.get (), raw ("I420", 16, 16)), "The placeholder "},
  };
  for (auto &c : cases)
    for (const bool playing : {false, true}) {
      SCOPED_TRACE (c.part);
      GridPipeline p ("rows=1 columns=1", raw ("I420", 32, 16));
      p.add_solid (kInput, kRed, 3);
      const Owned<GstSample> good = sample (raw ("I420", 8, 8), kBlue);
      p.set_pad (0, "placeholder", good.get (), nullptr);
      if (playing) p.run ();
      p.set_pad (0, "placeholder", c.sample.get (), nullptr);
      if (!playing) p.run ();
      ASSERT_EQ (p.warnings ().size (), 1u);
      EXPECT_NE (p.warnings ()[0].find (c.part), std::string::npos) << p.warnings ()[0];
      GstSample *kept = nullptr;
      g_object_get (p.pad (0).get (), "placeholder", &kept, nullptr);
      EXPECT_EQ (kept, good.get ()) << "the value before stays";
      if (kept) gst_sample_unref (kept);
    }
}

TEST (GridStates, ColorsOfNoStateAreRefused)
{
  struct {
    const char *value, *part;
  } cases[] = {{"colors,gone=(uint)0xff0000ff", "\"gone\" is no state"},
               {"colors,lost=red", "\"lost\" is no number"}};
  for (const auto &c : cases) {
    GridPipeline p ("rows=1 columns=1", raw ("I420", 32, 16));
    p.add_solid (kInput, kRed, 1);
    gst_util_set_object_arg (G_OBJECT (p.grid ()), "state-border", c.value);
    p.run ();
    ASSERT_EQ (p.warnings ().size (), 1u);
    EXPECT_NE (p.warnings ()[0].find (c.part), std::string::npos) << p.warnings ()[0];
    GstStructure *kept = nullptr;
    g_object_get (p.grid (), "state-border", &kept, nullptr);
    EXPECT_EQ (kept, nullptr);
  }
}

}  // namespace

// frameextract and how sources answer its seeks: flushes, segments and keyframes.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "elements/extract/harness.h"
#include "elements/extract/numbered_clip.h"

namespace quad::test {
namespace {

// Answers seeks as the test wants, in front of a frameextract in a harness.
class Source {
 public:
  // Called with the number of the seek (0, 1, ...) and its sequence number.
  using Answer = std::function<void (std::size_t, guint32)>;

  Source (Extractor &e, Answer answer) : e_{e}, answer_{std::move (answer)}
  {
    gst_pad_add_probe (
        e.harness ()->srcpad,
        static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_EVENT_UPSTREAM |
                                      GST_PAD_PROBE_TYPE_QUERY_UPSTREAM),
        [] (GstPad *, GstPadProbeInfo *info, gpointer self) {
          return static_cast<Source *> (self)->see (info);
        },
        this, nullptr);
  }

  void flush (guint32 seqnum)
  {
    for (GstEvent *event : {gst_event_new_flush_start (), gst_event_new_flush_stop (TRUE)}) {
      gst_event_set_seqnum (event, seqnum);
      gst_harness_push_event (e_.harness (), event);
    }
  }
  // A part of the film from `start` to `stop` that is shown at `time`.
  void segment (Nanoseconds start, Nanoseconds stop, Nanoseconds time, Nanoseconds base,
                guint32 seqnum)
  {
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    segment.start = segment.position = static_cast<guint64> (start);
    segment.stop = static_cast<guint64> (stop);
    segment.time = static_cast<guint64> (time);
    segment.base = static_cast<guint64> (base);
    GstEvent *event = gst_event_new_segment (&segment);
    gst_event_set_seqnum (event, seqnum);
    gst_harness_push_event (e_.harness (), event);
  }
  // Pushes frames, ten a second, from `time` on, as long as they are accepted.
  void frames (Nanoseconds time, Nanoseconds end)
  {
    for (Nanoseconds now = time; now < end; now += kSecond / 10)
      if (e_.push ({static_cast<GstClockTime> (now), GST_SECOND / 10,
                    static_cast<guint32> (now * 10 / kSecond)}) != GST_FLOW_OK)
        return;
  }
  // Waits until `count` seeks are answered; false if fewer come.
  bool sought (std::size_t count)
  {
    std::unique_lock lock (mutex_);
    return changed_.wait_for (lock, std::chrono::nanoseconds (kPatience), [&] {
      return answered_ >= count;
    }) && answered_ == count;
  }
  guint32 seqnum () const { return seqnum_; }  // of the last one

 private:
  GstPadProbeReturn see (GstPadProbeInfo *info)
  {
    if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_QUERY_UPSTREAM) {
      GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
      if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING) return GST_PAD_PROBE_OK;
      gst_query_set_seeking (query, GST_FORMAT_TIME, TRUE, 0, -1);
      return GST_PAD_PROBE_HANDLED;
    }
    GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK) return GST_PAD_PROBE_OK;
    seqnum_ = gst_event_get_seqnum (event);
    answer_ (answered_, seqnum_);
    const std::lock_guard lock (mutex_);
    answered_++;
    changed_.notify_all ();
    return GST_PAD_PROBE_DROP;
  }

  Extractor &e_;
  Answer answer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t answered_ = 0;
  std::atomic<guint32> seqnum_ = 0;
};

// A source that searches for a position may flush more than once for one seek, the last time when
// the next seek is already on its way.
TEST (FrameExtractSource, AFlushOfAnEarlierSeekIsNotTheApplications)
{
  Extractor e ("timestamp-list=\"1.05,20.05,45.55\"");
  guint32 first = 0;
  Source *self = nullptr;
  Source source (e, [&] (std::size_t n, guint32 seqnum) {
    if (n == 0) first = seqnum;
    if (n == 1) std::thread ([&] { self->flush (first); }).join ();
    self->flush (seqnum);
  });
  self = &source;
  source.frames (0, 2 * kSecond);
  ASSERT_TRUE (source.sought (1));
  source.segment (19 * kSecond, -1, 19 * kSecond, 0, source.seqnum ());
  source.frames (19 * kSecond, 22 * kSecond);
  ASSERT_TRUE (source.sought (2));
  source.segment (45 * kSecond, -1, 45 * kSecond, 0, source.seqnum ());
  source.frames (45 * kSecond, 47 * kSecond);
  const Result r = e.result ();
  EXPECT_EQ (r.numbers (), (std::vector<int>{10, 200, 455}));
  EXPECT_TRUE (r.missed.empty ());
  // Downstream sees none of that.
  while (Owned<GstEvent> event{gst_harness_try_pull_event (e.harness ())}) {
    EXPECT_NE (GST_EVENT_TYPE (event.get ()), GST_EVENT_FLUSH_START);
    EXPECT_NE (GST_EVENT_TYPE (event.get ()), GST_EVENT_FLUSH_STOP);
  }
}

// What downstream shows: each frame in the segment that it comes in.
struct Played {
  GstClockTime pts, running, stream;
  guint32 seqnum;
  bool operator== (const Played &) const = default;
};

std::vector<Played> played_of (Extractor &e)
{
  std::vector<Played> list;
  for (;;) {
    const Owned<GstBuffer> buffer{gst_harness_try_pull (e.harness ())};
    if (!buffer) return list;
    const Owned<GstEvent> event{
        gst_pad_get_sticky_event (e.harness ()->sinkpad, GST_EVENT_SEGMENT, 0)};
    GstSegment segment;
    gst_event_copy_segment (event.get (), &segment);
    const GstClockTime pts = GST_BUFFER_PTS (buffer.get ());
    list.push_back ({pts, gst_segment_to_running_time (&segment, GST_FORMAT_TIME, pts),
                     gst_segment_to_stream_time (&segment, GST_FORMAT_TIME, pts),
                     gst_event_get_seqnum (event.get ())});
  }
}

constexpr guint32 kSeqnum = 4242;

// An edit list that shows 0 to 20 s, then 30 to 45 s.
TEST (FrameExtractSource, RunningTimeGoesOnInTheSegmentAfterASeek)
{
  Extractor e ("timestamp-list=\"1.05,15.05,16.05,17.05,18.05,19.05,20.05,21.05\"");
  Source *self = nullptr;
  Source source (e, [&] (std::size_t, guint32 seqnum) { self->flush (seqnum); });
  self = &source;
  source.segment (0, 20 * kSecond, 0, 0, kSeqnum);
  source.frames (0, 2 * kSecond);
  ASSERT_TRUE (source.sought (1));
  // After a flushing seek the source begins at running time 0.
  source.segment (14 * kSecond, 20 * kSecond, 14 * kSecond, 0, source.seqnum ());
  source.frames (14 * kSecond, 20 * kSecond);
  ASSERT_EQ (played_of (e).size (), 6u);
  source.segment (30 * kSecond, 45 * kSecond, 20 * kSecond, 6 * kSecond, source.seqnum ());
  source.frames (30 * kSecond, 32 * kSecond);
  EXPECT_TRUE (source.sought (1));
  EXPECT_EQ (played_of (e),
             (std::vector<Played>{{30 * GST_SECOND, 20 * GST_SECOND, 20 * GST_SECOND, kSeqnum},
                                  {31 * GST_SECOND, 21 * GST_SECOND, 21 * GST_SECOND, kSeqnum}}));
}

TEST (FrameExtractSource, ASeekIntoALaterSegment)
{
  Extractor e ("timestamp-list=\"1.05,25.05\"");
  Source *self = nullptr;
  Source source (e, [&] (std::size_t, guint32 seqnum) { self->flush (seqnum); });
  self = &source;
  source.segment (0, 20 * kSecond, 0, 0, kSeqnum);
  source.frames (0, 2 * kSecond);
  ASSERT_TRUE (source.sought (1));
  ASSERT_EQ (played_of (e), (std::vector<Played>{{GST_SECOND, GST_SECOND, GST_SECOND, kSeqnum}}));
  // The source goes where the next part begins, not to the keyframe before that.
  source.segment (30 * kSecond, 45 * kSecond, 20 * kSecond, 0, source.seqnum ());
  source.frames (30 * kSecond, 36 * kSecond);
  EXPECT_TRUE (source.sought (1));
  EXPECT_EQ (played_of (e),
             (std::vector<Played>{{35 * GST_SECOND, 25 * GST_SECOND, 25 * GST_SECOND, kSeqnum}}));
}

// ---- keyframes

// A clip with fifty frames, each tenth a keyframe; an empty text where an element is missing.
std::string keyframe_clip (const TemporaryFolder &folder, const char *coder)
{
  const std::string path = folder.file ("clip");
  GError *error = nullptr;
  const Owned<GstElement> maker{gst_parse_launch_full (
      ("videotestsrc num-buffers=50 ! video/x-raw,width=64,height=48,framerate=10/1 ! " +
       std::string (coder) + " ! filesink location=\"" + path + "\"")
          .c_str (),
      nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error)};
  g_clear_error (&error);
  if (!maker) return {};
  gst_element_set_state (maker.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (maker.get ())};
  const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
      bus.get (), kPatience, static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  gst_element_set_state (maker.get (), GST_STATE_NULL);
  EXPECT_TRUE (end && GST_MESSAGE_TYPE (end.get ()) == GST_MESSAGE_EOS);
  return path;
}

// The number of frames, and the text of errors.
std::pair<int, std::vector<std::string>> keyframes_of (const std::string &path,
                                                       const std::string &decode)
{
  const std::string line = "filesrc location=\"" + path + "\" ! " + decode +
                           " ! frameextract name=extract keyframes=true ! fakesink name=out "
                           "signal-handoffs=true";
  const Owned<GstElement> pipeline{gst_parse_launch (line.c_str (), nullptr)};
  const Owned<GstElement> out{gst_bin_get_by_name (GST_BIN (pipeline.get ()), "out")};
  std::atomic<int> frames = 0;
  const auto count = +[] (GstElement *, GstBuffer *, GstPad *, gpointer n) {
    ++*static_cast<std::atomic<int> *> (n);
  };
  g_signal_connect (out.get (), "handoff", G_CALLBACK (count), &frames);
  gst_element_set_state (pipeline.get (), GST_STATE_PLAYING);
  const Owned<GstBus> bus{gst_element_get_bus (pipeline.get ())};
  std::vector<std::string> errors;
  const auto types = static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  Owned<GstMessage> message{gst_bus_timed_pop_filtered (bus.get (), kPatience, types)};
  EXPECT_TRUE (message);
  gst_element_set_state (pipeline.get (), GST_STATE_PAUSED);
  for (; message; message.reset (gst_bus_pop_filtered (bus.get (), types))) {
    if (GST_MESSAGE_TYPE (message.get ()) != GST_MESSAGE_ERROR) continue;
    GError *error = nullptr;
    gst_message_parse_error (message.get (), &error, nullptr);
    if (GST_MESSAGE_SRC_NAME (message.get ()) == std::string ("extract"))
      errors.push_back (error->message);
    g_error_free (error);
  }
  gst_element_set_state (pipeline.get (), GST_STATE_NULL);
  return {frames, errors};
}

// A demuxer that accepts such a seek but gives all frames, and a decoder that decodes them all.
TEST (FrameExtractSource, KeyframesThatNobodySorts)
{
  const TemporaryFolder folder;
  const std::string path =
      keyframe_clip (folder, "theoraenc keyframe-auto=false keyframe-freq=10 ! oggmux");
  if (path.empty ()) GTEST_SKIP () << "theoraenc or oggmux is not installed";
  for (const char *decode : {"oggdemux ! theoradec", "oggdemux ! theoradec ! queue", "decodebin"}) {
    const auto [frames, errors] = keyframes_of (path, decode);
    EXPECT_LE (frames, 1) << decode;
    EXPECT_EQ (errors, (std::vector<std::string>{
                           "Which of these frames were keyframes cannot be known: the source does "
                           "not seek to keyframes only."}))
        << decode;
  }
}

TEST (FrameExtractSource, KeyframesThatTheDemuxerSorts)
{
  const TemporaryFolder folder;
  const std::string path = keyframe_clip (folder, "vp8enc keyframe-max-dist=10 ! matroskamux");
  if (path.empty ()) GTEST_SKIP () << "vp8enc or matroskamux is not installed";
  for (const char *decode : {"matroskademux ! vp8dec", "decodebin"}) {
    const auto [frames, errors] = keyframes_of (path, decode);
    EXPECT_EQ (frames, 5) << decode;
    EXPECT_TRUE (errors.empty ()) << decode << ": " << errors[0];
  }
}

}  // namespace
}  // namespace quad::test

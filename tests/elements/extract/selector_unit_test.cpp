// The selector's steps for frames, without a pipeline.
#include "elements/extract/selector.h"

#include <gtest/gtest.h>

#include <string>

namespace quad::extract {
namespace {

constexpr Nanoseconds kFrame = kSecond / 10;

Frame frame_at (Nanoseconds time, bool damaged = false)
{
  Frame f;
  f.time = f.shown = time;
  f.length.said = kFrame;
  f.end = time + kFrame;
  f.damaged = damaged;
  if (!damaged) f.buffer.reset (gst_buffer_new ());
  return f;
}

// Writes the steps as text, with times in tenths of seconds: "emit 0 from 2", "miss 1-3
// no-frame-in-tolerance", ...
struct Recorder {
  Selector selector;
  std::vector<std::string> steps;

  explicit Recorder (const Settings &settings) { selector.begin (for_stream (settings)); }

  static std::string tenths (Nanoseconds time) { return std::to_string (time * 10 / kSecond); }

  void run ()
  {
    for (Step s = selector.next (); s.what != Step::Do::nothing; s = selector.next ()) {
      ASSERT_LT (steps.size (), 1000U);
      switch (s.what) {
        case Step::Do::emit:
          steps.push_back ("emit " + std::to_string (s.request.index) + " from " +
                           tenths (s.frame->shown) + (s.keep ? " kept" : ""));
          EXPECT_NE (s.frame->buffer, nullptr);
          // As a push does.
          if (!s.keep) s.frame->buffer.reset ();
          selector.emitted ();
          break;
        case Step::Do::miss:
          steps.push_back ("miss " + std::to_string (s.request.index) + "-" +
                           std::to_string (s.last.index) + " " + s.reason);
          selector.missed (s);
          break;
        case Step::Do::warn:
          steps.push_back ("warn " + tenths (s.from) + "-" + tenths (s.to));
          break;
        case Step::Do::look_ahead: ahead = s.to; break;
        case Step::Do::finish:
          steps.emplace_back ("finish");
          selector.finish ();
          break;
        case Step::Do::nothing: break;
      }
    }
  }
  void take (Frame frame)
  {
    selector.take (std::move (frame), {0, true});
    run ();
  }
  void take_at (const std::vector<int> &tenths_of_seconds)
  {
    for (const int t : tenths_of_seconds) take (frame_at (t * kFrame));
  }
  void end (Nanoseconds over = kUnlimited)
  {
    selector.drain (true, over);
    run ();
  }

  Nanoseconds ahead = -1;  // what was last looked ahead to
};

Settings at_times (const std::vector<guint64> &tenths)
{
  Settings s;
  std::vector<guint64> times;
  for (const guint64 t : tenths) times.push_back (t * static_cast<guint64> (kFrame));
  s.timestamps = list_of (times);
  return s;
}

using Steps = std::vector<std::string>;

TEST (ExtractSelector, AnswersAListInOrderOfTime)
{
  Recorder r (at_times ({5, 1, 1, 30}));
  r.take_at ({0, 1, 2, 5, 6});
  EXPECT_EQ (r.steps, (Steps{"emit 1 from 1 kept", "emit 2 from 1", "emit 0 from 5"}));
  EXPECT_EQ (r.ahead, 30 * kFrame);
  r.end ();
  EXPECT_EQ (r.steps.back (), "miss 3-3 beyond-end");
  EXPECT_EQ (r.selector.extracted (), 3U);
  EXPECT_EQ (r.selector.missed (), 1U);
}

TEST (ExtractSelector, SaysWhatTheUserWrote)
{
  Settings s;
  s.timestamps = list_of ({static_cast<guint64> (kUnlimited), 0});
  Recorder r (s);
  r.selector.take (frame_at (0), {0, true});
  r.run ();
  r.selector.drain (true, kUnlimited);
  Step step = r.selector.next ();
  ASSERT_EQ (step.what, Step::Do::emit);
  EXPECT_EQ (step.request.requested, 0U);
  step.frame->buffer.reset ();
  r.selector.emitted ();
  step = r.selector.next ();
  ASSERT_EQ (step.what, Step::Do::miss);
  EXPECT_EQ (step.request.requested, static_cast<guint64> (kUnlimited));
}

// Matroska rounds times to milliseconds, so a seek to a frame may find the end of the one before.
TEST (ExtractSelector, WhatIsLeftOfTheFrameBeforeASeekIsNotTheFirst)
{
  for (const bool cut : {true, false}) {
    SCOPED_TRACE (cut);
    Settings every;
    every.every_nth = 2;
    Recorder r (every);
    Frame first = frame_at (40 * kFrame);
    if (cut) {
      first.length.said = kSecond / 3000;
      first.end = first.time + first.length.said;
    }
    r.selector.take (std::move (first), {40 * kFrame, false});
    r.run ();
    for (int i = 1; i < 5; i++) {
      r.selector.take (frame_at ((40 + i) * kFrame), {40 * kFrame, false});
      r.run ();
    }
    EXPECT_EQ (r.steps, cut ? (Steps{"emit 0 from 41", "emit 1 from 43"})
                            : (Steps{"emit 0 from 40", "emit 1 from 42", "emit 2 from 44"}));
  }
}

TEST (ExtractSelector, TheFirstFrameIsForTheTimesBeforeIt)
{
  Recorder r (at_times ({0}));
  r.take_at ({3});
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 3", "finish"}));
  Recorder later (at_times ({0}));
  later.take_at ({11});
  EXPECT_EQ (later.steps, (Steps{"miss 0-0 no-frame-in-tolerance", "finish"}));
  // If the film is not shown from its beginning, its first frame is not for earlier times.
  Recorder part (at_times ({0}));
  part.selector.take (frame_at (3 * kFrame), {0, false});
  part.run ();
  EXPECT_EQ (part.steps, (Steps{"miss 0-0 no-frame-in-tolerance", "finish"}));
}

TEST (ExtractSelector, RepeatsAtARate)
{
  Settings s;
  s.rate_n = 5;
  Recorder r (s);
  r.take_at ({0, 1, 6});
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0", "emit 1 from 1 kept", "emit 2 from 1"}));
  r.end (7 * kFrame);
  EXPECT_EQ (r.steps.back (), "emit 3 from 6 kept");
  EXPECT_EQ (r.selector.total (7 * kFrame), 4U);
}

TEST (ExtractSelector, RepeatsTheFrameBeforeADamagedOne)
{
  Settings s;
  s.rate_n = 10;
  Recorder r (s);
  r.take (frame_at (0));
  r.take (frame_at (kFrame, true));
  r.take (frame_at (2 * kFrame));
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0 kept", "emit 1 from 0"}));
  Recorder list (at_times ({1}));
  list.take (frame_at (0));
  list.take (frame_at (kFrame, true));
  list.take (frame_at (2 * kFrame));
  EXPECT_EQ (list.steps, (Steps{"miss 0-0 decode-error", "finish"}));
}

TEST (ExtractSelector, MissesTicksTogether)
{
  Settings s;
  s.rate_n = 10;
  s.missing = Missing::skip;
  s.tolerance_before = static_cast<guint64> (2 * kFrame);
  Recorder r (s);
  r.take_at ({0, 10});
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0 kept", "emit 1 from 0 kept", "emit 2 from 0 kept",
                             "miss 3-9 no-frame-in-tolerance"}));
  EXPECT_EQ (r.selector.missed (), 7U);
}

TEST (ExtractSelector, LeavesOutTheTicksOfAJump)
{
  Settings s;
  s.rate_n = 10;
  s.max_gap = GST_SECOND;
  Recorder r (s);
  r.take_at ({0, 1'000'000, 1'000'001});
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0 kept", "warn 0-1000000", "emit 1000000 from 1000000"}));
}

TEST (ExtractSelector, TicksBeforeASegmentAreNotWanted)
{
  Settings s;
  s.rate_n = 10;
  s.start_time = 0;
  Recorder r (s);
  r.selector.take (frame_at (5 * kFrame), {5 * kFrame, false});
  r.run ();
  r.selector.take (frame_at (6 * kFrame), {5 * kFrame, false});
  r.run ();
  EXPECT_EQ (r.steps, (Steps{"emit 5 from 5"}));
}

TEST (ExtractSelector, PicksByNumber)
{
  Settings s;
  s.every_nth = 2;
  s.start_time = static_cast<guint64> (kFrame) * 5 / 2;
  s.stop_time = static_cast<guint64> (kFrame) * 7;
  Recorder r (s);
  r.take_at ({0, 1, 2});
  EXPECT_EQ (r.ahead, kFrame * 5 / 2);
  r.take_at ({3, 4, 5, 6, 7});
  // The frame on screen at the start is the first one.
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 2", "emit 1 from 4", "emit 2 from 6", "finish"}));
}

TEST (ExtractSelector, AnswersIndices)
{
  Settings s;
  s.indices = list_of ({9, 1, 1, 2});
  Recorder r (s);
  r.take_at ({0, 1});
  r.take (frame_at (2 * kFrame, true));
  r.end ();
  EXPECT_EQ (r.steps, (Steps{"emit 1 from 1 kept", "emit 2 from 1", "miss 3-3 decode-error",
                             "miss 0-0 beyond-end"}));
}

TEST (ExtractSelector, EndsAtTheLimit)
{
  Settings s;
  s.max_frames = 2;
  Recorder r (s);
  r.take_at ({0, 1, 2});
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0", "emit 1 from 1", "finish"}));
  EXPECT_TRUE (r.selector.finished ());
  r.selector.restart ();
  r.take_at ({3});
  EXPECT_EQ (r.steps.back (), "emit 0 from 3");
}

// The film's duration says that it goes on.
TEST (ExtractSelector, KnowsAFilmThatWasCutOff)
{
  Recorder r (at_times ({50}));
  r.take_at ({0, 1});
  r.end (100 * kFrame);
  EXPECT_EQ (r.steps, (Steps{"miss 0-0 decode-error"}));
}

TEST (ExtractSelector, ForgetsTheStepsThatWereDropped)
{
  Recorder r (at_times ({0, 0, 5}));
  r.take_at ({0});
  r.selector.take (frame_at (kFrame), {0, true});
  EXPECT_EQ (r.selector.next ().what, Step::Do::emit);
  r.selector.drop ();
  EXPECT_EQ (r.selector.next ().what, Step::Do::nothing);
  EXPECT_EQ (r.selector.last (), 0);
}

TEST (ExtractSelector, RepeatsAcrossASeekOfOurOwn)
{
  Settings s;
  s.rate_n = 10;
  Recorder r (s);
  r.take_at ({0, 1});
  r.selector.interrupt ();
  EXPECT_FALSE (r.selector.is_begun ());
  r.selector.take (frame_at (3 * kFrame, true), {std::nullopt, false});
  r.run ();
  EXPECT_EQ (r.steps, (Steps{"emit 0 from 0", "emit 1 from 1 kept", "emit 2 from 1 kept"}));
}

TEST (ExtractSelector, PlacesFramesWithoutTimes)
{
  Recorder r (at_times ({100}));
  Frame first = frame_at (0);
  r.selector.place (first, {}, 2 * kSecond);
  EXPECT_EQ (first.time, 2 * kSecond);
  EXPECT_EQ (first.end, 2 * kSecond + kFrame);
  r.take (std::move (first));
  Frame second = frame_at (0);
  r.selector.place (second, {}, 2 * kSecond);
  EXPECT_EQ (second.time, 2 * kSecond + kFrame);
  EXPECT_EQ (second.length.previous, kFrame);
  Frame back = frame_at (0);
  r.selector.place (back, kSecond, 0);
  EXPECT_EQ (back.time, 2 * kSecond);
}

}  // namespace
}  // namespace quad::extract

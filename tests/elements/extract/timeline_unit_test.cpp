// Where a stream's times lie in the film and downstream, for all kinds of segments.
#include "elements/extract/timeline.h"

#include <gtest/gtest.h>

namespace quad::extract {
namespace {

using Kind = Timeline::Kind;
using Tell = Timeline::Tell;

GstSegment segment_of_time (guint64 start, guint64 time, guint64 base = 0,
                            guint64 stop = GST_CLOCK_TIME_NONE)
{
  GstSegment s;
  gst_segment_init (&s, GST_FORMAT_TIME);
  s.start = start;
  s.time = time;
  s.base = base;
  s.stop = stop;
  return s;
}

constexpr guint64 seconds (guint64 n) { return n * GST_SECOND; }

// Segments one after the other, as an element gets them.
struct Stream {
  Timeline timeline;
  guint32 next_seqnum = 1;
  Kind kind = Kind::first;

  Tell take (const GstSegment &s, bool forwarded = false, bool keeps_timestamps = false)
  {
    kind = timeline.kind_of (s, forwarded);
    return timeline.take (s, kind, forwarded, keeps_timestamps, next_seqnum++);
  }
  Tell take_own (const GstSegment &s)
  {
    timeline.expect_own_segment ();
    return take (s);
  }
  guint64 running_time (guint64 position) const
  {
    return gst_segment_to_running_time (&timeline.output (), GST_FORMAT_TIME, position);
  }
};

TEST (ExtractTimeline, BeginsWhereTheFirstSegmentSays)
{
  const struct {
    const char *name;
    GstSegment segment;
    Nanoseconds origin;
  } cases[] = {
      {"mapped by the container", segment_of_time (seconds (10), 0), 0},
      {"from 0", segment_of_time (0, 0), 0},
      {"timestamps as they are", segment_of_time (seconds (10), seconds (10)), 10 * kSecond},
  };
  for (const auto &c : cases) {
    SCOPED_TRACE (c.name);
    Stream s;
    EXPECT_FALSE (s.timeline.has_film ());
    EXPECT_EQ (s.take (c.segment), Tell::anew);
    EXPECT_EQ (s.kind, Kind::first);
    EXPECT_EQ (s.timeline.origin (), c.origin);
    EXPECT_EQ (s.timeline.film_time (c.segment.start + seconds (2)), 2 * kSecond);
    EXPECT_EQ (s.timeline.upstream_time (2 * kSecond), c.origin + 2 * kSecond);
    EXPECT_EQ (s.timeline.output_position (2 * kSecond), c.segment.start + seconds (2));
    EXPECT_TRUE (s.timeline.is_from_beginning ());
    EXPECT_FALSE (s.timeline.is_shifted ());
  }
}

TEST (ExtractTimeline, KeepsItsFilmUntilAnotherStreamComes)
{
  Stream s;
  s.timeline.begin_stream ("a");
  s.take (segment_of_time (seconds (10), seconds (10)));
  s.timeline.reset ();
  s.timeline.begin_stream ("a");
  s.take (segment_of_time (seconds (30), seconds (30)));
  EXPECT_EQ (s.timeline.origin (), 10 * kSecond);
  EXPECT_EQ (s.timeline.part_begin (), 20 * kSecond);
  EXPECT_FALSE (s.timeline.is_from_beginning ());
  s.timeline.reset ();
  s.timeline.begin_stream ("b");
  s.take (segment_of_time (seconds (30), seconds (30)));
  EXPECT_EQ (s.timeline.origin (), 30 * kSecond);
}

// A seek of the application before the first segment is in stream time, so stream time counts.
TEST (ExtractTimeline, CountsInStreamTimeWhereTheApplicationHasSoughtFirst)
{
  Stream s;
  EXPECT_FALSE (s.timeline.sought (true));
  s.take (segment_of_time (seconds (10), seconds (10)));
  EXPECT_EQ (s.timeline.origin (), 0);
  EXPECT_EQ (s.timeline.part_begin (), 10 * kSecond);
}

TEST (ExtractTimeline, TellsSegmentsApart)
{
  Stream s;
  const GstSegment first = segment_of_time (0, 0, 0, seconds (10));
  s.take (first);
  GstSegment longer = first;
  longer.stop = seconds (20);
  EXPECT_EQ (s.timeline.kind_of (longer, false), Kind::update);
  EXPECT_EQ (s.timeline.kind_of (longer, true), Kind::next);
  EXPECT_EQ (s.timeline.kind_of (segment_of_time (seconds (5), 0, seconds (10)), false),
             Kind::next);
  s.timeline.end_segment ();
  EXPECT_EQ (s.timeline.kind_of (longer, false), Kind::next);
  s.timeline.expect_own_segment ();
  EXPECT_EQ (s.timeline.kind_of (longer, false), Kind::ours);
  EXPECT_EQ (s.timeline.kind_of (longer, true), Kind::next);
  s.timeline.reset ();
  EXPECT_EQ (s.timeline.kind_of (longer, false), Kind::first);
}

TEST (ExtractTimeline, HidesSeeksOfOurOwn)
{
  Stream s;
  s.take (segment_of_time (0, 0, 0, seconds (100)));
  const guint32 seqnum = s.timeline.seqnum ();
  EXPECT_EQ (s.take_own (segment_of_time (seconds (40), seconds (40), 0, seconds (100))),
             Tell::nothing);
  EXPECT_EQ (s.kind, Kind::ours);
  EXPECT_TRUE (s.timeline.is_ours ());
  EXPECT_EQ (s.timeline.film_time (seconds (41)), 41 * kSecond);
  EXPECT_EQ (s.running_time (s.timeline.output_position (41 * kSecond)), seconds (41));
  EXPECT_EQ (s.timeline.part_begin (), 0);
  // The next segment, as in an edit list, has the running time that it would have without the seek:
  // the seek took 40 s from upstream's.
  EXPECT_EQ (s.take (segment_of_time (0, seconds (100), seconds (60))), Tell::anew);
  EXPECT_TRUE (s.timeline.is_shifted ());
  EXPECT_EQ (s.running_time (0), seconds (100));
  EXPECT_EQ (s.timeline.seqnum (), seqnum);
}

TEST (ExtractTimeline, GivesDownstreamAnotherSegmentPastTheEndOfItsOwn)
{
  Stream s;
  s.take (segment_of_time (0, 0, 0, seconds (10)));
  EXPECT_EQ (s.take_own (segment_of_time (seconds (40), seconds (20))), Tell::anew);
  EXPECT_FALSE (s.timeline.is_ours ());
  EXPECT_EQ (s.timeline.output ().start, seconds (40));
}

TEST (ExtractTimeline, ExtendsTheSegmentOfAFilmThatGrows)
{
  Stream s;
  s.take (segment_of_time (0, 0, 0, seconds (10)));
  s.take_own (segment_of_time (seconds (5), seconds (5), 0, seconds (10)));
  EXPECT_EQ (s.take (segment_of_time (seconds (5), seconds (5), 0, seconds (30))), Tell::again);
  EXPECT_EQ (s.kind, Kind::update);
  EXPECT_EQ (s.timeline.output ().stop, seconds (30));
  EXPECT_EQ (s.timeline.output ().start, 0U);
  EXPECT_EQ (s.take (segment_of_time (seconds (5), seconds (5), 0, seconds (20))), Tell::nothing);
}

// matroskademux finds that the sound begins a second before the pictures.
TEST (ExtractTimeline, FollowsTimestampsWhoseStreamTimesChange)
{
  Stream s;
  s.take (segment_of_time (seconds (3), 0), false, true);
  EXPECT_EQ (s.timeline.film_time (seconds (4)), kSecond);
  EXPECT_EQ (s.take (segment_of_time (seconds (2), 0)), Tell::anew);
  EXPECT_EQ (s.kind, Kind::correction);
  EXPECT_EQ (s.timeline.film_time (seconds (4)), kSecond);
  EXPECT_EQ (s.timeline.origin (), kSecond);
  // The same after a seek of ours: downstream is told the new stream times of its segment.
  EXPECT_EQ (s.take_own (segment_of_time (seconds (12), seconds (11))), Tell::again);
  EXPECT_EQ (s.timeline.output ().time - s.timeline.output ().start,
             s.timeline.input ().time - s.timeline.input ().start);
}

TEST (ExtractTimeline, KnowsWhereTheFilmEnds)
{
  Stream s;
  s.take (segment_of_time (seconds (10), seconds (10)));
  EXPECT_EQ (s.timeline.film_end ({}), kUnlimited);
  // The duration counts from 0, though the film begins at 10 s.
  EXPECT_EQ (s.timeline.film_end (25 * kSecond), 15 * kSecond);
  s.timeline.reset ();
  s.take (segment_of_time (seconds (10), seconds (10), 0, seconds (14)));
  EXPECT_EQ (s.timeline.film_end (25 * kSecond), 4 * kSecond);
  EXPECT_EQ (s.timeline.segment_end (), 4 * kSecond);
}

TEST (ExtractTimeline, KnowsWhereAFilmGoesBack)
{
  Stream s;
  s.take (segment_of_time (0, 0));
  EXPECT_FALSE (s.timeline.goes_back (segment_of_time (0, seconds (5)), 5 * kSecond));
  EXPECT_TRUE (s.timeline.goes_back (segment_of_time (0, seconds (4)), 5 * kSecond));
}

TEST (ExtractTimeline, HasNoTimesInASegmentOfBytes)
{
  Stream s;
  GstSegment bytes;
  gst_segment_init (&bytes, GST_FORMAT_BYTES);
  s.take (bytes);
  EXPECT_FALSE (s.timeline.is_timed ());
  EXPECT_EQ (s.timeline.film_time (5), std::nullopt);
}

}  // namespace
}  // namespace quad::extract

// Which settings select what, and which contradict each other.
#include "elements/extract/settings.h"

#include <gtest/gtest.h>

#include "elements/extract/output_caps.h"

namespace quad::extract {
namespace {

TEST (ExtractSettings, NothingSetPassesAll)
{
  const StreamSettings s = for_stream ({});
  EXPECT_EQ (s.selection, Selection::everything);
  EXPECT_TRUE (s.passes_all);
  Settings part;
  part.start_time = 5;
  EXPECT_FALSE (for_stream (part).passes_all);
}

TEST (ExtractSettings, OneSelectionAtATime)
{
  Settings s;
  std::string problem;
  s.rate_n = 1;
  EXPECT_EQ (selection_of (s, problem), Selection::rate);
  EXPECT_TRUE (for_stream (s).is_by_time ());
  s.keyframes = true;
  EXPECT_EQ (selection_of (s, problem), std::nullopt);
  EXPECT_EQ (problem, "rate and keyframes are both set: set one of them.");
  EXPECT_EQ (for_stream (s).selection, Selection::everything);
}

TEST (ExtractSettings, TimesThatAreNone)
{
  Settings s;
  std::string problem;
  s.timestamps = list_of ({1, G_MAXUINT64});
  EXPECT_EQ (selection_of (s, problem), std::nullopt);
  s.timestamps = list_of ({1});
  s.start_time = s.stop_time = 5;
  EXPECT_EQ (selection_of (s, problem), std::nullopt);
  EXPECT_EQ (problem, "stop-time is not after start-time.");
}

// A copy of the settings is taken for each stream: it costs the same whatever the lists hold.
TEST (ExtractSettings, CopiesShareLists)
{
  Settings s;
  s.timestamps = list_of (std::vector<guint64> (100'000, 7));
  s.indices = list_of ({1, 2});
  const Settings copy = s;
  EXPECT_EQ (copy.timestamps.get (), s.timestamps.get ());
  EXPECT_EQ (copy.indices.get (), s.indices.get ());
  EXPECT_EQ (for_stream (s).timestamps.get (), s.timestamps.get ());
}

struct CapsCase {
  const char *name;
  RateChange change;
  GstPadDirection from;
  const char *caps, *other;
};

TEST (ExtractCaps, Table)
{
  constexpr auto everything = Selection::everything, rate = Selection::rate,
                 nth = Selection::every_nth, list = Selection::timestamps;
  const CapsCase cases[] = {
      {"untouched", {everything}, GST_PAD_SINK, "a,framerate=25/1", "a,framerate=25/1"},
      {"a rate", {rate, 2, 1}, GST_PAD_SINK, "a,framerate=25/1", "a,framerate=2/1"},
      {"a rate of no rate", {rate, 2, 1}, GST_PAD_SINK, "a", "a,framerate=2/1"},
      {"for a rate",
       {rate, 2, 1},
       GST_PAD_SRC,
       "a,framerate=2/1",
       "a,framerate=[0/1,2147483647/1]"},
      {"for any", {rate, 2, 1}, GST_PAD_SRC, "a", "a"},
      {"a list", {list}, GST_PAD_SINK, "a,framerate=25/1,max-framerate=25/1", "a,framerate=0/1"},
      {"every fifth", {nth, 0, 1, 5}, GST_PAD_SINK, "a,framerate=25/1", "a,framerate=5/1"},
      {"every fifth of any", {nth, 0, 1, 5}, GST_PAD_SINK, "a", "a"},
      {"every fifth of a range",
       {nth, 0, 1, 5},
       GST_PAD_SINK,
       "a,framerate=[1/1,9/1]",
       "a,framerate=[0/1,2147483647/1]"},
      {"too long for a fraction",
       {nth, 0, 1, 2147483647},
       GST_PAD_SINK,
       "a,framerate=1/1001",
       "a,framerate=0/1"},
  };
  for (const CapsCase &c : cases) {
    SCOPED_TRACE (c.name);
    const Owned<GstCaps> caps{gst_caps_from_string (c.caps)};
    const Owned<GstCaps> expected{gst_caps_from_string (c.other)};
    const Owned<GstCaps> other = other_caps (c.change, c.from, caps.get ());
    const Owned<char> text{gst_caps_to_string (other.get ())};
    EXPECT_TRUE (gst_caps_is_equal (other.get (), expected.get ())) << text.get ();
  }
}

}  // namespace
}  // namespace quad::extract

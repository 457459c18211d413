#include "glue/target.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/gst_helpers.h"

namespace quad::test {
namespace {

const FullPicture kPhoto = {.size = {4000, 3000}};

// The answer that a pad below gives; none: it does not know the query.
using Answer = std::optional<ShownPart>;

Answer &answer_at (GstPad *pad)
{
  static const GQuark quark = g_quark_from_static_string ("test-answer");
  auto *answer = static_cast<Answer *> (g_object_get_qdata (G_OBJECT (pad), quark));
  if (!answer) {
    answer = new Answer;
    g_object_set_qdata_full (G_OBJECT (pad), quark, answer,
                             [] (gpointer a) { delete static_cast<Answer *> (a); });
  }
  return *answer;
}

gboolean answering_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (asked_target (query)) {
    const Answer &answer = answer_at (pad);
    if (!answer) return FALSE;
    answer_target (query, GST_ELEMENT (parent), *answer);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

// A line of elements that begins with an identity called `first`. Sinks called out, out1 ...
// answer.
class Line {
 public:
  explicit Line (const std::string &text)
  {
    GError *error = nullptr;
    bin_.reset (GST_ELEMENT (gst_object_ref_sink (
        gst_parse_launch (("identity name=first ! " + text).c_str (), &error))));
    if (error) g_error ("%s: %s", text.c_str (), error->message);
  }

  void answers (const std::string &sink, const Answer &answer)
  {
    const Owned<GstElement> element{gst_bin_get_by_name (GST_BIN (bin_.get ()), sink.c_str ())};
    const Owned<GstPad> pad{gst_element_get_static_pad (element.get (), "sink")};
    answer_at (pad.get ()) = answer;
    gst_pad_set_query_function (pad.get (), answering_query);
  }

  std::optional<Size> ask (const FullPicture &picture = kPhoto)
  {
    const Owned<GstElement> first{gst_bin_get_by_name (GST_BIN (bin_.get ()), "first")};
    const Owned<GstPad> src{gst_element_get_static_pad (first.get (), "src")};
    return ask_target (src.get (), picture);
  }

  GstElement *bin () { return bin_.get (); }

 private:
  Owned<GstElement> bin_;
};

std::optional<Size> asked_behind (const std::string &elements, const Answer &answer)
{
  Line line (elements + " ! fakesink name=out");
  line.answers ("out", answer);
  return line.ask ();
}

const Answer kSmall = ShownPart{.size = {400, 300}};

TEST (Target, IsAskedBehindElementsThatHandPicturesOn)
{
  for (const char *between :
       {"queue", "queue2", "capsfilter", "identity", "videorate", "videoconvert", "valve",
        "imagefreeze", "tee", "multiqueue", "concat", "clocksync", "progressreport",
        "queue ! capsfilter caps=video/x-raw ! tee ! queue",
        "videoconvert ! queue ! imagefreeze ! videorate ! identity"})
    EXPECT_EQ (asked_behind (between, kSmall), (Size{400, 300})) << between;
}

TEST (Target, IsFullSizeBehindElementsThatMayChangeThePicture)
{
  for (const char *between :
       {"videocrop", "videoflip", "videoscale", "videobox", "gamma", "deinterlace",
        "queue ! videocrop ! queue", "videoconvertscale", "videobalance"})
    EXPECT_EQ (asked_behind (between, kSmall), std::nullopt) << between;
}

TEST (Target, IsFullSizeWithoutAnAnswer)
{
  EXPECT_EQ (asked_behind ("queue", std::nullopt), std::nullopt);
  EXPECT_EQ (Line ("fakesink").ask (), std::nullopt);
  EXPECT_EQ (Line ("queue").ask (), std::nullopt) << "nothing is linked";
}

TEST (Target, IsTheLargestOfAllBranches)
{
  Line line (
      "tee name=t ! queue ! fakesink name=out t. ! fakesink name=out1 t. ! queue ! identity ! "
      "fakesink name=out2");
  line.answers ("out", ShownPart{.size = {400, 100}});
  line.answers ("out1", ShownPart{.size = {100, 300}});
  line.answers ("out2", ShownPart{.size = {200, 200}});
  EXPECT_EQ (line.ask (), (Size{400, 300}));

  line.answers ("out1", std::nullopt);
  EXPECT_EQ (line.ask (), std::nullopt) << "one branch needs all";

  line.answers ("out1", kSmall);
  const Owned<GstElement> tee{gst_bin_get_by_name (GST_BIN (line.bin ()), "t")};
  const Owned<GstPad> unlinked{gst_element_request_pad_simple (tee.get (), "src_%u")};
  EXPECT_EQ (line.ask (), (Size{400, 300})) << "a branch that leads nowhere does not count";
}

TEST (Target, IsAskedThroughBins)
{
  EXPECT_EQ (asked_behind ("( queue ! identity )", kSmall), (Size{400, 300}));

  // A decoder in bins in bins, and a sink in bins.
  const Owned<GstElement> pipeline{GST_ELEMENT (gst_object_ref_sink (gst_pipeline_new (nullptr)))};
  GstElement *first = gst_element_factory_make ("identity", nullptr);
  GstElement *last = gst_element_factory_make ("fakesink", nullptr);
  GstElement *ends[] = {first, last};
  for (const char *side : {"src", "sink"}) {
    GstElement *&end = ends[side == std::string{"sink"}];
    for (int depth = 0; depth < 3; depth++) {
      GstElement *bin = gst_bin_new (nullptr);
      gst_bin_add (GST_BIN (bin), end);
      const Owned<GstPad> inner{gst_element_get_static_pad (end, side)};
      gst_element_add_pad (bin, gst_ghost_pad_new (side, inner.get ()));
      end = bin;
    }
    gst_bin_add (GST_BIN (pipeline.get ()), end);
  }
  ASSERT_TRUE (gst_element_link (ends[0], ends[1]));
  const Owned<GstPad> sink{gst_element_get_static_pad (last, "sink")};
  answer_at (sink.get ()) = kSmall;
  gst_pad_set_query_function (sink.get (), answering_query);
  const Owned<GstPad> src{gst_element_get_static_pad (first, "src")};
  EXPECT_EQ (ask_target (src.get (), kPhoto), (Size{400, 300}));
}

TEST (Target, IsTheWholePicturesSizeWhereAPartIsShown)
{
  const auto whole = [] (const ShownPart &shown) { return asked_behind ("queue", shown); };
  EXPECT_EQ (whole ({.size = {400, 300}, .width = 0.5, .height = 0.25}), (Size{800, 1200}));
  EXPECT_EQ (whole ({.size = {100, 100}, .width = 1 / 3.0, .height = 1}), (Size{300, 100}));
  EXPECT_EQ (whole ({.size = {100, 100}, .width = 0.3, .height = 0.7}), (Size{334, 143}));
  EXPECT_EQ (whole ({.size = {G_MAXINT, 1}, .width = 0.1, .height = 1}), (Size{G_MAXINT, 1}));
  for (const double bad : {0.0, -1.0, 1.5, double{NAN}})
    EXPECT_EQ (whole ({.size = {100, 100}, .width = bad, .height = 1}), std::nullopt) << bad;
  EXPECT_EQ (whole ({.size = {0, 100}}), std::nullopt);
}

TEST (Target, TheQueryCarriesThePicture)
{
  static std::optional<FullPicture> got;
  for (int o = 0; o < 8; o++) {
    Line line ("queue ! fakesink name=out");
    const Owned<GstElement> out{gst_bin_get_by_name (GST_BIN (line.bin ()), "out")};
    const Owned<GstPad> sink{gst_element_get_static_pad (out.get (), "sink")};
    gst_pad_set_query_function (
        sink.get (), +[] (GstPad *, GstObject *, GstQuery *query) -> gboolean {
          got = asked_target (query);
          return FALSE;
        });
    const FullPicture picture = {{721, 577}, {16, 11}, static_cast<Orientation> (o)};
    EXPECT_EQ (line.ask (picture), std::nullopt);
    EXPECT_EQ (got, picture);
  }
}

TEST (Target, OtherQueriesAreNotIt)
{
  const auto asked = [] (const char *text) {
    const Owned<GstQuery> query{
        gst_query_new_custom (GST_QUERY_CUSTOM, gst_structure_from_string (text, nullptr))};
    return asked_target (query.get ());
  };
  EXPECT_EQ (asked ("quad-target, width=(int)640, height=(int)480"), (FullPicture{{640, 480}}))
      << "the rest may be missing";
  EXPECT_EQ (
      asked ("quad-target, width=(int)640, height=(int)480, pixel-aspect-ratio=(fraction)-1/2, "
             "orientation=(int)99"),
      (FullPicture{{640, 480}}));
  for (const char *bad :
       {"quad-target", "quad-target, width=(int)640", "other, width=(int)6, height=(int)4",
        "quad-target, width=(int)0, height=(int)4", "quad-target, width=(string)6, height=(int)4"})
    EXPECT_EQ (asked (bad), std::nullopt) << bad;
  const Owned<GstQuery> latency{gst_query_new_latency ()};
  EXPECT_EQ (asked_target (latency.get ()), std::nullopt);
}

TEST (FullPictureEvent, TellsBothSizes)
{
  const ReducedPicture said = {{4000, 3001}, {500, 376}, 500, 375.125};
  const Owned<GstEvent> event = full_picture_event (said);
  EXPECT_EQ (GST_EVENT_TYPE (event.get ()), GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);
  EXPECT_EQ (reduced_picture (event.get ()), said);
}

TEST (FullPictureEvent, CoversAllIfItDoesNotSayHowMuch)
{
  for (const char *covered : {"", ", covered-width=(double)0", ", covered-width=(double)9",
                              ", covered-width=(double)2.5", ", covered-width=(string)2"}) {
    const Owned<GstEvent> event{gst_event_new_custom (
        GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
        gst_structure_from_string ((std::string{"quad-full-picture, width=(int)30, height=(int)20, "
                                                "decoded-width=(int)4, decoded-height=(int)3"} +
                                    covered)
                                       .c_str (),
                                   nullptr))};
    EXPECT_EQ (reduced_picture (event.get ()), (ReducedPicture{{30, 20}, {4, 3}, 4, 3})) << covered;
  }
}

// capsfilter holds it back until the first frame.
TEST (FullPictureEvent, IsFoundUpstreamWhereItIsHeldBack)
{
  const Harness harness{
      gst_harness_new_parse ("identity ! capsfilter caps=video/x-raw ! identity name=last")};
  const Owned<GstElement> last{gst_bin_get_by_name (GST_BIN (harness->element), "last")};
  const Owned<GstPad> sink{gst_element_get_static_pad (last.get (), "sink")};
  const ReducedPicture said = {{30, 20}, {4, 3}, 3.75, 2.5};
  for (const bool reduced : {true, false, true}) {
    gst_harness_push_event (harness.get (), gst_event_new_stream_start ("a"));
    if (reduced) gst_harness_push_event (harness.get (), full_picture_event (said).release ());
    gst_harness_push_event (
        harness.get (),
        gst_event_new_caps (
            caps_of ("video/x-raw,format=GRAY8,width=4,height=3,framerate=1/1").get ()));
    EXPECT_EQ (reduced_upstream (sink.get (), {4, 3}),
               reduced ? std::optional{said} : std::nullopt);
    EXPECT_EQ (reduced_upstream (sink.get (), {4, 4}), std::nullopt);
  }
}

TEST (FullPictureEvent, OthersAreNotIt)
{
  for (const char *bad :
       {"quad-full-picture",
        "other, width=(int)4, height=(int)4, decoded-width=(int)2, decoded-height=(int)2",
        "quad-full-picture, width=(int)0, height=(int)4, decoded-width=(int)2, "
        "decoded-height=(int)2"}) {
    const Owned<GstEvent> event{gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
                                                      gst_structure_from_string (bad, nullptr))};
    EXPECT_FALSE (reduced_picture (event.get ())) << bad;
  }
  const Owned<GstEvent> eos{gst_event_new_eos ()};
  EXPECT_FALSE (reduced_picture (eos.get ()));
}

}  // namespace
}  // namespace quad::test

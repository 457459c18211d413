// quaddownscale and decoders that make small pictures: what it answers, and what it then makes.
#include "glue/target.h"
#include "elements/downscale/downscaler.h"

using namespace quad::test;
using quad::FullPicture;
using quad::Owned;
using quad::Size;

namespace {

std::optional<Size> asked (GstElement *element, const FullPicture &picture)
{
  const Owned<GstElement> before{
      GST_ELEMENT (gst_object_ref_sink (gst_element_factory_make ("identity", nullptr)))};
  const Owned<GstPad> src{gst_element_get_static_pad (before.get (), "src")};
  const Owned<GstPad> sink{gst_element_get_static_pad (element, "sink")};
  const Owned<GstPad> peer{gst_pad_get_peer (sink.get ())};
  gst_pad_unlink (peer.get (), sink.get ());
  gst_pad_link (src.get (), sink.get ());
  const auto size = ask_target (src.get (), picture);
  gst_pad_unlink (src.get (), sink.get ());
  gst_pad_link (peer.get (), sink.get ());
  return size;
}

struct Case {
  const char *downstream;
  const char *properties;
};

constexpr Case kCases[] = {
    {"video/x-raw", ""},
    {"video/x-raw", "divisor=8"},
    {"video/x-raw", "divisor=1 max-width=80 max-height=75"},
    {"video/x-raw", "divisor=4 max-height=12"},
    {"video/x-raw,width=56,height=56", ""},
    {"video/x-raw,width=56,height=56,pixel-aspect-ratio=1/1", ""},
    {"video/x-raw,width=160", "divisor=4"},
    {"video/x-raw,height=25", ""},
    {"video/x-raw,width=[1,120],height=[1,67],pixel-aspect-ratio=1/1", ""},
    {"video/x-raw,width=[160,16384],height=[120,16384],pixel-aspect-ratio=1/1", ""},
    {"video/x-raw,width=[16,16384],height=[16,16384]", "divisor=5"},
    {"video/x-raw,width={80,160},height={45,90}", ""},
    {"video/x-raw,width=800,height=600", "upscale=true"},
    {"video/x-raw,width=[1,900],height=[1,900],pixel-aspect-ratio=1/1", "upscale=true"},
    // What asks for more than the source has, and an open one.
    {"video/x-raw,width=900,height=900;video/x-raw", ""},
};

constexpr Size kSizes[] = {{400, 300}, {251, 167}, {167, 251}, {64, 48}, {1, 1}};
constexpr int kScales[] = {1, 2, 4, 8};

Size decoded (Size full, int by)
{
  return {(full.width + by - 1) / by, (full.height + by - 1) / by};
}

// For every size, wish and reduction: the answer is the size that the full picture gets, and the
// reduced picture gets that size too.
TEST (DownscaleTarget, ReducedPicturesGetTheSizeThatFullOnesGet)
{
  for (const Case &c : kCases)
    for (const Size full : kSizes) {
      Downscaler whole (gray (full.width, full.height), c.downstream, c.properties);
      const std::string where = std::string (c.downstream) + " " + c.properties + " of " +
                                std::to_string (full.width) + "x" + std::to_string (full.height);
      const auto answer = asked (whole.element (), {.size = full});
      ASSERT_TRUE (answer) << where;
      const bool possible = whole.push (plain (whole.in ())) == GST_FLOW_OK;
      if (!possible) continue;
      const GstVideoInfo want = whole.out ();
      const std::string warning = whole.bus ().warning ();
      EXPECT_EQ (*answer, (Size{want.width, want.height})) << where;
      for (const int by : kScales) {
        const Size small = decoded (full, by);
        Downscaler part ("video/x-raw,format=GRAY8,width=3,height=3,framerate=10/1", "video/x-raw",
                         c.properties);
        gst_harness_set_sink_caps (part.get (), caps_of (c.downstream).release ());
        ASSERT_TRUE (gst_harness_push_event (part.get (),
                                             quad::full_picture_event ({full, small}).release ()));
        part.change_caps (gray (small.width, small.height));
        ASSERT_EQ (part.push (plain (part.in ())), GST_FLOW_OK) << where << " by " << by;
        const GstVideoInfo out = part.out ();
        EXPECT_EQ ((Size{out.width, out.height}), (Size{want.width, want.height}))
            << where << " by " << by;
        EXPECT_EQ (out.par_n * want.par_d, want.par_n * out.par_d) << where << " by " << by;
        EXPECT_EQ (part.bus ().warning (), warning) << where << " by " << by;
      }
    }
}

TEST (DownscaleTarget, OtherPicturesAreNotTakenForReducedOnes)
{
  Downscaler d (gray (3, 3), "video/x-raw", "divisor=2");
  gst_harness_push_event (d.get (),
                          quad::full_picture_event ({{1600, 1200}, {200, 150}}).release ());
  d.change_caps (gray (200, 150));
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 800);
  d.change_caps (gray (400, 300));
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 200);
  d.change_caps (gray (200, 150));
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 800);
  // A new stream begins.
  gst_harness_push_event (d.get (), gst_event_new_stream_start ("other"));
  d.change_caps (gray (200, 150));
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 100);
}

TEST (DownscaleTarget, AnEventThatComesAfterTheCapsCounts)
{
  Downscaler d (gray (200, 150), "video/x-raw", "divisor=2");
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 100);
  gst_harness_push_event (d.get (),
                          quad::full_picture_event ({{1600, 1200}, {200, 150}}).release ());
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 800);
}

TEST (DownscaleTarget, AReducedPictureOfTheWantedSizePasses)
{
  Downscaler d (gray (3, 3), "video/x-raw", "divisor=8");
  gst_harness_push_event (d.get (),
                          quad::full_picture_event ({{1600, 1200}, {200, 150}}).release ());
  d.change_caps (gray (200, 150));
  const Owned<GstBuffer> in = plain (d.in ());
  const Owned<GstBuffer> out = d.scale (Owned<GstBuffer>{gst_buffer_ref (in.get ())});
  EXPECT_EQ (out.get (), in.get ());
}

// Else a second quaddownscale would take the first one's output for a reduced picture.
TEST (DownscaleTarget, WhatIsSaidOfTheInputDoesNotGoOn)
{
  Downscaler d (gray (3, 3), "video/x-raw", "divisor=2");
  gst_harness_push_event (d.get (), quad::full_picture_event ({{64, 48}, {32, 24}}).release ());
  d.change_caps (gray (32, 24));
  ASSERT_EQ (d.push (plain (d.in ())), GST_FLOW_OK);
  EXPECT_EQ (d.out ().width, 32);
  while (const Owned<GstEvent> event{gst_harness_try_pull_event (d.get ())})
    EXPECT_FALSE (quad::reduced_picture (event.get ()));
}

TEST (DownscaleTarget, NoAnswerWhereDownstreamTakesNothing)
{
  Downscaler d (gray (64, 48), "audio/x-raw");
  EXPECT_EQ (asked (d.element (), {.size = {64, 48}}), std::nullopt);
}

}  // namespace

// How downstream's answer becomes a scale. The element is linked in, with an answer of the test's.
#include <map>

#include "elements/jpeg/quadjpegdec.h"
#include "glue/target.h"
#include "harness.h"
#include "jpeg/scale.h"

namespace quad {

namespace test {
namespace {

std::optional<Size> answered;
FullPicture asked;
int questions = 0;

}  // namespace
}  // namespace test

// In place of glue's.
std::optional<Size> ask_target (GstPad *, const FullPicture &picture)
{
  test::asked = picture;
  test::questions++;
  return test::answered;
}

Owned<GstEvent> full_picture_event (const ReducedPicture &r)
{
  return Owned<GstEvent>{gst_event_new_custom (
      GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new ("full", "width", G_TYPE_INT, r.full.width, "height", G_TYPE_INT,
                         r.full.height, "decoded-width", G_TYPE_INT, r.decoded.width,
                         "covered-width", G_TYPE_DOUBLE, r.covered_width, nullptr))};
}

namespace test {
namespace {

class JpegTarget : public testing::Test {
 protected:
  static void SetUpTestSuite () { GST_ELEMENT_REGISTER (quadjpegdec, nullptr); }
  void SetUp () override
  {
    answered.reset ();
    questions = 0;
  }
  // The width at which a picture of 320x240 is decoded.
  int width (JpegDecoding &decoding, const JpegBytes &jpeg)
  {
    if (decoding.push (jpeg, 0) != GST_FLOW_OK) return -1;
    const auto frame = decoding.pull ();
    return frame ? frame->size ().width : -1;
  }
  int width (JpegDecoding &decoding) { return width (decoding, photo_); }

  const JpegBytes photo_ = make_jpeg ({320, 240});
};

// The caps and the events of full pictures that came, in their order: "320>160" is full size and
// decoded size, "160" caps.
std::vector<std::string> order_of (JpegDecoding &decoding)
{
  std::vector<std::string> all;
  while (const Owned<GstEvent> event{gst_harness_try_pull_event (decoding.harness ())}) {
    if (GST_EVENT_TYPE (event.get ()) == GST_EVENT_CAPS) {
      GstCaps *caps;
      gst_event_parse_caps (event.get (), &caps);
      all.push_back (std::to_string (info_of_caps (to_string (caps)).width));
    }
    if (GST_EVENT_TYPE (event.get ()) != GST_EVENT_CUSTOM_DOWNSTREAM_STICKY) continue;
    int full, decoded;
    gst_structure_get (gst_event_get_structure (event.get ()), "width", G_TYPE_INT, &full,
                       "decoded-width", G_TYPE_INT, &decoded, nullptr);
    all.push_back (std::to_string (full) + ">" + std::to_string (decoded));
  }
  return all;
}

TEST_F (JpegTarget, ALonePhotoIsDecodedSmallAtOnce)
{
  answered = Size{40, 30};
  JpegDecoding decoding;
  EXPECT_EQ (width (decoding), 80);
  EXPECT_EQ (order_of (decoding), (std::vector<std::string>{"320>80", "80"}));
  EXPECT_EQ (asked.size, (Size{320, 240}));
  EXPECT_EQ (asked.sample, (Ratio{1, 1}));
  EXPECT_EQ (asked.orientation, Orientation::identity);
}

TEST_F (JpegTarget, Headroom)
{
  const std::pair<const char *, int> rows[] = {{"1", 40},  {"1.01", 80}, {"2", 80}, {"2.1", 160},
                                               {"4", 160}, {"5", 320},   {"8", 320}};
  for (const auto &[headroom, expected] : rows) {
    answered = Size{40, 30};
    JpegDecoding decoding (std::string{"headroom="} + headroom);
    EXPECT_EQ (width (decoding), expected) << headroom;
  }
}

TEST_F (JpegTarget, WithoutAnAnswerItIsFull)
{
  JpegDecoding decoding;
  EXPECT_EQ (width (decoding), 320);
  EXPECT_EQ (order_of (decoding), std::vector<std::string>{"320"});
}

TEST_F (JpegTarget, APictureIsDescribedUnturned)
{
  JpegDecoding decoding;
  width (decoding, with_segment (photo_, 0xe1, exif (6, true)));
  EXPECT_EQ (asked.size, (Size{320, 240}));
  EXPECT_EQ (asked.orientation, Orientation::rotate_90);
}

TEST_F (JpegTarget, WithALimitOrIgnoredNobodyIsAsked)
{
  answered = Size{40, 30};
  for (const auto &[properties, expected] : std::map<std::string, int>{
           {"ignore-target=true", 320}, {"max-width=160", 160}, {"max-height=60", 80}}) {
    JpegDecoding decoding (properties);
    EXPECT_EQ (width (decoding), expected);
    EXPECT_EQ (order_of (decoding), std::vector<std::string>{std::to_string (expected)});
  }
  EXPECT_EQ (questions, 0);
}

TEST_F (JpegTarget, MoreAtOnceLessAfterSomeFrames)
{
  JpegDecoding decoding;
  answered = Size{20, 15};
  EXPECT_EQ (width (decoding), 40);
  answered = Size{80, 60};
  EXPECT_EQ (width (decoding), 160);
  answered.reset ();
  EXPECT_EQ (width (decoding), 320);
  answered = Size{20, 15};
  for (int i = 1; i < jpeg::SteadyScale::kPatience; i++) EXPECT_EQ (width (decoding), 320) << i;
  EXPECT_EQ (width (decoding), 40);
  EXPECT_EQ (order_of (decoding), (std::vector<std::string>{"320>40", "40", "320>160", "160",
                                                            "320>320", "320", "320>40", "40"}));
}

// Downstream forgets what it was told when a stream begins, also if the caps are the same.
TEST_F (JpegTarget, AnotherStreamIsToldAgain)
{
  JpegDecoding decoding;
  answered = Size{20, 15};
  for (int stream = 0; stream < 2; stream++) {
    EXPECT_EQ (width (decoding), 40);
    const std::vector<std::string> order = order_of (decoding);
    EXPECT_EQ (std::count (order.begin (), order.end (), "320>40"), 1) << stream;
    decoding.open (GST_FORMAT_TIME, "image/jpeg,framerate=10/1");
  }
}

TEST_F (JpegTarget, AnotherPictureBeginsAnew)
{
  JpegDecoding decoding;
  EXPECT_EQ (width (decoding), 320);
  answered = Size{20, 15};
  EXPECT_EQ (width (decoding), 320);
  EXPECT_EQ (width (decoding, make_jpeg ({400, 240})), 50);
  answered = Size{200, 150};
  EXPECT_EQ (width (decoding), 320);
  answered = Size{20, 15};
  EXPECT_EQ (width (decoding, make_jpeg ({320, 240}, {.sampling = TJSAMP_444})), 40);
}

TEST_F (JpegTarget, ALimitTakesBackWhatWasSaidOfTheFullPicture)
{
  JpegDecoding decoding;
  answered = Size{40, 30};
  EXPECT_EQ (width (decoding), 80);
  g_object_set (decoding.element (), "max-width", 160, nullptr);
  EXPECT_EQ (width (decoding), 160);
  g_object_set (decoding.element (), "max-width", 0, nullptr);
  EXPECT_EQ (width (decoding), 80);
  EXPECT_EQ (order_of (decoding),
             (std::vector<std::string>{"320>80", "80", "160>160", "160", "320>80", "80"}));
}

TEST_F (JpegTarget, SizesThatCapsDoNotAllowAreSkipped)
{
  answered = Size{20, 15};
  for (const auto &[caps, expected] :
       std::map<std::string, int>{{"video/x-raw,width=80", 80},
                                  {"video/x-raw,width=[100,200]", 160},
                                  {"video/x-raw,width=320", 320},
                                  {"video/x-raw,height=120", 160}}) {
    JpegDecoding decoding;
    gst_harness_set_sink_caps_str (decoding.harness (), caps.c_str ());
    EXPECT_EQ (width (decoding), expected) << caps;
  }
}

// Caps that forbid the scale that is kept.
TEST_F (JpegTarget, CapsThatChangeAreFollowedAtOnce)
{
  JpegDecoding decoding;
  EXPECT_EQ (width (decoding), 320);
  answered = Size{20, 15};
  EXPECT_EQ (width (decoding), 320);
  gst_harness_set_sink_caps_str (decoding.harness (), "video/x-raw,width=[1,100]");
  EXPECT_EQ (width (decoding), 40);
}

// What downstream's caps say of a side, and whether a side is taken.
struct Side {
  const char *caps;
  bool (*takes) (int side);
};

constexpr Side kWidths[] = {
    {"", [] (int) { return true; }},
    {",width=[1,320]", [] (int w) { return w <= 320; }},
    {",width=[1,319]", [] (int w) { return w < 320; }},
    {",width=[1,160]", [] (int w) { return w <= 160; }},
    {",width=[50,159]", [] (int w) { return w >= 50 && w < 160; }},
    {",width=[1,39]", [] (int w) { return w < 40; }},
    {",width=80", [] (int w) { return w == 80; }},
    {",width=100", [] (int w) { return w == 100; }},
    {",width={40,160}", [] (int w) { return w == 40 || w == 160; }},
};
constexpr Side kHeights[] = {
    {"", [] (int) { return true; }},
    {",height=[1,200]", [] (int h) { return h <= 200; }},
    {",height=[31,60]", [] (int h) { return h > 30 && h <= 60; }},
    {",height=120", [] (int h) { return h == 120; }},
    {",height=240", [] (int h) { return h == 240; }},
};

// The largest width of 320x240 up to `most` that both take; 0: none.
int largest (const Side &width, const Side &height, int most = 320)
{
  for (int w = most; w >= 40; w /= 2)
    if (width.takes (w) && height.takes (w * 3 / 4)) return w;
  return 0;
}

// Frames are not turned, so an orientation changes nothing.
TEST_F (JpegTarget, IfCapsForbidItTheLargestSizeThatTheyAllow)
{
  const struct {
    const char *properties;
    std::optional<Size> answer;
    int most;
  } rows[] = {{"", {}, 320},
              {"", Size{320, 240}, 320},
              {"ignore-target=true", {}, 320},
              {"max-width=200", {}, 160},
              {"max-height=60", {}, 80}};
  for (const auto &row : rows)
    for (const int orientation : {0, 1, 3, 6, 8})
      for (const Side &w : kWidths)
        for (const Side &h : kHeights) {
          const std::string caps = std::string{"video/x-raw"} + w.caps + h.caps;
          SCOPED_TRACE (caps + " " + row.properties + " " + std::to_string (orientation));
          answered = row.answer;
          JpegDecoding decoding (row.properties);
          gst_harness_set_sink_caps_str (decoding.harness (), caps.c_str ());
          const JpegBytes jpeg =
              orientation ? with_segment (photo_, 0xe1, exif (orientation, true)) : photo_;
          if (const int expected = largest (w, h, row.most)) {
            EXPECT_EQ (width (decoding, jpeg), expected);
            // It is no answer that made it smaller: what is decoded is the picture.
            EXPECT_EQ (order_of (decoding), std::vector<std::string>{std::to_string (expected)});
          } else {
            EXPECT_EQ (decoding.push (jpeg, 0), GST_FLOW_NOT_NEGOTIATED);
            EXPECT_NE (decoding.bus ().next (GST_MESSAGE_ERROR).find ("max-width"),
                       std::string::npos);
          }
        }
}

TEST_F (JpegTarget, AllowedSizesOfTheFormatCount)
{
  for (const auto &[caps, expected] : std::map<std::string, int>{
           {"video/x-raw,format=RGB; video/x-raw,format=I420,width=[1,100]", 80},
           {"video/x-raw,format=I420,width=80; video/x-raw,format=I420,width=[1,200]", 160},
           {"video/x-raw,format=RGB,width=[1,100]", -1}}) {
    JpegDecoding decoding;
    gst_harness_set_sink_caps_str (decoding.harness (), caps.c_str ());
    EXPECT_EQ (width (decoding), expected) << caps;
  }
}

TEST_F (JpegTarget, CapsThatForbidAndAllowWhileItRuns)
{
  JpegDecoding decoding;
  const std::pair<const char *, int> rows[] = {{"video/x-raw", 320},
                                               {"video/x-raw,width=[1,200]", 160},
                                               {"video/x-raw,height=30", 40},
                                               {"video/x-raw,width=[1,319]", 160},
                                               {"video/x-raw", 320}};
  for (const auto &[caps, expected] : rows) {
    gst_harness_set_sink_caps_str (decoding.harness (), caps);
    for (int frame = 0; frame < 2; frame++) EXPECT_EQ (width (decoding), expected) << caps;
  }
  EXPECT_EQ (order_of (decoding), (std::vector<std::string>{"320", "160", "40", "160", "320"}));
}

TEST_F (JpegTarget, WithCapsThatForbidMoreItShrinksAfterSomeFramesToo)
{
  JpegDecoding decoding;
  answered = Size{320, 240};
  gst_harness_set_sink_caps_str (decoding.harness (), "video/x-raw,width=[1,200]");
  EXPECT_EQ (width (decoding), 160);
  answered = Size{20, 15};
  for (int i = 1; i < jpeg::SteadyScale::kPatience; i++) EXPECT_EQ (width (decoding), 160) << i;
  EXPECT_EQ (width (decoding), 40);
  answered = Size{320, 240};
  EXPECT_EQ (width (decoding), 160);
}

}  // namespace
}  // namespace test
}  // namespace quad

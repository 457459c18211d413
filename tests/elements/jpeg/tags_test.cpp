// How a picture is turned, as a tag before its frame.
#include <array>

#include "harness.h"

namespace quad::test {
namespace {

JpegBytes turned (int orientation, bool little = true)
{
  const JpegBytes plain = make_jpeg ({24, 16});
  return orientation ? with_segment (plain, 0xe1, exif (orientation, little)) : plain;
}

// EXIF's values in words: where a mirror comes first, then a turn.
constexpr std::array kWords{"",           "rotate-0",        "flip-rotate-0",
                            "rotate-180", "flip-rotate-180", "flip-rotate-270",
                            "rotate-90",  "flip-rotate-90",  "rotate-270"};

TEST (JpegTags, EachOrientationInBothByteOrders)
{
  for (const bool little : {false, true})
    for (int value = 1; value <= 8; value++) {
      JpegDecoding decoding;
      decoding.push (turned (value, little), 0);
      EXPECT_EQ (decoding.orientations (),
                 std::vector<std::string>{kWords[static_cast<std::size_t> (value)]});
      // The frame itself is not turned.
      EXPECT_EQ (decoding.pull ()->size (), (Size{24, 16}));
    }
}

TEST (JpegTags, OnlyChangesAreSent)
{
  JpegDecoding decoding;
  const auto sent = [&] (int orientation) {
    decoding.push (turned (orientation), 0);
    const auto all = decoding.orientations ();
    return all.empty () ? std::string{"none"} : all.back ();
  };
  EXPECT_EQ (sent (0), "none");
  EXPECT_EQ (sent (6), "rotate-90");
  EXPECT_EQ (sent (6), "none");
  EXPECT_EQ (sent (8), "rotate-270");
  EXPECT_EQ (sent (0), "rotate-0");
  EXPECT_EQ (sent (0), "none");
  EXPECT_EQ (sent (9), "none");
  EXPECT_EQ (sent (3), "rotate-180");
}

// The tag is there when the frame comes.
TEST (JpegTags, BeforeTheFrame)
{
  JpegDecoding decoding;
  std::vector<std::string> order;
  gst_pad_add_probe (
      decoding.harness ()->sinkpad,
      static_cast<GstPadProbeType> (GST_PAD_PROBE_TYPE_BUFFER |
                                    GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      [] (GstPad *, GstPadProbeInfo *info, gpointer data) {
        auto &all = *static_cast<std::vector<std::string> *> (data);
        if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER)
          all.push_back ("frame");
        else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_TAG)
          all.push_back ("tag");
        return GST_PAD_PROBE_OK;
      },
      &order, nullptr);
  decoding.push (turned (6), 0);
  decoding.push (turned (6), 0);
  decoding.push (turned (0), 0);
  EXPECT_EQ (order, (std::vector<std::string>{"tag", "frame", "frame", "tag", "frame"}));
}

TEST (JpegTags, AContainersTagHoldsUntilAPictureSaysMore)
{
  JpegDecoding decoding;
  decoding.send (gst_event_new_tag (gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION, "rotate-180",
                                                      GST_TAG_TITLE, "a title", nullptr)));
  decoding.push (turned (0), 0);
  EXPECT_EQ (decoding.orientations (), std::vector<std::string>{"rotate-180"});
  decoding.push (turned (6), 0);
  EXPECT_EQ (decoding.orientations (), std::vector<std::string>{"rotate-90"});
}

TEST (JpegTags, ANewStreamBeginsAnew)
{
  JpegDecoding decoding;
  decoding.push (turned (6), 0);
  EXPECT_EQ (decoding.orientations (), std::vector<std::string>{"rotate-90"});
  decoding.send (gst_event_new_eos ());
  decoding.open (GST_FORMAT_TIME, "image/jpeg");
  decoding.push (turned (6), 0);
  EXPECT_EQ (decoding.orientations (), std::vector<std::string>{"rotate-90"});
}

}  // namespace
}  // namespace quad::test

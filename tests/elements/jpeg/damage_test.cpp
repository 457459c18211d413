// Damaged, cut, lying and refused pictures: what is shown, what is left out, what is said.
#include "harness.h"

namespace quad::test {
namespace {

JpegBytes good (int shade = 1) { return make_jpeg ({40, 64}, {.shade = shade}); }

// Half of its scan is missing.
JpegBytes cut (int shade = 1)
{
  JpegBytes jpeg = good (shade);
  const std::size_t scan = marker_at (jpeg, 0xda) + 14;
  jpeg.resize (scan + (jpeg.size () - scan) / 2);
  return jpeg;
}

// Nothing of it decodes: its tables are gone.
JpegBytes broken () { return without_segments (good (), 0xdb); }

TEST (JpegDamage, ACutPictureIsShownAsFarAsItGoes)
{
  for (const GstFormat format : {GST_FORMAT_TIME, GST_FORMAT_BYTES}) {
    JpegDecoding decoding ("", format);
    ASSERT_EQ (decoding.push (cut (), 0), GST_FLOW_OK);
    decoding.end ();
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame);
    EXPECT_TRUE (GST_BUFFER_FLAG_IS_SET (frame->buffer.get (), GST_BUFFER_FLAG_CORRUPTED));
    const std::vector<int> whole = expected_samples (good (), {}), seen = frame->samples ();
    EXPECT_TRUE (std::equal (whole.begin (), whole.begin () + 40 * 16, seen.begin ()));
    EXPECT_NE (whole, seen);
    EXPECT_NE (decoding.bus ().warning ().find ("damaged"), std::string::npos);
    EXPECT_EQ (decoding.bus ().error (), "");
  }
}

TEST (JpegDamage, OneWarningForEachRun)
{
  JpegDecoding decoding;
  const auto warnings = [&] {
    int count = 0;
    while (decoding.bus ().warning () != "") count++;
    return count;
  };
  decoding.push (good (), 0);
  EXPECT_EQ (warnings (), 0);
  for (int i = 0; i < 4; i++) decoding.push (cut (i), 0);
  EXPECT_EQ (warnings (), 1);
  decoding.push (broken (), 0);
  EXPECT_EQ (warnings (), 0);
  // A few whole frames do not end a run.
  for (int i = 0; i < 99; i++) decoding.push (good (), 0);
  decoding.push (cut (), 0);
  EXPECT_EQ (warnings (), 0);
  for (int i = 0; i < 100; i++) decoding.push (good (), 0);
  EXPECT_EQ (warnings (), 0);
  decoding.push (broken (), 0);
  decoding.push (cut (), 0);
  EXPECT_EQ (warnings (), 1);
  EXPECT_EQ (decoding.pull_all ().size (), 206u);
}

TEST (JpegDamage, CorruptedFramesMayBeLeftOut)
{
  JpegDecoding decoding ("discard-corrupted-frames=true");
  decoding.push (good (), 0);
  decoding.push (cut (), 0);
  decoding.push (good (), 0);
  EXPECT_EQ (decoding.pull_all ().size (), 2u);
}

TEST (JpegDamage, WhatDoesNotDecodeIsLeftOutWithAMessageOfQos)
{
  const JpegBytes nothing[] = {broken (), {}, {1, 2, 3}, {0xff, 0xd8}, {0xff, 0xd8, 0xff, 0xd9}};
  for (const JpegBytes &bytes : nothing) {
    Harness harness = harness_of ("quadjpegdec");
    const Owned<GstBus> bus{gst_bus_new ()};
    gst_element_set_bus (harness->element, bus.get ());
    gst_harness_set_src_caps_str (harness.get (), "image/jpeg,framerate=10/1");
    EXPECT_EQ (gst_harness_push (harness.get (), buffer_of (good (), 0).release ()), GST_FLOW_OK);
    EXPECT_EQ (gst_harness_push (harness.get (), buffer_of (bytes, GST_SECOND).release ()),
               GST_FLOW_OK);
    EXPECT_EQ (gst_harness_push (harness.get (), buffer_of (good (), 2 * GST_SECOND).release ()),
               GST_FLOW_OK);
    EXPECT_EQ (gst_harness_buffers_received (harness.get ()), 2u);
    int qos = 0, warnings = 0;
    while (const Owned<GstMessage> m{gst_bus_pop (bus.get ())}) {
      qos += GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_QOS;
      warnings += GST_MESSAGE_TYPE (m.get ()) == GST_MESSAGE_WARNING;
      EXPECT_NE (GST_MESSAGE_TYPE (m.get ()), GST_MESSAGE_ERROR);
    }
    EXPECT_EQ (qos, 1);
    EXPECT_EQ (warnings, 1);
    gst_bus_set_flushing (bus.get (), TRUE);
  }
}

TEST (JpegDamage, MaxErrorsCounts)
{
  JpegDecoding decoding ("max-errors=2");
  decoding.push (good (), 0);
  EXPECT_EQ (decoding.push (broken (), 0), GST_FLOW_OK);
  EXPECT_EQ (decoding.push (broken (), 0), GST_FLOW_OK);
  EXPECT_EQ (decoding.push (broken (), 0), GST_FLOW_ERROR);
  EXPECT_NE (decoding.bus ().error ().find ("Too many"), std::string::npos);
}

TEST (JpegDamage, NothingBeforeTheEndIsAnError)
{
  for (const GstFormat format : {GST_FORMAT_TIME, GST_FORMAT_BYTES}) {
    JpegDecoding decoding ("", format);
    decoding.push (JpegBytes{0xff, 0xd8, 0xff, 0xe0, 0, 16, 'J'}, 0);
    decoding.end ();
    EXPECT_FALSE (decoding.pull ());
    const std::string error = decoding.bus ().error ();
    EXPECT_NE (error.find ("before its first scan"), std::string::npos) << error;
  }
}

TEST (JpegDamage, NoPictureAtAllIsAnError)
{
  JpegDecoding decoding ("", GST_FORMAT_BYTES);
  decoding.push (JpegBytes (1000, 7));
  decoding.end ();
  EXPECT_NE (decoding.bus ().error (), "");
}

struct Refused {
  const char *what;
  JpegBytes jpeg;
  const char *properties;
  std::vector<std::string> words;
};

std::vector<Refused> refused ()
{
  return {
      {"4:1:1", make_jpeg ({32, 16}, {.sampling = TJSAMP_411}), "", {"4:1:1", "jpegdec"}},
      {"factors", with_factors (good (), 1, 0x12), "", {"2x2 1x2 1x1"}},
      {"huge", with_size (good (), 65535, 65535), "", {"65535x65535", "max-pixels"}},
      {"too wide", with_size (good (), 65535, 1), "", {"65500"}},
      {"no height", with_size (good (), 40, 0), "", {"40x0"}},
      {"more than max-pixels", good (), "max-pixels=2559", {"40x64", "2559", "max-pixels"}},
  };
}

TEST (JpegDamage, ARefusedFirstPictureIsAnErrorThatSaysWhatToDo)
{
  for (const Refused &r : refused ()) {
    JpegDecoding decoding (r.properties);
    EXPECT_EQ (decoding.push (r.jpeg, 0), GST_FLOW_ERROR) << r.what;
    const std::string error = decoding.bus ().error ();
    for (const std::string &word : r.words)
      EXPECT_NE (error.find (word), std::string::npos) << r.what << ": " << error;
    EXPECT_EQ (decoding.caps (), "none");
  }
}

// One wrong byte in a header ends no stream.
TEST (JpegDamage, ARefusedLaterPictureIsLeftOut)
{
  for (const Refused &r : refused ()) {
    JpegDecoding decoding;
    decoding.push (good (), 0);
    g_object_set (decoding.element (), "max-pixels", guint64{2560}, nullptr);
    const bool by_limit = std::string{r.properties} != "";
    if (by_limit) g_object_set (decoding.element (), "max-pixels", guint64{2559}, nullptr);
    EXPECT_EQ (decoding.push (r.jpeg, 0), GST_FLOW_OK) << r.what;
    if (by_limit) g_object_set (decoding.element (), "max-pixels", guint64{2560}, nullptr);
    decoding.push (good (), 0);
    EXPECT_EQ (decoding.pull_all ().size (), 2u) << r.what;
    const std::string warning = decoding.bus ().warning ();
    EXPECT_NE (warning.find (r.words[0] == "65500" ? "65535x1" : r.words[0]), std::string::npos)
        << r.what << ": " << warning;
    EXPECT_EQ (decoding.bus ().error (), "");
  }
}

TEST (JpegDamage, TwoFieldsInABufferAreRefused)
{
  JpegDecoding decoding ("", GST_FORMAT_TIME, "image/jpeg,width=40,height=128,framerate=25/1");
  EXPECT_EQ (decoding.push (joined ({good (1), good (2)}), 0), GST_FLOW_ERROR);
  EXPECT_NE (decoding.bus ().error ().find ("interlaced"), std::string::npos);
}

// Caps of another size are no promise.
TEST (JpegDamage, CapsThatLieAboutTheSizeDoNotMatter)
{
  for (const char *caps : {"image/jpeg,width=1,height=1", "image/jpeg,width=9999,height=9999",
                           "image/jpeg,width=40,height=63"}) {
    JpegDecoding decoding ("", GST_FORMAT_TIME, caps);
    decoding.push (good (), 0);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame) << caps;
    EXPECT_EQ (frame->size (), (Size{40, 64}));
  }
}

// And the frame after it is shown.
TEST (JpegDamage, AnyByteMayBeAnything)
{
  for (const bool progressive : {false, true}) {
    const JpegBytes jpeg = make_jpeg ({24, 16}, {.progressive = progressive});
    const std::vector<int> whole = expected_samples (jpeg, {});
    JpegDecoding decoding ("max-pixels=100000");
    decoding.push (jpeg, 0);
    for (std::size_t i = 0; i < jpeg.size (); i++)
      for (const int value : {0, 0x11, 0xff}) {
        JpegBytes other = jpeg;
        other[i] = static_cast<std::uint8_t> (value);
        ASSERT_EQ (decoding.push (other, 0), GST_FLOW_OK) << i;
        decoding.pull_all ();
        ASSERT_EQ (decoding.push (jpeg, 0), GST_FLOW_OK) << i;
        const auto frame = decoding.pull ();
        ASSERT_TRUE (frame) << i << ": " << value;
        ASSERT_EQ (frame->samples (), whole) << i << ": " << value;
      }
  }
}

}  // namespace
}  // namespace quad::test

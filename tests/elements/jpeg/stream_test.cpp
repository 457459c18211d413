// Packets and streams of bytes, their ends, flushes, seeks and states.
#include <gst/app/gstappsink.h>

#include <cstdio>
#include <cstdlib>

#include "harness.h"

namespace quad::test {
namespace {

JpegBytes shade (int value, Size size = {24, 24})
{
  JpegKind kind;
  kind.shade = value;
  return make_jpeg (size, kind);
}

void expect_frames (const std::vector<JpegFrame> &frames, const std::vector<JpegBytes> &jpegs)
{
  ASSERT_EQ (frames.size (), jpegs.size ());
  for (std::size_t i = 0; i < jpegs.size (); i++)
    EXPECT_EQ (frames[i].samples (), expected_samples (jpegs[i], {})) << i;
}

TEST (JpegStream, BytesInPartsOfAllSizes)
{
  const std::vector<JpegBytes> images{shade (1), shade (2), shade (3)};
  const JpegBytes garbage{0, 1, 0xff, 0xd8, 0xff};
  const JpegBytes stream =
      joined ({{9, 9}, images[0], garbage, images[1], images[2], {0, 0, 0xff}});
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{7}, std::size_t{500}, stream.size ()}) {
    JpegDecoding decoding ("", GST_FORMAT_BYTES, "image/jpeg");
    for (std::size_t at = 0; at < stream.size (); at += size)
      ASSERT_EQ (decoding.push (JpegBytes (stream.begin () + static_cast<std::ptrdiff_t> (at),
                                           stream.begin () + static_cast<std::ptrdiff_t> (std::min (
                                                                 at + size, stream.size ())))),
                 GST_FLOW_OK);
    EXPECT_TRUE (decoding.end ());
    // The beginning in the garbage is an image without an end, and without a picture.
    expect_frames (decoding.pull_all (), images);
  }
}

TEST (JpegStream, TheLastImageMayLackItsEnd)
{
  const JpegBytes image = shade (1);
  for (const std::size_t size : {std::size_t{1}, image.size ()}) {
    JpegDecoding decoding ("", GST_FORMAT_BYTES, "image/jpeg");
    const JpegBytes stream = without_end (image);
    for (std::size_t at = 0; at < stream.size (); at += size)
      decoding.push (JpegBytes (
          stream.begin () + static_cast<std::ptrdiff_t> (at),
          stream.begin () + static_cast<std::ptrdiff_t> (std::min (at + size, stream.size ()))));
    EXPECT_TRUE (decoding.pull_all ().empty ());
    EXPECT_TRUE (decoding.end ());
    expect_frames (decoding.pull_all (), {image});
    EXPECT_EQ (decoding.bus ().warning (), "");
  }
}

TEST (JpegStream, APhotoWithFurtherPicturesIsOneFrame)
{
  const JpegBytes plain = shade (1);
  const auto size =
      static_cast<std::uint32_t> (with_segment (plain, 0xe2, mpf ({0, 0}, true)).size ());
  const JpegBytes photo =
      joined ({with_segment (plain, 0xe2, mpf ({0, size - 10}, true)), shade (2)});
  JpegDecoding decoding ("", GST_FORMAT_BYTES, "");
  decoding.push (photo);
  decoding.push (photo);
  decoding.end ();
  expect_frames (decoding.pull_all (), {plain, plain});
}

TEST (JpegStream, EachBufferOfAStreamInTimeIsAFrame)
{
  const JpegBytes image = shade (1);
  const JpegBytes packets[] = {image, joined ({{0, 0, 0}, image}), joined ({image, {0, 0}}),
                               without_end (image), joined ({image, shade (2)})};
  JpegDecoding decoding;
  GstClockTime pts = 0;
  for (const JpegBytes &packet : packets) {
    ASSERT_EQ (decoding.push (packet, pts), GST_FLOW_OK);
    const auto frame = decoding.pull ();
    ASSERT_TRUE (frame);
    EXPECT_EQ (frame->pts (), pts);
    EXPECT_EQ (frame->samples (), expected_samples (image, {}));
    pts += GST_SECOND / 10;
  }
  EXPECT_EQ (decoding.bus ().warning (), "");
}

// A source that is asked to stamps its blocks, and a segment in time does not make them images.
TEST (JpegStream, BlocksWithTimesAreNoImages)
{
  const std::vector<JpegBytes> all{shade (1, {64, 48}), shade (2, {64, 48}), shade (3, {64, 48})};
  for (const std::size_t count : {1u, 2u, 3u}) {
    const std::vector<JpegBytes> images (all.begin (),
                                         all.begin () + static_cast<std::ptrdiff_t> (count));
    const JpegBytes stream = joined (images);
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{400},
                                   all[0].size () - 1, all[0].size () + 100})
      for (const GstFormat format : {GST_FORMAT_TIME, GST_FORMAT_BYTES})
        for (const bool timed : {true, false})
          for (const char *caps : {"image/jpeg", ""}) {
            SCOPED_TRACE (std::to_string (count) + " images, blocks of " + std::to_string (size) +
                          ", format " + std::to_string (format) + (timed ? ", timed" : ""));
            JpegDecoding decoding ("", format, caps);
            for (std::size_t at = 0; at < stream.size (); at += size) {
              const auto begin = stream.begin () + static_cast<std::ptrdiff_t> (at);
              const std::size_t part = std::min (size, stream.size () - at);
              ASSERT_EQ (
                  decoding.push (JpegBytes (begin, begin + static_cast<std::ptrdiff_t> (part)),
                                 timed ? at / size * GST_MSECOND : GST_CLOCK_TIME_NONE),
                  GST_FLOW_OK);
            }
            EXPECT_TRUE (decoding.end ());
            const auto frames = decoding.pull_all ();
            expect_frames (frames, images);
            // The time of a block is that of the first image that begins there.
            std::size_t begins_at = 0, next_block = 0;
            for (std::size_t i = 0; timed && i < frames.size (); i++) {
              const std::size_t block = begins_at / size;
              EXPECT_EQ (frames[i].pts (),
                         block < next_block ? GST_CLOCK_TIME_NONE : block * GST_MSECOND)
                  << i;
              next_block = block + 1;
              begins_at += images[i].size ();
            }
            EXPECT_EQ (decoding.bus ().warning (), "");
            EXPECT_EQ (decoding.bus ().error (), "");
          }
  }
}

// The second one tells that the first is over; from then on none waits for the next.
TEST (JpegStream, PacketsThatLackTheirEndsComeWithOneWait)
{
  JpegDecoding decoding;
  std::vector<std::size_t> frames;
  for (int i = 0; i < 4; i++) {
    ASSERT_EQ (decoding.push (without_end (shade (i)), i * GST_SECOND), GST_FLOW_OK);
    const auto all = decoding.pull_all ();
    frames.push_back (all.size ());
    if (!all.empty ()) {
      EXPECT_EQ (all.back ().pts (), i * GST_SECOND);
    }
  }
  EXPECT_EQ (frames, (std::vector<std::size_t>{0, 2, 1, 1}));
  EXPECT_TRUE (decoding.end ());
  EXPECT_TRUE (decoding.pull_all ().empty ());
  EXPECT_EQ (decoding.bus ().warning (), "");
}

TEST (JpegStream, ParsedBytesAreFramesToo)
{
  JpegDecoding decoding ("", GST_FORMAT_BYTES, "image/jpeg,parsed=true");
  decoding.push (without_end (shade (1)));
  EXPECT_EQ (decoding.pull_all ().size (), 1u);
}

TEST (JpegStream, AnotherSegmentEndsAnImageThatIsCut)
{
  const JpegBytes first = shade (1), second = shade (2);
  JpegDecoding decoding ("", GST_FORMAT_BYTES, "image/jpeg");
  decoding.push (without_end (first));
  decoding.send_segment (GST_FORMAT_TIME);
  decoding.push (second, 0);
  expect_frames (decoding.pull_all (), {first, second});
}

TEST (JpegStream, AFlushForgetsAnImage)
{
  const JpegBytes first = shade (1), second = shade (2);
  JpegDecoding decoding ("", GST_FORMAT_BYTES, "image/jpeg");
  decoding.push (JpegBytes (first.begin (), first.end () - 20));
  decoding.send (gst_event_new_flush_start ());
  decoding.send (gst_event_new_flush_stop (TRUE));
  decoding.send_segment (GST_FORMAT_BYTES);
  decoding.push (second);
  decoding.end ();
  expect_frames (decoding.pull_all (), {second});
  EXPECT_EQ (decoding.bus ().warning (), "");
}

TEST (JpegStream, AStreamAfterTheEnd)
{
  JpegDecoding decoding;
  for (int i = 0; i < 3; i++) {
    decoding.push (shade (i), 0);
    EXPECT_EQ (decoding.pull_all ().size (), 1u);
    EXPECT_TRUE (decoding.end ());
    decoding.open (i % 2 ? GST_FORMAT_TIME : GST_FORMAT_BYTES, "image/jpeg");
    decoding.push (joined ({shade (i), {0}}), 0);
    EXPECT_EQ (decoding.pull_all ().size (), 1u);
    decoding.end ();
    decoding.open (GST_FORMAT_TIME, "image/jpeg");
  }
}

// The base class would describe a gap that comes first with such a size.
TEST (JpegStream, ANegativeSizeInTheCapsIsAnError)
{
  for (const char *size : {"width=-1", "height=-1", "width=-16,height=16"}) {
    JpegDecoding decoding ("", GST_FORMAT_TIME, std::string ("image/jpeg,") + size);
    decoding.send (gst_event_new_gap (0, GST_SECOND));
    EXPECT_EQ (decoding.push (shade (1)), GST_FLOW_NOT_NEGOTIATED);
    EXPECT_NE (decoding.bus ().error ().find ("negative"), std::string::npos);
  }
}

TEST (JpegStream, StatesAgainAndAgain)
{
  JpegDecoding decoding;
  for (int i = 0; i < 5; i++) {
    decoding.push (shade (i), 0);
    EXPECT_EQ (decoding.pull_all ().size (), 1u);
    gst_element_set_state (decoding.element (), GST_STATE_NULL);
    gst_element_set_state (decoding.element (), GST_STATE_PLAYING);
    decoding.open (GST_FORMAT_TIME, "image/jpeg");
  }
}

// A file in a folder of its own.
class File {
 public:
  File (const std::string &name, const JpegBytes &bytes)
  {
    char pattern[] = "/tmp/quadjpegXXXXXX";
    folder_ = mkdtemp (pattern);
    path_ = folder_ + "/" + name;
    std::FILE *file = std::fopen (path_.c_str (), "wb");
    std::fwrite (bytes.data (), 1, bytes.size (), file);
    std::fclose (file);
  }
  ~File ()
  {
    std::remove (path_.c_str ());
    std::remove (folder_.c_str ());
  }
  const std::string &path () const { return path_; }

 private:
  std::string folder_, path_;
};

struct Playing {
  Owned<GstElement> pipeline;
  std::string error;
  std::vector<std::vector<int>> frames;
  std::vector<std::string> caps;
};

// Runs a line whose appsink is called `sink` until its end.
Playing played (const std::string &line)
{
  Playing p;
  p.pipeline.reset (gst_parse_launch (line.c_str (), nullptr));
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (p.pipeline.get ()), "sink")};
  gst_element_set_state (p.pipeline.get (), GST_STATE_PLAYING);
  while (const Owned<GstSample> sample{gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))}) {
    p.caps.push_back (to_string (gst_sample_get_caps (sample.get ())));
    p.frames.push_back (
        samples_of (info_of_caps (p.caps.back ()), gst_sample_get_buffer (sample.get ())));
  }
  const Owned<GstBus> bus{gst_element_get_bus (p.pipeline.get ())};
  if (const Owned<GstMessage> message{gst_bus_pop_filtered (bus.get (), GST_MESSAGE_ERROR)}) {
    GError *error = nullptr;
    gst_message_parse_error (message.get (), &error, nullptr);
    p.error = error->message;
    g_error_free (error);
  }
  gst_element_set_state (p.pipeline.get (), GST_STATE_NULL);
  return p;
}

TEST (JpegPipeline, AFile)
{
  const JpegBytes image = shade (1, {161, 121});
  const File file ("one.jpg", image);
  for (const char *blocks : {"", "blocksize=1 ", "blocksize=100 "}) {
    const Playing p = played ("filesrc " + std::string{blocks} + "location=" + file.path () +
                              " ! quadjpegdec ! appsink name=sink sync=false");
    EXPECT_EQ (p.error, "");
    ASSERT_EQ (p.frames.size (), 1u);
    EXPECT_EQ (p.frames[0], expected_samples (image, {}));
  }
}

TEST (JpegPipeline, ACapsfilterThatFixesASizeWithALimit)
{
  const File file ("one.jpg", shade (1, {160, 120}));
  const Playing p =
      played ("filesrc location=" + file.path () +
              " ! quadjpegdec max-width=80 ! video/x-raw,width=80 ! appsink name=sink sync=false");
  EXPECT_EQ (p.error, "");
  EXPECT_EQ (p.frames.size (), 1u);
  const Playing refused =
      played ("filesrc location=" + file.path () +
              " ! quadjpegdec ! video/x-raw,width=81 ! appsink name=sink sync=false");
  EXPECT_NE (refused.error.find ("160x120"), std::string::npos) << refused.error;
  EXPECT_NE (refused.error.find ("scaler"), std::string::npos) << refused.error;
}

TEST (JpegPipeline, DecodebinTakesItByItsRank)
{
  const JpegBytes first = shade (1), second = shade (2);
  const File file ("two.mjpeg", joined ({first, second}));
  GstPluginFeature *feature = gst_registry_lookup_feature (gst_registry_get (), "quadjpegdec");
  ASSERT_TRUE (feature);
  EXPECT_EQ (gst_plugin_feature_get_rank (feature), static_cast<guint> (GST_RANK_NONE));
  gst_plugin_feature_set_rank (feature, G_MAXINT);
  const Playing p =
      played ("filesrc location=" + file.path () + " ! decodebin ! appsink name=sink sync=false");
  gst_plugin_feature_set_rank (feature, GST_RANK_NONE);
  gst_object_unref (feature);
  EXPECT_EQ (p.error, "");
  ASSERT_EQ (p.frames.size (), 2u);
  // jpegdec has other colours of the caps.
  EXPECT_EQ (p.frames[0], expected_samples (first, {}));
  EXPECT_EQ (p.frames[1], expected_samples (second, {}));
}

// A folder of photos as a stream.
TEST (JpegPipeline, PhotosByMultifilesrc)
{
  gchar *made = g_dir_make_tmp ("quadXXXXXX", nullptr);
  const std::string folder = Owned<char>{made}.get ();
  const Size sizes[] = {{64, 48}, {48, 64}, {161, 121}, {16, 16}};
  std::vector<JpegBytes> photos;
  std::vector<std::string> paths;
  for (const Size size : sizes) {
    const int n = static_cast<int> (photos.size ());
    photos.push_back (with_segment (shade (n, size), 0xe1, exif (n % 2 ? 6 : 1, true)));
    paths.push_back (folder + "/" + std::to_string (n) + ".jpg");
    ASSERT_TRUE (g_file_set_contents (paths.back ().c_str (),
                                      reinterpret_cast<const char *> (photos.back ().data ()),
                                      static_cast<gssize> (photos.back ().size ()), nullptr));
  }
  const Playing p =
      played ("multifilesrc location=" + folder +
              "/%d.jpg caps=image/jpeg,framerate=1/1 ! quadjpegdec ! appsink name=sink sync=false");
  EXPECT_EQ (p.error, "");
  ASSERT_EQ (p.frames.size (), photos.size ());
  for (std::size_t i = 0; i < photos.size (); i++)
    EXPECT_EQ (p.frames[i], expected_samples (photos[i], {})) << i;
  for (const std::string &path : paths) std::remove (path.c_str ());
  std::remove (folder.c_str ());
}

// None has a parser before the decoder.
TEST (JpegPipeline, ContainersAndTransports)
{
  const std::string source =
      "videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=64,height=48,framerate=10/1 ! "
      "jpegenc ! ";
  for (const char *way : {"rtpjpegpay ! rtpjpegdepay", "multipartmux ! multipartdemux",
                          "matroskamux ! matroskademux"}) {
    const Playing ours = played (source + way + " ! quadjpegdec ! appsink name=sink sync=false");
    EXPECT_EQ (ours.error, "") << way;
    EXPECT_EQ (ours.frames.size (), 5u) << way;
    for (const std::string &caps : ours.caps)
      EXPECT_NE (caps.find ("width=(int)64, height=(int)48"), std::string::npos) << caps;
  }
}

TEST (JpegPipeline, SeeksInAContainer)
{
  const File file ("film.avi", {});
  const Owned<GstElement> writer{gst_parse_launch (
      ("videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=64,height=48,framerate=10/1 "
       "! jpegenc ! avimux ! filesink location=" +
       file.path ())
          .c_str (),
      nullptr)};
  const Owned<GstBus> bus{gst_element_get_bus (writer.get ())};
  gst_element_set_state (writer.get (), GST_STATE_PLAYING);
  const Owned<GstMessage> end{gst_bus_timed_pop_filtered (
      bus.get (), GST_CLOCK_TIME_NONE,
      static_cast<GstMessageType> (GST_MESSAGE_EOS | GST_MESSAGE_ERROR))};
  ASSERT_EQ (GST_MESSAGE_TYPE (end.get ()), GST_MESSAGE_EOS);
  gst_element_set_state (writer.get (), GST_STATE_NULL);

  const Owned<GstElement> player{
      gst_parse_launch (("filesrc location=" + file.path () +
                         " ! avidemux ! quadjpegdec ! appsink name=sink sync=false max-buffers=2")
                            .c_str (),
                        nullptr)};
  const Owned<GstElement> sink{gst_bin_get_by_name (GST_BIN (player.get ()), "sink")};
  gst_element_set_state (player.get (), GST_STATE_PAUSED);
  gst_element_get_state (player.get (), nullptr, nullptr, GST_CLOCK_TIME_NONE);
  for (const guint64 tenth : {20, 3, 29, 0}) {
    ASSERT_TRUE (gst_element_seek_simple (
        player.get (), GST_FORMAT_TIME,
        static_cast<GstSeekFlags> (GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
        static_cast<gint64> (tenth * GST_SECOND / 10)));
    gst_element_get_state (player.get (), nullptr, nullptr, GST_CLOCK_TIME_NONE);
    const Owned<GstSample> sample{gst_app_sink_pull_preroll (GST_APP_SINK (sink.get ()))};
    ASSERT_TRUE (sample);
    EXPECT_EQ (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())), tenth * GST_SECOND / 10);
  }
  // Backwards, from 0.8 s on.
  ASSERT_TRUE (gst_element_seek (player.get (), -1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                 GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET, 8 * GST_SECOND / 10));
  gst_element_set_state (player.get (), GST_STATE_PLAYING);
  std::vector<guint64> tenths;
  while (const Owned<GstSample> sample{gst_app_sink_pull_sample (GST_APP_SINK (sink.get ()))})
    tenths.push_back (GST_BUFFER_PTS (gst_sample_get_buffer (sample.get ())) * 10 / GST_SECOND);
  EXPECT_EQ (tenths.size (), 8u);
  EXPECT_TRUE (std::is_sorted (tenths.rbegin (), tenths.rend ()));
  gst_element_set_state (player.get (), GST_STATE_NULL);
}

}  // namespace
}  // namespace quad::test

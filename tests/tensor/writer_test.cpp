// Files that are written, by the C interface.
#include <unistd.h>

#include <array>
#include <cstdio>
#include <thread>

#include "clips.h"
#include "samples.h"
#include "standin.h"
#include "tensor/dlpack.h"

using namespace quad::test;
using quad::Owned;

namespace {

struct CloseWriter {
  void operator() (QuadWriter *writer) const { quad_writer_close (writer); }
};
using OwnedWriter = std::unique_ptr<QuadWriter, CloseWriter>;

constexpr GstClockTime kLong = 30 * GST_SECOND, kShort = 20 * GST_MSECOND;

OwnedWriter open (const std::string &path, int rate = 10)
{
  GError *error = nullptr;
  OwnedWriter writer{quad_writer_open (path.c_str (), rate, 1, QUAD_WRITER_AS_FRAMES, &error)};
  EXPECT_EQ (text_of (error), "");
  return writer;
}

// A tensor [height, width, 3] of which it is known whether it was let go.
class Picture {
 public:
  Picture (int width, int height, guint8 value)
      : bytes_ (size_t (width) * size_t (height) * 3, value), shape_{height, width, 3}
  {
    managed_.tensor = {bytes_.data (),
                       {QUAD_DEVICE_CPU, 0},
                       3,
                       {quad::dlpack::kUnsigned, 8, 1},
                       shape_.data (),
                       nullptr,
                       0};
    managed_.context = this;
    managed_.deleter = [] (quad::dlpack::Managed *self) {
      static_cast<Picture *> (self->context)->thread_ = std::this_thread::get_id ();
      static_cast<Picture *> (self->context)->gone_++;
    };
  }
  quad::dlpack::Managed *managed () { return &managed_; }
  int gone () const { return gone_; }
  // Who has called the deleter.
  std::thread::id thread () const { return thread_; }
  void fill (guint8 value) { std::fill (bytes_.begin (), bytes_.end (), value); }

 private:
  std::vector<guint8> bytes_;
  std::array<std::int64_t, 3> shape_;
  quad::dlpack::Managed managed_ = {};
  int gone_ = 0;
  std::thread::id thread_;
};

std::string problem_of_writing (const OwnedWriter &writer, Picture &picture,
                                const char *channels = nullptr)
{
  GError *error = nullptr;
  const gboolean done = quad_writer_write (writer.get (), picture.managed (), channels,
                                           GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, &error);
  EXPECT_EQ (done == FALSE, error != nullptr);
  return text_of (error);
}

QuadWriterStatus status_after (const OwnedWriter &writer, GstClockTime timeout,
                               std::string *problem = nullptr)
{
  GError *error = nullptr;
  const QuadWriterStatus status = quad_writer_wait (writer.get (), timeout, &error);
  EXPECT_EQ (status == QUAD_WRITER_FAILED, error != nullptr);
  const std::string text = text_of (error);
  if (problem) *problem = text;
  return status;
}

std::string content_of (const std::string &path)
{
  char *text = nullptr;
  if (!g_file_get_contents (path.c_str (), &text, nullptr, nullptr)) return "none";
  return Owned<char>{text}.get ();
}

// Memory of this process that is in use, in bytes.
long resident ()
{
  long pages = 0;
  FILE *file = std::fopen ("/proc/self/statm", "r");
  EXPECT_EQ (std::fscanf (file, "%*d %ld", &pages), 1);
  std::fclose (file);
  return pages * sysconf (_SC_PAGESIZE);
}

TEST (Writer, FrameIsLentUntilItIsConverted)
{
  const Clips clips;
  StandIn encoder;
  const OwnedWriter writer = open (clips.path ("film.gif"));
  Picture first (64, 48, 1), second (64, 48, 2), third (64, 48, 3);
  encoder.hold_from (0);
  EXPECT_EQ (problem_of_writing (writer, first), "");
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);  // in the encoder, by a copy
  EXPECT_EQ (first.gone (), 1);
  encoder.wait_for (1);

  // The encoder is behind.
  EXPECT_EQ (problem_of_writing (writer, second), "");
  EXPECT_EQ (status_after (writer, kShort), QUAD_WRITER_TIMEOUT);
  EXPECT_EQ (second.gone (), 0);
  EXPECT_EQ (problem_of_writing (writer, third),
             "The frame before was not waited for: call quad_writer_wait () first.");
  EXPECT_EQ (third.gone (), 0);
  encoder.let_through ();
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);
  EXPECT_EQ (second.gone (), 1);
  // No foreign thread runs what a caller has written.
  EXPECT_EQ (second.thread (), std::this_thread::get_id ());

  GError *error = nullptr;
  EXPECT_TRUE (quad_writer_finish (writer.get (), &error));
  EXPECT_EQ (problem_of_writing (writer, third), "The writer is finished: it takes no more.");
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);
  EXPECT_EQ (status_after (writer, 0), QUAD_WRITER_READY);
  EXPECT_EQ (content_of (clips.path ("film.gif")), "ff");
  guint64 frames = 0, bytes = 0;
  GstClockTime duration = 0;
  quad_writer_get_progress (writer.get (), &frames, &duration, &bytes);
  EXPECT_EQ (frames, 2u);
  EXPECT_EQ (duration, 200 * GST_MSECOND);
  EXPECT_EQ (bytes, 2u);
}

TEST (Writer, FinishWaitsForTheEncoder)
{
  const Clips clips;
  StandIn encoder;
  const OwnedWriter writer = open (clips.path ("film.gif"));
  Picture picture (64, 48, 1);
  encoder.hold_from (0);
  EXPECT_EQ (problem_of_writing (writer, picture), "");
  EXPECT_TRUE (quad_writer_finish (writer.get (), nullptr));
  EXPECT_EQ (status_after (writer, kShort), QUAD_WRITER_TIMEOUT);
  EXPECT_EQ (content_of (clips.path ("film.gif")), "none");
  encoder.let_through ();
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);
  EXPECT_EQ (content_of (clips.path ("film.gif")), "f");
}

TEST (Writer, ErrorOfTheEncoderEndsIt)
{
  const Clips clips;
  StandIn encoder;
  OwnedWriter writer = open (clips.path ("film.gif"));
  Picture first (64, 48, 1), second (64, 48, 2), third (64, 48, 3);
  encoder.hold_from (0);
  EXPECT_EQ (problem_of_writing (writer, first), "");
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);
  encoder.wait_for (1);
  EXPECT_EQ (problem_of_writing (writer, second), "");  // waits behind the first one, for ever
  encoder.fail ();
  encoder.let_through ();
  std::string problem;
  EXPECT_EQ (status_after (writer, kLong, &problem), QUAD_WRITER_FAILED);
  EXPECT_NE (problem.find ("film.gif was not written: "), std::string::npos) << problem;
  EXPECT_NE (problem.find ("The stand-in fails."), std::string::npos) << problem;
  EXPECT_EQ (problem_of_writing (writer, third), problem);
  EXPECT_EQ (status_after (writer, kLong), QUAD_WRITER_FAILED);
  GError *error = nullptr;
  EXPECT_FALSE (quad_writer_finish (writer.get (), &error));
  EXPECT_EQ (text_of (error), problem);
  writer.reset ();
  EXPECT_EQ (second.gone (), 1);
  EXPECT_EQ (third.gone (), 0);
  EXPECT_EQ (content_of (clips.path ("film.gif")), "none");
}

TEST (Writer, UnfinishedFileIsGivenUp)
{
  const Clips clips;
  g_file_set_contents (clips.path ("film.mkv").c_str (), "old", -1, nullptr);
  OwnedWriter writer = open (clips.path ("film.mkv"));
  Picture picture (64, 48, 1);
  EXPECT_EQ (problem_of_writing (writer, picture), "");
  writer.reset ();
  EXPECT_EQ (picture.gone (), 1);
  EXPECT_EQ (content_of (clips.path ("film.mkv")), "old");
}

TEST (Writer, MemoryIsLevelWithASlowEncoder)
{
#ifdef __SANITIZE_ADDRESS__
  // With 1280x720 it takes a minute.
  constexpr int kWidth = 320, kHeight = 180;
#else
  constexpr int kWidth = 1280, kHeight = 720;
#endif
  constexpr int kFrames = 1200, kWarm = 60;
  const Clips clips;
  StandIn encoder;
  const OwnedWriter writer = open (clips.path ("film.gif"));
  Picture picture (kWidth, kHeight, 1);
  long before = 0;
  for (int i = 0; i < kFrames; i++) {
    if (i % 100 == 98) encoder.hold_from (guint (i));
    picture.fill (guint8 (i));
    ASSERT_EQ (problem_of_writing (writer, picture), "");
    // One frame is in the encoder, and one waits: that is all.
    if (i % 100 == 99) {
      ASSERT_EQ (status_after (writer, GST_MSECOND), QUAD_WRITER_TIMEOUT);
      encoder.let_through ();
    }
    ASSERT_EQ (status_after (writer, kLong), QUAD_WRITER_READY);
    if (i % 100 == 98) encoder.wait_for (guint (i + 1));
    ASSERT_EQ (picture.gone (), i + 1);
    if (i == kWarm) before = resident ();
  }
  constexpr long kThreeLarge = 3L * 1280 * 720 * 4;
  EXPECT_LT (resident () - before, kThreeLarge);
}

TEST (Writer, WithoutAnEncoder)
{
  const Clips clips;
  GstRegistry *registry = gst_registry_get ();
  GstPluginFeature *encoder = gst_registry_lookup_feature (registry, "x264enc");
  ASSERT_TRUE (encoder);
  if (GstPluginFeature *loaded = gst_plugin_feature_load (encoder)) gst_object_unref (loaded);
  gst_registry_remove_feature (registry, encoder);
  const std::string expected = "There is no x264enc here: install gstreamer1.0-plugins-ugly.";
  GError *error = nullptr;
  const std::string path = clips.path ("film.mp4");
  EXPECT_FALSE (quad_writer_open (path.c_str (), 10, 1, QUAD_WRITER_HOST, &error));
  EXPECT_EQ (text_of (error), expected);
  {
    const OwnedWriter writer = open (path);
    Picture picture (64, 48, 1);
    EXPECT_EQ (problem_of_writing (writer, picture), expected);
  }
  gst_registry_add_feature (registry, encoder);
  gst_object_unref (encoder);
  EXPECT_EQ (content_of (path), "none");
}

TEST (Writer, WrongArguments)
{
  const Clips clips;
  const auto problem = [&] (int fps_n, int fps_d, int device) {
    GError *error = nullptr;
    const OwnedWriter writer{
        quad_writer_open (clips.path ("film.mkv").c_str (), fps_n, fps_d, device, &error)};
    return text_of (error);
  };
  EXPECT_EQ (problem (-1, 1, -1), "The rate or the device is negative.");
  EXPECT_EQ (problem (1, 0, -1), "The rate or the device is negative.");
  EXPECT_EQ (problem (1, 1, -3), "The rate or the device is negative.");
  const OwnedWriter writer = open (clips.path ("film.mkv"));
  Picture picture (64, 48, 1);
  for (const char *channels : {"RG", "RGBA", "YUV", "HSV", ""})
    EXPECT_NE (problem_of_writing (writer, picture, channels).find ("Make RGB, RGBA or gray of it"),
               std::string::npos)
        << channels;
  picture.managed ()->tensor.device = {10, 0};
  EXPECT_NE (problem_of_writing (writer, picture).find ("neither the host nor CUDA"),
             std::string::npos);
  picture.managed ()->tensor.device = {QUAD_DEVICE_CUDA, 0};
  EXPECT_NE (problem_of_writing (writer, picture).find ("There is no nvh264enc here"),
             std::string::npos);
  EXPECT_EQ (picture.gone (), 0);
}

}  // namespace

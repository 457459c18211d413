// Files that are written from frames in CUDA memory, on the double of the driver. It has no
// encoder: a bin with x264enc has the name of the card's.
#include "clips.h"
#include "elements/cuda/pipeline.h"
#include "samples.h"
#include "tensor/dlpack.h"

using namespace quad::test;
using quad::Owned;

namespace {

std::string seen;  // the caps that the last encoder was given

struct CardEncoder {
  GstBin parent;
};
struct CardEncoderClass {
  GstBinClass parent;
};
G_DEFINE_TYPE (CardEncoder, card_encoder, GST_TYPE_BIN)

enum { kRcMode = 1, kQp, kZeroLatency };

void card_encoder_class_init (CardEncoderClass *type)
{
  GObjectClass *object = G_OBJECT_CLASS (type);
  object->set_property = [] (GObject *, guint, const GValue *, GParamSpec *) {};
  const auto flags = static_cast<GParamFlags> (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_property (
      object, kRcMode, g_param_spec_string ("rc-mode", "rc-mode", "rc-mode", nullptr, flags));
  g_object_class_install_property (
      object, kQp, g_param_spec_int ("qp-const", "qp-const", "qp-const", 0, 51, 0, flags));
  g_object_class_install_property (
      object, kZeroLatency,
      g_param_spec_boolean ("zerolatency", "zerolatency", "zerolatency", FALSE, flags));
  GstElementClass *element = GST_ELEMENT_CLASS (type);
  gst_element_class_set_static_metadata (element, "Stand-in", "Encoder", "For tests", "Tests");
}

GstPadProbeReturn note_caps (GstPad *, GstPadProbeInfo *info, gpointer)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps = nullptr;
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  seen = Owned<char>{gst_caps_to_string (caps)}.get ();
  return GST_PAD_PROBE_OK;
}

void card_encoder_init (CardEncoder *self)
{
  GError *error = nullptr;
  GstElement *inside = gst_parse_bin_from_description (
      "cudadownload ! x264enc pass=qual quantizer=22 bframes=0 vbv-buf-capacity=0 ! "
      "capsfilter caps=video/x-h264,stream-format=byte-stream",
      TRUE, &error);
  if (error) g_error ("%s", error->message);
  gst_bin_add (GST_BIN (self), inside);
  for (const char *name : {"sink", "src"}) {
    const Owned<GstPad> pad{gst_element_get_static_pad (inside, name)};
    gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new (name, pad.get ()));
    if (name[1] == 'i')
      gst_pad_add_probe (pad.get (), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, note_caps, nullptr,
                         nullptr);
  }
}

struct CloseWriter {
  void operator() (QuadWriter *writer) const { quad_writer_close (writer); }
};
using OwnedWriter = std::unique_ptr<QuadWriter, CloseWriter>;

class WriterCuda : public CudaTest {
 protected:
  void SetUp () override
  {
    CudaTest::SetUp ();
    gst_element_register (nullptr, "nvh264enc", GST_RANK_NONE, card_encoder_get_type ());
  }
  void TearDown () override
  {
    GstRegistry *registry = gst_registry_get ();
    if (GstPluginFeature *own = gst_registry_lookup_feature (registry, "nvh264enc")) {
      gst_registry_remove_feature (registry, own);
      gst_object_unref (own);
    }
    // A thread of GStreamer that was changing a state may hold a pipeline a little longer.
    for (int ms = 0; ms < 30000 && hostcuda::counters ().live_contexts > 0; ms++) g_usleep (1000);
    CudaTest::TearDown ();
  }

  OwnedWriter open (const std::string &name, int device)
  {
    GError *error = nullptr;
    OwnedWriter writer{quad_writer_open (clips_.path (name).c_str (), 10, 1, device, &error)};
    EXPECT_EQ (text_of (error), "");
    return writer;
  }

  // Frames of a moving pattern, in CUDA memory or not.
  std::vector<OwnedFrame> frames (const std::string &format, int width, int height, bool on_card)
  {
    Launch launch (source (format, width, height, 5) + (on_card ? kUpload : "") + kSink);
    GError *error = nullptr;
    EXPECT_TRUE (!on_card || quad_cuda_use_primary_context (launch.get (), 0, &error));
    launch.play ();
    std::vector<OwnedFrame> all;
    while (const Owned<GstSample> sample = launch.pull_sample ())
      all.push_back (tensors_of (sample.get ()));
    EXPECT_EQ (all.size (), 5u) << launch.error ();
    return all;
  }

  static std::string write (const OwnedWriter &writer, const OwnedFrame &frame,
                            GstClockTime duration = GST_CLOCK_TIME_NONE)
  {
    GError *error = nullptr;
    auto *managed = static_cast<quad::dlpack::Managed *> (
        quad_frame_to_dlpack (frame.get (), 0, -1, FALSE, &error));
    EXPECT_EQ (text_of (error), "");
    QuadTensor tensor;
    quad_frame_get_tensor (frame.get (), 0, &tensor);
    if (!quad_writer_write (writer.get (), managed, tensor.channels, GST_CLOCK_TIME_NONE, duration,
                            &error)) {
      managed->deleter (managed);
      return text_of (error);
    }
    EXPECT_EQ (quad_writer_wait (writer.get (), 30 * GST_SECOND, &error), QUAD_WRITER_READY);
    return text_of (error);
  }

  static void finish (const OwnedWriter &writer)
  {
    GError *error = nullptr;
    EXPECT_TRUE (quad_writer_finish (writer.get (), &error));
    EXPECT_EQ (quad_writer_wait (writer.get (), 30 * GST_SECOND, &error), QUAD_WRITER_READY);
    EXPECT_EQ (text_of (error), "");
  }

  Frames read (const std::string &name)
  {
    return frames_of ("filesrc location=" + clips_.path (name) +
                      " ! decodebin ! videoconvert ! video/x-raw,format=RGB ! " + kSink);
  }

  Clips clips_;
};

TEST_F (WriterCuda, IsAsOnTheHost)
{
  for (const std::string format : {"RGB", "RGBA", "BGRA", "ARGB", "BGR", "GBR", "RGBP", "GRAY8"}) {
    const bool known = std::any_of (kCudaFormats.begin (), kCudaFormats.end (),
                                    [&] (const char *name) { return format == name; });
    if (!known) continue;  // of this GStreamer
    for (const auto &[width, height] : {std::pair{64, 48}, std::pair{63, 47}}) {
      SCOPED_TRACE (format + " " + std::to_string (width));
      seen.clear ();
      {
        const OwnedWriter card = open ("card.mp4", QUAD_WRITER_AS_FRAMES);
        const OwnedWriter host = open ("host.mp4", QUAD_WRITER_HOST);
        for (const OwnedFrame &frame : frames (format, width, height, true))
          EXPECT_EQ (write (card, frame), "");
        for (const OwnedFrame &frame : frames (format, width, height, false))
          EXPECT_EQ (write (host, frame), "");
        finish (card);
        finish (host);
      }
      // It never went through the host.
      EXPECT_NE (seen.find ("memory:CUDAMemory"), std::string::npos) << seen;
      EXPECT_NE (seen.find ("NV12"), std::string::npos) << seen;
      const Frames made = read ("card.mp4"), expected = read ("host.mp4");
      EXPECT_EQ (made.size (), 5u);
      EXPECT_TRUE (made == expected);
    }
  }
}

TEST_F (WriterCuda, FramesOfTheHostToo)
{
  const OwnedWriter card = open ("card.mkv", 0);
  for (const OwnedFrame &frame : frames ("RGB", 64, 48, false)) EXPECT_EQ (write (card, frame), "");
  finish (card);
  EXPECT_EQ (seen.find ("memory:CUDAMemory"), std::string::npos) << seen;
  EXPECT_EQ (read ("card.mkv").size (), 5u);
}

TEST_F (WriterCuda, DurationsOutliveTheParser)
{
  constexpr GstClockTime kTimes[] = {100 * GST_MSECOND, 300 * GST_MSECOND, 40 * GST_MSECOND,
                                     900 * GST_MSECOND, 700 * GST_MSECOND};
  GstClockTime whole = 0;
  {
    const OwnedWriter card = open ("card.mp4", QUAD_WRITER_AS_FRAMES);
    const auto all = frames ("RGB", 64, 48, true);
    for (std::size_t i = 0; i < all.size (); i++) {
      EXPECT_EQ (write (card, all[i], kTimes[i]), "");
      whole += kTimes[i];
    }
    finish (card);
  }
  GError *error = nullptr;
  QuadTable *table = quad_table_open (clips_.path ("card.mp4").c_str (), 0, TRUE, &error);
  ASSERT_EQ (quad_table_wait (table, 30 * GST_SECOND, &error), QUAD_READER_END);
  QuadClipInfo info;
  quad_table_get_info (table, &info);
  EXPECT_EQ (info.duration, whole);
  quad_table_close (table);
}

TEST_F (WriterCuda, WrongFrames)
{
  const auto card = frames ("RGB", 64, 48, true), host = frames ("RGB", 64, 48, false);
  EXPECT_EQ (write (open ("film.mp4", QUAD_WRITER_HOST), card[0]),
             "The frame lies on CUDA device 0, and the file is encoded on the host. Copy it there "
             "first, such as frame.cpu().");
  EXPECT_EQ (write (open ("film.gif", QUAD_WRITER_AS_FRAMES), card[0]),
             "The frame lies on CUDA device 0, and the file is encoded on the host. Copy it there "
             "first, such as frame.cpu().");
  const OwnedWriter writer = open ("film.mp4", QUAD_WRITER_AS_FRAMES);
  EXPECT_EQ (write (writer, card[0]), "");
  EXPECT_EQ (write (writer, host[0]),
             "The frames of one writer lie on one device, the host or a CUDA device.");
  // Each second column.
  GError *error = nullptr;
  auto *managed = static_cast<quad::dlpack::Managed *> (
      quad_frame_to_dlpack (card[1].get (), 0, -1, FALSE, &error));
  managed->tensor.shape[1] /= 2;
  managed->tensor.strides[1] *= 2;
  const OwnedWriter other = open ("other.mp4", QUAD_WRITER_AS_FRAMES);
  EXPECT_FALSE (quad_writer_write (other.get (), managed, nullptr, GST_CLOCK_TIME_NONE,
                                   GST_CLOCK_TIME_NONE, &error));
  EXPECT_NE (text_of (error).find ("frame.contiguous()"), std::string::npos);
  managed->deleter (managed);
}

TEST_F (WriterCuda, WithoutAnEncoder)
{
  GstPluginFeature *own = gst_registry_lookup_feature (gst_registry_get (), "nvh264enc");
  gst_registry_remove_feature (gst_registry_get (), own);
  gst_object_unref (own);
  const auto card = frames ("RGB", 64, 48, true);
  const OwnedWriter writer = open ("film.mp4", QUAD_WRITER_AS_FRAMES);
  EXPECT_NE (write (writer, card[0]).find ("There is no nvh264enc here: the card has no encoder"),
             std::string::npos);
  GError *error = nullptr;
  EXPECT_FALSE (quad_writer_open (clips_.path ("film.mkv").c_str (), 10, 1, 0, &error));
  EXPECT_NE (text_of (error).find ("There is no nvh264enc here"), std::string::npos);
}

}  // namespace

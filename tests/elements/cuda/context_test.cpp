// Which CUDA context elements use, and their errors for frames of another one.
#include "elements/cuda/fed.h"

using namespace quad::test;
using hostcuda::calls;
using quad::Owned;

namespace {

using CudaContext = CudaTest;

const char *const kNv12 = "format=NV12,width=32,height=24";

// The context that a frame of the pipeline lies in.
Owned<GstCudaContext> context_of (GstSample *sample)
{
  GstMemory *memory = gst_buffer_peek_memory (gst_sample_get_buffer (sample), 0);
  if (!gst_is_cuda_memory (memory)) return nullptr;
  return Owned<GstCudaContext>{
      GST_CUDA_CONTEXT (gst_object_ref (GST_CUDA_MEMORY_CAST (memory)->context))};
}

guint device_of (GstCudaContext *context)
{
  guint id = 99;
  g_object_get (context, "cuda-device-id", &id, nullptr);
  return id;
}

// --- One for all ---

TEST_F (CudaContext, AllElementsOfAPipelineShareOne)
{
  const std::string from = source ("NV12", 64, 48, 2);
  for (const std::string &line : {
           from + kUpload + "quaddownscale ! " + kDownload + kSink,
           from + kUpload + "quaddownscale ! " + kSink,
           "quadmux-grid name=grid ! video/x-raw(memory:CUDAMemory),width=32,height=24 ! " +
               std::string{kDownload} + kSink + " " + from + kUpload + "quaddownscale ! grid. " +
               from + kUpload + "grid. " + from + "quaddownscale ! grid. " + from + kUpload +
               "quaddownscale ! queue ! grid.",
           // No other element has CUDA memory before the grid's output.
           "quadmux-grid name=grid ! video/x-raw(memory:CUDAMemory),width=32,height=24 ! "
           "quaddownscale ! " +
               std::string{kSink} + " " + from + "grid. " + from + "grid.",
       }) {
    SCOPED_TRACE (line);
    hostcuda::reset ();
    EXPECT_EQ (frames_of (line).size (), 2u);
    EXPECT_EQ (calls ("cuCtxCreate"), 1u);
    EXPECT_EQ (calls ("cuCtxDestroy"), 1u);
  }
}

TEST_F (CudaContext, SystemMemoryAloneNeedsNone)
{
  const std::string from = source ("NV12", 64, 48, 2);
  EXPECT_EQ (frames_of ("quadmux-grid name=grid ! video/x-raw ! " + std::string{kSink} + " " +
                        from + "quaddownscale ! grid. " + from + "grid.")
                 .size (),
             2u);
  EXPECT_EQ (calls ("cuCtxCreate"), 0u);
  EXPECT_EQ (calls ("cuStreamCreate"), 0u);
  EXPECT_EQ (calls ("cuModuleLoadData"), 0u);
}

// --- The application's ---

TEST_F (CudaContext, OneThatTheApplicationSetIsUsed)
{
  const Owned<GstCudaContext> ours{gst_cuda_context_new (0)};
  for (const char *element : {"quaddownscale name=it", "quadmux-grid name=it"}) {
    Launch p (source ("NV12", 64, 48, 1) + "cudaupload name=up ! " + element +
              " ! video/x-raw(memory:CUDAMemory),width=32,height=24 ! " + kSink);
    give_context (p.element ("it").get (), ours.get ());
    p.play ();
    {
      const Owned<GstSample> sample = p.pull_sample ();
      ASSERT_TRUE (sample) << p.error ();
      EXPECT_EQ (context_of (sample.get ()).get (), ours.get ());
    }
    p.stop ();
    EXPECT_EQ (calls ("cuCtxCreate"), 1u) << "the neighbour was asked";
  }
}

// Answers NEED_CONTEXT, as an application does from a sync handler.
GstBusSyncReply answer_context (GstBus *, GstMessage *message, gpointer context)
{
  const gchar *type = nullptr;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_NEED_CONTEXT &&
      gst_message_parse_context_type (message, &type) &&
      g_strcmp0 (type, GST_CUDA_CONTEXT_TYPE) == 0)
    give_context (GST_ELEMENT (GST_MESSAGE_SRC (message)), GST_CUDA_CONTEXT (context));
  return GST_BUS_PASS;
}

TEST_F (CudaContext, NeedContextIsAsked)
{
  const Owned<GstCudaContext> ours{gst_cuda_context_new (0)};
  for (const char *element : {"quaddownscale upscale=true", "quadmux-grid"}) {
    SCOPED_TRACE (element);
    // Only this element has CUDA memory, so nobody else asks.
    const bool grid = std::string{element} == "quadmux-grid";
    Launch p (grid ? source ("NV12", 64, 48, 1) + element +
                         " ! video/x-raw(memory:CUDAMemory),width=32,height=24 ! " + kSink
                   : "appsrc name=in format=time ! " + std::string{element} + " ! " + kSink);
    gst_bus_set_sync_handler (p.bus (), answer_context, ours.get (), nullptr);
    if (!grid) {
      Input in (p.element ("in").get (), ours.get ());
      in.in_cuda (kNv12);
      in.push (99, 0);
    }
    p.play ();
    {
      const Owned<GstSample> sample = p.pull_sample ();
      ASSERT_TRUE (sample) << p.error ();
      EXPECT_EQ (context_of (sample.get ()).get (), ours.get ());
    }
    p.stop ();
  }
  EXPECT_EQ (calls ("cuCtxCreate"), 1u);
}

// --- Another one's frames ---

TEST_F (CudaContext, AFrameOfAnotherContextIsAnError)
{
  const Owned<GstCudaContext> other{gst_cuda_context_new (0)};
  for (const char *element : {"quaddownscale name=it", "quadmux-grid name=it"})
    for (const char *output : {"video/x-raw(memory:CUDAMemory)", "video/x-raw"}) {
      const bool grid = std::string{element} == "quadmux-grid name=it";
      if (!grid && std::string{output} == "video/x-raw") continue;
      SCOPED_TRACE (std::string{element} + " to " + output);
      Fed f ("appsrc name=in ! " + std::string{element} + " ! " + output +
             ",width=16,height=12 ! " + kSink);
      // The pipeline's is f's.
      Input stranger (f.launch ().element ("in").get (), other.get ());
      stranger.in_cuda (kNv12);
      stranger.push (99, 0);
      stranger.end ();
      EXPECT_TRUE (f.launch ().run ().empty ());
      EXPECT_NE (f.launch ().error ().find ("lies in another CUDA context"), std::string::npos)
          << f.launch ().error ();
      EXPECT_NE (f.launch ().error ().find ("cudadownload"), std::string::npos);
      EXPECT_EQ (f.launch ().failed_element (), "it");
      EXPECT_EQ (f.launch ().errors_of ("it"), 1);
    }
}

TEST_F (CudaContext, AFrameOfTheHostWithCapsOfCudaMemoryIsAnErrorOrIsDrawn)
{
  for (const char *element : {"quaddownscale name=it", "quadmux-grid name=it"}) {
    SCOPED_TRACE (element);
    Fed f ("appsrc name=in ! " + std::string{element} +
           " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
    Input &in = f.input ("in");
    in.on_host (kNv12);
    Owned<GstBuffer> liar = in.make (77, 0);
    in.in_cuda (kNv12);
    in.push (std::move (liar));
    in.end ();
    const Frames all = f.launch ().run ();
    if (std::string{element} == "quaddownscale name=it") {
      EXPECT_TRUE (all.empty ());
      EXPECT_NE (f.launch ().error ().find ("lies in no CUDA memory"), std::string::npos)
          << f.launch ().error ();
    } else {
      // The grid looks at the frame, not at its caps.
      ASSERT_EQ (all.size (), 1u) << f.launch ().error ();
      EXPECT_EQ (all[0].bytes[0], 77);
    }
  }
}

TEST_F (CudaContext, AnotherContextWhilePlayingChangesNothing)
{
  Fed f (std::string{"appsrc name=in ! quaddownscale name=it ! "} + kSink);
  Input &in = f.input ("in");
  in.in_cuda (kNv12);
  f.launch ().play ();
  Frame frame;
  const Owned<GstCudaContext> other{gst_cuda_context_new (0)};
  for (std::uint64_t n = 0; n < 3; n++) {
    in.push (60 + int (n), n);
    ASSERT_TRUE (f.pull (frame)) << f.launch ().error ();
    EXPECT_EQ (frame.bytes[0], 60 + int (n));
    give_context (f.launch ().element ("it").get (), other.get ());
  }
}

// --- Devices ---

TEST_F (CudaContext, TheDeviceIdIsAProperty)
{
  for (const char *name : {"quaddownscale", "quadmux-grid"}) {
    GstElement *made = gst_element_factory_make (name, nullptr);
    const Owned<GstElement> element{GST_ELEMENT (gst_object_ref_sink (made))};
    gint id = 5;
    g_object_get (made, "cuda-device-id", &id, nullptr);
    EXPECT_EQ (id, -1);
    g_object_set (made, "cuda-device-id", 3, nullptr);
    g_object_get (made, "cuda-device-id", &id, nullptr);
    EXPECT_EQ (id, 3);
  }
}

TEST_F (CudaContext, ADeviceThatIsNotThereIsAnError)
{
  Launch p (source ("NV12", 64, 48, 1) +
            "quadmux-grid name=it cuda-device-id=7 ! "
            "video/x-raw(memory:CUDAMemory),width=16,height=12 ! " +
            kSink);
  EXPECT_TRUE (p.run ().empty ());
  EXPECT_NE (p.error ().find ("cuda-device-id=7"), std::string::npos) << p.error ();
  EXPECT_EQ (p.failed_element (), "it");
}

// With HOSTCUDA_DEVICES=2: see meson.build.
TEST_F (CudaContext, TheSecondDevice)
{
  const char *devices = g_getenv ("HOSTCUDA_DEVICES");
  if (!devices || std::string{devices} != "2")
    GTEST_SKIP () << "runs where HOSTCUDA_DEVICES is 2: the test cuda_devices";
  for (const guint id : {0u, 1u}) {
    const std::string with = "cuda-device-id=" + std::to_string (id) + " ";
    Launch p (source ("NV12", 64, 48, 1) + "cudaupload " + with +
              " ! video/x-raw(memory:CUDAMemory) ! quaddownscale " + with + " ! quadmux-grid " +
              with + " ! video/x-raw(memory:CUDAMemory),width=16,height=12 ! " + kSink);
    hostcuda::reset ();
    p.play ();
    {
      const Owned<GstSample> sample = p.pull_sample ();
      ASSERT_TRUE (sample) << p.error ();
      EXPECT_EQ (device_of (context_of (sample.get ()).get ()), id);
    }
    EXPECT_EQ (calls ("cuCtxCreate"), 1u);
    p.stop ();
  }
  // Neighbours on different devices.
  Launch p (source ("NV12", 64, 48, 1) +
            "cudaupload cuda-device-id=0 ! video/x-raw(memory:CUDAMemory) ! "
            "quaddownscale name=it cuda-device-id=1 ! " +
            kSink);
  EXPECT_TRUE (p.run ().empty ());
  EXPECT_NE (p.error ().find ("on another GPU"), std::string::npos) << p.error ();
  EXPECT_EQ (p.failed_element (), "it");
}

}  // namespace

// Tensors in CUDA memory, on the double of the driver.
#include <map>

#include "clips.h"
#include "elements/cuda/pipeline.h"
#include "samples.h"
#include "tensor/dlpack.h"

using namespace quad::test;
using hostcuda::calls;
using quad::Owned;

namespace {

using TensorCuda = CudaTest;

// True if the memory of quaddownscale's frames tells its stream. That of cudaupload does not.
constexpr bool kStreams = GST_CHECK_VERSION (1, 24, 0);

// Frames of a pipeline in the device's primary context, or in one of its own.
class InCuda {
 public:
  explicit InCuda (const std::string &filter = "identity", bool primary = true,
                   const std::string &format = "NV12")
      : launch_ (source (format, 30, 20, 2) + kUpload + filter + " ! " + kSink)
  {
    GError *error = nullptr;
    if (primary) {
      EXPECT_TRUE (quad_cuda_use_primary_context (launch_.get (), 0, &error));
    }
    EXPECT_EQ (text_of (error), "");
    launch_.play ();
  }
  OwnedFrame next ()
  {
    const Owned<GstSample> sample = launch_.pull_sample ();
    EXPECT_TRUE (sample) << launch_.error ();
    return sample ? tensors_of (sample.get ()) : nullptr;
  }
  // Takes the rest, so that nothing works beside the test any longer.
  void settle ()
  {
    while (launch_.pull_sample ()) continue;
  }

 private:
  Launch launch_;
};

GstCudaMemory *memory_of (const OwnedFrame &frame)
{
  GstBuffer *buffer = gst_sample_get_buffer (quad_frame_get_sample (frame.get ()));
  return GST_CUDA_MEMORY_CAST (gst_buffer_peek_memory (buffer, 0));
}

// The samples of a tensor of two dimensions, or of three with the channels last, from the device.
std::vector<guint8> downloaded (const OwnedFrame &frame, const QuadTensor &t)
{
  const auto row = gsize (t.shape[1] * (t.ndim == 3 ? t.shape[2] : 1) * t.bits / 8);
  std::vector<guint8> bytes (row * gsize (t.shape[0]));
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.srcDevice = reinterpret_cast<CUdeviceptr> (t.data);
  copy.srcPitch = gsize (t.strides[0] * t.bits / 8);
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = bytes.data ();
  copy.dstPitch = row;
  copy.WidthInBytes = row;
  copy.Height = gsize (t.shape[0]);
  const quad::cuda::Current current (memory_of (frame)->context);
  EXPECT_EQ (CuMemcpy2D (&copy), CUDA_SUCCESS);
  return bytes;
}

std::vector<guint8> downloaded (const OwnedFrame &frame)
{
  std::vector<guint8> all;
  for (guint i = 0; i < info_of (frame).n_tensors; i++) {
    const auto bytes = downloaded (frame, tensor_of (frame, i));
    all.insert (all.end (), bytes.begin (), bytes.end ());
  }
  return all;
}

std::string problem_of_export (const OwnedFrame &frame, gint64 stream)
{
  GError *error = nullptr;
  EXPECT_EQ (quad_frame_to_dlpack (frame.get (), 0, stream, FALSE, &error), nullptr);
  return text_of (error);
}

// Exports, and frees the capsule at once.
void use (const OwnedFrame &frame, gint64 stream)
{
  GError *error = nullptr;
  auto *made = static_cast<quad::dlpack::Managed *> (
      quad_frame_to_dlpack (frame.get (), 0, stream, FALSE, &error));
  ASSERT_EQ (text_of (error), "");
  made->deleter (made);
}

// The calls since this object was made.
class Since {
 public:
  std::uint64_t calls_of (const char *name) { return calls (name) - before_[name]; }
  std::uint64_t syncs () const { return hostcuda::counters ().syncs - counters_.syncs; }
  std::uint64_t waits () const { return hostcuda::counters ().waits - counters_.waits; }

 private:
  static std::map<std::string, std::uint64_t> now ()
  {
    std::map<std::string, std::uint64_t> all;
    for (const char *name : {"cuEventRecord", "cuEventCreate", "cuEventDestroy",
                             "cuStreamWaitEvent", "cuCtxSynchronize", "cuStreamSynchronize"})
      all[name] = calls (name);
    return all;
  }
  std::map<std::string, std::uint64_t> before_ = now ();
  hostcuda::Counters counters_ = hostcuda::counters ();
};

// --- What tensors are ---

TEST_F (TensorCuda, LieOnTheDeviceWithItsPitch)
{
  // Formats of which each plane is a tensor.
  for (const char *format : {"NV12", "I420", "YV12", "P010_10LE", "I420_10LE", "Y444", "RGBA",
                             "BGRA", "RGBx", "BGRx", "I422_10LE"}) {
    SCOPED_TRACE (format);
    InCuda pipeline ("identity", true, format);
    const OwnedFrame frame = pipeline.next ();
    ASSERT_TRUE (frame);
    GstBuffer *buffer = gst_sample_get_buffer (quad_frame_get_sample (frame.get ()));
    const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
    ASSERT_TRUE (meta);
    for (guint i = 0; i < info_of (frame).n_tensors; i++) {
      const QuadTensor t = tensor_of (frame, i);
      EXPECT_EQ (t.device, QUAD_DEVICE_CUDA);
      EXPECT_EQ (t.device_id, 0);
      EXPECT_EQ (t.strides[0] * t.bits / 8, meta->stride[i]);
      EXPECT_GE (meta->stride[i], 512) << "no pitch: this tests nothing";
    }
    const auto copies = hostcuda::counters ().copies_d2h;
    const std::vector<guint8> device = downloaded (frame);
    EXPECT_EQ (hostcuda::counters ().copies_d2h, copies + info_of (frame).n_tensors);
    EXPECT_EQ (device, bytes_of (info_of_caps (raw_caps (format, 30, 20)), buffer));
  }
}

TEST_F (TensorCuda, MappingThemCopiesNothing)
{
  Launch launch (source ("NV12", 30, 20, 1) + kUpload + kSink);
  launch.play ();
  const Owned<GstSample> sample = launch.pull_sample ();
  ASSERT_TRUE (sample) << launch.error ();
  const hostcuda::Counters before = hostcuda::counters ();
  const OwnedFrame frame = tensors_of (sample.get ());
  EXPECT_EQ (describe (tensor_of (frame, 1)).substr (0, 14), "UV[10,15,2](51");
  const hostcuda::Counters now = hostcuda::counters ();
  EXPECT_EQ (now.bytes_copied, before.bytes_copied);
  EXPECT_EQ (now.syncs, before.syncs);
}

TEST_F (TensorCuda, DlpackNamesTheDevice)
{
  InCuda pipeline;
  OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  const QuadTensor t = tensor_of (frame, 1);
  auto *made = static_cast<quad::dlpack::ManagedVersioned *> (
      quad_frame_to_dlpack (frame.get (), 1, 1, TRUE, nullptr));
  ASSERT_TRUE (made);
  frame.reset ();
  EXPECT_EQ (made->tensor.device.type, 2);
  EXPECT_EQ (made->tensor.device.id, 0);
  EXPECT_EQ (made->tensor.data, t.data);
  EXPECT_EQ (made->tensor.strides[0], t.strides[0]);
  EXPECT_EQ (made->flags, 1u);
  made->deleter (made);
}

// --- Contexts ---

TEST_F (TensorCuda, OfAnotherContextThanThePrimaryOneAreNotExported)
{
  InCuda pipeline ("identity", false);
  const OwnedFrame frame = pipeline.next ();
  EXPECT_EQ (tensor_of (frame, 0).device, QUAD_DEVICE_CUDA);
  const std::string problem = problem_of_export (frame, 1);
  EXPECT_NE (problem.find ("quad_cuda_use_primary_context"), std::string::npos) << problem;
  GError *error = nullptr;
  EXPECT_FALSE (quad_frame_share (frame.get (), &error));
  EXPECT_EQ (text_of (error), problem);
  // Also if somebody uses the primary one.
  InCuda other;
  EXPECT_EQ (problem_of_export (frame, 1), problem);
  EXPECT_TRUE (quad_frame_order (frame.get (), 1, nullptr));
}

TEST_F (TensorCuda, ThePrimaryContextIsRetainedAsLongAsAFrameLies)
{
  OwnedFrame frame;
  {
    InCuda pipeline;
    frame = pipeline.next ();
  }
  EXPECT_EQ (hostcuda::counters ().live_contexts, 1u);
  EXPECT_EQ (calls ("cuCtxCreate"), 0u);
  EXPECT_FALSE (downloaded (frame).empty ());
  frame.reset ();
  EXPECT_EQ (hostcuda::counters ().live_contexts, 0u);
  EXPECT_EQ (calls ("cuDevicePrimaryCtxRetain"), calls ("cuDevicePrimaryCtxRelease"));
}

TEST_F (TensorCuda, ADeviceThatIsNotThereIsAnError)
{
  Launch launch ("fakesrc ! fakesink");
  GError *error = nullptr;
  EXPECT_FALSE (quad_cuda_use_primary_context (launch.get (), 7, &error));
  EXPECT_EQ (text_of (error), "There is no CUDA device 7: this machine has 1.");
  EXPECT_FALSE (quad_cuda_use_primary_context (launch.get (), -1, &error));
  EXPECT_EQ (text_of (error), "The device's number is negative.");
  // There is no decoder in the double.
  EXPECT_FALSE (quad_cuda_can_decode (0));
  EXPECT_FALSE (quad_cuda_can_decode (-1));
}

TEST_F (TensorCuda, ADriverThatRefusesIsAnError)
{
  Launch launch ("fakesrc ! fakesink");
  hostcuda::fail_next ("cuDevicePrimaryCtxRetain", 1, CUDA_ERROR_OUT_OF_MEMORY);
  fails_ = true;
  GError *error = nullptr;
  EXPECT_FALSE (quad_cuda_use_primary_context (launch.get (), 0, &error));
  EXPECT_NE (text_of (error).find ("cuDevicePrimaryCtxRetain"), std::string::npos);
}

// --- Streams ---

TEST_F (TensorCuda, TheConsumersStreamComesAfterTheWriter)
{
  InCuda pipeline ("quaddownscale");
  const OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  for (const gint64 stream : {1, 2}) {
    Since since;
    use (frame, stream);
    EXPECT_EQ (since.calls_of ("cuEventRecord"), kStreams ? 1u : 0u);
    EXPECT_EQ (since.calls_of ("cuStreamWaitEvent"), kStreams ? 1u : 0u);
    EXPECT_EQ (since.calls_of ("cuCtxSynchronize"), kStreams ? 0u : 1u);
    EXPECT_EQ (since.calls_of ("cuStreamSynchronize"), 0u);
    EXPECT_EQ (since.calls_of ("cuEventCreate"), since.calls_of ("cuEventDestroy"));
  }
  Since none;
  use (frame, -1);
  EXPECT_EQ (none.syncs (), 0u);
  EXPECT_EQ (none.waits (), 0u);
}

TEST_F (TensorCuda, WhereNobodySaysWhichStreamFillsItTheDeviceIsWaitedFor)
{
  InCuda pipeline;
  OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  Since exported;
  use (frame, 1);
  EXPECT_EQ (exported.calls_of ("cuCtxSynchronize"), 1u);
  EXPECT_EQ (exported.waits (), 0u);
  Since shared;
  EXPECT_TRUE (quad_frame_share (frame.get (), nullptr));
  EXPECT_EQ (shared.calls_of ("cuCtxSynchronize"), 1u);
  Since let_go;
  frame.reset ();
  EXPECT_EQ (let_go.calls_of ("cuCtxSynchronize"), 1u);
}

TEST_F (TensorCuda, AStreamOfTheConsumersOwn)
{
  InCuda pipeline ("quaddownscale");
  const OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  CUstream stream = nullptr;
  const quad::cuda::Current current (memory_of (frame)->context);
  ASSERT_EQ (CuStreamCreate (&stream, CU_STREAM_DEFAULT), CUDA_SUCCESS);
  use (frame, reinterpret_cast<std::intptr_t> (stream));
  CuStreamDestroy (stream);
  if (!kStreams) return;
  // A dead one is a misuse, and an error.
  misuses_ = 1;
  EXPECT_NE (problem_of_export (frame, reinterpret_cast<std::intptr_t> (stream)), "");
}

TEST_F (TensorCuda, TheStreamZeroIsRefused)
{
  InCuda pipeline;
  const OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  for (const gint64 stream : {0, -2})
    EXPECT_NE (problem_of_export (frame, stream).find ("The stream has to be"), std::string::npos);
}

TEST_F (TensorCuda, SharingWaitsForTheWriter)
{
  InCuda pipeline ("quaddownscale");
  const OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  Since since;
  EXPECT_TRUE (quad_frame_share (frame.get (), nullptr));
  EXPECT_EQ (since.calls_of (kStreams ? "cuStreamSynchronize" : "cuCtxSynchronize"), 1u);
}

TEST_F (TensorCuda, MemoryIsNotFilledAnewBeforeItsReadersAreDone)
{
  InCuda pipeline ("quaddownscale");
  OwnedFrame frame = pipeline.next ();
  use (frame, 1);
  Since since;
  frame.reset ();
  EXPECT_EQ (since.calls_of ("cuStreamWaitEvent"), kStreams ? 1u : 0u);
  EXPECT_EQ (since.calls_of ("cuCtxSynchronize"), kStreams ? 0u : 1u);

  // Its stream may be destroyed by then.
  frame = pipeline.next ();
  use (frame, 1);
  use (frame, -1);
  use (frame, 1);
  Since later;
  frame.reset ();
  EXPECT_EQ (later.calls_of ("cuCtxSynchronize"), 1u);
}

TEST_F (TensorCuda, MemoryThatNobodyWasGivenIsLetGoAtOnce)
{
  InCuda pipeline;
  OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  Since since;
  frame.reset ();
  EXPECT_EQ (since.syncs (), 0u);
  EXPECT_EQ (since.waits (), 0u);
}

TEST_F (TensorCuda, ADeviceThatFailsIsAnError)
{
  InCuda pipeline ("quaddownscale");
  const OwnedFrame frame = pipeline.next ();
  pipeline.settle ();
  const char *call = kStreams ? "cuEventRecord" : "cuCtxSynchronize";
  hostcuda::fail_next (call, 1, CUDA_ERROR_ILLEGAL_ADDRESS);
  fails_ = true;
  const std::string problem = problem_of_export (frame, 1);
  EXPECT_NE (problem.find (call), std::string::npos) << problem;
  use (frame, 1);
}

// --- Reading files ---

// A thread of GStreamer that was changing a state may hold the contents of a pipeline a little
// longer.
void wait_for_gstreamer ()
{
  for (int ms = 0; ms < 30000 && hostcuda::counters ().live_contexts; ms++) g_usleep (1000);
}

// The frames of a clip, samples only.
std::vector<std::vector<guint8>> frames_read (const std::string &clip, const char *filters,
                                              int device)
{
  std::vector<std::vector<guint8>> all;
  GError *error = nullptr;
  QuadReader *reader = quad_reader_open (clip.c_str (), filters, device, 2, &error);
  EXPECT_EQ (text_of (error), "");
  QuadFrame *taken = nullptr;
  QuadReaderStatus status;
  while ((status = quad_reader_next (reader, 30 * GST_SECOND, &taken, &error)) ==
         QUAD_READER_FRAME) {
    const OwnedFrame frame{taken};
    EXPECT_EQ (tensor_of (frame, 0).device, device < 0 ? QUAD_DEVICE_CPU : QUAD_DEVICE_CUDA);
    if (device >= 0) {
      all.push_back (downloaded (frame));
      use (frame, 1);
      continue;
    }
    GstSample *sample = quad_frame_get_sample (frame.get ());
    GstVideoInfo info;
    gst_video_info_from_caps (&info, gst_sample_get_caps (sample));
    all.push_back (bytes_of (info, gst_sample_get_buffer (sample)));
  }
  EXPECT_EQ (status, QUAD_READER_END);
  EXPECT_EQ (text_of (error), "");
  quad_reader_close (reader);
  wait_for_gstreamer ();
  return all;
}

TEST_F (TensorCuda, AFilesFramesAreTheHosts)
{
  const Clips clips;
  const auto host = frames_read (clips.video (), "quaddownscale ! video/x-raw,width=80", -1);
  ASSERT_EQ (host.size (), 50u);
  EXPECT_EQ (
      frames_read (clips.video (),
                   "cudaupload ! quaddownscale ! video/x-raw(memory:CUDAMemory),width=80", 0),
      host);
  EXPECT_EQ (calls ("cuCtxCreate"), 0u);
}

TEST_F (TensorCuda, FiltersThatLeaveTheDeviceAreAnError)
{
  const Clips clips;
  GError *error = nullptr;
  QuadReader *reader =
      quad_reader_open (clips.video ().c_str (), "videoconvert ! video/x-raw", 0, 1, &error);
  QuadFrame *frame = nullptr;
  if (reader) {
    EXPECT_EQ (quad_reader_next (reader, 30 * GST_SECOND, &frame, &error), QUAD_READER_FAILED);
    quad_reader_close (reader);
  }
  EXPECT_NE (text_of (error), "");
  wait_for_gstreamer ();
}

}  // namespace

// How long frames live, their DLPack capsules, and their descriptions.
#include <array>
#include <atomic>
#include <thread>

#include "samples.h"
#include "tensor/dlpack.h"

using namespace quad::test;
using quad::Owned;

namespace {

// A sample that reports when its memory is freed.
class Watched {
 public:
  Watched ()
  {
    GstMemory *memory = gst_memory_new_wrapped (
        GST_MEMORY_FLAG_READONLY, bytes_.data (), bytes_.size (), 0, bytes_.size (), this,
        [] (gpointer self) { static_cast<Watched *> (self)->gone_ = true; });
    const Owned<GstBuffer> buffer{gst_buffer_new ()};
    gst_buffer_append_memory (buffer.get (), memory);
    GST_BUFFER_PTS (buffer.get ()) = 7;
    GST_BUFFER_DURATION (buffer.get ()) = 8;
    sample_ = sample_of (buffer.get (), raw_caps ("NV12", 16, 8));
  }
  GstSample *sample () const { return sample_.get (); }
  void let_go () { sample_.reset (); }
  bool gone () const { return gone_; }
  const guint8 *bytes () const { return bytes_.data (); }

 private:
  std::array<guint8, 192> bytes_ = {};
  std::atomic<bool> gone_ = false;
  Owned<GstSample> sample_;
};

quad::dlpack::Managed *plain (const OwnedFrame &frame, guint index, gint64 stream = -1)
{
  GError *error = nullptr;
  gpointer made = quad_frame_to_dlpack (frame.get (), index, stream, FALSE, &error);
  EXPECT_EQ (text_of (error), "");
  return static_cast<quad::dlpack::Managed *> (made);
}

quad::dlpack::ManagedVersioned *versioned (const OwnedFrame &frame, guint index)
{
  GError *error = nullptr;
  gpointer made = quad_frame_to_dlpack (frame.get (), index, -1, TRUE, &error);
  EXPECT_EQ (text_of (error), "");
  return static_cast<quad::dlpack::ManagedVersioned *> (made);
}

// --- Lifetime ---

TEST (Lifetime, TheSampleStaysAsLongAsTheFrame)
{
  Watched watched;
  OwnedFrame frame = tensors_of (watched.sample ());
  EXPECT_EQ (quad_frame_get_sample (frame.get ()), watched.sample ());
  watched.let_go ();
  EXPECT_FALSE (watched.gone ());
  EXPECT_EQ (tensor_of (frame, 0).data, watched.bytes ());
  frame.reset ();
  EXPECT_TRUE (watched.gone ());
}

TEST (Lifetime, AnExportHoldsTheFrameAndMayEndOnAnotherThread)
{
  Watched watched;
  OwnedFrame frame = tensors_of (watched.sample ());
  watched.let_go ();
  quad::dlpack::Managed *first = plain (frame, 0);
  quad::dlpack::ManagedVersioned *second = versioned (frame, 1);
  frame.reset ();
  EXPECT_FALSE (watched.gone ());
  std::thread ([first] { first->deleter (first); }).join ();
  EXPECT_FALSE (watched.gone ());
  EXPECT_EQ (second->tensor.data, watched.bytes () + 128);
  std::thread ([second] { second->deleter (second); }).join ();
  EXPECT_TRUE (watched.gone ());
}

TEST (Lifetime, ManyThreadsMayHoldAndLetGo)
{
  Watched watched;
  OwnedFrame frame = tensors_of (watched.sample ());
  watched.let_go ();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back ([held = quad_frame_ref (frame.get ())] {
      for (int i = 0; i < 2000; i++) {
        auto *made = static_cast<quad::dlpack::Managed *> (
            quad_frame_to_dlpack (held, 1, -1, FALSE, nullptr));
        made->deleter (made);
      }
      quad_frame_unref (held);
    });
  frame.reset ();
  for (std::thread &thread : threads) thread.join ();
  EXPECT_TRUE (watched.gone ());
}

TEST (Lifetime, ManyThreadsMayTakeAndLetGoOfSharedMemory)
{
  Watched watched;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++)
    threads.emplace_back ([sample = watched.sample ()] {
      for (int i = 0; i < 1000; i++) quad_frame_unref (quad_frame_new (sample, nullptr));
    });
  for (std::thread &thread : threads) thread.join ();
  watched.let_go ();
  EXPECT_TRUE (watched.gone ());
}

TEST (Lifetime, AFrameThatIsRefusedHoldsNothing)
{
  Watched watched;
  const Owned<GstSample> wrong =
      sample_of (gst_sample_get_buffer (watched.sample ()), raw_caps ("RGB", 100, 100));
  EXPECT_NE (problem_of (wrong.get ()), "");
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (wrong.get ()), 1);
}

// As frameextract gives a frame that is wanted more than once. Memory counts its maps in 8 bits.
TEST (Lifetime, HundredsOfBuffersMayShareMemory)
{
  Watched watched;
  std::vector<OwnedFrame> frames;
  for (int i = 0; i < 300; i++) {
    const Owned<GstBuffer> copy{gst_buffer_copy (gst_sample_get_buffer (watched.sample ()))};
    GST_BUFFER_PTS (copy.get ()) = static_cast<GstClockTime> (i);
    frames.push_back (tensors_of (sample_of (copy.get (), raw_caps ("NV12", 16, 8)).get ()));
  }
  watched.let_go ();
  for (std::size_t i = 0; i < frames.size (); i++) {
    EXPECT_EQ (info_of (frames[i]).pts, i);
    EXPECT_EQ (tensor_of (frames[i], 1).data, watched.bytes () + 128);
  }
  // Freed in any order, the last one too.
  std::swap (frames.front (), frames.back ());
  while (frames.size () > 1) frames.pop_back ();
  EXPECT_FALSE (watched.gone ());
  frames.clear ();
  EXPECT_TRUE (watched.gone ());
}

// Two frames may show different parts of the same memory.
TEST (Lifetime, SharedMemoryIsSeenAsEachBufferSays)
{
  Watched watched;
  const Owned<GstBuffer> crop{gst_buffer_copy (gst_sample_get_buffer (watched.sample ()))};
  GstVideoCropMeta *meta = gst_buffer_add_video_crop_meta (crop.get ());
  meta->x = 4, meta->y = 2, meta->width = 8, meta->height = 4;
  const Owned<GstBuffer> part{gst_buffer_copy_region (gst_sample_get_buffer (watched.sample ()),
                                                      GST_BUFFER_COPY_MEMORY, 64, 128)};
  const OwnedFrame all = tensors_of (watched.sample ());
  const OwnedFrame cropped = tensors_of (sample_of (crop.get (), raw_caps ("NV12", 16, 8)).get ());
  const OwnedFrame gray = tensors_of (
      sample_of (gst_sample_get_buffer (watched.sample ()), raw_caps ("GRAY8", 16, 8)).get ());
  const OwnedFrame shifted = tensors_of (sample_of (part.get (), raw_caps ("GRAY8", 16, 8)).get ());
  EXPECT_EQ (describe (all), "Y[8,16](16,1)u8 UV[4,8,2](16,2,1)u8");
  EXPECT_EQ (describe (cropped), "Y[4,8](16,1)u8 UV[2,4,2](16,2,1)u8");
  EXPECT_EQ (tensor_of (cropped, 0).data, watched.bytes () + 2 * 16 + 4);
  EXPECT_EQ (describe (gray), "Y[8,16](16,1)u8");
  EXPECT_EQ (tensor_of (shifted, 0).data, watched.bytes () + 64);
}

// --- DLPack ---

TEST (Dlpack, DescribesTheTensor)
{
  Watched watched;
  const OwnedFrame frame = tensors_of (watched.sample ());
  quad::dlpack::Managed *made = plain (frame, 1);
  const quad::dlpack::Tensor &t = made->tensor;
  EXPECT_EQ (t.data, watched.bytes () + 128);
  EXPECT_EQ (t.byte_offset, 0u);
  EXPECT_EQ (t.device.type, 1);
  EXPECT_EQ (t.device.id, 0);
  EXPECT_EQ (t.dtype.code, 1);
  EXPECT_EQ (t.dtype.bits, 8);
  EXPECT_EQ (t.dtype.lanes, 1);
  ASSERT_EQ (t.ndim, 3);
  EXPECT_EQ ((std::vector<gint64> (t.shape, t.shape + 3)), (std::vector<gint64>{4, 8, 2}));
  EXPECT_EQ ((std::vector<gint64> (t.strides, t.strides + 3)), (std::vector<gint64>{16, 2, 1}));
  made->deleter (made);
}

TEST (Dlpack, SaysThatItIsToBeReadOnlyWhereItCan)
{
  Watched watched;
  const OwnedFrame frame = tensors_of (watched.sample ());
  quad::dlpack::ManagedVersioned *made = versioned (frame, 0);
  EXPECT_EQ (made->version.major, 1u);
  EXPECT_EQ (made->version.minor, 0u);
  EXPECT_EQ (made->flags, 1u);
  ASSERT_EQ (made->tensor.ndim, 2);
  EXPECT_EQ (made->tensor.shape[0], 8);
  EXPECT_EQ (made->tensor.shape[1], 16);
  made->deleter (made);
}

TEST (Dlpack, OfNoTensorIsAnError)
{
  Watched watched;
  const OwnedFrame frame = tensors_of (watched.sample ());
  GError *error = nullptr;
  EXPECT_EQ (quad_frame_to_dlpack (frame.get (), 2, -1, FALSE, &error), nullptr);
  EXPECT_TRUE (g_error_matches (error, QUAD_TENSOR_ERROR, QUAD_TENSOR_ERROR_ARGUMENT));
  EXPECT_EQ (text_of (error), "The frame has no such tensor.");
}

TEST (Dlpack, StreamsAreNothingToTheHost)
{
  Watched watched;
  const OwnedFrame frame = tensors_of (watched.sample ());
  EXPECT_TRUE (quad_frame_order (frame.get (), 1, nullptr));
  EXPECT_TRUE (quad_frame_synchronize (frame.get (), nullptr));
  EXPECT_TRUE (quad_frame_share (frame.get (), nullptr));
  GError *error = nullptr;
  EXPECT_FALSE (quad_frame_order (frame.get (), 0, &error));
  EXPECT_NE (text_of (error), "");
}

// What Python's two functions need from a capsule.
struct Capsule {
  std::string name;
  void *pointer;
};

TEST (Dlpack, ACapsulesDestructorFreesWhatNobodyTook)
{
  quad_dlpack_use_python (
      [] (void *capsule, const char *name) -> int {
        return static_cast<Capsule *> (capsule)->name == name;
      },
      [] (void *capsule, const char *) { return static_cast<Capsule *> (capsule)->pointer; });
  for (const bool with_version : {false, true}) {
    Watched watched;
    OwnedFrame frame = tensors_of (watched.sample ());
    watched.let_go ();
    gpointer made = quad_frame_to_dlpack (frame.get (), 0, -1, with_version, nullptr);
    frame.reset ();
    Capsule capsule{std::string{"used_"} + quad_dlpack_capsule_name (with_version), made};
    quad_dlpack_capsule_destructor (&capsule);
    EXPECT_FALSE (watched.gone ());
    capsule.name = with_version ? "dltensor_versioned" : "dltensor";
    quad_dlpack_capsule_destructor (&capsule);
    EXPECT_TRUE (watched.gone ());
  }
}

// --- What is said of a frame ---

TEST (Info, HasTimesAndNothingThatIsNotThere)
{
  Watched watched;
  const QuadFrameInfo info = info_of (tensors_of (watched.sample ()));
  EXPECT_EQ (info.pts, 7u);
  EXPECT_EQ (info.duration, 8u);
  EXPECT_EQ (info.index, G_MAXUINT64);
  EXPECT_EQ (info.requested, GST_CLOCK_TIME_NONE);
  EXPECT_EQ (info.actual, GST_CLOCK_TIME_NONE);
  EXPECT_EQ (info.n_tensors, 2u);
}

TEST (Info, HasTheTimeInTheStream)
{
  Watched watched;
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = 5;
  segment.time = 100;
  const Owned<GstSample> sample{gst_sample_new (gst_sample_get_buffer (watched.sample ()),
                                                gst_sample_get_caps (watched.sample ()), &segment,
                                                nullptr)};
  EXPECT_EQ (info_of (tensors_of (sample.get ())).time, 102u);
  EXPECT_EQ (info_of (tensors_of (watched.sample ())).time, 7u);
}

TEST (Info, HasWhatFrameextractAttached)
{
  Harness h = harness_of ("frameextract timestamp-list=\"0.25, 5\"");
  const std::string caps = raw_caps ("GRAY8", 16, 8);
  gst_harness_set_src_caps (h.get (), caps_of (caps).release ());
  for (guint n = 0; n < 4; n++) {
    Owned<GstBuffer> buffer = patterned (128);
    GST_BUFFER_PTS (buffer.get ()) = n * GST_SECOND / 10;
    GST_BUFFER_DURATION (buffer.get ()) = GST_SECOND / 10;
    gst_harness_push (h.get (), buffer.release ());
  }
  const Owned<GstBuffer> out{gst_harness_pull (h.get ())};
  ASSERT_TRUE (out);
  const QuadFrameInfo info = info_of (tensors_of (sample_of (out.get (), caps).get ()));
  EXPECT_EQ (info.index, 0u);
  EXPECT_EQ (info.requested, 250 * GST_MSECOND);
  EXPECT_EQ (info.actual, 200 * GST_MSECOND);
  EXPECT_EQ (info.pts, 200 * GST_MSECOND);
}

}  // namespace

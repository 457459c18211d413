// The stage with frames on a device: the order of work, the number of waits, and the device's work
// after a failure.
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "glue/device_impl.h"
#include "glue/stage.h"
#include "support/gst_helpers.h"
#include "support/hostcuda/hostcuda.h"

namespace quad::test {
namespace {

constexpr const char *kCaps = "format=NV12,width=64,height=48,framerate=1/1";

class StageOnDevice : public ::testing::Test {
 protected:
  StageOnDevice ()
  {
    stage_.set_threads (1);
    EXPECT_TRUE (device_.open ());
  }
  ~StageOnDevice () override { hostcuda::reset (); }

  Owned<GstBuffer> on_device () const { return on_device (info_); }
  Owned<GstBuffer> on_device (const GstVideoInfo &info) const
  {
    const Owned<GstAllocator> allocator{gst_allocator_find (GST_CUDA_MEMORY_TYPE_NAME)};
    GstCudaContext *context = device_.impl ().context.get ();
#if GST_CHECK_VERSION(1, 24, 0)
    GstMemory *memory =
        gst_cuda_allocator_alloc (GST_CUDA_ALLOCATOR (allocator.get ()), context, nullptr, &info);
#else
    GstMemory *memory =
        gst_cuda_allocator_alloc (GST_CUDA_ALLOCATOR (allocator.get ()), context, &info);
#endif
    Owned<GstBuffer> buffer{gst_buffer_new ()};
    gst_buffer_append_memory (buffer.get (), memory);
    GstVideoInfo &there = GST_CUDA_MEMORY_CAST (memory)->info;
    gst_buffer_add_video_meta_full (buffer.get (), GST_VIDEO_FRAME_FLAG_NONE,
                                    GST_VIDEO_INFO_FORMAT (&info), 64, 48,
                                    GST_VIDEO_INFO_N_PLANES (&info), there.offset, there.stride);
    return buffer;
  }
  Owned<GstBuffer> on_host () const { return on_host (info_); }
  static Owned<GstBuffer> on_host (const GstVideoInfo &info)
  {
    return Owned<GstBuffer>{
        gst_buffer_new_allocate (nullptr, GST_VIDEO_INFO_SIZE (&info), nullptr)};
  }
  static Look whole () { return {.placement = {{0, 0, 64, 48}, {0, 0, 64, 48}, {}}}; }
  static Look half () { return {.placement = {{0, 0, 64, 48}, {0, 0, 32, 24}, {}}}; }

  Problem frame (GstBuffer *out, std::initializer_list<GstBuffer *> pictures)
  {
    Problem p = stage_.begin (info_, out);
    std::size_t i = 0;
    for (GstBuffer *buffer : pictures) {
      if (p) return p;
      p = stage_.show (inputs_[i++], buffer, info_, half ());
    }
    return p ? p : stage_.finish ();
  }

  GstVideoInfo info_ = info_of_caps (std::string ("video/x-raw,").append (kCaps));
  Owned<GstElement> element_{GST_ELEMENT (gst_object_ref_sink (gst_bin_new (nullptr)))};
  Backends backends_{element_.get ()};
  Device &device_ = static_cast<Device &> (backends_.of (Memory::cuda));
  Input inputs_[3];
  Stage stage_{backends_};
};

TEST_F (StageOnDevice, WaitsAtMostOnceAFrame)
{
  const Owned<GstBuffer> a = on_device (), b = on_device (), c = on_host ();
  for (const Owned<GstBuffer> &out : {on_device (), on_host ()})
    for (int n = 0; n < 3; n++) {
      const std::uint64_t before = hostcuda::counters ().syncs;
      ASSERT_FALSE (frame (out.get (), {a.get (), b.get (), c.get ()}));
      if (n > 0) {
        EXPECT_LE (hostcuda::counters ().syncs - before, 1u);
      }
    }
}

// Calls `visit` with each byte of the buffer's picture.
template <typename Visit>
void visit_bytes (const GstVideoInfo &info, GstBuffer *buffer, GstMapFlags flags, Visit visit)
{
  MappedFrame frame (info, buffer, flags, Memory::host);
  ASSERT_TRUE (frame) << frame.problem ();
  const FormatInfo &format = info_of (frame.view ().format);
  for (int p = 0; p < format.planes; p++) {
    const PlaneView &plane = frame.view ().plane[std::size_t (p)];
    for (int y = 0; y < plane.size.height; y++)
      for (int x = 0; x < plane.size.width * format.bytes_per_position (p); x++)
        visit (plane.row (y)[x]);
  }
}

void paint_noise (const GstVideoInfo &info, GstBuffer *buffer)
{
  unsigned next = 0;
  visit_bytes (info, buffer, GST_MAP_WRITE, [&] (std::byte &b) {
    next = next * 1664525 + 1013904223;
    b = std::byte (next >> 24);
  });
}

std::vector<std::byte> bytes_of (const GstVideoInfo &info, GstBuffer *buffer)
{
  std::vector<std::byte> bytes;
  visit_bytes (info, buffer, GST_MAP_READ, [&] (std::byte b) { bytes.push_back (b); });
  return bytes;
}

// A crop between samples gives the same bytes wherever the picture and the output lie.
TEST_F (StageOnDevice, ACropBetweenSamplesIsMovedAsItIsShown)
{
  const Look look = {.placement = {{5.3, 4.7, 20.9, 17.1}, {8, 8, 40, 32}, {}, {{4, 2, 32, 24}}},
                     .filter = Filter::lanczos};
  std::vector<std::byte> first;
  for (const Owned<GstBuffer> &out : {on_host (), on_device ()})
    for (const Owned<GstBuffer> &in : {on_host (), on_device ()}) {
      paint_noise (info_, in.get ());
      ASSERT_FALSE (stage_.begin (info_, out.get ()));
      ASSERT_FALSE (stage_.show (inputs_[0], in.get (), info_, look));
      ASSERT_FALSE (stage_.finish ());
      const std::vector<std::byte> bytes = bytes_of (info_, out.get ());
      if (first.empty ()) first = bytes;
      EXPECT_TRUE (bytes == first);
    }
}

// A picture with alpha over another one, on a canvas without: the host's bytes, in one launch.
TEST_F (StageOnDevice, ConvertsAsTheHostDoes)
{
  const GstVideoInfo rgba = info_of_caps ("video/x-raw,format=RGBA,width=64,height=48");
  std::vector<std::byte> first;
  for (const bool device : {false, true}) {
    const auto make = [&] (const GstVideoInfo &info) {
      return device ? on_device (info) : on_host (info);
    };
    const Owned<GstBuffer> below = make (info_), above = make (rgba), out = make (info_);
    paint_noise (info_, below.get ());
    paint_noise (rgba, above.get ());
    const std::uint64_t launches = hostcuda::counters ().launches;
    ASSERT_FALSE (stage_.begin (info_, out.get ()));
    ASSERT_FALSE (stage_.show (inputs_[0], below.get (), info_, whole ()));
    ASSERT_FALSE (stage_.show (inputs_[1], above.get (), rgba, half ()));
    ASSERT_FALSE (stage_.finish ());
    EXPECT_EQ (hostcuda::counters ().launches - launches, device ? 1u : 0u);
    const std::vector<std::byte> bytes = bytes_of (info_, out.get ());
    if (first.empty ()) first = bytes;
    EXPECT_TRUE (bytes == first);
  }
}

// A picture that is still is uploaded once, until it changes or is shown in another way.
TEST_F (StageOnDevice, UploadsAStillPictureOnce)
{
  const GstVideoInfo rgba = info_of_caps ("video/x-raw,format=RGBA,width=64,height=48");
  const Owned<GstBuffer> a = on_host (rgba), b = on_host (rgba), out = on_device (info_);
  paint_noise (rgba, a.get ());
  const auto uploads = [&] (GstBuffer *buffer, Look look, bool still) {
    look.still = still;
    const std::uint64_t before = hostcuda::counters ().copies_h2d;
    EXPECT_FALSE (stage_.begin (info_, out.get ()));
    EXPECT_FALSE (stage_.show (inputs_[0], buffer, rgba, look));
    EXPECT_FALSE (stage_.finish ());
    return hostcuda::counters ().copies_h2d - before;
  };
  const std::uint64_t first = uploads (a.get (), whole (), true);  // with the scene's tables
  EXPECT_GE (first, 1u);
  const std::vector<std::byte> bytes = bytes_of (info_, out.get ());
  for (int n = 0; n < 3; n++) EXPECT_EQ (uploads (a.get (), whole (), true), 0u);
  EXPECT_TRUE (bytes_of (info_, out.get ()) == bytes);
  EXPECT_EQ (uploads (b.get (), whole (), true), 1u);
  EXPECT_FALSE (bytes_of (info_, out.get ()) == bytes);
  EXPECT_GE (uploads (b.get (), half (), true), 1u);
  for (int n = 0; n < 3; n++) EXPECT_EQ (uploads (b.get (), half (), false), 1u);
  EXPECT_EQ (uploads (a.get (), half (), true), 1u);
  EXPECT_EQ (uploads (a.get (), half (), true), 0u);
}

// Leaves only colours that RGB has, too.
void soften (GstBuffer *buffer)
{
  GstMapInfo map;
  ASSERT_TRUE (gst_buffer_map (buffer, &map, GST_MAP_READWRITE));
  for (gsize i = 0; i < map.size; i++) map.data[i] = static_cast<guint8> (112 + map.data[i] / 8);
  gst_buffer_unmap (buffer, &map);
}

// A picture with alpha blends with what lies below it, wherever both lie. What is uploaded has been
// rounded once more.
TEST_F (StageOnDevice, AlphaBlendsAcrossMemories)
{
  for (const char *caps : {"RGBA", "AYUV", "A420", "ARGB"}) {
    SCOPED_TRACE (caps);
    const GstVideoInfo above_info =
        info_of_caps (std::string{"video/x-raw,width=64,height=48,format="} + caps);
    const bool on_devices = std::string{"RGBA"} == caps || std::string{"ARGB"} == caps;
    std::vector<std::byte> first;
    for (const bool below_there : {false, true})
      for (const bool above_there : {false, true})
        for (const bool out_there : {false, true}) {
          if (above_there && !on_devices) continue;
          const auto make = [&] (const GstVideoInfo &info, bool device) {
            return device ? on_device (info) : on_host (info);
          };
          const Owned<GstBuffer> below = make (info_, below_there),
                                 above = make (above_info, above_there),
                                 out = make (info_, out_there);
          paint_noise (info_, below.get ());
          paint_noise (above_info, above.get ());
          if (!on_devices) soften (above.get ());
          ASSERT_FALSE (stage_.begin (info_, out.get (), 0xff00ff00));
          ASSERT_FALSE (stage_.show (inputs_[0], below.get (), info_, whole ()));
          ASSERT_FALSE (stage_.show (inputs_[1], above.get (), above_info, half ()));
          ASSERT_FALSE (stage_.finish ());
          const std::vector<std::byte> bytes = bytes_of (info_, out.get ());
          if (first.empty ()) first = bytes;
          ASSERT_EQ (bytes.size (), first.size ());
          int most = 0;
          for (std::size_t i = 0; i < bytes.size (); i++)
            most = std::max (
                most, std::abs (std::to_integer<int> (bytes[i]) - std::to_integer<int> (first[i])));
          EXPECT_LE (most, 3) << below_there << above_there << out_there;
        }
  }
}

// Work that was queued before a failure still reads the inputs. It is waited for before they are
// freed.
TEST_F (StageOnDevice, AFailureEndsTheDevicesWork)
{
  const Owned<GstBuffer> a = on_device (), out = on_device ();
  ASSERT_FALSE (frame (out.get (), {a.get ()}));
  hostcuda::reset ();
  hostcuda::fail_next ("cuLaunchKernel", 1, 719);
  const Problem p = frame (out.get (), {a.get ()});
  EXPECT_EQ (p.kind, Problem::Kind::failed);
  EXPECT_EQ (p.status, Status::device_failed);
  EXPECT_EQ (hostcuda::calls ("cuStreamSynchronize"), 1u);
  EXPECT_EQ (GST_MINI_OBJECT_REFCOUNT_VALUE (a.get ()), 1);
  // And the next frame is drawn.
  EXPECT_FALSE (frame (out.get (), {a.get ()}));
}

TEST_F (StageOnDevice, AFailedDownloadIsOfAllPictures)
{
  const Owned<GstBuffer> a = on_device (), out = on_host ();
  ASSERT_FALSE (frame (out.get (), {a.get ()}));
  EXPECT_EQ (inputs_[0].moved ().from, Memory::cuda);
  EXPECT_EQ (inputs_[0].moved ().to, Memory::host);
  hostcuda::fail_next ("cuStreamSynchronize", 1, 719);
  const Problem p = frame (out.get (), {a.get ()});
  EXPECT_EQ (p.kind, Problem::Kind::not_moved);
  EXPECT_FALSE (p.is_of_one_picture ());
}

TEST_F (StageOnDevice, CancelWaitsForWhatWasQueuedAlone)
{
  const Owned<GstBuffer> a = on_device (), out = on_host ();
  hostcuda::reset ();
  ASSERT_FALSE (stage_.begin (info_, out.get ()));
  stage_.cancel ();
  EXPECT_EQ (hostcuda::counters ().syncs, 0u);
  ASSERT_FALSE (stage_.begin (info_, out.get ()));
  ASSERT_FALSE (stage_.show (inputs_[0], a.get (), info_, half ()));
  stage_.cancel ();
  EXPECT_EQ (hostcuda::counters ().syncs, 1u);
  stage_.cancel ();
  EXPECT_EQ (hostcuda::counters ().syncs, 1u);
}

// An element with one input accepts frames only where its caps say that they lie.
TEST_F (StageOnDevice, PreparedFramesLieWhereTheCapsSay)
{
  const Frames frames = {info_, Memory::cuda};
  ASSERT_FALSE (stage_.prepare (inputs_[0], frames, frames, whole ()));
  const Owned<GstBuffer> liar = on_host (), good = on_device (), out = on_device ();
  EXPECT_EQ (frame (liar.get (), {}).kind, Problem::Kind::foreign);
  const Problem p = frame (out.get (), {liar.get ()});
  EXPECT_EQ (p.kind, Problem::Kind::foreign);
  EXPECT_EQ (p.why, "lies in no CUDA memory, as its caps say");
  EXPECT_FALSE (frame (out.get (), {good.get ()}));
}

}  // namespace
}  // namespace quad::test

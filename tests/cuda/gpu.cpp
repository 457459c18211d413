#include "gpu.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstring>

#include "support/hostcuda/hostcuda.h"

namespace quad::test {
namespace {

constexpr std::size_t kPitchAlignment = 256;

// Reads the double's counters, if the double is loaded.
using GetCounters = void (*) (hostcuda_counters *);

GetCounters get_counters ()
{
  void *driver = dlopen ("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  return driver ? reinterpret_cast<GetCounters> (dlsym (driver, "hostcuda_get_counters")) : nullptr;
}

hostcuda_counters counters_now ()
{
  hostcuda_counters now = {};
  if (const GetCounters get = get_counters ()) get (&now);
  return now;
}

GstCudaContext *the_context = nullptr;

class Gpu : public ::testing::Environment {
 public:
  void TearDown () override
  {
    if (!the_context) return;
    EXPECT_EQ (things_alive (), 0u) << "something was not released";
    gst_clear_object (&the_context);
    const hostcuda_counters now = counters_now ();
    EXPECT_EQ (now.live_contexts, 0u);
    EXPECT_EQ (now.misuses, 0u);
    EXPECT_EQ (now.out_of_bounds, 0u);
  }
};

const auto *const kGpu = ::testing::AddGlobalTestEnvironment (new Gpu);

std::byte mark_at (std::size_t i) { return static_cast<std::byte> ((i * 53 + 0x3d) & 0xff); }

// Copies rows from the device. All queued work is done when it returns.
void copy (std::byte *host, std::size_t stride, const void *device, std::size_t pitch,
           std::size_t row, std::size_t rows)
{
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.srcDevice = reinterpret_cast<CUdeviceptr> (device);
  copy.srcPitch = pitch;
  copy.dstMemoryType = CU_MEMORYTYPE_HOST;
  copy.dstHost = host;
  copy.dstPitch = stride;
  copy.WidthInBytes = row;
  copy.Height = rows;
  if (cuda::status_of (CuMemcpy2D (&copy), "cuMemcpy2D") != Status::ok)
    throw std::runtime_error ("download");
}

}  // namespace

GstCudaContext *gpu_context ()
{
  if (!the_context && gst_cuda_load_library ()) {
    gst_cuda_memory_init_once ();
    the_context = gst_cuda_context_new (0);
  }
  if (!the_context) throw std::runtime_error ("there is no CUDA device");
  return the_context;
}

std::uint64_t things_alive ()
{
  const hostcuda_counters now = counters_now ();
  return now.live_allocations + now.live_host_allocations + now.live_modules + now.live_streams +
         now.live_events + now.live_pools;
}

DeviceBytes::DeviceBytes (GstCudaContext *context, const std::vector<std::byte> &bytes)
    : context_ (context), size_ (bytes.size ())
{
  const cuda::Current current (context_);
  if (memory_.reserve (context_, size_) != Status::ok) throw std::bad_alloc ();
  write (bytes);
}

void DeviceBytes::write (const std::vector<std::byte> &bytes)
{
  const cuda::Current current (context_);
  CUDA_MEMCPY2D copy = {};
  copy.srcMemoryType = CU_MEMORYTYPE_HOST;
  copy.srcHost = bytes.data ();
  copy.dstMemoryType = CU_MEMORYTYPE_DEVICE;
  copy.dstDevice = memory_.address ();
  copy.srcPitch = copy.dstPitch = copy.WidthInBytes = size_;
  copy.Height = 1;
  if (cuda::status_of (CuMemcpy2D (&copy), "cuMemcpy2D") != Status::ok)
    throw std::runtime_error ("upload");
}

std::vector<std::byte> DeviceBytes::read () const
{
  const cuda::Current current (context_);
  std::vector<std::byte> bytes (size_);
  copy (bytes.data (), size_, data (), size_, size_, 1);
  return bytes;
}

DevicePicture::Plane DevicePicture::laid_out (const FrameView &picture, int p, Pitch pitch,
                                              bool bottom_up) const
{
  const FormatInfo &format = info_of (picture.format);
  const PlaneView &from = picture.plane[std::size_t (p)];
  const auto row = std::size_t (from.size.width * format.bytes_per_position (p));
  const auto sample = std::size_t (format.sample_bytes);
  std::size_t before = 0, step = row, after = 0;
  if (pitch == Pitch::aligned) {
    step = (row + kPitchAlignment - 1) / kPitchAlignment * kPitchAlignment;
  } else if (pitch == Pitch::odd) {
    before = 3 * sample;
    step = row + (row / sample % 2 == 0 ? sample : 2 * sample);
    after = 5;
  }
  // All rows of the picture are one row, as in host memory.
  const int rows = from.stride == 0 ? 1 : from.size.height;
  Plane plane;
  plane.bytes.resize (before + step * std::size_t (rows - 1) + row + after);
  for (std::size_t i = 0; i < plane.bytes.size (); i++) plane.bytes[i] = mark_at (i);
  const auto stride = static_cast<std::ptrdiff_t> (step);
  plane.first = static_cast<std::ptrdiff_t> (before) + (bottom_up ? (rows - 1) * stride : 0);
  plane.stride = from.stride == 0 ? 0 : bottom_up ? -stride : stride;
  for (int y = 0; y < rows; y++)
    std::memcpy (plane.bytes.data () + plane.first + y * plane.stride, from.row (y), row);
  return plane;
}

DevicePicture::DevicePicture (GstCudaContext *context, const FrameView &picture, Pitch pitch,
                              bool bottom_up)
    : view_ (picture)
{
  static unsigned turn = 0;
  view_.memory = Memory::cuda;
  for (int p = 0; p < info_of (picture.format).planes; p++) {
    const Pitch chosen = pitch == Pitch::mixed ? static_cast<Pitch> (turn++ % 3) : pitch;
    Plane plane = laid_out (picture, p, chosen, bottom_up);
    plane.device = std::make_unique<DeviceBytes> (context, plane.bytes);
    PlaneView &v = view_.plane[std::size_t (p)];
    v.data = reinterpret_cast<std::byte *> (plane.device->data ()) + plane.first;
    v.stride = plane.stride;
    planes_.push_back (std::move (plane));
  }
}

bool DevicePicture::read (const FrameView &picture) const
{
  bool intact = true;
  for (std::size_t p = 0; p < planes_.size (); p++) {
    const Plane &plane = planes_[p];
    const PlaneView &to = picture.plane[p];
    const auto row =
        std::size_t (to.size.width * info_of (picture.format).bytes_per_position (int (p)));
    std::vector<std::byte> now = plane.device->read ();
    for (int y = 0; y < to.size.height; y++) {
      const std::ptrdiff_t at = plane.first + y * plane.stride;
      std::memcpy (to.row (y), now.data () + at, row);
      std::memcpy (now.data () + at, plane.bytes.data () + at, row);
    }
    intact = intact && now == plane.bytes;
  }
  return intact;
}

bool DevicePicture::unchanged () const
{
  for (const Plane &plane : planes_)
    if (plane.device->read () != plane.bytes) return false;
  return true;
}

void download (GstCudaContext *context, const FrameView &from, const FrameView &to)
{
  const cuda::Current current (context);
  for (int p = 0; p < info_of (from.format).planes; p++) {
    const PlaneView &a = from.plane[std::size_t (p)], &b = to.plane[std::size_t (p)];
    copy (b.data, std::size_t (b.stride), a.data, std::size_t (a.stride),
          std::size_t (a.size.width * info_of (from.format).bytes_per_position (p)),
          std::size_t (a.size.height));
  }
}

Scene without_pointers (const Scene &scene)
{
  Scene s = scene;
  for (Tile &t : s.tiles) {
    if (t.solid) continue;
    t.source.memory = t.source.memory == Memory::host ? Memory::cuda : Memory::host;
    for (PlaneView &p : t.source.plane) p.data = nullptr;
  }
  return s;
}

}  // namespace quad::test

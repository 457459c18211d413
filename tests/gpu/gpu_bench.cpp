// How long the kernel takes on a GPU, beside a copy on the device of as many bytes. Prints a table;
// exits 77 where there is no GPU.
#include <dlfcn.h>

#include <cstdio>
#include <deque>

#include "cuda/cuda_renderer.h"

using namespace quad;

namespace {

// What libgstcuda does not wrap.
struct Driver {
  void *library = dlopen ("libcuda.so.1", RTLD_NOW);
  template <typename F>
  F find (const char *name) const
  {
    return reinterpret_cast<F> (dlsym (library, name));
  }
};

// Time on the device between two points of a stream.
class Stopwatch {
 public:
  Stopwatch (const Driver &driver, CUstream stream)
      : record_ (driver.find<decltype (record_)> ("cuEventRecord")),
        wait_ (driver.find<decltype (wait_)> ("cuEventSynchronize")),
        elapsed_ (driver.find<decltype (elapsed_)> ("cuEventElapsedTime")),
        stream_ (stream)
  {
    const auto create = driver.find<CUresult (*) (CUevent *, unsigned)> ("cuEventCreate");
    create (&begin_, CU_EVENT_DEFAULT);
    create (&end_, CU_EVENT_DEFAULT);
  }
  void start () { record_ (begin_, stream_); }
  double milliseconds ()
  {
    float ms = 0;
    record_ (end_, stream_);
    wait_ (end_);
    elapsed_ (&ms, begin_, end_);
    return ms;
  }

 private:
  CUresult (*record_) (CUevent, CUstream);
  CUresult (*wait_) (CUevent);
  CUresult (*elapsed_) (float *, CUevent, CUevent);
  CUstream stream_;
  CUevent begin_ = nullptr, end_ = nullptr;
};

// A frame in device memory of its own.
struct Frame {
  cuda::DeviceBuffer memory;
  FrameView view;
  std::size_t bytes = 0;

  bool make (GstCudaContext *context, PixelFormat format, Size size)
  {
    const FormatInfo &info = info_of (format);
    view = {format, size, Memory::cuda};
    std::size_t offset[3] = {};
    for (int p = 0; p < info.planes; p++) {
      const auto i = std::size_t (p);
      view.plane[i].size = plane_size (info, p, size);
      view.plane[i].stride =
          (view.plane[i].size.width * info.bytes_per_position (p) + 511) / 512 * 512;
      offset[i] = bytes;
      bytes += std::size_t (view.plane[i].stride) * std::size_t (view.plane[i].size.height);
    }
    if (memory.reserve (context, bytes) != Status::ok) return false;
    for (std::size_t i = 0; i < std::size_t (info.planes); i++)
      view.plane[i].data = reinterpret_cast<std::byte *> (memory.address () + offset[i]);
    return true;
  }
};

struct Case {
  const char *name;
  Size source;
  int columns;  // and rows
  Size canvas;
  Filter filter;
};

constexpr Case kCases[] = {
    {"four 4K to one 4K, area 2:1", {3840, 2160}, 2, {3840, 2160}, Filter::area},
    {"four 1080p to one 1080p, area 2:1", {1920, 1080}, 2, {1920, 1080}, Filter::area},
    {"nine 1080p to one 4K, area", {1920, 1080}, 3, {3840, 2160}, Filter::area},
    {"four 4K to one 1080p, lanczos 4:1", {3840, 2160}, 2, {1920, 1080}, Filter::lanczos},
    {"four 1080p to one 4K, copies", {1920, 1080}, 2, {3840, 2160}, Filter::area},
};

constexpr int kFrames = 200;
// Sources and canvases rotate through more than any second-level cache holds.
constexpr std::size_t kRotation = std::size_t{512} << 20;

// Returns the milliseconds of a frame and of a copy of the same number of bytes, or false.
bool measure (const Case &c, GstCudaContext *context, CUstream stream, Stopwatch &watch)
{
  const int cells = c.columns * c.columns;
  std::deque<Frame> sources, canvases;
  std::size_t total = 0;
  while (total < kRotation || sources.size () < std::size_t (cells)) {
    if (!sources.emplace_back ().make (context, PixelFormat::nv12, c.source)) return false;
    total += sources.back ().bytes;
  }
  for (std::size_t i = 0; i < 8; i++)
    if (!canvases.emplace_back ().make (context, PixelFormat::nv12, c.canvas)) return false;
  const std::size_t bytes = sources[0].bytes * std::size_t (cells) + canvases[0].bytes;

  Scene scene;
  scene.format = PixelFormat::nv12;
  scene.canvas = c.canvas;
  const Size cell = {c.canvas.width / c.columns, c.canvas.height / c.columns};
  for (int i = 0; i < cells; i++) {
    Tile tile;
    tile.target = {i % c.columns * cell.width, i / c.columns * cell.height, cell.width,
                   cell.height};
    tile.source = sources[0].view;
    tile.crop = rect_of (c.source);
    tile.filter = c.filter;
    scene.tiles.push_back (tile);
  }
  auto renderer = cuda::make_cuda_renderer (context, stream);
  if (const Status s = renderer->prepare (scene); s != Status::ok) {
    std::printf ("%s: %s\n", c.name, describe (s));
    return false;
  }
  std::size_t next = 0;
  auto draw = [&] (int n) {
    for (Tile &t : scene.tiles) t.source = sources[next++ % sources.size ()].view;
    return renderer->draw (scene, canvases[std::size_t (n) % canvases.size ()].view) == Status::ok;
  };
  for (int n = 0; n < 10; n++)
    if (!draw (n)) return false;
  watch.start ();
  for (int n = 0; n < kFrames; n++)
    if (!draw (n)) return false;
  const double drawing = watch.milliseconds () / kFrames;

  // A copy reads and writes: half of the bytes each.
  Frame from, to;
  const int rows = static_cast<int> (bytes / 2 / 4096);
  std::deque<Frame> blocks (2 * (kRotation / bytes + 1));
  for (Frame &b : blocks)
    if (!b.make (context, PixelFormat::gray8, {4096, rows})) return false;
  auto copy = [&] (std::size_t n) {
    CUDA_MEMCPY2D m = {};
    m.srcMemoryType = m.dstMemoryType = CU_MEMORYTYPE_DEVICE;
    m.srcDevice = blocks[2 * n % blocks.size ()].memory.address ();
    m.dstDevice = blocks[(2 * n + 1) % blocks.size ()].memory.address ();
    m.srcPitch = m.dstPitch = m.WidthInBytes = 4096;
    m.Height = static_cast<std::size_t> (rows);
    return CuMemcpy2DAsync (&m, stream) == CUDA_SUCCESS;
  };
  for (std::size_t n = 0; n < 10; n++)
    if (!copy (n)) return false;
  watch.start ();
  for (std::size_t n = 0; n < kFrames; n++)
    if (!copy (n)) return false;
  const double copying = watch.milliseconds () / kFrames;
  std::printf ("| %s | %.4f | %.4f | %.0f %% |\n", c.name, drawing, copying,
               100 * copying / drawing);
  return true;
}

}  // namespace

int main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  int count = 0;
  if (!gst_cuda_load_library () || CuInit (0) != CUDA_SUCCESS ||
      CuDeviceGetCount (&count) != CUDA_SUCCESS || count < 1) {
    std::puts ("skipped: no GPU, or no driver");
    return 77;
  }
  GstCudaContext *context = gst_cuda_context_new (0);
  if (!context || !gst_cuda_context_push (context)) return 1;
  bool good = true;
  {
    char name[256] = "";
    CuDeviceGetName (name, sizeof name, 0);
    std::printf (
        "%s\n\n| NV12 | ms a frame | ms a copy of its bytes | of the copy's bandwidth |\n"
        "|---|---:|---:|---:|\n",
        name);
    const cuda::Stream stream (context);
    const Driver driver;
    Stopwatch watch (driver, stream.get ());
    for (const Case &c : kCases) good = measure (c, context, stream.get (), watch) && good;
  }
  gst_cuda_context_pop (nullptr);
  gst_object_unref (context);
  return good ? 0 : 1;
}

// Times the kernel on a GPU, beside a copy on the device of as many bytes. Prints a table; exits 77
// if there is no GPU, and 3 if a goal is not reached.
//   gpu-bench [--profile]    draws a frame of each case and times nothing, for a profiler
#include <cmath>
#include <cstdio>
#include <deque>
#include <functional>
#include <optional>
#include <semaphore>
#include <string>
#include <string_view>
#include <type_traits>

#include "cuda/cuda_renderer.h"

using namespace quad;

namespace {

// Functions that neither libgstcuda nor the backend wraps.
struct Driver {
  const cuda::Driver &wrapped = cuda::Driver::get ();
  CUresult (*elapsed) (float *, CUevent, CUevent) = nullptr;
  CUresult (*call_host) (CUstream, void (*) (void *), void *) = nullptr;
  CUresult (*copy) (CUdeviceptr, CUdeviceptr, std::size_t, CUstream) = nullptr;

  // True if the driver has them all; prints those that it lacks.
  bool load ()
  {
    bool all = wrapped.has_events;
    const auto find = [&] (auto &function, const char *name) {
      function = reinterpret_cast<std::remove_reference_t<decltype (function)>> (
          cuda::driver_function (name));
      if (!function) std::printf ("failed: the driver has no %s\n", name);
      all = all && function;
    };
    find (elapsed, "cuEventElapsedTime");
    find (call_host, "cuLaunchHostFunc");
    find (copy, "cuMemcpyDtoDAsync_v2");
    return all;
  }
};

// Time on the device between two points of a stream. The stream stands still until all work between
// them is queued; otherwise the queueing of short work would be timed.
class Stopwatch {
 public:
  Stopwatch (const Driver &driver, CUstream stream) : driver_ (driver), stream_ (stream)
  {
    for (CUevent *event : {&begin_, &end_})
      if (driver_.wrapped.event_create (event, CU_EVENT_DEFAULT) != CUDA_SUCCESS) *event = nullptr;
  }
  ~Stopwatch ()
  {
    let_go ();
    (void)CuStreamSynchronize (stream_);
    for (CUevent event : {begin_, end_})
      if (event) driver_.wrapped.event_destroy (event);
  }
  Stopwatch (const Stopwatch &) = delete;
  Stopwatch &operator= (const Stopwatch &) = delete;

  bool start ()
  {
    const auto stand = [] (void *gate) { static_cast<std::binary_semaphore *> (gate)->acquire (); };
    holds_ = driver_.call_host (stream_, stand, &gate_) == CUDA_SUCCESS;
    return holds_ && driver_.wrapped.event_record (begin_, stream_) == CUDA_SUCCESS;
  }
  // Since start (); nothing if a call has failed.
  std::optional<double> milliseconds ()
  {
    float ms = 0;
    const bool recorded = driver_.wrapped.event_record (end_, stream_) == CUDA_SUCCESS;
    let_go ();
    if (!recorded || driver_.wrapped.event_synchronize (end_) != CUDA_SUCCESS ||
        driver_.elapsed (&ms, begin_, end_) != CUDA_SUCCESS)
      return std::nullopt;
    return ms;
  }

 private:
  void let_go ()
  {
    if (holds_) gate_.release ();
    holds_ = false;
  }

  const Driver &driver_;
  CUstream stream_;
  CUevent begin_ = nullptr, end_ = nullptr;
  std::binary_semaphore gate_{0};
  bool holds_ = false;
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
  double goal;  // of the copy's bandwidth; 0: for information
  PixelFormat from = PixelFormat::nv12, to = PixelFormat::nv12;
  int alpha = 255;  // of the pictures
};

constexpr Case kCases[] = {
    {"four 4K to one 4K, area 2:1", {3840, 2160}, 2, {3840, 2160}, Filter::area, 0.7},
    {"four 1080p to one 1080p, area 2:1", {1920, 1080}, 2, {1920, 1080}, Filter::area, 0.7},
    {"nine 1080p to one 1080p, area 3:1", {1920, 1080}, 3, {1920, 1080}, Filter::area, 0},
    {"nine 1080p to one 4K, area 3:2", {1920, 1080}, 3, {3840, 2160}, Filter::area, 0},
    {"four 4K to one 1080p, lanczos 4:1", {3840, 2160}, 2, {1920, 1080}, Filter::lanczos, 0},
    {"four 1080p to one 4K, copies", {1920, 1080}, 2, {3840, 2160}, Filter::area, 0},
    {"four 4K I420 to one 4K, area 2:1",
     {3840, 2160},
     2,
     {3840, 2160},
     Filter::area,
     0,
     PixelFormat::i420,
     PixelFormat::i420},
    {"four 4K P010 to one 4K, area 2:1",
     {3840, 2160},
     2,
     {3840, 2160},
     Filter::area,
     0,
     PixelFormat::p010_10le,
     PixelFormat::p010_10le},
    {"four 1080p NV12 to RGBP 640x360, area",
     {1920, 1080},
     2,
     {1280, 720},
     Filter::area,
     0,
     PixelFormat::nv12,
     PixelFormat::rgbp},
    {"four 1080p NV12 to RGBA, area 2:1",
     {1920, 1080},
     2,
     {1920, 1080},
     Filter::area,
     0,
     PixelFormat::nv12,
     PixelFormat::rgba},
    {"four 1080p half transparent, area 2:1",
     {1920, 1080},
     2,
     {1920, 1080},
     Filter::area,
     0,
     PixelFormat::nv12,
     PixelFormat::nv12,
     128},
};

// A stream that stands still takes about 1,000 calls, so not more than that.
constexpr int kFrames = 200;
constexpr int kWarmUp = 10;
// Sources, canvases and copies rotate through more memory than any second-level cache holds.
constexpr std::size_t kRotation = std::size_t{512} << 20;

// The frames of a case.
struct Frames {
  std::deque<Frame> sources, canvases;

  bool make (const Case &c, GstCudaContext *context)
  {
    const auto cells = static_cast<std::size_t> (c.columns * c.columns);
    return fill (sources, context, c.from, c.source, cells) &&
           fill (canvases, context, c.to, c.canvas, 1);
  }
  // Read and written for one canvas.
  std::size_t bytes (const Case &c) const
  {
    return sources[0].bytes * static_cast<std::size_t> (c.columns * c.columns) + canvases[0].bytes;
  }

 private:
  static bool fill (std::deque<Frame> &frames, GstCudaContext *context, PixelFormat format,
                    Size size, std::size_t at_least)
  {
    for (std::size_t total = 0; total < kRotation || frames.size () < at_least;
         total += frames.back ().bytes)
      if (!frames.emplace_back ().make (context, format, size)) return false;
    return true;
  }
};

// BT.709 of limited range to RGB (ITU-R BT.709-6).
ColorMap to_rgb ()
{
  constexpr double kLuma = 255.0 / 219, kChroma = 255.0 / 224;
  const ColorMatrix matrix = {{{kLuma, 0, 1.5748 * kChroma},
                               {kLuma, -0.1873 * kChroma, -0.4681 * kChroma},
                               {kLuma, 1.8556 * kChroma, 0}},
                              {16, 128, 128},
                              {},
                              false};
  return color_map (matrix, 8, 8);
}

Scene scene_of (const Case &c, const FrameView &source)
{
  Scene scene;
  scene.format = c.to;
  scene.canvas = c.canvas;
  const Size cell = {c.canvas.width / c.columns, c.canvas.height / c.columns};
  for (int i = 0; i < c.columns * c.columns; i++) {
    Tile tile;
    tile.target = {i % c.columns * cell.width, i / c.columns * cell.height, cell.width,
                   cell.height};
    tile.source = source;
    tile.crop = rect_of (c.source);
    tile.filter = c.filter;
    tile.alpha = c.alpha;
    if (c.from != c.to) tile.colors = to_rgb ();
    scene.tiles.push_back (tile);
  }
  return scene;
}

// The milliseconds of one of kFrames calls of `queue`, each given its number.
std::optional<double> time_of (Stopwatch &watch, const std::function<bool (std::size_t)> &queue)
{
  std::size_t n = 0;
  for (; n < kWarmUp; n++)
    if (!queue (n)) return std::nullopt;
  if (!watch.start ()) return std::nullopt;
  for (; n < kWarmUp + kFrames; n++)
    if (!queue (n)) return std::nullopt;
  const std::optional<double> all = watch.milliseconds ();
  if (!all) return std::nullopt;
  return *all / kFrames;
}

std::optional<double> time_drawing (const Case &c, const Frames &frames, GstCudaContext *context,
                                    CUstream stream, const Driver &driver)
{
  Scene scene = scene_of (c, frames.sources[0].view);
  const auto renderer = cuda::make_cuda_renderer (context, stream);
  if (const Status s = renderer->prepare (scene); s != Status::ok) {
    std::printf ("%s: %s\n", c.name, describe (s));
    return std::nullopt;
  }
  Stopwatch watch (driver, stream);
  std::size_t next = 0;
  return time_of (watch, [&] (std::size_t n) {
    for (Tile &t : scene.tiles) t.source = frames.sources[next++ % frames.sources.size ()].view;
    return renderer->draw (scene, frames.canvases[n % frames.canvases.size ()].view) == Status::ok;
  });
}

// Draws one frame, as a profiler runs each kernel many times.
bool draw_one (const Case &c, GstCudaContext *context, CUstream stream)
{
  Frames frames;
  if (!frames.make (c, context)) return false;
  Scene scene = scene_of (c, frames.sources[0].view);
  for (std::size_t i = 0; i < scene.tiles.size (); i++)
    scene.tiles[i].source = frames.sources[i % frames.sources.size ()].view;
  const auto renderer = cuda::make_cuda_renderer (context, stream);
  return renderer->prepare (scene) == Status::ok &&
         renderer->draw (scene, frames.canvases[0].view) == Status::ok &&
         renderer->finish () == Status::ok;
}

// The time of a copy on the device that reads and writes `bytes`, half of them each.
std::optional<double> time_copying (std::size_t bytes, GstCudaContext *context, CUstream stream,
                                    const Driver &driver)
{
  std::deque<cuda::DeviceBuffer> blocks (2 * (kRotation / bytes + 1));
  for (cuda::DeviceBuffer &b : blocks)
    if (b.reserve (context, bytes / 2) != Status::ok) return std::nullopt;
  Stopwatch watch (driver, stream);
  return time_of (watch, [&] (std::size_t n) {
    const std::size_t from = 2 * n % blocks.size ();
    return driver.copy (blocks[from + 1].address (), blocks[from].address (), bytes / 2, stream) ==
           CUDA_SUCCESS;
  });
}

enum class Outcome { good, missed, failed };

Outcome measure (const Case &c, GstCudaContext *context, CUstream stream, const Driver &driver)
{
  Frames frames;
  std::optional<double> drawing, copying;
  if (frames.make (c, context)) {
    drawing = time_drawing (c, frames, context, stream, driver);
    copying = time_copying (frames.bytes (c), context, stream, driver);
  }
  if (!drawing || !copying) {
    std::printf ("%s: failed; GST_DEBUG=quadcuda:1 says more\n", c.name);
    return Outcome::failed;
  }
  const double share = *copying / *drawing;
  std::string verdict;
  if (c.goal > 0)
    verdict = " (of " + std::to_string (std::lround (100 * c.goal)) + " %) " +
              (share >= c.goal ? "reached" : "**missed**");
  std::printf ("| %s | %.4f | %.4f | %.0f %%%s |\n", c.name, *drawing, *copying, 100 * share,
               verdict.c_str ());
  return share >= c.goal ? Outcome::good : Outcome::missed;
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
  Driver driver;
  if (!driver.load ()) return 1;
  GstCudaContext *context = gst_cuda_context_new (0);
  if (!context || !gst_cuda_context_push (context)) return 1;
  const bool profile = argc > 1 && std::string_view (argv[1]) == "--profile";
  int missed = 0, failed = 0;
  {
    char name[256] = "";
    CuDeviceGetName (name, sizeof name, 0);
    std::printf (
        "%s\n\n| | ms a frame | ms a copy of its bytes | of the copy's bandwidth |\n"
        "|---|---:|---:|---:|\n",
        name);
    const cuda::Stream stream (context);
    for (const Case &c : kCases) {
      if (profile) {
        failed += !draw_one (c, context, stream.get ());
        continue;
      }
      const Outcome outcome = measure (c, context, stream.get (), driver);
      missed += outcome == Outcome::missed;
      failed += outcome == Outcome::failed;
    }
  }
  gst_cuda_context_pop (nullptr);
  gst_object_unref (context);
  if (failed > 0) return 1;
  if (missed > 0) std::printf ("%d goals not reached\n", missed);
  return missed > 0 ? 3 : 0;
}

#include "cuda/matte_renderer.h"

#include <cstring>
#include <vector>

#include "cuda/kernels/matte_params.h"
#include "cuda/module.h"

namespace quad::cuda {
namespace {

static_assert (kMostReach == matte::kMostRadius);

bool is_drawable (const matte::Order &order, const FrameView &picture)
{
  const FormatInfo &format = info_of (picture.format);
  const Size grid = order.mask->size ();
  return picture.memory == Memory::cuda && format.planes == 1 && format.depth == 8 &&
         format.has_alpha () && rect_of (picture.size).contains (order.area) &&
         grid.width <= order.area.width && grid.height <= order.area.height;
}

// All but the arrays.
MatteParams params_of (const matte::Order &order, const FrameView &picture)
{
  MatteParams p = {};
  p.grid_width = order.mask->size ().width;
  p.grid_height = order.mask->size ().height;
  p.refined = order.guide ? 1 : 0;
  p.reach = order.guide ? order.refinement.radius : 0;
  p.epsilon = order.refinement.epsilon * matte::kLevelsSquared;
  p.picture = {reinterpret_cast<std::uint8_t *> (picture.plane[0].data), picture.plane[0].stride};
  p.width = picture.size.width;
  p.height = picture.size.height;
  for (const ChannelInfo &channel : info_of (picture.format).raster[0].channel)
    p.offset[channel.component] = channel.offset;
  p.own = order.own;
  p.area_x = order.area.x;
  p.area_y = order.area.y;
  p.area_width = order.area.width;
  p.area_height = order.area.height;
  return p;
}

class MatteRenderer final : public matte::Renderer {
 public:
  MatteRenderer (GstCudaContext *context, CUstream stream, std::shared_ptr<const void> keep)
      : context_ (GST_CUDA_CONTEXT (gst_object_ref (context))),
        stream_ (stream),
        keep_ (std::move (keep))
  {
  }
  ~MatteRenderer () override
  {
    {
      // Queued kernels may still use the memory.
      const Current current (context_);
      if (current && queued_) (void)wait ();
    }
    uploader_.reset ();
    for (DeviceBuffer *buffer : {&small_, &lines_, &kept_}) buffer->reset ();
    module_.reset ();
    // `keep_` may need the context, so it goes first.
    keep_.reset ();
    gst_object_unref (context_);
  }

  Status draw (const matte::Order &order, const FrameView &picture) override;

 private:
  Status wait () { return status_of (CuStreamSynchronize (stream_), "cuStreamSynchronize"); }
  Status make_arrays (const matte::Order &order, MatteParams &params);
  Status make_room (DeviceBuffer &buffer, std::size_t size);
  Status upload (const matte::Order &order, MatteParams &params);
  Status launch (CUfunction function, int blocks, int threads, MatteParams &params);

  GstCudaContext *context_;
  CUstream stream_;
  std::shared_ptr<const void> keep_;
  std::shared_ptr<const Module> module_;
  Uploader uploader_;
  std::vector<std::byte> bytes_;  // of what lies on the grid
  DeviceBuffer small_, lines_, kept_;
  bool queued_ = false;  // true once any work was queued
};

// The arrays that only the kernels use.
Status MatteRenderer::make_arrays (const matte::Order &order, MatteParams &params)
{
  const std::size_t plane = std::size_t (params.stride) * std::size_t (params.grid_height);
  Status s = make_room (lines_, matte::kLineParts * plane * sizeof (std::int32_t));
  if (s == Status::ok && order.weights)
    s = make_room (kept_, std::size_t (params.area_width) * std::size_t (params.area_height) *
                              sizeof (std::uint16_t));
  params.lines = reinterpret_cast<std::int32_t *> (lines_.address ());
  params.kept = reinterpret_cast<std::uint16_t *> (kept_.address ());
  return s;
}

// Makes room; what was there is lost if that is too small.
Status MatteRenderer::make_room (DeviceBuffer &buffer, std::size_t size)
{
  if (size <= buffer.size ()) return Status::ok;
  if (buffer.size () > 0)
    if (const Status s = wait (); s != Status::ok) return s;
  return buffer.reserve (context_, size);
}

// Copies what lies on the grid, one array behind the other.
Status MatteRenderer::upload (const matte::Order &order, MatteParams &params)
{
  const matte::SmallPicture &mask = *order.mask;
  const std::size_t plane = mask.stride () * std::size_t (mask.size ().height);
  const std::size_t floats = plane * sizeof (float);
  const std::size_t weights = 4 * plane, colors = weights + (order.weights ? floats : 0);
  bytes_.resize (colors + (order.foreground ? 6 * floats : 0));
  if (order.guide) std::memcpy (bytes_.data (), order.guide->row (0, 0), 3 * plane);
  std::memcpy (bytes_.data () + 3 * plane, mask.row (0, 0), plane);
  if (order.weights) std::memcpy (bytes_.data () + weights, order.weights, floats);
  for (int k = 0; k < 6 && order.foreground; k++)
    for (int y = 0; y < mask.size ().height; y++)
      std::memcpy (bytes_.data () + colors + std::size_t (k) * floats +
                       std::size_t (y) * mask.stride () * sizeof (float),
                   order.foreground->around (k, y),
                   std::size_t (mask.size ().width) * sizeof (float));
  if (const Status s = make_room (small_, bytes_.size ()); s != Status::ok) return s;
  const auto at = [&] (std::size_t offset) {
    return reinterpret_cast<const float *> (small_.address () + offset);
  };
  params.small = reinterpret_cast<const std::uint8_t *> (small_.address ());
  params.weights = order.weights ? at (weights) : nullptr;
  params.colors = order.foreground ? at (colors) : nullptr;
  params.stride = static_cast<std::int32_t> (mask.stride ());
  queued_ = true;
  return uploader_.copy (context_, small_.address (), bytes_.data (), bytes_.size (), stream_);
}

Status MatteRenderer::launch (CUfunction function, int blocks, int threads, MatteParams &params)
{
  void *arguments[] = {&params};
  return status_of (
      CuLaunchKernel (function, static_cast<unsigned> (blocks), 1, 1,
                      static_cast<unsigned> (threads), 1, 1, 0, stream_, arguments, nullptr),
      "cuLaunchKernel");
}

Status MatteRenderer::draw (const matte::Order &order, const FrameView &picture)
{
  if (!is_drawable (order, picture)) return Status::unsupported_format;
  const Current current (context_);
  if (!current) return Status::device_failed;
  if (!module_) {
    Status status = Status::ok;
    module_ = Module::load (context_, status);
    if (!module_) return status;
  }
  MatteParams p = params_of (order, picture);
  Status s = upload (order, p);
  if (s == Status::ok) s = make_arrays (order, p);
  const int solved = ceil_div (p.grid_width, kSolvedAtOnce) * p.grid_height;
  if (s == Status::ok) s = launch (module_->matte_solve (), solved, kSolvedAtOnce, p);
  const int tiles = tiles_across (p) * ceil_div (p.height, kTileHeight);
  return s == Status::ok ? launch (module_->matte_apply (), tiles, kTileThreads, p) : s;
}

}  // namespace

std::unique_ptr<matte::Renderer> make_matte_renderer (GstCudaContext *context, CUstream stream,
                                                      std::shared_ptr<const void> keep)
{
  return std::make_unique<MatteRenderer> (context, stream, std::move (keep));
}

}  // namespace quad::cuda

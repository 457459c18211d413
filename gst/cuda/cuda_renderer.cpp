#include "cuda/cuda_renderer.h"

#include <optional>

#include "cuda/module.h"
#include "cuda/scene_program.h"

namespace quad::cuda {
namespace {

void set_planes (const FrameView &frame, DevicePlane (&planes)[kPlanes])
{
  for (std::size_t p = 0; p < std::size_t (info_of (frame.format).planes); p++)
    planes[p] = {reinterpret_cast<std::uint8_t *> (frame.plane[p].data), frame.plane[p].stride};
}

class CudaRenderer final : public Renderer {
 public:
  CudaRenderer (GstCudaContext *context, CUstream stream, std::shared_ptr<const void> keep)
      : context_ (GST_CUDA_CONTEXT (gst_object_ref (context))),
        stream_ (stream),
        keep_ (std::move (keep))
  {
  }
  ~CudaRenderer () override
  {
    // Queued kernels may still read the tables, and queued copies may still write them.
    if (queued_) (void)finish ();
    uploader_.reset ();
    tables_.reset ();
    module_.reset ();
    // `keep_` may need the context, so it goes first.
    keep_.reset ();
    gst_object_unref (context_);
  }

  Memory memory () const override { return Memory::cuda; }
  Status prepare (const Scene &scene) override;
  Status draw (const Scene &scene, const FrameView &out) override;
  Status finish () override;

 private:
  Status make_room (std::size_t size);

  GstCudaContext *context_;
  CUstream stream_;
  std::shared_ptr<const void> keep_;
  std::shared_ptr<const Module> module_;
  DeviceBuffer tables_;
  Uploader uploader_;
  bool queued_ = false;  // true once any work was queued
  std::optional<SceneProgram> program_;
  std::optional<Scene> prepared_;
};

Status CudaRenderer::prepare (const Scene &scene)
{
  if (prepared_ && prepared_->same_shape (scene)) return Status::ok;
  if (const Status s = check_scene (scene, Memory::cuda, true); s != Status::ok) return s;
  if (!draws (info_of (scene.format))) return Status::unsupported_format;
  for (const Tile &tile : scene.tiles)
    if (!tile.solid && !draws (info_of (tile.source.format))) return Status::unsupported_format;
  const Current current (context_);
  if (!current) return Status::device_failed;
  if (!module_) {
    Status status = Status::ok;
    module_ = Module::load (context_, status);
    if (!module_) return status;
  }
  prepared_.reset ();
  try {
    program_.emplace (scene);
  } catch (const std::bad_alloc &) {
    return Status::out_of_memory;
  }
  const std::vector<std::byte> &bytes = program_->tables ();
  if (const Status s = make_room (bytes.size ()); s != Status::ok) return s;
  // The stream runs the copy after the launches that read the old tables.
  queued_ = true;
  if (const Status s =
          uploader_.copy (context_, tables_.address (), bytes.data (), bytes.size (), stream_);
      s != Status::ok)
    return s;
  prepared_ = scene;
  return Status::ok;
}

// Makes room for the tables; the old ones may be lost.
Status CudaRenderer::make_room (std::size_t size)
{
  if (size <= tables_.size ()) return Status::ok;
  const bool grows = tables_.size () > 0;
  // The old memory is freed, so wait for the launches that read it.
  if (grows)
    if (const Status s = status_of (CuStreamSynchronize (stream_), "cuStreamSynchronize");
        s != Status::ok)
      return s;
  // Reserve more than needed when the tables grow: a moving layout grows again.
  return tables_.reserve (context_, grows ? size + size / 4 : size);
}

Status CudaRenderer::draw (const Scene &scene, const FrameView &out)
{
  if (!prepared_ || !prepared_->same_shape (scene) || out.format != scene.format ||
      out.size != scene.canvas)
    return Status::not_prepared;
  const Current current (context_);
  if (!current) return Status::device_failed;
  for (const Launch &launch : program_->launches ()) {
    DrawParams params = program_->params (launch, tables_.address ());
    set_planes (out, params.out);
    for (std::size_t i = 0; i < launch.sources.size (); i++)
      set_planes (scene.tiles[std::size_t (launch.sources[i])].source, params.source[i]);
    void *arguments[] = {&params};
    const Status s =
        status_of (CuLaunchKernel (module_->draw (), static_cast<unsigned> (launch.count), 1, 1,
                                   kThreads, 1, 1, 0, stream_, arguments, nullptr),
                   "cuLaunchKernel");
    if (s != Status::ok) return s;
  }
  return Status::ok;
}

Status CudaRenderer::finish ()
{
  const Current current (context_);
  if (!current) return Status::device_failed;
  return status_of (CuStreamSynchronize (stream_), "cuStreamSynchronize");
}

}  // namespace

std::unique_ptr<Renderer> make_cuda_renderer (GstCudaContext *context, CUstream stream,
                                              std::shared_ptr<const void> keep)
{
  return std::make_unique<CudaRenderer> (context, stream, std::move (keep));
}

}  // namespace quad::cuda

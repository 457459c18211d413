#include "glue/device_tile.h"

#include <cstring>
#include <optional>

#include "glue/converted_tile.h"
#include "glue/device_impl.h"
#include "glue/video.h"

namespace quad {
namespace {

// A picture in our own device memory.
class DevicePicture {
 public:
  Status reserve (GstCudaContext *context, PixelFormat format, Size size)
  {
    constexpr std::size_t kAlignment = 256;
    const FormatInfo &info = info_of (format);
    view_ = {format, size, Memory::cuda};
    std::size_t at = 0;
    std::array<std::size_t, kMaxPlanes> offset = {};
    for (int p = 0; p < info.planes; p++) {
      const auto i = std::size_t (p);
      PlaneView &plane = view_.plane[i];
      plane.size = plane_size (info, p, size);
      const auto row = std::size_t (plane.size.width * info.bytes_per_position (p));
      plane.stride = static_cast<std::ptrdiff_t> ((row + kAlignment - 1) / kAlignment * kAlignment);
      offset[i] = at;
      at += std::size_t (plane.stride) * std::size_t (plane.size.height);
    }
    if (const Status s = memory_.reserve (context, at); s != Status::ok) return s;
    for (std::size_t i = 0; i < std::size_t (info.planes); i++)
      view_.plane[i].data = reinterpret_cast<std::byte *> (memory_.address () + offset[i]);
    return Status::ok;
  }
  const FrameView &view () const { return view_; }

 private:
  cuda::DeviceBuffer memory_;
  FrameView view_;
};

// Pinned host memory. The driver copies it asynchronously; for other host memory a copy may wait
// for the stream (CUDA driver API, "API synchronization behavior").
struct PinnedBytes {
  GstCudaContext *context;
  void *data;
};

void free_pinned (gpointer pointer)
{
  auto *bytes = static_cast<PinnedBytes *> (pointer);
  {
    const cuda::Current current (bytes->context);
    if (current) (void)cuda::status_of (CuMemFreeHost (bytes->data), "cuMemFreeHost");
  }
  gst_object_unref (bytes->context);
  delete bytes;
}

// A picture in such memory, always mapped.
class PinnedPicture {
 public:
  // The context must be current.
  Status reserve (GstCudaContext *context, const GstVideoInfo &info)
  {
    const PixelFormat format = from_gst (GST_VIDEO_INFO_FORMAT (&info));
    const Size size = {info.width, info.height};
    if (frame_ && frame_->view ().format == format && frame_->view ().size == size)
      return Status::ok;
    frame_.reset ();
    if (const Status s = make_room (context, GST_VIDEO_INFO_SIZE (&info)); s != Status::ok)
      return s;
    frame_.emplace (info, buffer_.get (), GST_MAP_READWRITE);
    if (*frame_) return Status::ok;
    frame_.reset ();
    return Status::out_of_memory;
  }
  MappedFrame &frame () { return *frame_; }

 private:
  // Pictures that glide have another size in each frame, and such memory is slow to get.
  Status make_room (GstCudaContext *context, gsize bytes)
  {
    if (buffer_ && gst_buffer_get_size (buffer_.get ()) >= bytes) return Status::ok;
    buffer_.reset ();
    void *data = nullptr;
    const CUresult result = CuMemAllocHost (&data, static_cast<unsigned> (bytes));
    if (result != CUDA_SUCCESS) {
      const Status status = cuda::status_of (result, "cuMemAllocHost");
      return status == Status::out_of_device_memory ? Status::out_of_memory : status;
    }
    auto *owner = new PinnedBytes{GST_CUDA_CONTEXT (gst_object_ref (context)), data};
    buffer_.reset (gst_buffer_new_wrapped_full (static_cast<GstMemoryFlags> (0), data, bytes, 0,
                                                bytes, owner, free_pinned));
    return Status::ok;
  }

  Owned<GstBuffer> buffer_;
  std::optional<MappedFrame> frame_;
};

std::size_t row_bytes (const FrameView &picture, int p)
{
  const int width = picture.plane[std::size_t (p)].size.width;
  return static_cast<std::size_t> (width * info_of (picture.format).bytes_per_position (p));
}

// Copies between two host pictures of the same format and size.
void copy_rows (const FrameView &from, const FrameView &to)
{
  for (int p = 0; p < info_of (from.format).planes; p++) {
    const PlaneView &a = from.plane[std::size_t (p)], &b = to.plane[std::size_t (p)];
    for (int y = 0; y < a.size.height; y++)
      std::memcpy (b.data + y * b.stride, a.data + y * a.stride, row_bytes (from, p));
  }
}

// Queues a copy between the device and pinned memory.
Status copy_planes (const FrameView &from, const FrameView &to, CUstream stream)
{
  for (int p = 0; p < info_of (from.format).planes; p++) {
    const PlaneView &a = from.plane[std::size_t (p)], &b = to.plane[std::size_t (p)];
    CUDA_MEMCPY2D copy = {};
    const bool down = from.memory == Memory::cuda;
    copy.srcMemoryType = down ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST;
    copy.srcDevice = down ? reinterpret_cast<CUdeviceptr> (a.data) : 0;
    copy.srcHost = down ? nullptr : a.data;
    copy.srcPitch = static_cast<std::size_t> (a.stride);
    copy.dstMemoryType = down ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
    copy.dstDevice = down ? 0 : reinterpret_cast<CUdeviceptr> (b.data);
    copy.dstHost = down ? b.data : nullptr;
    copy.dstPitch = static_cast<std::size_t> (b.stride);
    copy.WidthInBytes = row_bytes (from, p);
    copy.Height = static_cast<std::size_t> (a.size.height);
    if (const Status s = cuda::status_of (CuMemcpy2DAsync (&copy, stream), "cuMemcpy2DAsync");
        s != Status::ok)
      return s;
  }
  return Status::ok;
}

}  // namespace

struct DeviceTile::Impl {
  explicit Impl (Device &d) : device (d) {}

  Device &device;
  Scene scene;  // the tile alone on a canvas of its size
  DevicePicture scaled, uploaded;
  PinnedPicture pinned;  // on the host: the download's result, or the upload's source
  // Destroyed first: it waits for queued work, which uses the members above.
  std::unique_ptr<Renderer> renderer;

  GstCudaContext *context () { return device.impl ().context.get (); }
  CUstream stream () { return device.impl ().stream->get (); }
  Status scale (const Tile &tile);
};

DeviceTile::DeviceTile (Device &device) : impl_ (std::make_unique<Impl> (device)) {}
DeviceTile::~DeviceTile () = default;

Status DeviceTile::Impl::scale (const Tile &tile)
{
  scene.format = tile.source.format;
  scene.canvas = tile.target.size ();
  scene.site = tile.site;
  scene.tiles.assign (1, tile);
  Tile &t = scene.tiles[0];
  t.target = rect_of (scene.canvas);
  t.alpha = 255;
  t.blend = Blend::source;
  if (!renderer) renderer = device.make_renderer ();
  if (!renderer) return Status::device_failed;
  if (const Status s = scaled.reserve (context (), scene.format, scene.canvas); s != Status::ok)
    return s;
  if (const Status s = renderer->prepare (scene); s != Status::ok) return s;
  return renderer->draw (scene, scaled.view ());
}

Status DeviceTile::download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                             GstVideoInfo &info)
{
  const cuda::Current current (impl_->context ());
  if (!current) return Status::device_failed;
  if (const Status s = impl_->scale (tile); s != Status::ok) return s;
  if (!resized (from, tile.target.size (), info)) return Status::unsupported_format;
  if (const Status s = impl_->pinned.reserve (impl_->context (), info); s != Status::ok) return s;
  frame = &impl_->pinned.frame ();
  return copy_planes (impl_->scaled.view (), frame->view (), impl_->stream ());
}

Status DeviceTile::upload (const FrameView &picture, FrameView &copy)
{
  const cuda::Current current (impl_->context ());
  if (!current) return Status::device_failed;
  GstVideoInfo info;
  if (!gst_video_info_set_format (&info, to_gst (picture.format),
                                  static_cast<guint> (picture.size.width),
                                  static_cast<guint> (picture.size.height)))
    return Status::unsupported_format;
  if (const Status s = impl_->pinned.reserve (impl_->context (), info); s != Status::ok) return s;
  if (const Status s = impl_->uploaded.reserve (impl_->context (), picture.format, picture.size);
      s != Status::ok)
    return s;
  copy_rows (picture, impl_->pinned.frame ().view ());
  copy = impl_->uploaded.view ();
  // The next frame reuses this memory.
  impl_->device.impl ().stream->finish_with_frame ();
  return copy_planes (impl_->pinned.frame ().view (), copy, impl_->stream ());
}

}  // namespace quad

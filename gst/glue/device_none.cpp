// Device and DeviceTile where there is no CUDA to build with.
#include "glue/device_tile.h"

namespace quad {

struct Device::Impl {
  int id = -1;
};

bool device_available (std::string &why)
{
  why = "this build has no CUDA";
  return false;
}

Device::Device (GstElement *) : impl_ (std::make_unique<Impl> ()) {}
Device::~Device () = default;
void Device::set_id (int id) { impl_->id = id; }
int Device::id () const { return impl_->id; }
void Device::take_context (GstContext *) {}
bool Device::answer (GstQuery *) { return false; }
bool Device::open () { return false; }
void Device::close () {}
std::unique_ptr<Renderer> Device::make_renderer () { return nullptr; }
bool Device::decide (GstQuery *) { return false; }
void Device::propose (GstQuery *, guint) {}
const char *Device::problem_of (GstBuffer *) { return "lies in no CUDA memory"; }
Status Device::begin (std::span<GstBuffer *const>, GstBuffer *) { return Status::ok; }
Status Device::end (std::span<GstBuffer *const>, GstBuffer *) { return Status::ok; }
Memory memory_of (GstBuffer *) { return Memory::host; }

struct DeviceTile::Impl {};
DeviceTile::DeviceTile (Device &) {}
DeviceTile::~DeviceTile () = default;
Status DeviceTile::convert (const Tile &, const GstVideoInfo &, const GstVideoInfo &, guint,
                            FrameView &)
{
  return Status::device_failed;
}
Status DeviceTile::download (const Tile &, const GstVideoInfo &, MappedFrame *&, GstVideoInfo &)
{
  return Status::device_failed;
}
Status DeviceTile::upload (const FrameView &, FrameView &) { return Status::device_failed; }
bool device_converts (const GstVideoInfo &, const GstVideoInfo &) { return false; }

}  // namespace quad

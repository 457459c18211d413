// A tile whose pixels lie in CUDA memory, but not as the canvas needs them: scaled
// and turned on the device at the size that is shown, then converted there to the
// canvas's format, or copied to the host; and the way back for a tile of the host's.
#pragma once

#include <memory>
#include <optional>

#include "glue/device.h"
#include "glue/frame.h"

namespace quad {

// Whether the device can turn pictures of `from` into such of `to`: what can be done
// with one matrix. Transfer functions and primaries of HDR and wide gamut are not.
bool device_converts (const GstVideoInfo &from, const GstVideoInfo &to);

// Not thread safe. Its pictures are kept between frames of the same shape. All work is
// queued in the device's stream, between its begin() and end().
class DeviceTile : public Adapter {
 public:
  explicit DeviceTile (Device &device);
  ~DeviceTile () override;
  DeviceTile (const DeviceTile &) = delete;
  DeviceTile &operator= (const DeviceTile &) = delete;

  Status convert (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                  guint background, FrameView &converted) override;
  Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                   GstVideoInfo &info) override;
  Status upload (const FrameView &picture, FrameView &copy) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quad

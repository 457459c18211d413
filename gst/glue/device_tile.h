// A tile in CUDA memory that does not fit the canvas. It is scaled and turned on the device at the
// size that is shown, then converted there to the canvas's format, or copied to the host. Also
// uploads a tile from the host.
#pragma once

#include <memory>
#include <optional>

#include "glue/device.h"
#include "glue/frame.h"

namespace quad {

// True if the device can convert `from` to `to`: one matrix must be enough. It does not convert
// transfer functions and primaries of HDR and wide gamut.
bool device_converts (const GstVideoInfo &from, const GstVideoInfo &to);

// Its pictures are kept between frames of the same shape. All work is queued in the device's
// stream, between its begin () and end (). Not thread safe.
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

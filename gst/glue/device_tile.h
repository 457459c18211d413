// A tile that lies in other memory than the canvas. From CUDA memory it is scaled and turned on the
// device at the size that is shown, then copied to the host. Also uploads a tile from the host.
#pragma once

#include <memory>
#include <optional>

#include "glue/device.h"
#include "glue/frame.h"

namespace quad {

// Its pictures are kept between frames of the same shape. All work is queued in the device's
// stream, between its begin () and end (). Not thread safe.
class DeviceTile : public Adapter {
 public:
  explicit DeviceTile (Device &device);
  ~DeviceTile () override;
  DeviceTile (const DeviceTile &) = delete;
  DeviceTile &operator= (const DeviceTile &) = delete;

  Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                   GstVideoInfo &info) override;
  Status upload (const FrameView &picture, FrameView &copy) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quad

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
class DeviceTile {
 public:
  explicit DeviceTile (Device &device);
  ~DeviceTile ();
  DeviceTile (const DeviceTile &) = delete;
  DeviceTile &operator= (const DeviceTile &) = delete;

  // The picture of `tile`, of `from` in CUDA memory, at its target's size in the format
  // of `to`; valid until the next call. A picture with alpha on one without is laid
  // over `background` (0xAARRGGBB, taken as opaque).
  Status convert (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                  guint background, FrameView &converted);

  // The same in its own format, copied to the host: `frame`, which `info` describes. Its
  // pixels are there after the device's end().
  Status download (const Tile &tile, const GstVideoInfo &from, MappedFrame *&frame,
                   GstVideoInfo &info);

  // A copy of `picture`, which lies on the host, on the device. The picture may go when
  // this returns; the device's end() waits for the copy.
  Status upload (const FrameView &picture, FrameView &copy);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace quad

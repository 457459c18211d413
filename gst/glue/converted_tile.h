// A tile's picture at the size that is shown, in another format, for a canvas in other memory.
#pragma once

#include <memory>
#include <optional>

#include "core/renderer.h"
#include "glue/frame.h"
#include "glue/light.h"
#include "glue/owned.h"
#include "glue/threads.h"

namespace quad {

// `info` becomes `like` at another size; false if that is not possible.
bool resized (const GstVideoInfo &like, Size size, GstVideoInfo &info);

// Not thread safe. Its buffers are kept between frames of the same shape.
class ConvertedTile {
 public:
  explicit ConvertedTile (std::shared_ptr<Threads> threads) : threads_ (std::move (threads)) {}

  // Prepares for `tile` (its source, crop, orientation, filter and target size), which is described
  // by `from`, to become a picture of `to`, whose size does not count. Alpha is kept if `to` has
  // it, and else dropped. `peak`: see light_between.
  Status prepare (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                  double peak = 0);

  // Draws the tile's source at the target's size, with all threads. `converted` is the picture of
  // `to`; it lives until the next call, and as long as the source.
  Status draw (const Tile &tile, FrameView &converted);

 private:
  // A buffer that stays mapped.
  struct Store {
    Owned<GstBuffer> buffer;
    std::optional<MappedFrame> frame;

    void clear ();
    bool allocate (const GstVideoInfo &info);
  };

  Status build (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to);
  Status prepare_drawing (const Tile &tile);
  void describe (const Tile &tile);

  std::shared_ptr<Threads> threads_;
  std::unique_ptr<Renderer> renderer_;
  Scene scene_;          // the tile alone on a canvas of its size
  bool direct_ = false;  // nothing to draw: take the source itself
  GstVideoInfo from_ = {}, to_ = {}, drawn_info_ = {};
  Conversion conversion_;
  Tile shape_;
  double peak_ = 0;
  bool ready_ = false;
  Store drawn_;
};

}  // namespace quad

// A tile's picture at the size that is shown, in the canvas's format: for a canvas in other memory,
// and for light that differs from the canvas's. The engine scales, turns and converts. If the light
// differs, GstVideoConverter converts what was scaled in its own format.
#pragma once

#include <memory>
#include <optional>

#include "core/renderer.h"
#include "glue/frame.h"
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
  // by `from`, on a canvas of `to`. A picture with alpha is laid over `background` (0xAARRGGBB,
  // taken as opaque) if the canvas has no alpha.
  Status prepare (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                  guint background);

  // Scales the picture to the target's size, with all threads. `frame` is the tile's mapped source,
  // which must live until convert () returns. `converted` is the picture in the canvas's format; it
  // has its pixels after convert (), and keeps them until the next call.
  Status scale (const Tile &tile, GstVideoFrame &frame, FrameView &converted);

  // Converts what was scaled, with one thread. Any thread may call it.
  void convert ();

 private:
  struct FreeConverter {
    void operator() (GstVideoConverter *c) const { gst_video_converter_free (c); }
  };
  // A buffer that stays mapped.
  struct Store {
    Owned<GstBuffer> buffer;
    std::optional<MappedFrame> frame;

    void clear ();
    bool allocate (GstVideoInfo info);
  };

  // As Store, for a format that is only an intermediate step.
  struct Passage {
    Owned<GstBuffer> buffer;
    GstVideoFrame frame = {};

    ~Passage () { clear (); }
    void clear ();
    bool allocate (GstVideoInfo info);
  };

  bool make_converters (const GstVideoInfo &scaled, const GstVideoInfo &result);
  Status build (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to);
  Status prepare_scaling (const Tile &tile);
  void describe (const Tile &tile);

  std::shared_ptr<Threads> threads_;
  std::unique_ptr<Renderer> renderer_;
  Scene scene_;          // the tile alone on a canvas of its size
  bool engine_ = false;  // the engine converts: no converter
  bool direct_ = false;  // nothing to scale or turn: take the source itself
  GstVideoInfo from_ = {}, to_ = {}, scaled_info_ = {};  // `scaled_info_`: what the engine draws
  Tile shape_;
  bool ready_ = false;
  Store scaled_, converted_;
  GstVideoFrame *from_frame_ = nullptr;  // what convert () converts
  std::unique_ptr<GstVideoConverter, FreeConverter> converter_;
  // Set if two steps are needed.
  Passage passage_;
  std::unique_ptr<GstVideoConverter, FreeConverter> second_;
};

}  // namespace quad

// A tile whose format or colorimetry is not the canvas's: scaled and turned as
// it is, at the size that is shown, then converted by GstVideoConverter.
#pragma once

#include <memory>
#include <optional>

#include "core/renderer.h"
#include "glue/frame.h"
#include "glue/owned.h"
#include "glue/threads.h"

namespace quad {

// `like` at another size; false where there can be no such picture.
bool resized (const GstVideoInfo &like, Size size, GstVideoInfo &info);

// Not thread safe. Its buffers are kept between frames of the same shape.
class ConvertedTile {
 public:
  explicit ConvertedTile (std::shared_ptr<Threads> threads) : threads_ (std::move (threads)) {}

  // Gets ready to show `tile` (its source, crop, orientation, filter and the size
  // of its target) of `from` on a canvas of `to`. A picture with alpha on a canvas
  // without is laid over `background` (0xAARRGGBB, taken as opaque).
  Status prepare (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to,
                  guint background);

  // The picture in the canvas's format at the target's size, valid until the next
  // call. `frame` is the mapped source of the tile.
  Status draw (const Tile &tile, GstVideoFrame &frame, FrameView &converted);

 private:
  struct FreeConverter {
    void operator() (GstVideoConverter *c) const { gst_video_converter_free (c); }
  };
  // A buffer that stays mapped.
  struct Store {
    Owned<GstBuffer> buffer;
    std::optional<MappedFrame> frame;

    bool allocate (const GstVideoInfo &info);
  };

  // As Store, of a format that is converted through and not drawn.
  struct Passage {
    Owned<GstBuffer> buffer;
    GstVideoFrame frame = {};

    ~Passage () { clear (); }
    void clear ();
    bool allocate (const GstVideoInfo &info);
  };

  bool make_converters (const GstVideoInfo &scaled, const GstVideoInfo &result);
  Status build (const Tile &tile, const GstVideoInfo &from, const GstVideoInfo &to);
  void describe (const Tile &tile);

  std::shared_ptr<Threads> threads_;
  std::unique_ptr<Renderer> renderer_;
  Scene scene_;          // the tile alone, on a canvas of its target's size
  bool direct_ = false;  // nothing to scale or turn: converted straight from the source
  GstVideoInfo from_ = {}, to_ = {};
  Tile shape_;
  bool ready_ = false;
  Store scaled_, converted_;
  std::unique_ptr<GstVideoConverter, FreeConverter> converter_;
  // Set where two steps are needed.
  Passage passage_;
  std::unique_ptr<GstVideoConverter, FreeConverter> second_;
};

}  // namespace quad

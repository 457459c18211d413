// Pictures to an animated GIF, one after the other: of each only what changed.
#pragma once

#include "gif/file.h"
#include "gif/painter.h"

namespace quad::gif {

// Holds what is seen of the file so far and what it was made from: 10 bytes a pixel, and 5 MB
// whatever the size. Of one thread.
class Encoder {
 public:
  // `size`: 1 to 65535 each. Throws std::bad_alloc.
  Encoder (Size size, const Settings &settings, FindNearest find_nearest)
      : size_{size}, settings_{settings}, painter_{size, settings, find_nearest}
  {
  }

  // These may change between pictures.
  void set_lossy (int lossy) { painter_.set_lossy (lossy); }
  void set_dither_strength (double strength) { painter_.set_dither_strength (strength); }

  // Whether two pictures of this size look the same.
  bool same (const PackedView &a, const PackedView &b) { return painter_.same (a, b); }

  // Appends picture `now`, shown for `delay` >= 2 hundredths of a second, and the file's head
  // before the first one. `next`: the picture that follows, or nullptr; it is needed only where
  // pictures have alpha, as what it no longer shows is cleared when the time of `now` is over.
  // Gives the time that was written, which is more than `delay` where another `next` came than was
  // said.
  std::int64_t add (const PackedView &now, std::int64_t delay, const PackedView *next, Bytes &out);
  void end (Bytes &out) { put_end (out); }

 private:
  // How an image is shown.
  struct Showing {
    int delay;
    Disposal disposal;
    bool to_nothing = false;  // it lies on transparency, or leaves it behind
  };

  Palette pack_symbols (const Rect &area, bool *is_own, bool *leaves_any);
  void put_image (const Rect &area, const Showing &showing, Bytes &out);
  void put_still (const Rect &area, const Showing &showing, Bytes &out);

  Size size_;
  Settings settings_;
  Painter painter_;
  LzwEncoder lzw_;
  bool begun_ = false;
};

}  // namespace quad::gif

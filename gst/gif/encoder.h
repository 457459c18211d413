// Encodes pictures to an animated GIF, one after the other. Writes only what changed.
#pragma once

#include "gif/canvas.h"
#include "gif/file.h"
#include "gif/lzw.h"
#include "gif/painter.h"

namespace quad::gif {

// Holds what the file shows so far, the source colours of that, and one picture: 14 bytes a pixel,
// and 5 MB whatever the size. Used by one thread.
class Encoder {
 public:
  // What add () has written.
  struct Added {
    std::int64_t time;    // hundredths of a second
    int colors;           // of the palette that the picture is drawn with
    bool is_of_file;      // that palette is the file's
    bool is_new_palette;  // it was made for this picture
    Rect area;            // the drawn part; empty if nothing changed
  };

  // `size`: 1 to 65535 each. Throws std::bad_alloc.
  Encoder (Size size, const Settings &settings, FindNearest find_nearest);
  Encoder (const Encoder &) = delete;
  Encoder &operator= (const Encoder &) = delete;

  // These may change between pictures.
  void set_lossy (int lossy) { settings_.lossy = lossy; }
  void set_dither_strength (double strength) { settings_.dither_strength = strength; }

  // True if two pictures of this size look the same.
  bool same (const PackedView &a, const PackedView &b) const
  {
    return look_same (a, b, settings_.alpha_threshold);
  }

  // Appends the picture `now`, shown for `delay` >= 2 hundredths of a second, and the file's head
  // before the first one. `next`: the picture that follows, or nullptr. It is needed only for
  // pictures with alpha: parts that `next` no longer shows are cleared when the time of `now` is
  // over. If the next picture is not the announced one, the written time may be longer than
  // `delay`.
  Added add (const PackedView &now, std::int64_t delay, const PackedView *next, Bytes &out);
  void end (Bytes &out) { put_end (out); }

 private:
  // How an image is shown.
  struct Showing {
    int delay;
    Disposal disposal;
    bool to_nothing = false;  // it lies on transparency, or leaves it behind
  };
  // A part of the drawing whose symbols are ready for the file.
  struct Packed {
    Palette table;
    bool is_own;      // the table is not the file's
    bool leaves_any;  // pixels may stay as they are
  };

  std::int64_t clear_late (const PackedView &now, Bytes &out);
  void put_picture (const Painting &painting, std::int64_t time, const Rect &cleared,
                    bool to_nothing, Bytes &out);
  Packed pack_symbols (const Rect &area, const Painting &painting);
  void put_image (const Rect &area, const Painting &painting, const Showing &showing, Bytes &out);
  void put_still (const Rect &area, const Showing &showing, Bytes &out);

  Size size_;
  Settings settings_;
  Painter painter_;
  Picture now_;
  Canvas canvas_;
  Drawing drawing_;
  LzwEncoder lzw_;
  bool begun_ = false;
};

}  // namespace quad::gif

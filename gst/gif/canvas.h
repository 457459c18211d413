// What a viewer of the file sees.
#pragma once

#include "gif/drawing.h"

namespace quad::gif {

// 8 bytes a pixel.
class Canvas {
 public:
  // Nothing is seen at first. Throws std::bad_alloc.
  explicit Canvas (Size size) : shown_{size}, source_{size} {}

  // The colours that are seen; 0 where nothing is.
  const Picture &shown () const { return shown_; }
  bool is_shown (std::size_t i) const { return shown_[i] != 0; }
  // The colours that these stand for. A pixel is drawn anew only where they change, so that
  // nothing flickers or drifts.
  const Picture &source () const { return source_; }

  // From now on `now` is the source; `now` becomes any picture. Nothing may be seen where it is
  // transparent: clear () that before.
  void take_source (Picture &now);
  // Pixels of `area` become those that `plane` says, which is that part: its symbols are indices
  // of `table`, and `stay` changes nothing.
  void show (const Rect &area, const SymbolPlane &plane, const Palette &table, int stay);
  // Nothing is seen in `area` any more.
  void clear (const Rect &area);

  // Around what is seen where `next` is transparent, by load_row () with this threshold. `coming`:
  // what is drawn before `next` comes, or nullptr. Empty where `next` has no alpha.
  Rect area_to_clear (const PackedView &next, int threshold, const Drawing *coming) const;

 private:
  Picture shown_, source_;
};

}  // namespace quad::gif

// What a viewer of the file sees.
#pragma once

#include "gif/drawing.h"

namespace quad::gif {

// 8 bytes a pixel.
class Canvas {
 public:
  // Starts empty. Throws std::bad_alloc.
  explicit Canvas (Size size) : shown_{size}, source_{size} {}

  // The visible colours; 0: nothing is visible.
  const Picture &shown () const { return shown_; }
  bool is_shown (std::size_t i) const { return shown_[i] != 0; }
  // The source colours behind them. A pixel is drawn anew only if its source changes, so that
  // nothing flickers or drifts.
  const Picture &source () const { return source_; }

  // Makes `now` the source; `now` gets any picture in exchange. clear () before this what is
  // visible but transparent in `now`.
  void take_source (Picture &now);
  // Shows `plane`, which is the part `area` of the picture. Its symbols are indices of `table`;
  // `stay` changes nothing.
  void show (const Rect &area, const SymbolPlane &plane, const Palette &table, int stay);
  // Makes `area` empty.
  void clear (const Rect &area);

  // The rectangle around visible pixels that are transparent in `next`, by load_row () with this
  // threshold. `coming`: what is drawn before `next` comes, or nullptr. Empty if `next` has no
  // alpha.
  Rect area_to_clear (const PackedView &next, int threshold, const Drawing *coming) const;

 private:
  Picture shown_, source_;
};

}  // namespace quad::gif

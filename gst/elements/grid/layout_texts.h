// The layout's properties that are texts: `areas`, `row-weights` and `column-weights`.
#pragma once

#include <array>
#include <string>

#include "elements/grid/settings.h"

struct GstQuadMuxGrid;

namespace quad {

enum class LayoutText { areas, row_weights, column_weights };

struct LayoutTextRow {
  const char *property;
  const char *nick;
  const char *blurb;
  // Reads `text` into its field of the settings. Returns what is wrong with it, and then changes
  // nothing; empty: nothing is wrong.
  std::string (*read) (const std::string &text, GridSettings &settings);
  // Copies that field.
  void (*take) (const GridSettings &from, GridSettings &to);
};

// The sentence for the user on what read () returned; empty: nothing is wrong.
std::string refusal_of (const LayoutTextRow &row, const std::string &problem);

// In the order of LayoutText.
extern const std::array<LayoutTextRow, 3> kLayoutTexts;

// Null or a text. A text that is wrong is refused: the settings stay, and the user is told.
void set_layout_text (GstQuadMuxGrid *self, LayoutText which, const char *text);

// The text in force; empty: none.
std::string layout_text (GstQuadMuxGrid *self, LayoutText which);

}  // namespace quad

// What the user sets for labels. A pad's settings come before the element's.
#pragma once

#include <glib.h>

#include <memory>
#include <optional>
#include <string>

#include "elements/grid/label_place.h"

namespace quad {

// The strings, which copies of the settings share; none: not set.
struct LabelTexts {
  std::optional<std::string> label;        // a pattern, see LabelPattern; empty: no label
  std::optional<std::string> name;         // what {name} shows; a pad's
  std::optional<std::string> font;         // as Pango has it
  std::optional<std::string> placeholder;  // a pattern; a pad's
};

inline constexpr char kLabelFont[] = "Sans 14";

// The element's.
struct LabelSettings {
  LabelPosition position = LabelPosition::bottom_left;
  guint color = 0xffffffff;       // 0xAARRGGBB
  guint background = 0x80000000;  // 0xAARRGGBB
  int margin = 8;                 // pixels
  std::shared_ptr<const LabelTexts> texts = {};
};

// A pad's; none: the element's.
struct PadLabelSettings {
  std::optional<LabelPosition> position;
  std::optional<guint> color;
  std::optional<guint> background;
  std::optional<int> margin;
  std::shared_ptr<const LabelTexts> texts;
};

// What counts for one pad. The strings are those of the settings.
struct LabelStyle {
  const char *label = "";
  const char *name = nullptr;  // null: the pad's own
  const char *font = kLabelFont;
  const char *placeholder = "";
  LabelPosition position = {};
  guint color = 0;
  guint background = 0;
  int margin = 0;
};

inline LabelStyle style_of (const LabelSettings &all, const PadLabelSettings &pad)
{
  LabelStyle style = {.position = pad.position.value_or (all.position),
                      .color = pad.color.value_or (all.color),
                      .background = pad.background.value_or (all.background),
                      .margin = pad.margin.value_or (all.margin)};
  for (const LabelTexts *texts : {all.texts.get (), pad.texts.get ()}) {
    if (!texts) continue;
    if (texts->label) style.label = texts->label->c_str ();
    if (texts->name) style.name = texts->name->c_str ();
    if (texts->font) style.font = texts->font->c_str ();
    if (texts->placeholder) style.placeholder = texts->placeholder->c_str ();
  }
  return style;
}

}  // namespace quad

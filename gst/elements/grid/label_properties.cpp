#include "elements/grid/label_properties.h"

#include "core/renderer.h"
#include "elements/grid/enums.h"
#include "elements/grid/labels.h"

namespace quad {
namespace {

enum Which : guint {
  kLabel,
  kFontDesc,
  kPosition,
  kColor,
  kBehind,
  kMargin,
  // Of pads alone:
  kName,
  kPlaceholderText,
};
static_assert (kMargin + 1 == kLabelProperties && kPlaceholderText + 1 == kPadLabelProperties);

constexpr auto kFlags = static_cast<GParamFlags> (
    int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} | int{GST_PARAM_MUTABLE_PLAYING});
constexpr auto kControllable = static_cast<GParamFlags> (int{kFlags} | int{GST_PARAM_CONTROLLABLE});

constexpr gint kInherit = -1;  // a pad's value that stands for the element's
const LabelSettings kNumbers;

// A string's place; null: `which` is no string.
std::optional<std::string> LabelTexts::*text_of (guint which)
{
  switch (which) {
    case kLabel: return &LabelTexts::label;
    case kFontDesc: return &LabelTexts::font;
    case kName: return &LabelTexts::name;
    case kPlaceholderText: return &LabelTexts::placeholder;
    default: return nullptr;
  }
}

// Snapshots share the old strings, so new ones are made.
bool set_text (std::shared_ptr<const LabelTexts> &texts, guint which, const GValue *value)
{
  const auto field = text_of (which);
  if (!field) return false;
  auto changed = texts ? std::make_shared<LabelTexts> (*texts) : std::make_shared<LabelTexts> ();
  const char *text = g_value_get_string (value);
  (*changed).*field = text ? std::optional<std::string> (text) : std::nullopt;
  texts = std::move (changed);
  return true;
}

bool get_text (const LabelTexts *texts, guint which, GValue *value)
{
  const auto field = text_of (which);
  if (!field) return false;
  const bool is_set = texts && (texts->*field).has_value ();
  g_value_set_string (value, is_set ? (texts->*field)->c_str () : nullptr);
  return true;
}

// -1 stands for the element's value.
template <typename T>
std::optional<T> own_value (gint64 value)
{
  return value == kInherit ? std::nullopt : std::optional<T> (static_cast<T> (value));
}

template <typename T>
gint64 shown_value (const std::optional<T> &value)
{
  return value ? static_cast<gint64> (*value) : kInherit;
}

GEnumValue place (LabelPosition position, const char *description, const char *nick)
{
  return enum_value (position, description, nick);
}

// The nine places; for pads with the one that stands for the element's.
GType position_type (const char *name, bool of_pad)
{
  static const GEnumValue all[] = {
      {kInherit, "As the element's label-position", "inherit"},
      place (LabelPosition::top_left, "Top left", "top-left"),
      place (LabelPosition::top, "Top", "top"),
      place (LabelPosition::top_right, "Top right", "top-right"),
      place (LabelPosition::left, "Left", "left"),
      place (LabelPosition::center, "Center", "center"),
      place (LabelPosition::right, "Right", "right"),
      place (LabelPosition::bottom_left, "Bottom left", "bottom-left"),
      place (LabelPosition::bottom, "Bottom", "bottom"),
      place (LabelPosition::bottom_right, "Bottom right", "bottom-right"),
      {0, nullptr, nullptr}};
  return g_enum_register_static (name, of_pad ? all : all + 1);
}

void add (GObjectClass *klass, guint id, GParamSpec *spec)
{
  g_object_class_install_property (klass, id, spec);
}

}  // namespace

void install_label_properties (GObjectClass *klass, guint first)
{
  add (klass, first + kLabel,
       g_param_spec_string ("label", "Label",
                            "Text over each input, with fields such as {name}, {state} and "
                            "{clock:%H:%M:%S} (NULL = none)",
                            nullptr, kFlags));
  add (klass, first + kFontDesc,
       g_param_spec_string ("font-desc", "Font description",
                            "Font of labels, as Pango has it, for example \"Sans Bold 14\"",
                            kLabelFont, kFlags));
  add (klass, first + kPosition,
       g_param_spec_enum ("label-position", "Label position", "Where labels lie in their cells",
                          GST_TYPE_QUAD_LABEL_POSITION, static_cast<gint> (kNumbers.position),
                          kControllable));
  add (klass, first + kColor,
       g_param_spec_uint ("label-color", "Label color", "Color of labels' letters, as 0xAARRGGBB",
                          0, G_MAXUINT, kNumbers.color, kControllable));
  add (klass, first + kBehind,
       g_param_spec_uint ("label-background", "Label background",
                          "Color behind labels' letters, as 0xAARRGGBB", 0, G_MAXUINT,
                          kNumbers.background, kControllable));
  add (klass, first + kMargin,
       g_param_spec_int ("label-margin", "Label margin",
                         "Space in pixels between a label and the edges of its cell", 0, kMaxSide,
                         kNumbers.margin, kControllable));
}

void install_pad_label_properties (GObjectClass *klass, guint first)
{
  auto text = [&] (Which which, const char *name, const char *nick, const char *blurb) {
    add (klass, first + which, g_param_spec_string (name, nick, blurb, nullptr, kFlags));
  };
  // Every colour is one that a pad may want, so the type has one value more.
  auto color = [&] (Which which, const char *name, const char *nick, const char *blurb) {
    add (klass, first + which,
         g_param_spec_int64 (name, nick, blurb, kInherit, G_MAXUINT32, kInherit, kControllable));
  };
  text (kLabel, "label", "Label",
        "Text over the picture, with fields such as {name} (NULL = the element's label, empty = "
        "none)");
  text (kFontDesc, "font-desc", "Font description",
        "Font of the label, as Pango has it (NULL = the element's font-desc)");
  add (klass, first + kPosition,
       g_param_spec_enum ("label-position", "Label position", "Where the label lies in the cell",
                          GST_TYPE_QUAD_PAD_LABEL_POSITION, kInherit, kControllable));
  color (kColor, "label-color", "Label color",
         "Color of the label's letters, as 0xAARRGGBB (-1 = the element's label-color)");
  color (kBehind, "label-background", "Label background",
         "Color behind the label's letters, as 0xAARRGGBB (-1 = the element's label-background)");
  add (klass, first + kMargin,
       g_param_spec_int ("label-margin", "Label margin",
                         "Space in pixels between the label and the edges of the cell (-1 = the "
                         "element's label-margin)",
                         kInherit, kMaxSide, kInherit, kControllable));
  text (kName, "label-name", "Label name", "What {name} shows (NULL = the pad's name)");
  text (kPlaceholderText, "placeholder-text", "Placeholder text",
        "Text that is shown where a placeholder is to be and none is set; it may have the fields "
        "of labels");
}

void prepare_for (const GParamSpec *property, const GValue *value)
{
  const std::string_view name = property->name;
  if (name != "label" && name != "placeholder-text") return;
  const char *text = g_value_get_string (value);
  if (text && *text) prepare_texts ();
}

void set_label_property (LabelSettings &s, guint which, const GValue *value)
{
  if (set_text (s.texts, which, value)) return;
  switch (which) {
    case kPosition: s.position = static_cast<LabelPosition> (g_value_get_enum (value)); break;
    case kColor: s.color = g_value_get_uint (value); break;
    case kBehind: s.background = g_value_get_uint (value); break;
    case kMargin: s.margin = g_value_get_int (value); break;
    default: break;
  }
}

void get_label_property (const LabelSettings &s, guint which, GValue *value)
{
  if (get_text (s.texts.get (), which, value)) {
    if (which == kFontDesc && !g_value_get_string (value))
      g_value_set_static_string (value, kLabelFont);
    return;
  }
  switch (which) {
    case kPosition: g_value_set_enum (value, static_cast<gint> (s.position)); break;
    case kColor: g_value_set_uint (value, s.color); break;
    case kBehind: g_value_set_uint (value, s.background); break;
    case kMargin: g_value_set_int (value, s.margin); break;
    default: break;
  }
}

void set_pad_label_property (PadLabelSettings &s, guint which, const GValue *value)
{
  if (set_text (s.texts, which, value)) return;
  switch (which) {
    case kPosition: s.position = own_value<LabelPosition> (g_value_get_enum (value)); break;
    case kColor: s.color = own_value<guint> (g_value_get_int64 (value)); break;
    case kBehind: s.background = own_value<guint> (g_value_get_int64 (value)); break;
    case kMargin: s.margin = own_value<int> (g_value_get_int (value)); break;
    default: break;
  }
}

void get_pad_label_property (const PadLabelSettings &s, guint which, GValue *value)
{
  if (get_text (s.texts.get (), which, value)) return;
  switch (which) {
    case kPosition: g_value_set_enum (value, static_cast<gint> (shown_value (s.position))); break;
    case kColor: g_value_set_int64 (value, shown_value (s.color)); break;
    case kBehind: g_value_set_int64 (value, shown_value (s.background)); break;
    case kMargin: g_value_set_int (value, static_cast<gint> (shown_value (s.margin))); break;
    default: break;
  }
}

}  // namespace quad

GType gst_quad_label_position_get_type ()
{
  static const GType type = quad::position_type ("GstQuadLabelPosition", false);
  return type;
}

GType gst_quad_pad_label_position_get_type ()
{
  static const GType type = quad::position_type ("GstQuadPadLabelPosition", true);
  return type;
}

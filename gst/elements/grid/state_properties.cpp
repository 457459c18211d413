#include "elements/grid/state_properties.h"

#include "glue/zoom.h"

namespace quad {
namespace {

enum Which : guint {
  kState,
  kStats,
  kLateAfter,
  kLostAfter,
  kLostPolicy,
  kPlaceholder,
  kPlaceholderWhileWaiting,
  kDim,
};

constexpr auto kFlags = static_cast<GParamFlags> (
    int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} | int{GST_PARAM_MUTABLE_PLAYING});
constexpr auto kReadable =
    static_cast<GParamFlags> (int{G_PARAM_READABLE} | int{G_PARAM_STATIC_STRINGS});

// Null takes the placeholder away; a sample that cannot be shown changes nothing.
void set_placeholder (GridPad &impl, const GValue *value, std::string &refusal)
{
  std::shared_ptr<const Placeholder> placeholder;
  if (auto *sample = static_cast<GstSample *> (g_value_get_boxed (value))) {
    placeholder = placeholder_of (sample, refusal);
    if (!placeholder) return;
  }
  // The old one is freed without the lock.
  const std::lock_guard guard (impl.lock);
  impl.placeholder.swap (placeholder);
}

// A colour in any of the types that a structure's text may give.
std::optional<guint> color_of (const GValue *value)
{
  if (!value) return std::nullopt;
  if (G_VALUE_HOLDS_UINT (value)) return g_value_get_uint (value);
  if (G_VALUE_HOLDS_INT (value)) return static_cast<guint> (g_value_get_int (value));
  if (G_VALUE_HOLDS_INT64 (value)) return static_cast<guint> (g_value_get_int64 (value));
  if (G_VALUE_HOLDS_UINT64 (value)) return static_cast<guint> (g_value_get_uint64 (value));
  return std::nullopt;
}

GEnumClass *states ()
{
  static auto *type = static_cast<GEnumClass *> (g_type_class_ref (GST_TYPE_QUAD_CELL_STATE));
  return type;
}

}  // namespace

void install_state_properties (GObjectClass *klass, guint first)
{
  auto add = [&] (Which which, GParamSpec *spec) {
    g_object_class_install_property (klass, first + which, spec);
  };
  auto time = [&] (Which which, const char *name, const char *nick, const char *blurb,
                   GstClockTime value) {
    add (which, g_param_spec_uint64 (name, nick, blurb, 0, G_MAXUINT64, value, kFlags));
  };
  add (kState,
       g_param_spec_enum ("state", "State", "How the input is doing", GST_TYPE_QUAD_CELL_STATE,
                          static_cast<gint> (CellState::waiting), kReadable));
  add (kStats, g_param_spec_boxed ("stats", "Statistics",
                                   "What has become of the input's frames since the start",
                                   GST_TYPE_STRUCTURE, kReadable));
  time (
      kLateAfter, "late-after", "Late after",
      "When live, how long in nanoseconds a frame is shown before the input counts as late (0 = 3 "
      "frames of the input, at least 0.5 s)",
      kStateDefaults.late_after);
  time (kLostAfter, "lost-after", "Lost after",
        "When live, how long in nanoseconds a frame is shown before the input counts as lost (0 = "
        "25 frames of the input, at least 2 s)",
        kStateDefaults.lost_after);
  add (kLostPolicy,
       g_param_spec_enum ("lost-policy", "Lost policy",
                          "What the cell shows while the input is lost", GST_TYPE_QUAD_LOST_POLICY,
                          static_cast<gint> (kStateDefaults.lost_policy), kFlags));
  add (kPlaceholder,
       g_param_spec_boxed ("placeholder", "Placeholder",
                           "Picture that is shown with lost-policy=placeholder while the input is "
                           "lost, and with placeholder-while-waiting before its first frame",
                           GST_TYPE_SAMPLE, kFlags));
  add (kPlaceholderWhileWaiting,
       g_param_spec_boolean ("placeholder-while-waiting", "Placeholder while waiting",
                             "Show the placeholder before the first frame",
                             kStateDefaults.placeholder_while_waiting, kFlags));
  add (kDim, g_param_spec_double (
                 "dim", "Dim",
                 "How much the picture is darkened that is held while the input is lost (0 = not, "
                 "1 = black)",
                 0, 1, kStateDefaults.dim,
                 static_cast<GParamFlags> (int{kFlags} | int{GST_PARAM_CONTROLLABLE})));
}

bool set_state_property (GridPad &impl, guint which, const GValue *value, std::string &refusal)
{
  if (which == kPlaceholder) {
    set_placeholder (impl, value, refusal);
    return true;
  }
  const std::lock_guard guard (impl.lock);
  StateSettings &s = impl.settings.states;
  switch (which) {
    case kLateAfter: s.late_after = g_value_get_uint64 (value); break;
    case kLostAfter: s.lost_after = g_value_get_uint64 (value); break;
    case kLostPolicy: s.lost_policy = static_cast<LostPolicy> (g_value_get_enum (value)); break;
    case kPlaceholderWhileWaiting: s.placeholder_while_waiting = g_value_get_boolean (value); break;
    case kDim: set_fraction (s.dim, value); break;
    default: return false;
  }
  return true;
}

bool get_state_property (GridPad &impl, guint which, GValue *value)
{
  if (which == kStats) {
    g_value_take_boxed (value, impl.stats.structure ().release ());
    return true;
  }
  const std::lock_guard guard (impl.lock);
  const StateSettings &s = impl.settings.states;
  switch (which) {
    case kState: g_value_set_enum (value, static_cast<gint> (impl.state.load ())); break;
    case kLateAfter: g_value_set_uint64 (value, s.late_after); break;
    case kLostAfter: g_value_set_uint64 (value, s.lost_after); break;
    case kLostPolicy: g_value_set_enum (value, static_cast<gint> (s.lost_policy)); break;
    case kPlaceholder:
      g_value_set_boxed (value, impl.placeholder ? impl.placeholder->sample.get () : nullptr);
      break;
    case kPlaceholderWhileWaiting: g_value_set_boolean (value, s.placeholder_while_waiting); break;
    case kDim: g_value_set_double (value, s.dim); break;
    default: return false;
  }
  return true;
}

GParamSpec *state_border_spec ()
{
  return g_param_spec_boxed ("state-border", "State border",
                             "Colors of borders by state, as 0xAARRGGBB: a structure with fields "
                             "named as states, for example "
                             "\"colors,lost=(uint)0xffff0000\". It needs a border-width",
                             GST_TYPE_STRUCTURE, kFlags);
}

void set_state_border (GridSettings &settings, const GValue *value, std::string &refusal)
{
  std::array<std::optional<guint>, kCellStates> colors = {};
  const auto *structure = static_cast<const GstStructure *> (g_value_get_boxed (value));
  const int n = structure ? gst_structure_n_fields (structure) : 0;
  for (int i = 0; i < n; i++) {
    const char *name = gst_structure_nth_field_name (structure, static_cast<guint> (i));
    const GEnumValue *state = g_enum_get_value_by_nick (states (), name);
    const auto color = color_of (gst_structure_get_value (structure, name));
    if (state && color) {
      colors[static_cast<std::size_t> (state->value)] = color;
      continue;
    }
    refusal = "state-border: \"";
    refusal.append (name).append (
        state ? "\" is no number: write a color as (uint)0xAARRGGBB."
              : "\" is no state: there are waiting, live, late, lost and ended.");
    return;
  }
  settings.state_border = colors;
}

void get_state_border (const GridSettings &settings, GValue *value)
{
  GstStructure *structure = gst_structure_new_empty ("colors");
  for (std::size_t i = 0; i < settings.state_border.size (); i++)
    if (const auto color = settings.state_border[i])
      gst_structure_set (structure, g_enum_get_value (states (), static_cast<gint> (i))->value_nick,
                         G_TYPE_UINT, *color, nullptr);
  if (gst_structure_n_fields (structure) == 0) {
    gst_structure_free (structure);
    structure = nullptr;
  }
  g_value_take_boxed (value, structure);
}

}  // namespace quad

#include "elements/grid/properties.h"

#include "elements/grid/label_properties.h"
#include "elements/grid/negotiation.h"
#include "elements/grid/quadmuxgrid.h"
#include "elements/grid/state_properties.h"
#include "glue/drawable_caps.h"

namespace quad {
namespace {

enum Property : guint {
  PROP_ROWS = 1,
  PROP_COLUMNS,
  PROP_GAP,
  PROP_MARGIN,
  PROP_BORDER_WIDTH,
  PROP_BORDER_COLOR,
  PROP_BACKGROUND_COLOR,
  PROP_METHOD,
  PROP_EOS_POLICY,
  PROP_N_THREADS,
  PROP_IGNORE_INACTIVE_PADS,
  PROP_CUDA_DEVICE_ID,
  PROP_FORCE_LIVE,
  PROP_POST_CELL_SIZE,
  PROP_STATE_BORDER,
  PROP_STATS,
  PROP_CELL_METAS,
  PROP_POST_SELECTIONS,
  PROP_AREAS,  // in the order of LayoutText
  PROP_ROW_WEIGHTS,
  PROP_COLUMN_WEIGHTS,
  PROP_TRANSITION_DURATION,
  PROP_TRANSITION_MODE,
  PROP_LABELS,  // the first of the labels' properties
  PROP_LABELS_END = PROP_LABELS + kLabelProperties,
};

LayoutText text_of (guint id) { return static_cast<LayoutText> (id - PROP_AREAS); }

bool is_of_labels (guint id) { return id >= PROP_LABELS && id < PROP_LABELS_END; }

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstQuadMuxGrid *self = as_grid (object);
  if (id == PROP_IGNORE_INACTIVE_PADS) {
    gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self), g_value_get_boolean (value));
    return;
  }
  if (id == PROP_CUDA_DEVICE_ID) {
    self->impl->backends.set_id (g_value_get_int (value));
    return;
  }
  if (id == PROP_FORCE_LIVE) {
    self->impl->force_live = g_value_get_boolean (value);
    gst_aggregator_set_force_live (GST_AGGREGATOR (self), self->impl->force_live);
    return;
  }
  if (id >= PROP_AREAS && id <= PROP_COLUMN_WEIGHTS) {
    set_layout_text (self, text_of (id), g_value_get_string (value));
    return;
  }
  if (is_of_labels (id)) {
    prepare_for (pspec, value);
    const std::lock_guard guard (self->impl->lock);
    set_label_property (self->impl->labels, id - PROP_LABELS, value);
    return;
  }
  bool moves = false, tells = false;
  std::string refusal;
  {
    const std::lock_guard guard (self->impl->lock);
    GridSettings &s = self->impl->settings;
    auto set = [&] (int &field) {
      moves = field != g_value_get_int (value);
      field = g_value_get_int (value);
    };
    switch (id) {
      case PROP_ROWS: set (s.rows); break;
      case PROP_COLUMNS: set (s.columns); break;
      case PROP_GAP: set (s.gap); break;
      case PROP_MARGIN: set (s.margin); break;
      case PROP_BORDER_WIDTH: set (s.border_width); break;
      case PROP_BORDER_COLOR: s.border_color = g_value_get_uint (value); break;
      case PROP_BACKGROUND_COLOR: s.background_color = g_value_get_uint (value); break;
      case PROP_METHOD: s.method = static_cast<Filter> (g_value_get_enum (value)); break;
      case PROP_EOS_POLICY: s.eos_policy = static_cast<EosPolicy> (g_value_get_enum (value)); break;
      case PROP_N_THREADS: s.n_threads = g_value_get_int (value); break;
      case PROP_TRANSITION_DURATION: s.transition.duration = g_value_get_uint64 (value); break;
      case PROP_TRANSITION_MODE:
        s.transition.mode = static_cast<TransitionMode> (g_value_get_enum (value));
        break;
      case PROP_POST_CELL_SIZE:
        tells = true;
        s.post_cell_size = g_value_get_boolean (value);
        break;
      case PROP_CELL_METAS: s.cell_metas = g_value_get_boolean (value); break;
      case PROP_POST_SELECTIONS: s.post_selections = g_value_get_boolean (value); break;
      case PROP_STATE_BORDER: set_state_border (s, value, refusal); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec); break;
    }
  }
  self->impl->refused.told (pspec->name, refusal);
  if (moves) layout_changed (self);
  if (tells) cells_changed (self);
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (is_of_labels (id))
    return get_label_property (as_grid (object)->impl->label_snapshot (), id - PROP_LABELS, value);
  const GridSettings s = as_grid (object)->impl->snapshot ();
  switch (id) {
    case PROP_ROWS: g_value_set_int (value, s.rows); break;
    case PROP_COLUMNS: g_value_set_int (value, s.columns); break;
    case PROP_GAP: g_value_set_int (value, s.gap); break;
    case PROP_MARGIN: g_value_set_int (value, s.margin); break;
    case PROP_BORDER_WIDTH: g_value_set_int (value, s.border_width); break;
    case PROP_BORDER_COLOR: g_value_set_uint (value, s.border_color); break;
    case PROP_BACKGROUND_COLOR: g_value_set_uint (value, s.background_color); break;
    case PROP_METHOD: g_value_set_enum (value, static_cast<gint> (s.method)); break;
    case PROP_EOS_POLICY: g_value_set_enum (value, static_cast<gint> (s.eos_policy)); break;
    case PROP_N_THREADS: g_value_set_int (value, s.n_threads); break;
    case PROP_IGNORE_INACTIVE_PADS:
      g_value_set_boolean (value,
                           gst_aggregator_get_ignore_inactive_pads (GST_AGGREGATOR (object)));
      break;
    case PROP_CUDA_DEVICE_ID:
      g_value_set_int (value, as_grid (object)->impl->backends.id ());
      break;
    case PROP_FORCE_LIVE: g_value_set_boolean (value, as_grid (object)->impl->force_live); break;
    case PROP_POST_CELL_SIZE: g_value_set_boolean (value, s.post_cell_size); break;
    case PROP_CELL_METAS: g_value_set_boolean (value, s.cell_metas); break;
    case PROP_POST_SELECTIONS: g_value_set_boolean (value, s.post_selections); break;
    case PROP_TRANSITION_DURATION: g_value_set_uint64 (value, s.transition.duration); break;
    case PROP_TRANSITION_MODE:
      g_value_set_enum (value, static_cast<gint> (s.transition.mode));
      break;
    case PROP_STATE_BORDER: get_state_border (s, value); break;
    case PROP_STATS:
      g_value_take_boxed (value, as_grid (object)->impl->stats.structure ().release ());
      break;
    case PROP_AREAS:
    case PROP_ROW_WEIGHTS:
    case PROP_COLUMN_WEIGHTS: {
      const std::string text = layout_text (as_grid (object), text_of (id));
      g_value_set_string (value, text.empty () ? nullptr : text.c_str ());
      break;
    }
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec); break;
  }
}

constexpr auto kFlags =
    static_cast<GParamFlags> (int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS});
constexpr auto kControllable = static_cast<GParamFlags> (int{kFlags} | int{GST_PARAM_CONTROLLABLE} |
                                                         int{GST_PARAM_MUTABLE_PLAYING});

void install_layout_properties (GObjectClass *klass)
{
  auto number = [klass] (guint id, const char *name, const char *nick, const char *blurb, int max,
                         int value) {
    g_object_class_install_property (
        klass, id, g_param_spec_int (name, nick, blurb, 0, max, value, kControllable));
  };
  auto color = [klass] (guint id, const char *name, const char *nick, const char *blurb,
                        guint value) {
    g_object_class_install_property (
        klass, id, g_param_spec_uint (name, nick, blurb, 0, G_MAXUINT, value, kControllable));
  };
  number (PROP_ROWS, "rows", "Rows", "Number of rows of cells (0 = as many as the inputs need)",
          kMaxLines, kGridDefaults.rows);
  number (PROP_COLUMNS, "columns", "Columns",
          "Number of columns of cells (0 = as many as the inputs need)", kMaxLines,
          kGridDefaults.columns);
  for (guint i = 0; i < kLayoutTexts.size (); i++) {
    const LayoutTextRow &row = kLayoutTexts[i];
    g_object_class_install_property (
        klass, PROP_AREAS + i,
        g_param_spec_string (row.property, row.nick, row.blurb, nullptr,
                             static_cast<GParamFlags> (kFlags | GST_PARAM_MUTABLE_PLAYING)));
  }
  number (PROP_GAP, "gap", "Gap", "Space between neighbouring cells in pixels", kMaxSide,
          kGridDefaults.gap);
  number (PROP_MARGIN, "margin", "Margin", "Space around the grid in pixels", kMaxSide,
          kGridDefaults.margin);
  number (PROP_BORDER_WIDTH, "border-width", "Border width",
          "Width in pixels of the border along the edge of each cell that shows a picture",
          kMaxSide, kGridDefaults.border_width);
  color (PROP_BORDER_COLOR, "border-color", "Border color", "Color of borders, as 0xAARRGGBB",
         kGridDefaults.border_color);
  color (PROP_BACKGROUND_COLOR, "background-color", "Background color",
         "Color where no picture is, as 0xAARRGGBB", kGridDefaults.background_color);
}

void install_transition_properties (GObjectClass *klass)
{
  constexpr auto kMutable = static_cast<GParamFlags> (kFlags | GST_PARAM_MUTABLE_PLAYING);
  g_object_class_install_property (
      klass, PROP_TRANSITION_DURATION,
      g_param_spec_uint64 ("transition-duration", "Transition duration",
                           "How long in nanoseconds pictures glide to a new place, and fade in and "
                           "out (0 = they are there at once)",
                           0, G_MAXUINT64, kGridDefaults.transition.duration, kMutable));
  g_object_class_install_property (
      klass, PROP_TRANSITION_MODE,
      g_param_spec_enum ("transition-mode", "Transition mode",
                         "How pictures go from one place to another", GST_TYPE_QUAD_TRANSITION_MODE,
                         static_cast<gint> (kGridDefaults.transition.mode), kMutable));
}

void install_properties (GObjectClass *klass)
{
  install_transition_properties (klass);
  install_layout_properties (klass);
  auto add = [klass] (guint id, GParamSpec *spec) {
    g_object_class_install_property (klass, id, spec);
  };
  add (PROP_METHOD,
       g_param_spec_enum (
           "method", "Method", "Filter that pixels are weighted with when pictures are scaled",
           GST_TYPE_QUAD_METHOD, static_cast<gint> (kGridDefaults.method), kControllable));
  add (PROP_EOS_POLICY, g_param_spec_enum ("eos-policy", "EOS policy", "When the output ends",
                                           GST_TYPE_QUAD_EOS_POLICY,
                                           static_cast<gint> (kGridDefaults.eos_policy), kFlags));
  add (PROP_N_THREADS, g_param_spec_int ("n-threads", "Threads",
                                         "Number of threads that draw (0 = one per processor)", 0,
                                         256, kGridDefaults.n_threads, kFlags));
  add (PROP_IGNORE_INACTIVE_PADS,
       g_param_spec_boolean ("ignore-inactive-pads", "Ignore inactive pads",
                             "When live, do not wait for inputs that never had a frame", TRUE,
                             kFlags));
  add (PROP_CUDA_DEVICE_ID, cuda_device_id_spec ());
  auto option = [&] (guint id, const char *name, const char *nick, const char *blurb, bool value) {
    add (id, g_param_spec_boolean (name, nick, blurb, value,
                                   static_cast<GParamFlags> (kFlags | GST_PARAM_MUTABLE_PLAYING)));
  };
  option (PROP_POST_CELL_SIZE, "post-cell-size", "Post cell size",
          "Post the message cell-size when the size of an input's place on the output changes",
          kGridDefaults.post_cell_size);
  option (PROP_CELL_METAS, "cell-metas", "Cell metas",
          "Output frames carry a region of interest for each cell", kGridDefaults.cell_metas);
  option (PROP_POST_SELECTIONS, "post-selections", "Post selections",
          "Post the message cell-selected when a cell is clicked or touched",
          kGridDefaults.post_selections);
  install_label_properties (klass, PROP_LABELS);
  add (PROP_STATE_BORDER, state_border_spec ());
  add (PROP_STATS,
       g_param_spec_boxed (
           "stats", "Statistics", "How long frames take to draw, since the start",
           GST_TYPE_STRUCTURE,
           static_cast<GParamFlags> (int{G_PARAM_READABLE} | int{G_PARAM_STATIC_STRINGS})));
  // The base class also sets its value when the output has run live.
  g_object_class_override_property (klass, PROP_FORCE_LIVE, "force-live");
}

}  // namespace

void install_grid_properties (GObjectClass *klass)
{
  klass->set_property = set_property;
  klass->get_property = get_property;
  install_properties (klass);
}

}  // namespace quad

#include "elements/grid/quadmuxgridpad.h"

#include "elements/grid/label_properties.h"
#include "elements/grid/life.h"
#include "elements/grid/negotiation.h"
#include "elements/grid/state_properties.h"
#include "glue/zoom.h"

using quad::GridPad;
using quad::kPadDefaults;

G_DEFINE_TYPE (GstQuadMuxGridPad, gst_quad_mux_grid_pad, GST_TYPE_VIDEO_AGGREGATOR_PAD)

namespace quad {

void GridPad::take_flush ()
{
  if (!flushed.exchange (false)) return;
  fault.flushed ();
  end = {};
  taking = {};
}

InputFault &GridPad::faults ()
{
  take_flush ();
  return fault;
}

InputEnd &GridPad::last_end ()
{
  take_flush ();
  return end;
}

}  // namespace quad

namespace {

enum Property : guint {
  PROP_CELL = 1,
  PROP_ROW_SPAN,
  PROP_COLUMN_SPAN,
  PROP_CURRENT_CELL,
  PROP_AREA,
  PROP_CURRENT_AREA,
  PROP_XPOS,
  PROP_YPOS,
  PROP_WIDTH,
  PROP_HEIGHT,
  PROP_FIT,
  PROP_XALIGN,
  PROP_YALIGN,
  PROP_ALPHA,
  PROP_ORIENTATION,
  PROP_REPEAT_AFTER_EOS,
  PROP_CROP_X,  // in the order of kZoomProperties
  PROP_CROP_Y,
  PROP_CROP_WIDTH,
  PROP_CROP_HEIGHT,
  PROP_LABELS,  // the first of the labels' properties
  PROP_STATES =
      PROP_LABELS +
      quad::kPadLabelProperties,  // the first of the states' properties, and the last id here
};

const quad::ZoomProperty &zoom_property (guint id)
{
  return quad::kZoomProperties[id - PROP_CROP_X];
}

// True if both settings ask for the same cell, or for none, and for the same pictures.
bool same_claim (const quad::PadSettings &a, const quad::PadSettings &b)
{
  if (a.fit != b.fit || a.orientation != b.orientation || a.lies_freely () != b.lies_freely ())
    return false;
  return a.lies_freely () || (a.cell == b.cell && a.row_span == b.row_span &&
                              a.column_span == b.column_span && a.area () == b.area ());
}

// Tells what has changed to those who make the pictures and the output.
void tell_change (GObject *object, const quad::PadSettings &before, const quad::PadSettings &after)
{
  const bool resized = before.width != after.width || before.height != after.height;
  const bool moved =
      after.lies_freely () && (resized || before.xpos != after.xpos || before.ypos != after.ypos);
  const bool zoomed = before.zoom != after.zoom;
  const bool same = same_claim (before, after);
  if (same && !moved && !zoomed) return;
  quad::Owned<GstElement> grid{gst_pad_get_parent_element (GST_PAD (object))};
  if (!grid) return;
  const quad::Size any = {1, 1};
  if (zoomed)
    quad::zoom_changed (as_grid (grid.get ()),
                        whole_for (any, before.zoom) != whole_for (any, after.zoom));
  else if (same)
    quad::free_pad_changed (as_grid (grid.get ()), resized);
  else
    quad::layout_changed (as_grid (grid.get ()));
}

// True if the property is one of labels.
bool is_of_labels (guint id) { return id >= PROP_LABELS && id < PROP_STATES; }

// True if the property is one of states.
bool set_state (GObject *object, guint id, const GValue *value, const GParamSpec *pspec)
{
  std::string refusal;
  if (id < PROP_STATES ||
      !quad::set_state_property (*as_grid_pad (object)->impl, id - PROP_STATES, value, refusal))
    return false;
  const quad::Owned<GstElement> grid{gst_pad_get_parent_element (GST_PAD (object))};
  const std::string setting = std::string (GST_OBJECT_NAME (object)) + "::" + pspec->name;
  if (grid) as_grid (grid.get ())->impl->refused.told (setting, refusal);
  return true;
}

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (set_state (object, id, value, pspec)) return;
  GridPad &impl = *as_grid_pad (object)->impl;
  if (is_of_labels (id)) {
    quad::prepare_for (pspec, value);
    const std::lock_guard guard (impl.lock);
    quad::set_pad_label_property (impl.label, id - PROP_LABELS, value);
    return;
  }
  quad::PadSettings before, after;
  {
    const std::lock_guard guard (impl.lock);
    quad::PadSettings &s = impl.settings;
    before = s;
    switch (id) {
      case PROP_CELL: s.cell = g_value_get_int (value); break;
      case PROP_ROW_SPAN: s.row_span = g_value_get_int (value); break;
      case PROP_COLUMN_SPAN: s.column_span = g_value_get_int (value); break;
      case PROP_AREA: {
        const char *area = g_value_get_string (value);
        s.wanted_area.reset ();
        if (area && *area) s.wanted_area = std::make_shared<const std::string> (area);
        break;
      }
      case PROP_XPOS: s.xpos = g_value_get_int (value); break;
      case PROP_YPOS: s.ypos = g_value_get_int (value); break;
      case PROP_WIDTH: s.width = g_value_get_int (value); break;
      case PROP_HEIGHT: s.height = g_value_get_int (value); break;
      case PROP_FIT: s.fit = static_cast<quad::Fit> (g_value_get_enum (value)); break;
      case PROP_ORIENTATION:
        s.orientation = static_cast<GstVideoOrientationMethod> (g_value_get_enum (value));
        break;
      case PROP_XALIGN: quad::set_fraction (s.xalign, value); break;
      case PROP_YALIGN: quad::set_fraction (s.yalign, value); break;
      case PROP_ALPHA: quad::set_fraction (s.alpha, value); break;
      case PROP_CROP_X:
      case PROP_CROP_Y:
      case PROP_CROP_WIDTH:
      case PROP_CROP_HEIGHT: quad::set_fraction (s.zoom.*zoom_property (id).field, value); break;
      case PROP_REPEAT_AFTER_EOS: s.repeat_after_eos = g_value_get_boolean (value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec); return;
    }
    after = s;
  }
  tell_change (object, before, after);
}

// An empty text becomes NULL.
void set_text (GValue *value, const std::string &text)
{
  g_value_set_string (value, text.empty () ? nullptr : text.c_str ());
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GridPad &impl = *as_grid_pad (object)->impl;
  if (id >= PROP_STATES && quad::get_state_property (impl, id - PROP_STATES, value)) return;
  if (is_of_labels (id)) {
    const std::lock_guard guard (impl.lock);
    quad::get_pad_label_property (impl.label, id - PROP_LABELS, value);
    return;
  }
  const quad::PadSettings s = impl.snapshot ();
  switch (id) {
    case PROP_CURRENT_CELL: g_value_set_int (value, impl.cell); break;
    case PROP_AREA: set_text (value, s.area ()); break;
    case PROP_CURRENT_AREA: {
      const std::lock_guard guard (impl.lock);
      set_text (value, impl.area);
      break;
    }
    case PROP_XPOS: g_value_set_int (value, s.xpos); break;
    case PROP_YPOS: g_value_set_int (value, s.ypos); break;
    case PROP_WIDTH: g_value_set_int (value, s.width); break;
    case PROP_HEIGHT: g_value_set_int (value, s.height); break;
    case PROP_CELL: g_value_set_int (value, s.cell); break;
    case PROP_ROW_SPAN: g_value_set_int (value, s.row_span); break;
    case PROP_COLUMN_SPAN: g_value_set_int (value, s.column_span); break;
    case PROP_FIT: g_value_set_enum (value, static_cast<gint> (s.fit)); break;
    case PROP_ORIENTATION: g_value_set_enum (value, s.orientation); break;
    case PROP_XALIGN: g_value_set_double (value, s.xalign); break;
    case PROP_YALIGN: g_value_set_double (value, s.yalign); break;
    case PROP_ALPHA: g_value_set_double (value, s.alpha); break;
    case PROP_REPEAT_AFTER_EOS: g_value_set_boolean (value, s.repeat_after_eos); break;
    case PROP_CROP_X:
    case PROP_CROP_Y:
    case PROP_CROP_WIDTH:
    case PROP_CROP_HEIGHT: g_value_set_double (value, s.zoom.*zoom_property (id).field); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec); break;
  }
}

// Why the buffer has no place in time, as the end of a sentence; empty if it has one. The base
// class would only assert.
std::string problem_of_time (const GridPad &impl, GstBuffer *buffer)
{
  if (!impl.has_time_segment)
    return "has buffers without a segment in time: with appsrc, set format=time.";
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return "has buffers without timestamps: put a demuxer or a parser in front; give a bare stream "
           "of JPEGs a frame rate (capssetter caps=image/jpeg,framerate=25/1); or with appsrc set "
           "do-timestamp=true.";
  return {};
}

// Accepts also what cannot be shown: an error would end upstream, and with it the pipeline. When
// the output has ended, upstream gets EOS.
GstFlowReturn chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GridPad &impl = *as_grid_pad (pad)->impl;
  quad::Owned<GstBuffer> owned{buffer};
  if (impl.ended) return GST_FLOW_EOS;
  quad::StreamProblems &problems = impl.problems;
  problems.times = problem_of_time (impl, buffer);
  quad::tell_problem (as_grid (parent), GST_AGGREGATOR_PAD (pad));
  if (!problems.segment.empty () || !problems.times.empty ()) return GST_FLOW_OK;
  if (problems.caps.empty ())
    impl.stats.arrived (buffer);
  else
    owned.reset (quad::gap_for (buffer));
  return impl.base_chain (pad, parent, owned.release ());
}

void constructed (GObject *object)
{
  G_OBJECT_CLASS (gst_quad_mux_grid_pad_parent_class)->constructed (object);
  GstPad *pad = GST_PAD (object);
  if (!GST_PAD_IS_SINK (pad)) return;
  as_grid_pad (object)->impl->base_chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function (pad, chain);
  quad::stop_bad_caps (pad);
  quad::pass_over_unknown_latency (pad);
}

void unlinked (GstPad *pad, GstPad *)
{
  as_grid_pad (pad)->impl->alone_since = g_get_monotonic_time ();
  quad::Owned<GstElement> grid{gst_pad_get_parent_element (pad)};
  if (grid) as_grid (grid.get ())->impl->peers.look ();
}

GstFlowReturn flush (GstAggregatorPad *pad, GstAggregator *grid)
{
  GridPad &impl = *as_grid_pad (pad)->impl;
  quad::Owned<GstBuffer> held;
  impl.has_time_segment = false;  // so does the base class
  impl.ended = false;
  impl.flushed = true;
  // The output is told of bad caps again with the next segment.
  impl.problems = {impl.problems.caps, {}, {}, {}};
  const std::lock_guard guard (impl.lock);
  held = std::move (impl.held);
  impl.shown_buffer = nullptr;
  impl.segment_done = false;
  return GST_AGGREGATOR_PAD_CLASS (gst_quad_mux_grid_pad_parent_class)->flush (pad, grid);
}

// Whether the time of a frame that is skipped was over when the output frame before the next one
// was drawn. Else it came in time, and another frame of that time was shown: the input is faster
// than the output.
bool is_late (GstAggregatorPad *pad, GstAggregator *grid, GstBuffer *frame)
{
  const GstSegment &output = quad::output_segment_of (as_grid (grid));
  const quad::FrameRate rate = quad::output_rate (as_grid (grid));
  const GstClockTime end =
      gst_segment_to_running_time (&pad->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (frame)) +
      GST_BUFFER_DURATION (frame);
  return end + gst_util_uint64_scale_int (GST_SECOND, rate.den, rate.num) <=
         gst_segment_to_running_time (&output, GST_FORMAT_TIME, output.position);
}

gboolean skip_buffer (GstAggregatorPad *pad, GstAggregator *grid, GstBuffer *buffer)
{
  const gboolean skips = GST_AGGREGATOR_PAD_CLASS (gst_quad_mux_grid_pad_parent_class)
                             ->skip_buffer (pad, grid, buffer);
  if (skips && !quad::is_gap (buffer))
    as_grid_pad (pad)->impl->stats.skipped (is_late (pad, grid, buffer));
  return skips;
}

void finalize (GObject *object)
{
  delete as_grid_pad (object)->impl;
  G_OBJECT_CLASS (gst_quad_mux_grid_pad_parent_class)->finalize (object);
}

constexpr auto kFlags = static_cast<GParamFlags> (
    int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} | int{GST_PARAM_CONTROLLABLE});

constexpr auto kReadOnly =
    static_cast<GParamFlags> (int{G_PARAM_READABLE} | int{G_PARAM_STATIC_STRINGS});

// Named as compositor's properties.
void install_position_properties (GObjectClass *klass)
{
  auto add = [klass] (guint id, const char *name, const char *nick, const char *blurb, int value) {
    g_object_class_install_property (
        klass, id, g_param_spec_int (name, nick, blurb, G_MININT, G_MAXINT, value, kFlags));
  };
  add (PROP_XPOS, "xpos", "X position",
       "Left edge on the output, in pixels; counts with a width and a height", kPadDefaults.xpos);
  add (PROP_YPOS, "ypos", "Y position",
       "Upper edge on the output, in pixels; counts with a width and a height", kPadDefaults.ypos);
  add (PROP_WIDTH, "width", "Width",
       "Width on the output, in pixels; with a width and a height the picture lies freely and "
       "takes no cell",
       kPadDefaults.width);
  add (PROP_HEIGHT, "height", "Height",
       "Height on the output, in pixels; with a width and a height the picture lies freely and "
       "takes no cell",
       kPadDefaults.height);
}

void install_properties (GObjectClass *klass)
{
  install_position_properties (klass);
  auto add = [klass] (guint id, GParamSpec *spec) {
    g_object_class_install_property (klass, id, spec);
  };
  const int max_cell = quad::kMaxLines * quad::kMaxLines - 1;
  add (PROP_CELL, g_param_spec_int ("cell", "Cell",
                                    "Cell of the picture's upper left corner, counted row by row "
                                    "from 0; with areas, the number of the area (-1 = the next "
                                    "free one)",
                                    -1, max_cell, kPadDefaults.cell, kFlags));
  add (PROP_ROW_SPAN,
       g_param_spec_int ("row-span", "Row span", "Number of rows that the picture covers", 1,
                         quad::kMaxLines, kPadDefaults.row_span, kFlags));
  add (PROP_COLUMN_SPAN,
       g_param_spec_int ("column-span", "Column span", "Number of columns that the picture covers",
                         1, quad::kMaxLines, kPadDefaults.column_span, kFlags));
  add (PROP_CURRENT_CELL,
       g_param_spec_int (
           "current-cell", "Current cell",
           "Cell that the picture has, or the number of its area (-1 = none, or it lies freely)",
           -1, G_MAXINT, -1, kReadOnly));
  add (PROP_AREA,
       g_param_spec_string (
           "area", "Area",
           "Name of the area that shows the picture, if the element has areas "
           "(NULL = the next free one)",
           nullptr,
           static_cast<GParamFlags> (int{G_PARAM_READWRITE} | int{G_PARAM_STATIC_STRINGS} |
                                     int{GST_PARAM_MUTABLE_PLAYING})));
  add (PROP_CURRENT_AREA,
       g_param_spec_string ("current-area", "Current area",
                            "Name of the area that the picture has (NULL = none)", nullptr,
                            kReadOnly));
  add (PROP_FIT,
       g_param_spec_enum ("fit", "Fit", "How the picture fits into its cell", GST_TYPE_QUAD_FIT,
                          static_cast<gint> (kPadDefaults.fit), kFlags));
  add (PROP_XALIGN,
       g_param_spec_double ("xalign", "Horizontal alignment",
                            "Where the picture lies in its cell (fit=contain), or which part of it "
                            "is seen (fit=cover): 0 left, 1 right",
                            0, 1, kPadDefaults.xalign, kFlags));
  add (PROP_YALIGN,
       g_param_spec_double ("yalign", "Vertical alignment",
                            "Where the picture lies in its cell (fit=contain), or which part of it "
                            "is seen (fit=cover): 0 top, 1 bottom",
                            0, 1, kPadDefaults.yalign, kFlags));
  add (PROP_ALPHA,
       g_param_spec_double ("alpha", "Alpha",
                            "Opacity of the picture and its border (0 = invisible, 1 = opaque)", 0,
                            1, kPadDefaults.alpha, kFlags));
  add (PROP_ORIENTATION,
       g_param_spec_enum ("orientation", "Orientation",
                          "How the picture is turned; auto: as the stream's image-orientation tag "
                          "says; custom: not at all",
                          GST_TYPE_VIDEO_ORIENTATION_METHOD, kPadDefaults.orientation, kFlags));
  // The base class's would also keep the output going when all inputs have ended.
  add (PROP_REPEAT_AFTER_EOS,
       g_param_spec_boolean ("repeat-after-eos", "Repeat after EOS",
                             "Show the last frame when the input has ended, until the output ends",
                             kPadDefaults.repeat_after_eos, kFlags));
  quad::install_zoom (klass, PROP_CROP_X);
  quad::install_pad_label_properties (klass, PROP_LABELS);
  quad::install_state_properties (klass, PROP_STATES);
}

}  // namespace

static void gst_quad_mux_grid_pad_class_init (GstQuadMuxGridPadClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->constructed = constructed;
  object_class->finalize = finalize;
  install_properties (object_class);
  GST_PAD_CLASS (klass)->unlinked = unlinked;
  GST_AGGREGATOR_PAD_CLASS (klass)->flush = flush;
  GST_AGGREGATOR_PAD_CLASS (klass)->skip_buffer = skip_buffer;
  // Frames are mapped by the element, while it draws.
  auto *video_class = reinterpret_cast<GstVideoAggregatorPadClass *> (klass);
  video_class->prepare_frame = nullptr;
  video_class->clean_frame = nullptr;
}

static void gst_quad_mux_grid_pad_init (GstQuadMuxGridPad *self) { self->impl = new GridPad; }

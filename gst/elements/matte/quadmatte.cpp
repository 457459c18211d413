/**
 * SECTION:element-quadmatte
 * @title: quadmatte
 *
 * Removes the background: a neural network makes a mask of each picture, a
 * guided filter fits it to the picture's own edges, and the result is the
 * picture's alpha channel. The video keeps its size and its colours.
 *
 * Downstream's caps decide what comes out: the picture with alpha (A420,
 * AV12, AYUV, RGBA and its orders), or the matte alone (GRAY8). Pictures in
 * CUDA memory stay there where downstream takes RGBA or its orders.
 *
 * The mask is made of the very picture that it goes out with. The time that
 * this takes is reported as latency.
 *
 * Models are run by ONNX Runtime, which is opened when the element starts.
 *
 * A whole pipeline, which also gets a model and the runtime, is in
 * examples/background.sh.
 */
#include "elements/matte/quadmatte.h"

#include "elements/about.h"
#include "elements/matte/caps.h"
#include "elements/matte/enums.h"
#include "elements/matte/log.h"
#include "elements/matte/matter.h"
#include "elements/matte/metas.h"
#include "elements/matte/refine_properties.h"
#include "glue/allocation.h"
#include "glue/drawable_caps.h"
#include "glue/late_query.h"

using quad::Owned, quad::string_in;

G_DEFINE_TYPE (GstQuadMatte, gst_quad_matte, GST_TYPE_BASE_TRANSFORM)

GST_ELEMENT_REGISTER_DEFINE (quadmatte, "quadmatte", GST_RANK_NONE, GST_TYPE_QUAD_MATTE)

namespace {

const quad::MatteSettings kDefaults;

enum class Property : guint {
  model_file = static_cast<guint> (quad::RefineProperty::end),
  execution_provider,
  device_id,
  optimization_level,
  model_cache_dir,
  region,
  interval,
};

GstQuadMatte *self_of (gpointer object) { return static_cast<GstQuadMatte *> (object); }

quad::Matter &impl_of (gpointer object) { return *self_of (object)->impl; }

GstBaseTransformClass *parent_class ()
{
  return GST_BASE_TRANSFORM_CLASS (gst_quad_matte_parent_class);
}

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  impl_of (object).change ([&] (quad::MatteSettings &s) {
    if (quad::set_refine_property (s, id, value)) return;
    switch (static_cast<Property> (id)) {
      case Property::model_file: s.model.model_file = string_in (value); break;
      case Property::execution_provider:
        s.model.provider = static_cast<quad::infer::Provider> (g_value_get_enum (value));
        break;
      case Property::device_id: s.model.device_id = g_value_get_int (value); break;
      case Property::optimization_level:
        s.model.optimization = static_cast<quad::infer::Optimization> (g_value_get_enum (value));
        break;
      case Property::model_cache_dir: s.model.cache_dir = string_in (value); break;
      case Property::region:
        s.region = static_cast<quad::MatteRegion> (g_value_get_enum (value));
        break;
      case Property::interval: s.interval = g_value_get_int (value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const quad::MatteSettings s = impl_of (object).settings ();
  if (quad::get_refine_property (s, id, value)) return;
  switch (static_cast<Property> (id)) {
    case Property::model_file: g_value_set_string (value, s.model.model_file.c_str ()); break;
    case Property::execution_provider:
      g_value_set_enum (value, static_cast<gint> (s.model.provider));
      break;
    case Property::device_id: g_value_set_int (value, s.model.device_id); break;
    case Property::optimization_level:
      g_value_set_enum (value, static_cast<gint> (s.model.optimization));
      break;
    case Property::model_cache_dir: g_value_set_string (value, s.model.cache_dir.c_str ()); break;
    case Property::region: g_value_set_enum (value, static_cast<gint> (s.region)); break;
    case Property::interval: g_value_set_int (value, s.interval); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_quad_matte_parent_class)->finalize (object);
}

void set_context (GstElement *element, GstContext *context)
{
  impl_of (element).backends ().take_context (context);
  GST_ELEMENT_CLASS (gst_quad_matte_parent_class)->set_context (element, context);
}

gboolean start (GstBaseTransform *trans) { return impl_of (trans).start (); }

gboolean stop (GstBaseTransform *trans)
{
  impl_of (trans).stop ();
  return TRUE;
}

// A live picture leaves later by the time that its mask takes.
bool add_latency (GstBaseTransform *trans, GstQuery *query)
{
  if (!gst_pad_peer_query (GST_BASE_TRANSFORM_SINK_PAD (trans), query)) return false;
  gboolean live;
  GstClockTime least, most;
  gst_query_parse_latency (query, &live, &least, &most);
  const GstClockTime own = impl_of (trans).latency ();
  least += own;
  if (GST_CLOCK_TIME_IS_VALID (most)) most += own;
  gst_query_set_latency (query, live, least, most);
  return true;
}

gboolean query (GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  if (quad::comes_too_late (trans->sinkpad, query)) return FALSE;
  if (impl_of (trans).backends ().answer (query)) return TRUE;
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY && direction == GST_PAD_SRC)
    return add_latency (trans, query);
  return parent_class ()->query (trans, direction, query);
}

GstCaps *transform_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                         GstCaps *filter)
{
  (void)trans;
  Owned<GstCaps> other = quad::matte_transform (caps, direction);
  if (filter)
    other.reset (gst_caps_intersect_full (filter, other.get (), GST_CAPS_INTERSECT_FIRST));
  return other.release ();
}

GstCaps *fixate_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                      GstCaps *other)
{
  (void)trans;
  Owned<GstCaps> allowed{other};
  if (direction != GST_PAD_SINK) return gst_caps_fixate (allowed.release ());
  return quad::matte_fixate (caps, std::move (allowed)).release ();
}

gboolean set_caps (GstBaseTransform *trans, GstCaps *in, GstCaps *out)
{
  return impl_of (trans).set_caps (in, out);
}

gboolean sink_event (GstBaseTransform *trans, GstEvent *event)
{
  const GstEventType type = GST_EVENT_TYPE (event);
  if (type == GST_EVENT_FLUSH_STOP || type == GST_EVENT_SEGMENT || type == GST_EVENT_STREAM_START)
    impl_of (trans).forget ();
  return parent_class ()->sink_event (trans, event);
}

gboolean get_unit_size (GstBaseTransform *trans, GstCaps *caps, gsize *size)
{
  (void)trans;
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) return FALSE;
  *size = GST_VIDEO_INFO_SIZE (&info);
  return TRUE;
}

// One frame gives one frame, even if a buffer is padded.
gboolean transform_size (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                         gsize size, GstCaps *othercaps, gsize *othersize)
{
  (void)direction, (void)caps, (void)size;
  return get_unit_size (trans, othercaps, othersize);
}

// Only the frame that is being drawn is held.
constexpr guint kHeldBuffers = 1;

gboolean propose_allocation (GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
  return parent_class ()->propose_allocation (trans, decide_query, query) &&
         quad::propose_frames (impl_of (trans).backends (), query, kHeldBuffers);
}

gboolean decide_allocation (GstBaseTransform *trans, GstQuery *query)
{
  return quad::decide_frames (impl_of (trans).backends (), query) == quad::Status::ok &&
         parent_class ()->decide_allocation (trans, query);
}

gboolean transform_meta (GstBaseTransform *trans, GstBuffer *outbuf, GstMeta *meta,
                         GstBuffer *inbuf)
{
  (void)trans;
  return !quad::move_region (inbuf, meta, outbuf) && quad::stays_with_picture (meta->info);
}

void before_transform (GstBaseTransform *trans, GstBuffer *buffer)
{
  if (GST_BUFFER_IS_DISCONT (buffer)) impl_of (trans).forget ();
  const GstClockTime time =
      gst_segment_to_stream_time (&trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time)) gst_object_sync_values (GST_OBJECT (trans), time);
}

GstFlowReturn transform (GstBaseTransform *trans, GstBuffer *inbuf, GstBuffer *outbuf)
{
  return impl_of (trans).transform (inbuf, outbuf);
}

void install_properties (GObjectClass *klass)
{
  quad::install_refine_properties (klass);
  const auto flags = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                               GST_PARAM_MUTABLE_READY);
  const auto playing = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                 GST_PARAM_MUTABLE_PLAYING);
  const auto install = [klass] (Property p, GParamSpec *spec) {
    g_object_class_install_property (klass, static_cast<guint> (p), spec);
  };
  install (Property::model_file,
           g_param_spec_string ("model-file", "Model file",
                                "The ONNX model that makes a mask of a picture", nullptr, flags));
  install (
      Property::execution_provider,
      g_param_spec_enum ("execution-provider", "Execution provider",
                         "The compute unit that runs the model", GST_TYPE_QUAD_EXECUTION_PROVIDER,
                         static_cast<gint> (kDefaults.model.provider), flags));
  install (Property::device_id,
           g_param_spec_int ("device-id", "Device", "The GPU that runs the model", 0, G_MAXINT,
                             kDefaults.model.device_id, flags));
  install (Property::optimization_level,
           g_param_spec_enum ("optimization-level", "Optimization level",
                              "How much the model's graph is rewritten when it is loaded",
                              GST_TYPE_QUAD_OPTIMIZATION_LEVEL,
                              static_cast<gint> (kDefaults.model.optimization), flags));
  install (Property::model_cache_dir,
           g_param_spec_string ("model-cache-dir", "Model cache folder",
                                "Where compiled models are kept for the next start (none = they "
                                "are not kept)",
                                nullptr, flags));
  install (Property::region,
           g_param_spec_enum ("region", "Region", "The part of the picture that the model sees",
                              GST_TYPE_QUAD_REGION, static_cast<gint> (kDefaults.region), playing));
  install (Property::interval,
           g_param_spec_int ("interval", "Interval",
                             "Make a new mask for each n-th picture, and fit it to those between",
                             1, G_MAXINT, kDefaults.interval, playing));
}

}  // namespace

static void gst_quad_matte_class_init (GstQuadMatteClass *klass)
{
  auto *object_class = G_OBJECT_CLASS (klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  auto *element_class = GST_ELEMENT_CLASS (klass);
  element_class->set_context = set_context;
  gst_element_class_add_pad_template (
      element_class,
      gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, quad::matte_sink_caps ().get ()));
  gst_element_class_add_pad_template (
      element_class,
      gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, quad::matte_src_caps ().get ()));
  quad::set_about (element_class, "Background removal", "Filter/Effect/Video",
                   "Gives a video an alpha channel that shows its foreground alone", "quadmatte");
  quad::document_types ({GST_TYPE_QUAD_REFINE, GST_TYPE_QUAD_FOREGROUND, GST_TYPE_QUAD_REGION,
                         GST_TYPE_QUAD_EXECUTION_PROVIDER, GST_TYPE_QUAD_OPTIMIZATION_LEVEL});

  auto *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  trans_class->start = start;
  trans_class->stop = stop;
  trans_class->query = query;
  trans_class->transform_caps = transform_caps;
  trans_class->fixate_caps = fixate_caps;
  trans_class->set_caps = set_caps;
  trans_class->sink_event = sink_event;
  trans_class->get_unit_size = get_unit_size;
  trans_class->transform_size = transform_size;
  trans_class->propose_allocation = propose_allocation;
  trans_class->decide_allocation = decide_allocation;
  trans_class->transform_meta = transform_meta;
  trans_class->before_transform = before_transform;
  trans_class->transform = transform;
  trans_class->passthrough_on_same_caps = FALSE;
}

static void gst_quad_matte_init (GstQuadMatte *self)
{
  self->impl = new quad::Matter{GST_BASE_TRANSFORM (self)};
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), TRUE);
}

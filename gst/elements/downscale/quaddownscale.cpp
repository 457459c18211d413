/**
 * SECTION:element-quaddownscale
 * @title: quaddownscale
 *
 * Shrinks video, anti-aliased at every ratio. The output has the size that
 * downstream asks for: a fixed one, or the largest of the same display aspect
 * ratio that fits into a range. Where downstream leaves the size open, both
 * sides are divided by #GstQuadDownscale:divisor. Pictures are not enlarged
 * unless #GstQuadDownscale:upscale is set, and where there is nothing to do
 * buffers pass untouched.
 *
 * Format, matrix and range stay if downstream takes them. Otherwise frames
 * are converted in the same pass, to what loses least.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=60 ! video/x-raw,width=1280,height=720 ! quaddownscale !
 * videoconvert ! autovideosink
 * ]| Half the width and half the height.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=60 ! video/x-raw,width=1920,height=1080 ! quaddownscale
 * method=lanczos ! "video/x-raw,width=[1,640],height=[1,480],pixel-aspect-ratio=1/1" ! videoconvert
 * ! autovideosink
 * ]| The largest picture of the same shape in 640x480: 640x360.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=1 ! video/x-raw,width=1920,height=1080 ! quaddownscale
 * divisor=1 max-width=320 max-height=320 ! videoconvert ! pngenc ! filesink location=thumbnail.png
 * ]| A thumbnail of at most 320x320.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=60 ! video/x-raw,width=1280,height=720 ! quaddownscale
 * crop-x=0.25 crop-y=0.25 crop-width=0.5 crop-height=0.5 divisor=1 ! videoconvert ! autovideosink
 * ]| The middle quarter of the picture.
 *
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=60 ! video/x-raw,format=NV12,width=1280,height=720 !
 * quaddownscale ! video/x-raw,format=RGBP,width=224,height=224 ! fakesink
 * ]| A neural network's input.
 */
#include "elements/downscale/quaddownscale.h"

#include "elements/about.h"
#include "elements/downscale/caps.h"
#include "elements/downscale/downscale.h"
#include "glue/allocation.h"
#include "glue/drawable_caps.h"
#include "glue/enums.h"
#include "glue/late_query.h"
#include "glue/video.h"
#include "glue/zoom.h"

GST_DEBUG_CATEGORY_STATIC (quad_downscale_debug);
#define GST_CAT_DEFAULT quad_downscale_debug

using quad::Owned;

G_DEFINE_TYPE (GstQuadDownscale, gst_quad_downscale, GST_TYPE_BASE_TRANSFORM)

GST_ELEMENT_REGISTER_DEFINE (quaddownscale, "quaddownscale", GST_RANK_NONE, GST_TYPE_QUAD_DOWNSCALE)

namespace {

constexpr guint kMaxThreads = 256;

enum class Property : guint {
  method = 1,
  divisor,
  max_width,
  max_height,
  upscale,
  n_threads,
  cuda_device_id,
  crop_x,  // in the order of kZoomProperties
  crop_y,
  crop_width,
  crop_height,
};

const quad::ZoomProperty &zoom_property (guint id)
{
  return quad::kZoomProperties[id - static_cast<guint> (Property::crop_x)];
}

GstQuadDownscale *self_of (gpointer object) { return static_cast<GstQuadDownscale *> (object); }

quad::Downscale &impl_of (gpointer object) { return *self_of (object)->impl; }

GstBaseTransformClass *parent_class ()
{
  return GST_BASE_TRANSFORM_CLASS (gst_quad_downscale_parent_class);
}

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  if (static_cast<Property> (id) == Property::cuda_device_id) {
    impl_of (object).backends ().set_id (g_value_get_int (value));
    return;
  }
  bool resize = true;
  impl_of (object).change ([&] (quad::DownscaleSettings &s) {
    switch (static_cast<Property> (id)) {
      case Property::method:
        s.method = static_cast<quad::Filter> (g_value_get_enum (value));
        resize = false;
        break;
      case Property::divisor: s.divisor = g_value_get_uint (value); break;
      case Property::max_width: s.max_width = g_value_get_int (value); break;
      case Property::max_height: s.max_height = g_value_get_int (value); break;
      case Property::upscale: s.upscale = g_value_get_boolean (value); break;
      case Property::n_threads:
        s.threads = g_value_get_uint (value);
        resize = false;
        break;
      case Property::crop_x:
      case Property::crop_y:
      case Property::crop_width:
      case Property::crop_height:
        quad::set_fraction (s.zoom.*zoom_property (id).field, value);
        resize = false;  // follow_zoom () looks
        break;
      default: resize = false; G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
  if (!resize) return;
  // Upstream must renegotiate too: passthrough may begin or end.
  gst_base_transform_reconfigure_sink (GST_BASE_TRANSFORM (object));
  gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (object));
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const quad::DownscaleSettings s = impl_of (object).settings ();
  switch (static_cast<Property> (id)) {
    case Property::method: g_value_set_enum (value, static_cast<gint> (s.method)); break;
    case Property::divisor: g_value_set_uint (value, s.divisor); break;
    case Property::max_width: g_value_set_int (value, s.max_width); break;
    case Property::max_height: g_value_set_int (value, s.max_height); break;
    case Property::upscale: g_value_set_boolean (value, s.upscale); break;
    case Property::n_threads: g_value_set_uint (value, s.threads); break;
    case Property::cuda_device_id:
      g_value_set_int (value, impl_of (object).backends ().id ());
      break;
    case Property::crop_x:
    case Property::crop_y:
    case Property::crop_width:
    case Property::crop_height: g_value_set_double (value, s.zoom.*zoom_property (id).field); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_quad_downscale_parent_class)->finalize (object);
}

void set_context (GstElement *element, GstContext *context)
{
  impl_of (element).backends ().take_context (context);
  GST_ELEMENT_CLASS (gst_quad_downscale_parent_class)->set_context (element, context);
}

gboolean query (GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  if (quad::comes_too_late (trans->sinkpad, query)) return FALSE;
  if (impl_of (trans).backends ().answer (query)) return TRUE;
  if (quad::asked_target (query))
    return direction == GST_PAD_SINK && impl_of (trans).answer_target (query);
  return parent_class ()->query (trans, direction, query);
}

gboolean stop (GstBaseTransform *trans)
{
  impl_of (trans).stop ();
  return TRUE;
}

GstCaps *transform_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                         GstCaps *filter)
{
  (void)trans;
  Owned<GstCaps> other = quad::downscale_transform (caps, direction);
  if (filter)
    other.reset (gst_caps_intersect_full (filter, other.get (), GST_CAPS_INTERSECT_FIRST));
  return other.release ();
}

GstCaps *fixate_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                      GstCaps *other)
{
  Owned<GstCaps> allowed{other};
  if (direction != GST_PAD_SINK) return gst_caps_fixate (allowed.release ());
  GST_INFO_OBJECT (trans, "downstream takes %" GST_PTR_FORMAT, gconstpointer (allowed.get ()));
  const quad::DownscaleSettings s = impl_of (trans).settings ();
  Owned<GstCaps> chosen = impl_of (trans).fixate (caps, std::move (allowed));
  GST_INFO_OBJECT (trans, "with divisor=%u max-width=%d max-height=%d upscale=%d: %" GST_PTR_FORMAT,
                   s.divisor, s.max_width, s.max_height, s.upscale, gconstpointer (chosen.get ()));
  return chosen.release ();
}

// Accepts caps that sink_event () will refuse with a message.
gboolean accept_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps)
{
  if (direction == GST_PAD_SINK && !quad::downscale_refusal (caps).empty ()) return TRUE;
  return parent_class ()->accept_caps (trans, direction, caps);
}

gboolean sink_event (GstBaseTransform *trans, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) impl_of (trans).begin_stream ();
  if (const auto reduced = quad::reduced_picture (event)) {
    // It is about the input's pictures, not about the output's.
    impl_of (trans).take_reduced (*reduced);
    gst_event_unref (event);
    return TRUE;
  }
  if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) impl_of (trans).take_tags (event);
  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS) return parent_class ()->sink_event (trans, event);
  GstCaps *parsed;
  gst_event_parse_caps (event, &parsed);
  const Owned<GstCaps> caps{gst_caps_ref (parsed)};
  if (impl_of (trans).refuses (caps.get ())) {
    gst_event_unref (event);
    return FALSE;
  }
  impl_of (trans).look_upstream (caps.get ());
  impl_of (trans).take_zoom ();
  const gboolean taken = parent_class ()->sink_event (trans, event);
  if (!taken) impl_of (trans).report_unwanted (caps.get ());
  return taken;
}

gboolean src_event (GstBaseTransform *trans, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION) {
    event = gst_event_make_writable (event);
    impl_of (trans).translate_pointer (event);
  }
  return parent_class ()->src_event (trans, event);
}

gboolean set_caps (GstBaseTransform *trans, GstCaps *in, GstCaps *out)
{
  GST_INFO_OBJECT (trans, "scales %" GST_PTR_FORMAT, gconstpointer (in));
  GST_INFO_OBJECT (trans, "to %" GST_PTR_FORMAT, gconstpointer (out));
  if (!impl_of (trans).set_caps (in, out)) return FALSE;
  if (gst_base_transform_is_passthrough (trans))
    GST_INFO_OBJECT (trans, "size and chroma siting stay: frames pass as they are");
  return TRUE;
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

gboolean filter_meta (GstBaseTransform *trans, GstQuery *query, GType api,
                      const GstStructure *params)
{
  (void)trans, (void)query, (void)params;
  // We propose the first two ourselves, and we do not scale overlays.
  return api != GST_VIDEO_META_API_TYPE && api != GST_VIDEO_CROP_META_API_TYPE &&
         api != GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE;
}

// Only the frame that is being scaled is held.
constexpr guint kHeldBuffers = 1;

gboolean propose_allocation (GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
  if (!parent_class ()->propose_allocation (trans, decide_query, query)) return FALSE;
  if (!decide_query) return TRUE;  // passthrough: downstream has answered
  return quad::propose_frames (impl_of (trans).backends (), query, kHeldBuffers);
}

gboolean decide_allocation (GstBaseTransform *trans, GstQuery *query)
{
  const quad::Status status = quad::decide_frames (impl_of (trans).backends (), query);
  if (status == quad::Status::out_of_device_memory) impl_of (trans).report_no_memory ();
  return status == quad::Status::ok && parent_class ()->decide_allocation (trans, query);
}

// The base class posts nothing if an active pool gives no buffer.
GstFlowReturn prepare_output_buffer (GstBaseTransform *trans, GstBuffer *inbuf, GstBuffer **outbuf)
{
  const GstFlowReturn flow = parent_class ()->prepare_output_buffer (trans, inbuf, outbuf);
  if (flow != GST_FLOW_ERROR) return flow;
  const Owned<GstBufferPool> pool{gst_base_transform_get_buffer_pool (trans)};
  if (pool && gst_buffer_pool_is_active (pool.get ())) impl_of (trans).report_no_memory ();
  return flow;
}

gboolean transform_meta (GstBaseTransform *trans, GstBuffer *outbuf, GstMeta *meta,
                         GstBuffer *inbuf)
{
  return impl_of (trans).transform_meta (outbuf, meta, inbuf);
}

void sync_values (GstBaseTransform *trans, GstBuffer *buffer)
{
  if (trans->segment.format != GST_FORMAT_TIME) return;
  const GstClockTime time =
      gst_segment_to_stream_time (&trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (time)) gst_object_sync_values (GST_OBJECT (trans), time);
}

// Here the base class negotiates: a controlled zoom and the size that it gives begin with one
// frame.
GstFlowReturn submit_input_buffer (GstBaseTransform *trans, gboolean discont, GstBuffer *buffer)
{
  sync_values (trans, buffer);
  if (!impl_of (trans).follow_zoom ()) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  const GstFlowReturn flow = parent_class ()->submit_input_buffer (trans, discont, buffer);
  if (flow != GST_FLOW_NOT_NEGOTIATED) return flow;
  // Downstream may have changed its mind.
  const Owned<GstCaps> in{gst_pad_get_current_caps (GST_BASE_TRANSFORM_SINK_PAD (trans))};
  if (in) impl_of (trans).report_unwanted (in.get ());
  return flow;
}

GstFlowReturn transform (GstBaseTransform *trans, GstBuffer *inbuf, GstBuffer *outbuf)
{
  GST_LOG_OBJECT (trans, "scales the frame of %" GST_TIME_FORMAT,
                  GST_TIME_ARGS (GST_BUFFER_PTS (inbuf)));
  return impl_of (trans).transform (inbuf, outbuf);
}

void install_properties (GObjectClass *klass)
{
  using quad::kDownscaleDefaults;
  const auto flags = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                               GST_PARAM_MUTABLE_PLAYING);
  const auto controllable = static_cast<GParamFlags> (flags | GST_PARAM_CONTROLLABLE);
  const auto install = [klass] (Property p, GParamSpec *spec) {
    g_object_class_install_property (klass, static_cast<guint> (p), spec);
  };
  install (Property::method,
           g_param_spec_enum ("method", "Method", "Filter that pixels are weighted with",
                              GST_TYPE_QUAD_METHOD, static_cast<gint> (kDownscaleDefaults.method),
                              controllable));
  install (Property::divisor,
           g_param_spec_uint (
               "divisor", "Divisor",
               "Width and height are divided by this where downstream leaves the size open", 1,
               quad::kMaxSide, kDownscaleDefaults.divisor, flags));
  install (
      Property::max_width,
      g_param_spec_int ("max-width", "Maximum width",
                        "Greatest width of the output in pixels, where downstream does not fix it "
                        "(0 = no limit)",
                        0, quad::kMaxSide, kDownscaleDefaults.max_width, flags));
  install (
      Property::max_height,
      g_param_spec_int ("max-height", "Maximum height",
                        "Greatest height of the output in pixels, where downstream does not fix it "
                        "(0 = no limit)",
                        0, quad::kMaxSide, kDownscaleDefaults.max_height, flags));
  install (Property::upscale,
           g_param_spec_boolean ("upscale", "Upscale",
                                 "Enlarge the picture where downstream asks for a larger one",
                                 kDownscaleDefaults.upscale, flags));
  install (Property::n_threads,
           g_param_spec_uint ("n-threads", "Threads",
                              "Number of threads that scale a frame (0 = one per processor)", 0,
                              kMaxThreads, kDownscaleDefaults.threads, flags));
  install (Property::cuda_device_id, quad::cuda_device_id_spec ());
  quad::install_zoom (klass, static_cast<guint> (Property::crop_x));
}

}  // namespace

static void gst_quad_downscale_class_init (GstQuadDownscaleClass *klass)
{
  GST_DEBUG_CATEGORY_INIT (quad_downscale_debug, "quaddownscale", 0, "Anti-aliased downscaling");
  auto *object_class = G_OBJECT_CLASS (klass);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  auto *element_class = GST_ELEMENT_CLASS (klass);
  element_class->set_context = set_context;
  quad::add_sink_and_src (element_class, quad::downscale_caps ().get ());
  quad::set_about (element_class, "Video downscaler", "Filter/Converter/Video/Scaler",
                   "Shrinks video without aliasing to the size and format that downstream asks for",
                   "quaddownscale");
  quad::document_types ({GST_TYPE_QUAD_METHOD});

  auto *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  trans_class->stop = stop;
  trans_class->query = query;
  trans_class->transform_caps = transform_caps;
  trans_class->fixate_caps = fixate_caps;
  trans_class->accept_caps = accept_caps;
  trans_class->set_caps = set_caps;
  trans_class->sink_event = sink_event;
  trans_class->src_event = src_event;
  trans_class->get_unit_size = get_unit_size;
  trans_class->transform_size = transform_size;
  trans_class->filter_meta = filter_meta;
  trans_class->propose_allocation = propose_allocation;
  trans_class->decide_allocation = decide_allocation;
  trans_class->prepare_output_buffer = prepare_output_buffer;
  trans_class->transform_meta = transform_meta;
  trans_class->submit_input_buffer = submit_input_buffer;
  trans_class->transform = transform;
  trans_class->passthrough_on_same_caps = FALSE;
}

static void gst_quad_downscale_init (GstQuadDownscale *self)
{
  self->impl = new quad::Downscale{GST_BASE_TRANSFORM (self)};
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), TRUE);
}

#include "tensor/converter.h"

#include <gst/base/gstbasetransform.h>

#include <string>
#include <utility>

#include "glue/backend.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/stage.h"

namespace {

using quad::Owned;

struct Converter {
  explicit Converter (GstElement *element) : backends (element), stage (backends)
  {
    stage.set_threads (1);  // as quaddownscale
  }

  quad::Backends backends;
  quad::Stage stage;
  quad::Input input;
  GstVideoInfo in = {}, out = {};
};

}  // namespace

struct QuadTensorConvert {
  GstBaseTransform parent;
  Converter *impl;
};
struct QuadTensorConvertClass {
  GstBaseTransformClass parent_class;
};
static GType quad_tensor_convert_get_type ();
G_DEFINE_TYPE (QuadTensorConvert, quad_tensor_convert, GST_TYPE_BASE_TRANSFORM)

namespace {

Converter &impl_of (gpointer self) { return *static_cast<QuadTensorConvert *> (self)->impl; }

GstBaseTransformClass *parent_class ()
{
  return GST_BASE_TRANSFORM_CLASS (quad_tensor_convert_parent_class);
}

// Allocates nothing by C++: no exception may pass GLib, which calls this with its locks held.
Owned<GstCaps> every_drawable ()
{
  Owned<GstCaps> all{gst_caps_new_empty ()};
  for (const quad::BackendRow &row : quad::backends ())
    gst_caps_append (all.get (), quad::drawable_caps (row.memory).release ());
  return all;
}

void finalize (GObject *object)
{
  delete &impl_of (object);
  G_OBJECT_CLASS (quad_tensor_convert_parent_class)->finalize (object);
}

void set_context (GstElement *element, GstContext *context)
{
  impl_of (element).backends.take_context (context);
  GST_ELEMENT_CLASS (quad_tensor_convert_parent_class)->set_context (element, context);
}

gboolean query (GstBaseTransform *trans, GstPadDirection direction, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_CONTEXT && impl_of (trans).backends.answer (query))
    return TRUE;
  return parent_class ()->query (trans, direction, query);
}

// Everything but the format and its meaning stays.
GstCaps *transform_caps (GstBaseTransform *, GstPadDirection, GstCaps *caps, GstCaps *filter)
{
  Owned<GstCaps> open{gst_caps_copy (caps)};
  for (guint i = 0; i < gst_caps_get_size (open.get ()); i++)
    gst_structure_remove_fields (gst_caps_get_structure (open.get (), i), "format", "colorimetry",
                                 "chroma-site", nullptr);
  if (filter) open.reset (gst_caps_intersect_full (filter, open.get (), GST_CAPS_INTERSECT_FIRST));
  return open.release ();
}

// Says what the converted samples mean. The light is the input's.
GstCaps *fixate_caps (GstBaseTransform *, GstPadDirection direction, GstCaps *caps, GstCaps *other)
{
  const Owned<GstCaps> same{gst_caps_intersect (other, caps)};
  Owned<GstCaps> fixed{gst_caps_fixate (
      gst_caps_is_empty (same.get ()) ? gst_caps_ref (other) : gst_caps_ref (same.get ()))};
  gst_caps_unref (other);
  GstVideoInfo in, out;
  if (direction != GST_PAD_SINK || !gst_video_info_from_caps (&in, caps) ||
      !gst_video_info_from_caps (&out, fixed.get ()))
    return fixed.release ();
  const GstVideoFormat format = GST_VIDEO_INFO_FORMAT (&out);
  GstVideoColorimetry colors = in.colorimetry;
  if (GST_VIDEO_INFO_IS_RGB (&in) != GST_VIDEO_INFO_IS_RGB (&out)) {
    GstVideoInfo plain;
    gst_video_info_set_format (&plain, format, static_cast<guint> (out.width),
                               static_cast<guint> (out.height));
    colors.range = plain.colorimetry.range;
    colors.matrix = plain.colorimetry.matrix;
  }
  fixed.reset (gst_caps_make_writable (fixed.release ()));
  GstStructure *s = gst_caps_get_structure (fixed.get (), 0);
  if (const std::string name = quad::name_of (colors);
      !name.empty () && !gst_structure_has_field (s, "colorimetry"))
    gst_structure_set (s, "colorimetry", G_TYPE_STRING, name.c_str (), nullptr);
  const GValue *site = gst_structure_get_value (gst_caps_get_structure (caps, 0), "chroma-site");
  if (site && GST_VIDEO_INFO_IS_YUV (&out) && !gst_structure_has_field (s, "chroma-site"))
    gst_structure_set_value (s, "chroma-site", site);
  return fixed.release ();
}

gboolean set_caps (GstBaseTransform *trans, GstCaps *in, GstCaps *out)
{
  Converter &impl = impl_of (trans);
  return gst_video_info_from_caps (&impl.in, in) && gst_video_info_from_caps (&impl.out, out);
}

gboolean get_unit_size (GstBaseTransform *, GstCaps *caps, gsize *size)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) return FALSE;
  *size = GST_VIDEO_INFO_SIZE (&info);
  return TRUE;
}

// One frame gives one frame, even if a buffer is padded.
gboolean transform_size (GstBaseTransform *trans, GstPadDirection, GstCaps *, gsize, GstCaps *other,
                         gsize *size)
{
  return get_unit_size (trans, other, size);
}

quad::Backend *device_of (GstBaseTransform *trans, GstQuery *query)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  return caps ? impl_of (trans).backends.device_of (quad::memory_of (caps)) : nullptr;
}

gboolean propose_allocation (GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
  if (!parent_class ()->propose_allocation (trans, decide_query, query)) return FALSE;
  if (!decide_query) return TRUE;  // passthrough: downstream has answered
  quad::Backend *device = device_of (trans, query);
  if (device && device->open ()) device->propose (query, 1);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

gboolean decide_allocation (GstBaseTransform *trans, GstQuery *query)
{
  quad::Backend *device = device_of (trans, query);
  if (device && !(device->open () && device->decide (query))) return FALSE;
  return parent_class ()->decide_allocation (trans, query);
}

GstFlowReturn transform (GstBaseTransform *trans, GstBuffer *in, GstBuffer *out)
{
  Converter &impl = impl_of (trans);
  const quad::Rect whole = {0, 0, impl.in.width, impl.in.height};
  const quad::Look look = {.placement = {whole, whole, {}}, .blend = quad::Blend::source};
  quad::Problem problem = impl.stage.begin (impl.out, out);
  if (!problem) problem = impl.stage.show (impl.input, in, impl.in, look);
  if (!problem) problem = impl.stage.finish ();
  if (!problem) return GST_FLOW_OK;
  impl.stage.cancel ();
  if (problem.kind == quad::Problem::Kind::said) return GST_FLOW_ERROR;
  const std::string why =
      problem.why.empty ()
          ? quad::describe (problem.status, quad::backend_of (problem.memory))
          : "The buffer " + problem.why + ". The element that made it is at fault.";
  GST_ELEMENT_ERROR (trans, STREAM, FAILED,
                     ("Cannot convert a frame from %s to %s: %s", GST_VIDEO_INFO_NAME (&impl.in),
                      GST_VIDEO_INFO_NAME (&impl.out), why.c_str ()),
                     (nullptr));
  return GST_FLOW_ERROR;
}

gboolean stop (GstBaseTransform *trans)
{
  Converter &impl = impl_of (trans);
  impl.input.forget ();
  impl.stage.reset ();
  impl.backends.close ();
  return TRUE;
}

}  // namespace

static void quad_tensor_convert_class_init (QuadTensorConvertClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = finalize;
  auto *element_class = GST_ELEMENT_CLASS (klass);
  element_class->set_context = set_context;
  const Owned<GstCaps> caps = every_drawable ();
  for (const auto &[name, direction] : {std::pair{"sink", GST_PAD_SINK}, {"src", GST_PAD_SRC}})
    gst_element_class_add_pad_template (
        element_class, gst_pad_template_new (name, direction, GST_PAD_ALWAYS, caps.get ()));
  gst_element_class_set_static_metadata (element_class, "Video converter of quadtensor",
                                         "Filter/Converter/Video", "Converts formats and matrices",
                                         "gst-quad");

  auto *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  trans_class->stop = stop;
  trans_class->query = query;
  trans_class->transform_caps = transform_caps;
  trans_class->fixate_caps = fixate_caps;
  trans_class->set_caps = set_caps;
  trans_class->get_unit_size = get_unit_size;
  trans_class->transform_size = transform_size;
  trans_class->propose_allocation = propose_allocation;
  trans_class->decide_allocation = decide_allocation;
  trans_class->transform = transform;
  trans_class->passthrough_on_same_caps = TRUE;
}

static void quad_tensor_convert_init (QuadTensorConvert *self)
{
  self->impl = new Converter (GST_ELEMENT (self));
}

namespace quad::tensor {

void register_converter ()
{
  static const bool registered =
      gst_element_register (nullptr, kConverter, GST_RANK_NONE, quad_tensor_convert_get_type ());
  (void)registered;
}

}  // namespace quad::tensor

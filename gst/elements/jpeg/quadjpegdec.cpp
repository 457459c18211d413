/**
 * SECTION:element-quadjpegdec
 * @title: quadjpegdec
 * @short_description: Decodes JPEG at the size that is needed
 *
 * Decodes JPEG and Motion JPEG. A JPEG can be decoded at a half, a quarter or an eighth of its size
 * in a part of the time and memory. The element asks downstream how large the picture is shown, and
 * decodes it no larger than is good for it.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=photo.jpg ! quadjpegdec max-width=1024 ! videoconvert ! pngenc !
 * filesink location=small.png
 * ]| At the largest of its sizes that is not wider than 1024.
 */
#include "elements/jpeg/quadjpegdec.h"

#include "elements/about.h"
#include "elements/jpeg/decoding.h"
#include "elements/jpeg/log.h"

GST_DEBUG_CATEGORY (quad_jpeg_dec_debug);

G_DEFINE_TYPE (GstQuadJpegDec, gst_quad_jpeg_dec, GST_TYPE_VIDEO_DECODER)

GST_ELEMENT_REGISTER_DEFINE (quadjpegdec, "quadjpegdec", GST_RANK_NONE, GST_TYPE_QUAD_JPEG_DEC)

namespace {

using quad::jpegdec::Decoding;
using quad::jpegdec::Settings;

const Settings kDefaults;

constexpr int kMostSide = 65535;  // of a JPEG

enum class Property : guint { headroom = 1, max_width, max_height, ignore_target, max_pixels };

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("image/jpeg"));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) { I420, Y42B, Y444, GRAY8, GBR }, "
                     "width = (int) [ 1, 65500 ], height = (int) [ 1, 65500 ], "
                     "framerate = (fraction) [ 0/1, MAX ]"));

GstQuadJpegDec *self_of (gpointer object) { return static_cast<GstQuadJpegDec *> (object); }

Decoding &impl_of (gpointer object) { return *self_of (object)->impl; }

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  impl_of (object).change ([&] (Settings &s) {
    switch (static_cast<Property> (id)) {
      case Property::headroom: s.headroom = g_value_get_double (value); break;
      case Property::max_width: s.limit.width = g_value_get_int (value); break;
      case Property::max_height: s.limit.height = g_value_get_int (value); break;
      case Property::ignore_target: s.ignore_target = g_value_get_boolean (value); break;
      case Property::max_pixels: s.max_pixels = g_value_get_uint64 (value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const Settings s = impl_of (object).settings ();
  switch (static_cast<Property> (id)) {
    case Property::headroom: g_value_set_double (value, s.headroom); break;
    case Property::max_width: g_value_set_int (value, s.limit.width); break;
    case Property::max_height: g_value_set_int (value, s.limit.height); break;
    case Property::ignore_target: g_value_set_boolean (value, s.ignore_target); break;
    case Property::max_pixels: g_value_set_uint64 (value, s.max_pixels); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_quad_jpeg_dec_parent_class)->finalize (object);
}

gboolean start (GstVideoDecoder *decoder)
{
  impl_of (decoder).start ();
  return TRUE;
}

gboolean flush (GstVideoDecoder *decoder)
{
  impl_of (decoder).flush ();
  return TRUE;
}

gboolean set_format (GstVideoDecoder *decoder, GstVideoCodecState *state)
{
  // The base class would describe a gap with this size.
  if (state->info.width < 0 || state->info.height < 0) {
    GST_ELEMENT_ERROR (decoder, STREAM, FORMAT,
                       ("The input's caps have a size of %dx%d: it cannot be negative.",
                        state->info.width, state->info.height),
                       (nullptr));
    return FALSE;
  }
  impl_of (decoder).set_format (state);
  return TRUE;
}

gboolean sink_event (GstVideoDecoder *decoder, GstEvent *event)
{
  // These two come in order with the frames. A flush does not, and must not wait for a frame.
  const GstEventType type = GST_EVENT_TYPE (event);
  if (type == GST_EVENT_SEGMENT) {
    const GstSegment *segment;
    gst_event_parse_segment (event, &segment);
    impl_of (decoder).set_segment (*segment);
  }
  const gboolean taken =
      GST_VIDEO_DECODER_CLASS (gst_quad_jpeg_dec_parent_class)->sink_event (decoder, event);
  // Here the base class has ended the stream before.
  if (type == GST_EVENT_STREAM_START) impl_of (decoder).begin_stream ();
  return taken;
}

GstFlowReturn parse (GstVideoDecoder *decoder, GstVideoCodecFrame *frame, GstAdapter *adapter,
                     gboolean at_end)
{
  return impl_of (decoder).parse (frame, adapter, at_end);
}

GstFlowReturn handle_frame (GstVideoDecoder *decoder, GstVideoCodecFrame *frame)
{
  return impl_of (decoder).handle (frame);
}

GstFlowReturn drain (GstVideoDecoder *decoder) { return impl_of (decoder).drain (); }

GstFlowReturn finish (GstVideoDecoder *decoder) { return impl_of (decoder).finish (); }

// Takes frames with strides of downstream's own, if it says that it understands them.
gboolean decide_allocation (GstVideoDecoder *decoder, GstQuery *query)
{
  if (!GST_VIDEO_DECODER_CLASS (gst_quad_jpeg_dec_parent_class)->decide_allocation (decoder, query))
    return FALSE;
  if (gst_query_get_n_allocation_pools (query) == 0 ||
      !gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr))
    return TRUE;
  GstBufferPool *chosen;
  gst_query_parse_nth_allocation_pool (query, 0, &chosen, nullptr, nullptr, nullptr);
  const quad::Owned<GstBufferPool> pool{chosen};
  if (!pool || !gst_buffer_pool_has_option (pool.get (), GST_BUFFER_POOL_OPTION_VIDEO_META))
    return TRUE;
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  return gst_buffer_pool_set_config (pool.get (), config);
}

void install_properties (GObjectClass *object_class)
{
  const auto install = [object_class] (Property p, GParamSpec *spec) {
    g_object_class_install_property (object_class, static_cast<guint> (p), spec);
  };
  constexpr auto kFlags = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                    GST_PARAM_MUTABLE_PLAYING);
  install (Property::headroom,
           g_param_spec_double ("headroom", "Headroom",
                                "The decoded picture has at least this many times the pixels of "
                                "the shown one in each direction",
                                1, 8, kDefaults.headroom, kFlags));
  install (
      Property::max_width,
      g_param_spec_int ("max-width", "Maximum width",
                        "Greatest width of the decoded picture in pixels (0 = no limit). If it or "
                        "max-height is set, downstream is not asked",
                        0, kMostSide, kDefaults.limit.width, kFlags));
  install (
      Property::max_height,
      g_param_spec_int ("max-height", "Maximum height",
                        "Greatest height of the decoded picture in pixels (0 = no limit). If it or "
                        "max-width is set, downstream is not asked",
                        0, kMostSide, kDefaults.limit.height, kFlags));
  install (Property::ignore_target,
           g_param_spec_boolean ("ignore-target", "Ignore target",
                                 "Decode at full size, however large the picture is shown",
                                 kDefaults.ignore_target, kFlags));
  install (Property::max_pixels,
           g_param_spec_uint64 ("max-pixels", "Maximum pixels",
                                "A picture whose header says that it has more is refused", 1,
                                G_MAXUINT64, kDefaults.max_pixels, kFlags));
}

}  // namespace

static void gst_quad_jpeg_dec_class_init (GstQuadJpegDecClass *klass)
{
  GST_DEBUG_CATEGORY_INIT (quad_jpeg_dec_debug, "quadjpegdec", 0, "JPEG decoder");
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoDecoderClass *decoder_class = GST_VIDEO_DECODER_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  quad::set_about (element_class, "JPEG decoder", "Codec/Decoder/Image",
                   "Decodes JPEG and Motion JPEG at the size that is needed", "quadjpegdec");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);

  decoder_class->start = start;
  decoder_class->stop = start;
  decoder_class->flush = flush;
  decoder_class->set_format = set_format;
  decoder_class->sink_event = sink_event;
  decoder_class->parse = parse;
  decoder_class->handle_frame = handle_frame;
  decoder_class->finish = finish;
  decoder_class->drain = drain;
  decoder_class->decide_allocation = decide_allocation;
}

static void gst_quad_jpeg_dec_init (GstQuadJpegDec *self)
{
  GstVideoDecoder *decoder = GST_VIDEO_DECODER (self);
  self->impl = new Decoding (decoder);
  gst_video_decoder_set_packetized (decoder, FALSE);
  gst_video_decoder_set_use_default_pad_acceptcaps (decoder, TRUE);
  GST_PAD_SET_ACCEPT_TEMPLATE (GST_VIDEO_DECODER_SINK_PAD (decoder));
}

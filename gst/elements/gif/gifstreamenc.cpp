/**
 * SECTION:element-gifstreamenc
 * @title: gifstreamenc
 * @short_description: Encodes video into an animated GIF of any length
 *
 * Writes a GIF as its frames come: the file's head with the first one, each frame once the time of
 * the next one is known, and the end at the end of the stream. It never goes back in the file, and
 * holds one frame besides what is seen of the file so far, however long it gets. A file that breaks
 * off is a GIF up to its last whole frame.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=50 ! video/x-raw,width=320,height=240,framerate=25/1
 * ! videoconvert ! gifstreamenc ! filesink location=test.gif
 * ]| Two seconds of a test picture.
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=50 ! video/x-raw,width=1920,height=1080 ! quaddownscale
 * divisor=1 max-width=480 ! videoconvert ! gifstreamenc colors=64 lossy=30 ! filesink
 * location=small.gif
 * ]| Smaller, in size and in bytes.
 */
#include "elements/gif/gifstreamenc.h"

#include <algorithm>

#include "elements/about.h"
#include "elements/gif/enums.h"
#include "elements/gif/stream.h"
#include "glue/owned.h"

GST_DEBUG_CATEGORY (gif_stream_enc_debug);
#define GST_CAT_DEFAULT gif_stream_enc_debug

using quad::Owned;

G_DEFINE_TYPE (GstGifStreamEnc, gst_gif_stream_enc, GST_TYPE_VIDEO_ENCODER)

GST_ELEMENT_REGISTER_DEFINE (gifstreamenc, "gifstreamenc", GST_RANK_PRIMARY,
                             GST_TYPE_GIF_STREAM_ENC)

namespace {

const quad::gif::Settings kDefaults;

enum class Property : guint {
  loop = 1,
  palette,
  colors,
  dither,
  dither_strength,
  lossy,
  transparency,
  alpha_threshold,
  comment,
};

GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("video/x-raw, format = (string) { RGBA, BGRA, RGBx, BGRx, RGB, BGR, GRAY8 }, "
                     "width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
                     "framerate = (fraction) [ 0/1, MAX ]"));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("image/gif, width = (int) [ 1, 65535 ], height = (int) [ 1, 65535 ], "
                     "framerate = (fraction) [ 0/1, MAX ]"));

GstGifStreamEnc *self_of (gpointer object) { return static_cast<GstGifStreamEnc *> (object); }

quad::gif::Stream &impl_of (gpointer object) { return *self_of (object)->impl; }

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  impl_of (object).change ([&] (quad::gif::Settings &s) {
    switch (static_cast<Property> (id)) {
      case Property::loop: s.loop = g_value_get_int (value); break;
      case Property::palette:
        s.palette = static_cast<quad::gif::PaletteMode> (g_value_get_enum (value));
        break;
      case Property::colors: s.colors = g_value_get_int (value); break;
      case Property::dither:
        s.dither = static_cast<quad::gif::Dither> (g_value_get_enum (value));
        break;
      case Property::dither_strength: s.dither_strength = g_value_get_double (value); break;
      case Property::lossy: s.lossy = g_value_get_int (value); break;
      case Property::transparency: s.transparency = g_value_get_boolean (value); break;
      case Property::alpha_threshold: s.alpha_threshold = g_value_get_int (value); break;
      case Property::comment: {
        const gchar *comment = g_value_get_string (value);
        s.comment = comment ? comment : "";
        break;
      }
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  const quad::gif::Settings s = impl_of (object).settings ();
  switch (static_cast<Property> (id)) {
    case Property::loop: g_value_set_int (value, s.loop); break;
    case Property::palette: g_value_set_enum (value, static_cast<gint> (s.palette)); break;
    case Property::colors: g_value_set_int (value, s.colors); break;
    case Property::dither: g_value_set_enum (value, static_cast<gint> (s.dither)); break;
    case Property::dither_strength: g_value_set_double (value, s.dither_strength); break;
    case Property::lossy: g_value_set_int (value, s.lossy); break;
    case Property::transparency: g_value_set_boolean (value, s.transparency); break;
    case Property::alpha_threshold: g_value_set_int (value, s.alpha_threshold); break;
    case Property::comment:
      g_value_set_string (value, s.comment.empty () ? nullptr : s.comment.c_str ());
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_gif_stream_enc_parent_class)->finalize (object);
}

// Only frames of the first frame's size are accepted.
GstCaps *getcaps (GstVideoEncoder *encoder, GstCaps *filter)
{
  Owned<GstCaps> own{gst_pad_get_pad_template_caps (GST_VIDEO_ENCODER_SINK_PAD (encoder))};
  if (const auto size = impl_of (encoder).fixed_size ()) {
    own.reset (gst_caps_make_writable (own.release ()));
    gst_caps_set_simple (own.get (), "width", G_TYPE_INT, size->width, "height", G_TYPE_INT,
                         size->height, nullptr);
  }
  return gst_video_encoder_proxy_getcaps (encoder, own.get (), filter);
}

gboolean set_format (GstVideoEncoder *encoder, GstVideoCodecState *state)
{
  if (!impl_of (encoder).set_format (state->info)) return FALSE;
  gst_video_codec_state_unref (
      gst_video_encoder_set_output_state (encoder, gst_caps_new_empty_simple ("image/gif"), state));
  // Latency: a frame waits for the next one.
  const gint n = GST_VIDEO_INFO_FPS_N (&state->info), d = GST_VIDEO_INFO_FPS_D (&state->info);
  const GstClockTime latency =
      n > 0 ? gst_util_uint64_scale_ceil (GST_SECOND, static_cast<guint64> (d),
                                          static_cast<guint64> (n))
            : 0;
  gst_video_encoder_set_latency (encoder, latency, n > 0 ? latency : GST_CLOCK_TIME_NONE);
  return TRUE;
}

// One frame is held until the next one comes.
gboolean propose_allocation (GstVideoEncoder *encoder, GstQuery *query)
{
  constexpr guint kHeldBuffers = 2;
  if (!GST_VIDEO_ENCODER_CLASS (gst_gif_stream_enc_parent_class)
           ->propose_allocation (encoder, query))
    return FALSE;
  for (guint i = 0; i < gst_query_get_n_allocation_pools (query); i++) {
    GstBufferPool *offered;
    guint size, min, max;
    gst_query_parse_nth_allocation_pool (query, i, &offered, &size, &min, &max);
    const Owned<GstBufferPool> pool{offered};
    gst_query_set_nth_allocation_pool (query, i, pool.get (), size, std::max (min, kHeldBuffers),
                                       max);
  }
  return TRUE;
}

gboolean sink_event (GstVideoEncoder *encoder, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_GAP) {
    GstClockTime begin, duration;
    gst_event_parse_gap (event, &begin, &duration);
    if (GST_CLOCK_TIME_IS_VALID (begin) && GST_CLOCK_TIME_IS_VALID (duration)) {
      GST_VIDEO_ENCODER_STREAM_LOCK (encoder);
      const guint64 end =
          gst_segment_to_running_time (&encoder->input_segment, GST_FORMAT_TIME, begin + duration);
      if (GST_CLOCK_TIME_IS_VALID (end))
        impl_of (encoder).gap_until (static_cast<gint64> (std::min<guint64> (end, G_MAXINT64)));
      GST_VIDEO_ENCODER_STREAM_UNLOCK (encoder);
    }
  }
  return GST_VIDEO_ENCODER_CLASS (gst_gif_stream_enc_parent_class)->sink_event (encoder, event);
}

GstFlowReturn handle_frame (GstVideoEncoder *encoder, GstVideoCodecFrame *frame)
{
  const guint64 time =
      gst_segment_to_stream_time (&encoder->input_segment, GST_FORMAT_TIME, frame->pts);
  if (GST_CLOCK_TIME_IS_VALID (time)) gst_object_sync_values (GST_OBJECT (encoder), time);
  return impl_of (encoder).take (frame);
}

GstFlowReturn finish (GstVideoEncoder *encoder) { return impl_of (encoder).finish (); }

gboolean reset (GstVideoEncoder *encoder)
{
  impl_of (encoder).reset ();
  return TRUE;
}

void install_properties (GObjectClass *object_class)
{
  const auto install = [object_class] (Property p, GParamSpec *spec) {
    g_object_class_install_property (object_class, static_cast<guint> (p), spec);
  };
  constexpr auto kSet = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                                  GST_PARAM_MUTABLE_READY);
  constexpr auto kControl =
      static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE);
  install (Property::loop,
           g_param_spec_int (
               "loop", "Loop",
               "How many times the animation is repeated (0 = without end, -1 = not at all)", -1,
               65535, kDefaults.loop, kSet));
  install (
      Property::palette,
      g_param_spec_enum ("palette", "Palette", "Which frames the colours are chosen for",
                         GST_TYPE_QUAD_PALETTE_MODE, static_cast<gint> (kDefaults.palette), kSet));
  install (Property::colors,
           g_param_spec_int (
               "colors", "Colors",
               "Greatest number of colours in a frame (one of 256 is kept for transparency)", 2,
               256, kDefaults.colors, kSet));
  install (
      Property::dither,
      g_param_spec_enum ("dither", "Dither", "How colours that the palette lacks are approximated",
                         GST_TYPE_QUAD_DITHER, static_cast<gint> (kDefaults.dither), kSet));
  install (Property::dither_strength,
           g_param_spec_double ("dither-strength", "Dither strength",
                                "How strongly to dither (0 = not at all, 1 = fully)", 0, 1,
                                kDefaults.dither_strength, kControl));
  install (
      Property::lossy,
      g_param_spec_int (
          "lossy", "Lossy",
          "How far colours may be off to save bytes (0 = not at all, 100 = 20 levels a channel)", 0,
          100, kDefaults.lossy, kControl));
  install (Property::transparency,
           g_param_spec_boolean ("transparency", "Transparency",
                                 "Write pixels that do not change as transparent ones",
                                 kDefaults.transparency, kSet));
  install (Property::alpha_threshold,
           g_param_spec_int ("alpha-threshold", "Alpha threshold",
                             "Pixels with an alpha below this are transparent, others opaque", 0,
                             255, kDefaults.alpha_threshold, kSet));
  install (Property::comment,
           g_param_spec_string ("comment", "Comment", "Comment that is written into the file",
                                nullptr, kSet));
}

}  // namespace

static void gst_gif_stream_enc_class_init (GstGifStreamEncClass *klass)
{
  GST_DEBUG_CATEGORY_INIT (gif_stream_enc_debug, "gifstreamenc", 0, "GIF encoder");
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoEncoderClass *encoder_class = GST_VIDEO_ENCODER_CLASS (klass);

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  quad::set_about (element_class, "Streaming GIF encoder", "Codec/Encoder/Image/Video",
                   "Encodes video of any length into an animated GIF while it comes in",
                   "gifstreamenc");
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  quad::document_types ({GST_TYPE_QUAD_PALETTE_MODE, GST_TYPE_QUAD_DITHER});

  encoder_class->getcaps = getcaps;
  encoder_class->set_format = set_format;
  encoder_class->propose_allocation = propose_allocation;
  encoder_class->sink_event = sink_event;
  encoder_class->handle_frame = handle_frame;
  encoder_class->finish = finish;
  encoder_class->flush = reset;
  encoder_class->start = reset;
  encoder_class->stop = reset;
}

static void gst_gif_stream_enc_init (GstGifStreamEnc *self)
{
  self->impl = new quad::gif::Stream (GST_VIDEO_ENCODER (self));
  // Accepts caps that set_format () will refuse with a message.
  GST_PAD_SET_ACCEPT_TEMPLATE (GST_VIDEO_ENCODER_SINK_PAD (self));
}

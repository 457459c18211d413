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
 */
#include "elements/quaddownscale.h"

#include <mutex>
#include <string_view>

#include "elements/downscale_caps.h"
#include "glue/backend.h"
#include "glue/enums.h"

GST_DEBUG_CATEGORY_STATIC (quad_downscale_debug);
#define GST_CAT_DEFAULT quad_downscale_debug

namespace quad {
namespace {

struct Settings {
  Filter method = Filter::area;
  guint divisor = 2;
  int max_width = 0;
  int max_height = 0;
  bool upscale = false;
  guint threads = 1;
};

constexpr Settings kDefaults;
constexpr guint kMaxThreads = 256;

enum class Property : guint {
  method = 1,
  divisor,
  max_width,
  max_height,
  upscale,
  n_threads,
};

// Which memory the frames of `caps` lie in.
Memory memory_of (const GstCaps *caps)
{
  (void)caps;  // the templates have system memory alone
  return Memory::host;
}

SizeRules rules_of (const Settings &s)
{
  return {.divisor = static_cast<int> (s.divisor),
          .max_width = s.max_width,
          .max_height = s.max_height,
          .upscale = s.upscale};
}

// The tags of metas that hold for the scaled picture too, some after scaling.
bool is_of_video (std::string_view tag)
{
  return tag == GST_META_TAG_VIDEO_STR || tag == GST_META_TAG_VIDEO_COLORSPACE_STR ||
         tag == GST_META_TAG_VIDEO_ORIENTATION_STR || tag == GST_META_TAG_VIDEO_SIZE_STR;
}

// Whether `out` says what `in` says of its colours, or leaves it open.
bool same_colorimetry (const GstVideoColorimetry &in, const GstVideoColorimetry &out)
{
  const auto same = [] (auto a, auto b) {
    return a == b || static_cast<int> (a) == 0 || static_cast<int> (b) == 0;
  };
  return same (in.range, out.range) && same (in.matrix, out.matrix) &&
         same (in.transfer, out.transfer) && same (in.primaries, out.primaries);
}

}  // namespace

// What an instance holds. Settings are read and written by any thread under the
// lock; all else belongs to the streaming thread, but for the two infos, which
// events read under the lock too.
class Downscale {
 public:
  explicit Downscale (GstQuadDownscale *element) : element_ (element) {}

  Settings settings () const
  {
    const std::lock_guard lock{mutex_};
    return settings_;
  }
  template <typename Change>
  void change (Change change)
  {
    const std::lock_guard lock{mutex_};
    change (settings_);
  }

  Owned<GstCaps> fixate (GstCaps *in, Owned<GstCaps> allowed);
  bool set_caps (const GstCaps *in, const GstCaps *out);
  GstFlowReturn transform (GstBuffer *in, GstBuffer *out);
  bool transform_meta (GstBuffer *out, GstMeta *meta, GstBuffer *in) const;
  void translate_pointer (GstEvent *event) const;
  void stop ();

 private:
  bool agree (const GstVideoInfo &in, const GstVideoInfo &out) const;
  bool ready_renderer (const Settings &settings);
  Scene scene (const Settings &settings, const FrameView &source, const Rect &crop) const;
  void add_cropped_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &region,
                           const Rect &crop) const;

  GstQuadDownscale *element_;
  mutable std::mutex mutex_;
  Settings settings_;
  GstVideoInfo in_ = {};
  GstVideoInfo out_ = {};
  bool insisted_ = false;  // downstream left but one kind of caps
  ChromaSite in_site_;
  Memory memory_ = Memory::host;
  std::unique_ptr<Renderer> renderer_;
  guint renderer_threads_ = 0;
};

Owned<GstCaps> Downscale::fixate (GstCaps *in, Owned<GstCaps> allowed)
{
  insisted_ = gst_caps_get_size (allowed.get ()) == 1;
  return downscale_fixate (in, std::move (allowed), rules_of (settings ()));
}

// Says on the bus what downstream's wish means for the picture; false where it
// is not carried out.
bool Downscale::agree (const GstVideoInfo &in, const GstVideoInfo &out) const
{
  const Outcome outcome = downscale_outcome (in, out);
  if (outcome.enlarged && !settings ().upscale) {
    GST_ELEMENT_ERROR (
        element_, STREAM, FORMAT,
        ("Downstream asks for %dx%d, more than the video's %dx%d. Set upscale=true on "
         "quaddownscale to have it enlarged, or let the caps after quaddownscale allow a smaller "
         "size.",
         out.width, out.height, in.width, in.height),
        (nullptr));
    return false;
  }
  if (!same_colorimetry (in.colorimetry, out.colorimetry)) {
    Owned<char> from{gst_video_colorimetry_to_string (&in.colorimetry)};
    Owned<char> to{gst_video_colorimetry_to_string (&out.colorimetry)};
    GST_ELEMENT_ERROR (
        element_, STREAM, FORMAT,
        ("Downstream asks for the colorimetry %s and the video has %s (which is what its size "
         "implies where its caps do not say). Put a videoconvert element after quaddownscale, or "
         "say the video's colorimetry in the caps before it.",
         to ? to.get () : "unknown", from ? from.get () : "unknown"),
        (nullptr));
    return false;
  }
  // Who offers alternatives, as a grid does, stretches on purpose.
  if (outcome.stretched && insisted_)
    GST_ELEMENT_WARNING (
        element_, STREAM, FORMAT,
        ("The picture is stretched: downstream fixes %dx%d with the pixel aspect ratio %d/%d, "
         "which is another shape than the video's %dx%d with %d/%d. Leave one of the sides or the "
         "pixel-aspect-ratio open to keep the shape.",
         out.width, out.height, out.par_n, out.par_d, in.width, in.height, in.par_n, in.par_d),
        (nullptr));
  return true;
}

bool Downscale::set_caps (const GstCaps *in_caps, const GstCaps *out_caps)
{
  GstVideoInfo in, out;
  if (!gst_video_info_from_caps (&in, in_caps) || !gst_video_info_from_caps (&out, out_caps)) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("The video's caps cannot be understood."),
                       ("%" GST_PTR_FORMAT " to %" GST_PTR_FORMAT,
                        static_cast<const void *> (in_caps), static_cast<const void *> (out_caps)));
    return false;
  }
  if (!agree (in, out)) return false;
  {
    const std::lock_guard lock{mutex_};
    in_ = in;
    out_ = out;
  }
  // An unknown site is taken for the output's: nothing is moved on a guess.
  const bool known = GST_VIDEO_INFO_CHROMA_SITE (&in) != GST_VIDEO_CHROMA_SITE_UNKNOWN;
  const ChromaSite out_site = chroma_site_of (out);
  in_site_ = known ? chroma_site_of (in) : out_site;
  memory_ = memory_of (in_caps);

  const bool nothing_to_do =
      in.width == out.width && in.height == out.height && in_site_ == out_site;
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (element_), nothing_to_do);
  if (nothing_to_do) return true;

  const Settings s = settings ();
  if (!ready_renderer (s)) return false;
  const FrameView source{from_gst (GST_VIDEO_INFO_FORMAT (&in)), {in.width, in.height}, memory_};
  const Status status = renderer_->prepare (scene (s, source, rect_of (source.size)));
  if (status == Status::ok) return true;
  GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                     ("Cannot scale %dx%d to %dx%d: %s.", in.width, in.height, out.width,
                      out.height, describe (status)),
                     (nullptr));
  return false;
}

// Makes the renderer for the frames' memory, again where n-threads changed.
bool Downscale::ready_renderer (const Settings &settings)
{
  if (renderer_ && renderer_->memory () == memory_ && renderer_threads_ == settings.threads)
    return true;
  renderer_ = make_renderer (memory_, static_cast<int> (settings.threads));
  renderer_threads_ = settings.threads;
  if (renderer_) return true;
  GST_ELEMENT_ERROR (element_, RESOURCE, NOT_FOUND,
                     ("This machine cannot scale frames in this kind of memory."), (nullptr));
  return false;
}

Scene Downscale::scene (const Settings &settings, const FrameView &source, const Rect &crop) const
{
  Scene s;
  s.format = from_gst (GST_VIDEO_INFO_FORMAT (&out_));
  s.canvas = {out_.width, out_.height};
  s.site = chroma_site_of (out_);
  s.tiles.push_back ({.target = rect_of (s.canvas),
                      .source = source,
                      .crop = crop,
                      .site = in_site_,
                      .filter = settings.method,
                      .blend = Blend::source});
  return s;
}

GstFlowReturn Downscale::transform (GstBuffer *inbuf, GstBuffer *outbuf)
{
  const Settings s = settings ();
  const MappedFrame in{in_, inbuf, GST_MAP_READ};
  if (!in) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                       ("A video buffer does not hold the frame that its caps describe: the "
                        "buffer %s. The element before quaddownscale is at fault.",
                        in.problem ()),
                       ("%" G_GSIZE_FORMAT " bytes, %dx%d %s", gst_buffer_get_size (inbuf),
                        in_.width, in_.height, gst_video_format_to_string (in_.finfo->format)));
    return GST_FLOW_ERROR;
  }
  const MappedFrame out{out_, outbuf, GST_MAP_WRITE};
  if (!out) {
    GST_ELEMENT_ERROR (element_, RESOURCE, WRITE,
                       ("A buffer for the scaled video cannot be written: the buffer %s. The "
                        "element after quaddownscale provides these buffers.",
                        out.problem ()),
                       (nullptr));
    return GST_FLOW_ERROR;
  }
  const Rect crop = crop_of (inbuf, in.view ().size);
  if (crop.empty ()) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                       ("A video buffer's crop metadata shows a part outside of its %dx%d frame. "
                        "The element before quaddownscale is at fault.",
                        in.view ().size.width, in.view ().size.height),
                       (nullptr));
    return GST_FLOW_ERROR;
  }
  if (!ready_renderer (s)) return GST_FLOW_ERROR;
  const Scene picture = scene (s, in.view (), crop);
  Status status = renderer_->prepare (picture);
  if (status == Status::ok) status = renderer_->draw (picture, out.view ());
  if (status == Status::ok) return GST_FLOW_OK;
  GST_ELEMENT_ERROR (element_, STREAM, FAILED, ("Cannot scale the video: %s.", describe (status)),
                     (nullptr));
  return GST_FLOW_ERROR;
}

// True where the base class shall copy `meta`.
bool Downscale::transform_meta (GstBuffer *out, GstMeta *meta, GstBuffer *in) const
{
  const GstMetaInfo *info = meta->info;
  // They describe the input's memory and the part of it that was scaled.
  if (info->api == GST_VIDEO_META_API_TYPE || info->api == GST_VIDEO_CROP_META_API_TYPE)
    return false;
  bool of_size = false;
  for (const gchar *const *tag = gst_meta_api_type_get_tags (info->api); tag && *tag; tag++) {
    if (!is_of_video (*tag)) return false;
    of_size |= std::string_view{*tag} == GST_META_TAG_VIDEO_SIZE_STR;
  }
  if (!of_size) return true;

  if (gst_buffer_get_video_crop_meta (in) &&
      info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) {
    const GstVideoMeta *frame = gst_buffer_get_video_meta (in);
    const Size size = frame
                          ? Size{static_cast<int> (frame->width), static_cast<int> (frame->height)}
                          : Size{in_.width, in_.height};
    add_cropped_region (out, *reinterpret_cast<GstVideoRegionOfInterestMeta *> (meta),
                        crop_of (in, size));
    return false;
  }
  GstVideoInfo from = in_, to = out_;
  GstVideoMetaTransform scale = {&from, &to};
  if (info->transform_func)
    info->transform_func (out, meta, in, gst_video_meta_transform_scale_get_quark (), &scale);
  return false;
}

// GStreamer's scaling of regions knows no crop.
void Downscale::add_cropped_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &region,
                                    const Rect &crop) const
{
  const auto limited = [] (guint v) { return static_cast<int> (std::min<guint> (v, kMaxSide)); };
  const Rect seen = intersect (
      {limited (region.x), limited (region.y), limited (region.w), limited (region.h)}, crop);
  if (seen.empty ()) return;
  const auto scaled = [] (int v, int to, int from) {
    return static_cast<guint> (round_div (std::int64_t{v} * to, from));
  };
  GstVideoRegionOfInterestMeta *added = gst_buffer_add_video_region_of_interest_meta_id (
      out, region.roi_type, scaled (seen.x - crop.x, out_.width, crop.width),
      scaled (seen.y - crop.y, out_.height, crop.height),
      scaled (seen.width, out_.width, crop.width), scaled (seen.height, out_.height, crop.height));
  added->id = region.id;
  added->parent_id = region.parent_id;
  for (const GList *p = region.params; p; p = p->next)
    gst_video_region_of_interest_meta_add_param (
        added, gst_structure_copy (static_cast<const GstStructure *> (p->data)));
}

// Pointer positions on the output become positions on the input.
void Downscale::translate_pointer (GstEvent *event) const
{
  gdouble x, y;
  if (!gst_navigation_event_get_coordinates (event, &x, &y)) return;
  const std::lock_guard lock{mutex_};
  if (out_.width < 1 || out_.height < 1) return;
  gst_navigation_event_set_coordinates (event, x * in_.width / out_.width,
                                        y * in_.height / out_.height);
}

void Downscale::stop ()
{
  renderer_.reset ();
  const std::lock_guard lock{mutex_};
  in_ = out_ = {};
}

}  // namespace quad

using quad::Owned;

G_DEFINE_TYPE (GstQuadDownscale, gst_quad_downscale, GST_TYPE_BASE_TRANSFORM)

GST_ELEMENT_REGISTER_DEFINE (quaddownscale, "quaddownscale", GST_RANK_NONE, GST_TYPE_QUAD_DOWNSCALE)

namespace {

GstQuadDownscale *self_of (gpointer object) { return static_cast<GstQuadDownscale *> (object); }

quad::Downscale &impl_of (gpointer object) { return *self_of (object)->impl; }

GstBaseTransformClass *parent_class ()
{
  return GST_BASE_TRANSFORM_CLASS (gst_quad_downscale_parent_class);
}

void set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  using quad::Property;
  bool resize = true;
  impl_of (object).change ([&] (quad::Settings &s) {
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
      default: resize = false; G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
    }
  });
  if (!resize) return;
  // Upstream is asked too: its buffers may pass untouched from now on, or no longer.
  gst_base_transform_reconfigure_sink (GST_BASE_TRANSFORM (object));
  gst_base_transform_reconfigure_src (GST_BASE_TRANSFORM (object));
}

void get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  using quad::Property;
  const quad::Settings s = impl_of (object).settings ();
  switch (static_cast<Property> (id)) {
    case Property::method: g_value_set_enum (value, static_cast<gint> (s.method)); break;
    case Property::divisor: g_value_set_uint (value, s.divisor); break;
    case Property::max_width: g_value_set_int (value, s.max_width); break;
    case Property::max_height: g_value_set_int (value, s.max_height); break;
    case Property::upscale: g_value_set_boolean (value, s.upscale); break;
    case Property::n_threads: g_value_set_uint (value, s.threads); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

void finalize (GObject *object)
{
  delete self_of (object)->impl;
  G_OBJECT_CLASS (gst_quad_downscale_parent_class)->finalize (object);
}

gboolean stop (GstBaseTransform *trans)
{
  impl_of (trans).stop ();
  return TRUE;
}

GstCaps *transform_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                         GstCaps *filter)
{
  (void)trans, (void)direction;
  Owned<GstCaps> other = quad::downscale_transform (caps);
  if (filter)
    other.reset (gst_caps_intersect_full (filter, other.get (), GST_CAPS_INTERSECT_FIRST));
  return other.release ();
}

GstCaps *fixate_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps,
                      GstCaps *other)
{
  Owned<GstCaps> allowed{other};
  if (direction != GST_PAD_SINK) return gst_caps_fixate (allowed.release ());
  return impl_of (trans).fixate (caps, std::move (allowed)).release ();
}

// Caps that sink_event () refuses with a message have to come that far.
gboolean accept_caps (GstBaseTransform *trans, GstPadDirection direction, GstCaps *caps)
{
  if (direction == GST_PAD_SINK && !quad::downscale_refusal (caps).empty ()) return TRUE;
  return parent_class ()->accept_caps (trans, direction, caps);
}

gboolean sink_event (GstBaseTransform *trans, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    GstCaps *caps;
    gst_event_parse_caps (event, &caps);
    if (const std::string why = quad::downscale_refusal (caps); !why.empty ()) {
      GST_ELEMENT_ERROR (trans, STREAM, FORMAT, ("%s", why.c_str ()),
                         ("%" GST_PTR_FORMAT, static_cast<void *> (caps)));
      gst_event_unref (event);
      return FALSE;
    }
  }
  return parent_class ()->sink_event (trans, event);
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
  return impl_of (trans).set_caps (in, out);
}

gboolean get_unit_size (GstBaseTransform *trans, GstCaps *caps, gsize *size)
{
  (void)trans;
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, caps)) return FALSE;
  *size = GST_VIDEO_INFO_SIZE (&info);
  return TRUE;
}

// One frame for one frame, however a buffer is padded.
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
  // These are proposed by ourselves, and overlays are not scaled with the picture.
  return api != GST_VIDEO_META_API_TYPE && api != GST_VIDEO_CROP_META_API_TYPE &&
         api != GST_VIDEO_OVERLAY_COMPOSITION_META_API_TYPE;
}

Owned<GstBufferPool> new_pool (GstCaps *caps, guint size, bool video_meta)
{
  Owned<GstBufferPool> pool{gst_video_buffer_pool_new ()};
  GstStructure *config = gst_buffer_pool_get_config (pool.get ());
  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  if (video_meta) gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (!gst_buffer_pool_set_config (pool.get (), config)) pool.reset ();
  return pool;
}

gboolean propose_allocation (GstBaseTransform *trans, GstQuery *decide_query, GstQuery *query)
{
  if (!parent_class ()->propose_allocation (trans, decide_query, query)) return FALSE;
  if (!decide_query) return TRUE;  // passthrough: downstream has answered
  GstCaps *caps = nullptr;
  gboolean need_pool = FALSE;
  gst_query_parse_allocation (query, &caps, &need_pool);
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps)) return FALSE;
  const auto size = static_cast<guint> (GST_VIDEO_INFO_SIZE (&info));
  if (gst_query_get_n_allocation_pools (query) == 0) {
    Owned<GstBufferPool> pool;
    if (need_pool) pool = new_pool (caps, size, true);
    gst_query_add_allocation_pool (query, pool.get (), size, 0, 0);
  }
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  gst_query_add_allocation_meta (query, GST_VIDEO_CROP_META_API_TYPE, nullptr);
  return TRUE;
}

gboolean decide_allocation (GstBaseTransform *trans, GstQuery *query)
{
  GstCaps *caps = nullptr;
  gst_query_parse_allocation (query, &caps, nullptr);
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps (&info, caps)) return FALSE;

  const bool video_meta = gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, nullptr);
  GstBufferPool *offered = nullptr;
  guint size = 0, min = 0, max = 0;
  const bool any = gst_query_get_n_allocation_pools (query) > 0;
  if (any) gst_query_parse_nth_allocation_pool (query, 0, &offered, &size, &min, &max);
  Owned<GstBufferPool> pool{offered};
  size = std::max (size, static_cast<guint> (GST_VIDEO_INFO_SIZE (&info)));
  if (!pool) {
    pool = new_pool (caps, size, video_meta);
    if (!pool) return FALSE;
  } else if (video_meta &&
             gst_buffer_pool_has_option (pool.get (), GST_BUFFER_POOL_OPTION_VIDEO_META)) {
    GstStructure *config = gst_buffer_pool_get_config (pool.get ());
    gst_buffer_pool_config_set_params (config, caps, size, min, max);
    gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
    // The base class falls back to a pool of its own where this one refuses.
    gst_buffer_pool_set_config (pool.get (), config);
  }
  if (any)
    gst_query_set_nth_allocation_pool (query, 0, pool.get (), size, min, max);
  else
    gst_query_add_allocation_pool (query, pool.get (), size, min, max);
  return parent_class ()->decide_allocation (trans, query);
}

gboolean transform_meta (GstBaseTransform *trans, GstBuffer *outbuf, GstMeta *meta,
                         GstBuffer *inbuf)
{
  return impl_of (trans).transform_meta (outbuf, meta, inbuf);
}

void before_transform (GstBaseTransform *trans, GstBuffer *buffer)
{
  if (trans->segment.format != GST_FORMAT_TIME) return;
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
  using quad::kDefaults;
  using quad::Property;
  const auto flags = static_cast<GParamFlags> (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                               GST_PARAM_MUTABLE_PLAYING);
  const auto controllable = static_cast<GParamFlags> (flags | GST_PARAM_CONTROLLABLE);
  const auto install = [klass] (Property p, GParamSpec *spec) {
    g_object_class_install_property (klass, static_cast<guint> (p), spec);
  };
  install (Property::method,
           g_param_spec_enum ("method", "Method", "How samples are weighted", GST_TYPE_QUAD_METHOD,
                              static_cast<gint> (kDefaults.method), controllable));
  install (
      Property::divisor,
      g_param_spec_uint ("divisor", "Divisor",
                         "What both sides are divided by where downstream leaves the size open", 1,
                         quad::kMaxSide, kDefaults.divisor, flags));
  install (Property::max_width,
           g_param_spec_int ("max-width", "Maximum width",
                             "The output's greatest width where downstream does not fix it "
                             "(0 = no limit)",
                             0, quad::kMaxSide, kDefaults.max_width, flags));
  install (Property::max_height,
           g_param_spec_int ("max-height", "Maximum height",
                             "The output's greatest height where downstream does not fix it "
                             "(0 = no limit)",
                             0, quad::kMaxSide, kDefaults.max_height, flags));
  install (Property::upscale,
           g_param_spec_boolean ("upscale", "Upscale",
                                 "Enlarge where downstream asks for more than the source has",
                                 kDefaults.upscale, flags));
  install (Property::n_threads,
           g_param_spec_uint ("n-threads", "Threads",
                              "Threads that scale a frame (0 = one per processor)", 0,
                              quad::kMaxThreads, kDefaults.threads, flags));
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
  const Owned<GstCaps> caps = quad::drawable_caps ();
  gst_element_class_add_pad_template (
      element_class, gst_pad_template_new ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps.get ()));
  gst_element_class_add_pad_template (
      element_class, gst_pad_template_new ("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps.get ()));
  gst_element_class_set_static_metadata (
      element_class, "Video downscaler", "Filter/Converter/Video/Scaler",
      "Shrinks video, anti-aliased, to what downstream asks for", "The gst-quad developers");
  gst_type_mark_as_plugin_api (GST_TYPE_QUAD_METHOD, static_cast<GstPluginAPIFlags> (0));

  auto *trans_class = GST_BASE_TRANSFORM_CLASS (klass);
  trans_class->stop = stop;
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
  trans_class->transform_meta = transform_meta;
  trans_class->before_transform = before_transform;
  trans_class->transform = transform;
  trans_class->passthrough_on_same_caps = FALSE;
}

static void gst_quad_downscale_init (GstQuadDownscale *self)
{
  self->impl = new quad::Downscale{self};
  gst_base_transform_set_qos_enabled (GST_BASE_TRANSFORM (self), TRUE);
}

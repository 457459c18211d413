#include "elements/downscale/downscale.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "elements/downscale/caps.h"
#include "elements/downscale/colors.h"
#include "glue/colorimetry.h"
#include "glue/drawable_caps.h"
#include "glue/frame.h"
#include "glue/light.h"
#include "glue/orientation.h"
#include "glue/problem.h"
#include "glue/region.h"
#include "glue/video.h"

namespace quad {
namespace {

SizeRules rules_of (const DownscaleSettings &s)
{
  return {.divisor = static_cast<int> (s.divisor),
          .max_width = s.max_width,
          .max_height = s.max_height,
          .upscale = s.upscale};
}

// No output is larger where downstream does not fix the size.
Size largest_size (Size source, const DownscaleSettings &s)
{
  const auto least = [&] (int side, int limit) {
    const int most = s.upscale ? kMaxSide : side;
    return limit > 0 ? std::min (most, limit) : most;
  };
  return {least (source.width, s.max_width), least (source.height, s.max_height)};
}

// Tags of metas that can be kept for the scaled picture, some after scaling.
bool is_of_video (std::string_view tag)
{
  return tag == GST_META_TAG_VIDEO_STR || tag == GST_META_TAG_VIDEO_COLORSPACE_STR ||
         tag == GST_META_TAG_VIDEO_ORIENTATION_STR || tag == GST_META_TAG_VIDEO_SIZE_STR;
}

constexpr ProblemWords kWords = {"quaddownscale", "scale", "scaled"};

std::string size_of (const GstVideoInfo &info)
{
  return std::to_string (info.width) + "x" + std::to_string (info.height);
}

}  // namespace

void Downscale::take_reduced (const ReducedPicture &reduced)
{
  if (reduced_ == reduced) return;
  set_reduced (reduced);
  // The caps may have come before, if a link was made later.
  gst_base_transform_reconfigure_src (element_);
}

// Events read it under the lock.
void Downscale::set_reduced (const std::optional<ReducedPicture> &reduced)
{
  const std::lock_guard lock{mutex_};
  reduced_ = reduced;
}

void Downscale::look_upstream (const GstCaps *in)
{
  GstVideoInfo info;
  if (!gst_video_info_from_caps (&info, in)) return;
  const Size size = {info.width, info.height};
  if (reduced_ && reduced_->decoded == size) return;
  if (const auto said = reduced_upstream (GST_BASE_TRANSFORM_SINK_PAD (element_), size))
    set_reduced (said);
}

bool Downscale::shows_all () const
{
  const Rect whole = {0, 0, in_.width, in_.height};
  return zoomed_part (picture_of (whole)) == whole;
}

Picture Downscale::picture_of (const Rect &crop) const
{
  Picture picture = {.part = crop, .orientation = orientation_, .zoom = zoom_};
  if (reduced_) cover (picture, *reduced_);
  return picture;
}

void Downscale::begin_stream ()
{
  set_reduced (std::nullopt);
  turn (Orientation::identity);
}

void Downscale::take_tags (GstEvent *event)
{
  if (const auto tagged = tagged_orientation (event)) turn (*tagged);
}

void Downscale::turn (Orientation orientation)
{
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange (orientation_, orientation) == orientation) return;
  }
  // The zoomed part may have another size now, or downstream wants another of what it turns.
  gst_base_transform_reconfigure_src (element_);
}

// Downstream's caps do not know yet that the picture will be turned on its side; its answer does.
// What of `allowed` has the size that it gives, on multiples of `unit`; null where `allowed` alone
// decides.
Owned<GstCaps> Downscale::for_turned (GstCaps *allowed, const Shape &source,
                                      Orientation orientation, Size unit) const
{
  if (!steps_of (orientation).swap_axes || source.size.empty ()) return nullptr;
  const auto behind =
      ask_target (GST_BASE_TRANSFORM_SRC_PAD (element_), {source.size, source.par, orientation});
  if (!behind) return nullptr;
  const Size most = largest_size (source.size, settings ());
  const double fit =
      std::min ({1.0, double (most.width) / behind->width, double (most.height) / behind->height});
  const auto side = [fit] (int wanted, int by, int limit) {
    const int fitting = std::max (1, static_cast<int> (wanted * fit + 0.5));
    const int whole = ceil_div (fitting, by) * by;
    return whole > limit ? fitting : whole;
  };
  const Owned<GstCaps> wanted{gst_caps_new_simple (
      "video/x-raw", "width", G_TYPE_INT, side (behind->width, unit.width, most.width), "height",
      G_TYPE_INT, side (behind->height, unit.height, most.height), nullptr)};
  gst_caps_set_features (wanted.get (), 0, gst_caps_features_new_any ());
  Owned<GstCaps> both{gst_caps_intersect_full (allowed, wanted.get (), GST_CAPS_INTERSECT_FIRST)};
  return gst_caps_is_empty (both.get ()) ? nullptr : std::move (both);
}

bool Downscale::answer_target (GstQuery *query) const
{
  const auto picture = asked_target (query);
  if (!picture) return false;
  GstPad *sink = GST_BASE_TRANSFORM_SINK_PAD (element_);
  GstPad *src = GST_BASE_TRANSFORM_SRC_PAD (element_);
  Owned<GstCaps> in{gst_pad_get_current_caps (sink)};
  if (!in) in.reset (gst_pad_get_pad_template_caps (sink));
  const Owned<GstCaps> offered = downscale_offer (in.get ());
  const Owned<GstCaps> taken{gst_pad_peer_query_caps (src, offered.get ())};
  const Owned<GstCaps> allowed{
      gst_caps_intersect_full (taken.get (), offered.get (), GST_CAPS_INTERSECT_FIRST)};
  if (gst_caps_is_empty (allowed.get ())) return false;
  const DownscaleSettings s = settings ();
  const Shape source =
      zoomed_shape ({picture->size, picture->sample}, s.zoom, picture->orientation);
  const Owned<GstCaps> turned = for_turned (allowed.get (), source, picture->orientation, {1, 1});
  const GstCaps *among = turned ? turned.get () : allowed.get ();
  const Size size = downscale_choice (in.get (), source, among, rules_of (s), false).shape.size;
  const FineRect part = zoomed_part (
      {.part = rect_of (picture->size), .orientation = picture->orientation, .zoom = s.zoom});
  quad::answer_target (query, GST_ELEMENT (element_), shown_part (size, part, picture->size));
  return true;
}

Owned<GstCaps> Downscale::fixate (GstCaps *in, Owned<GstCaps> allowed)
{
  const Owned<GstCaps> taken{
      gst_pad_peer_query_caps (GST_BASE_TRANSFORM_SRC_PAD (element_), nullptr)};
  allowed = as_unasked (taken.get (), std::move (allowed));
  allowed_.reset (gst_caps_ref (allowed.get ()));
  return fixated (in, std::move (allowed));
}

// What is chosen of `allowed` with the frame's zoom.
Owned<GstCaps> Downscale::fixated (GstCaps *in, Owned<GstCaps> allowed) const
{
  GstVideoInfo info;
  const Shape source = gst_video_info_from_caps (&info, in)
                           ? zoomed_shape (whole_shape (info), zoom_, orientation_)
                           : Shape{};
  const SizeRules rules = rules_of (settings ());
  Owned<GstCaps> chosen =
      downscale_fixate (in, source, Owned<GstCaps>{gst_caps_ref (allowed.get ())}, rules);
  GstVideoInfo out;
  if (!gst_video_info_from_caps (&out, chosen.get ())) return chosen;
  const Size unit = info_of (from_gst (GST_VIDEO_INFO_FORMAT (&out))).chroma_unit ();
  Owned<GstCaps> turned = for_turned (allowed.get (), source, orientation_, unit);
  return turned ? downscale_fixate (in, source, std::move (turned), rules) : std::move (chosen);
}

void Downscale::take_zoom ()
{
  const std::lock_guard lock{mutex_};
  zoom_ = settings_.zoom;
}

bool Downscale::follow_zoom ()
{
  const Zoom before = zoom_;
  take_zoom ();
  const bool passes = unchanged_ && shows_all ();
  const bool turned = passes != (gst_base_transform_is_passthrough (element_) != FALSE);
  if (!turned && zoom_ == before) return true;
  const Owned<GstCaps> in{gst_pad_get_current_caps (GST_BASE_TRANSFORM_SINK_PAD (element_))};
  const Owned<GstCaps> out{gst_pad_get_current_caps (GST_BASE_TRANSFORM_SRC_PAD (element_))};
  if (!in || !out || !allowed_) return true;
  if (turned) {
    gst_base_transform_set_passthrough (element_, passes);
    if (!passes && !begin_scaling (in.get (), out.get ())) return false;
  }
  // An animation onto a size that downstream fixes stops here.
  const Owned<GstCaps> wanted = fixated (in.get (), Owned<GstCaps>{gst_caps_ref (allowed_.get ())});
  if (turned || !gst_caps_is_equal (wanted.get (), out.get ()))
    gst_base_transform_reconfigure_src (element_);
  // Whoever asked for the shown size asks again, but not for each frame.
  const Size any = {1, 1};
  if (turned || whole_for (any, before) != whole_for (any, zoom_))
    gst_base_transform_reconfigure_sink (element_);
  return true;
}

// Upstream retries with every event and buffer: report once.
void Downscale::report_caps (const std::string &text)
{
  if (reported_ == text) return;
  reported_ = text;
  GST_ELEMENT_ERROR (element_, STREAM, FORMAT, ("%s", text.c_str ()), (nullptr));
}

bool Downscale::refuses (const GstCaps *in)
{
  const std::string why = downscale_refusal (in);
  if (why.empty ()) return false;
  report_caps (why);
  return true;
}

void Downscale::report_unwanted (GstCaps *in)
{
  const Owned<GstCaps> taken{
      gst_pad_peer_query_caps (GST_BASE_TRANSFORM_SRC_PAD (element_), nullptr)};
  const Owned<GstCaps> offered = downscale_offer (in);
  if (gst_caps_is_empty (taken.get ()) || gst_caps_can_intersect (offered.get (), taken.get ()))
    return;
  report_caps (downscale_unwanted (in, taken.get ()));
}

// Posts what downstream's wish means for the picture; false if it cannot be done.
bool Downscale::agree (const GstVideoInfo &in, const GstVideoInfo &out, const Reading &reading)
{
  const Shape whole = whole_shape (in), source = zoomed_shape (whole, zoom_, orientation_);
  // A zoom may enlarge its part up to the whole picture's size: an animation must not end in an
  // error.
  if (downscale_outcome (whole, out).enlarged && !settings ().upscale) {
    report_caps ("Downstream asks for " + size_of (out) + ", more than the video's " +
                 std::to_string (whole.size.width) + "x" + std::to_string (whole.size.height) +
                 ". Set upscale=true on quaddownscale to have it enlarged, or let the caps after "
                 "quaddownscale allow a smaller size.");
    return false;
  }
  if (!reading.possible) {
    report_caps (reading.fault);
    return false;
  }
  if (!reading.fault.empty ())
    GST_ELEMENT_WARNING (element_, STREAM, FORMAT, ("%s", reading.fault.c_str ()), (nullptr));
  // A downstream that offers alternatives, like a grid, stretches on purpose.
  const bool insisted = allowed_ && insists_on_shape (allowed_.get ());
  if (downscale_outcome (source, out).stretched && insisted)
    GST_ELEMENT_WARNING (
        element_, STREAM, FORMAT,
        ("The picture is stretched: downstream fixes %dx%d with the pixel aspect ratio %d/%d, "
         "which is another shape than %s %dx%d with %d/%d. Leave one of the sides or the "
         "pixel-aspect-ratio open to keep the shape.",
         out.width, out.height, out.par_n, out.par_d,
         zoom_ == Zoom{} ? "the video's" : "the shown part's", source.size.width,
         source.size.height, in.par_n, in.par_d),
        (nullptr));
  return true;
}

bool Downscale::set_caps (const GstCaps *in_caps, const GstCaps *out_caps)
{
  GstVideoInfo in, out;
  if (!read_video_info (in, in_caps) || !read_video_info (out, out_caps)) {
    report_caps ("The video's caps cannot be understood.");
    return false;
  }
  const Reading reading =
      reading_beside (in_caps, in, out_caps, out, converted_in (memory_of (in_caps)));
  if (!agree (in, out, reading)) return false;
  in.colorimetry = reading.colorimetry;
  out.colorimetry = downscale_colorimetry (gst_caps_get_structure (out_caps, 0), out);
  {
    const std::lock_guard lock{mutex_};
    in_ = in;
    out_ = out;
  }
  converts_ = !same_pixels (in, out);
  peak_ = peak_of (in_caps);
  unchanged_ = in.width == out.width && in.height == out.height && !converts_ &&
               chroma_site_beside (in, out) == chroma_site_of (out);
  const bool nothing_to_do = unchanged_ && shows_all ();
  gst_base_transform_set_passthrough (element_, nothing_to_do);
  if (!nothing_to_do) return begin_scaling (in_caps, out_caps);
  reported_.clear ();
  return true;
}

bool Downscale::begin_scaling (const GstCaps *in_caps, const GstCaps *out_caps)
{
  const DownscaleSettings s = settings ();
  stage_.set_threads (static_cast<int> (s.threads));
  const Problem problem =
      stage_.prepare (input_, {in_, memory_of (in_caps)}, {out_, memory_of (out_caps)},
                      look (s, rect_of ({in_.width, in_.height})));
  if (!problem) {
    reported_.clear ();
    return true;
  }
  if (problem.kind == Problem::Kind::failed)
    report_caps (
        failure_text ("Cannot scale " + size_of (in_) + " to " + size_of (out_), problem, kWords));
  else
    (void)fail (problem, nullptr);
  return false;
}

Look Downscale::look (const DownscaleSettings &settings, const Rect &crop) const
{
  const Canvas canvas = {.size = {out_.width, out_.height}};
  // An output without alpha shows the picture over black.
  const auto has_alpha = [] (const GstVideoInfo &info) {
    return info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).has_alpha ();
  };
  const bool flattens = has_alpha (in_) && !has_alpha (out_);
  return {.placement = place (picture_of (crop), Fit::fill, rect_of (canvas.size), canvas, 0, 0),
          .filter = settings.method,
          .blend = flattens ? Blend::over : Blend::source,
          .peak = peak_};
}

GstFlowReturn Downscale::fail (const Problem &problem, GstBuffer *in)
{
  return post_problem (GST_ELEMENT (element_), problem, kWords, in, in_);
}

GstFlowReturn Downscale::transform (GstBuffer *in, GstBuffer *out)
{
  const DownscaleSettings s = settings ();
  const Size size = frame_size (in, in_);
  const Rect crop = crop_of (in, size);
  stage_.set_threads (static_cast<int> (s.threads));
  Problem problem = stage_.begin (out_, out);
  if (!problem) problem = stage_.show (input_, in, in_, look (s, crop));
  if (!problem && crop.empty ()) {
    stage_.cancel ();
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                       ("A video buffer's crop metadata shows a part outside of its %dx%d frame. "
                        "The element before quaddownscale is at fault.",
                        size.width, size.height),
                       (nullptr));
    return GST_FLOW_ERROR;
  }
  if (!problem) problem = stage_.finish ();
  if (!problem) return GST_FLOW_OK;
  stage_.cancel ();
  return fail (problem, in);
}

bool Downscale::transform_meta (GstBuffer *out, GstMeta *meta, GstBuffer *in) const
{
  const GstMetaInfo *info = meta->info;
  // These describe the input's memory and its cropped part.
  if (info->api == GST_VIDEO_META_API_TYPE || info->api == GST_VIDEO_CROP_META_API_TYPE)
    return false;
  bool of_size = false;
  for (const gchar *const *tag = gst_meta_api_type_get_tags (info->api); tag && *tag; tag++) {
    if (!is_of_video (*tag)) return false;
    if (converts_ && std::string_view{*tag} == GST_META_TAG_VIDEO_COLORSPACE_STR) return false;
    of_size |= std::string_view{*tag} == GST_META_TAG_VIDEO_SIZE_STR;
  }
  if (!of_size) return true;

  if ((gst_buffer_get_video_crop_meta (in) || zoom_ != Zoom{}) &&
      info->api == GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) {
    const GstVideoMeta *frame = gst_buffer_get_video_meta (in);
    const Size size = frame
                          ? Size{static_cast<int> (frame->width), static_cast<int> (frame->height)}
                          : Size{in_.width, in_.height};
    add_cropped_region (out, *reinterpret_cast<GstVideoRegionOfInterestMeta *> (meta),
                        zoomed_part (picture_of (crop_of (in, size))));
    return false;
  }
  GstVideoInfo from = in_, to = out_;
  GstVideoMetaTransform scale = {&from, &to};
  if (info->transform_func)
    info->transform_func (out, meta, in, gst_video_meta_transform_scale_get_quark (), &scale);
  return false;
}

// GStreamer scales regions of interest without regard to a crop.
void Downscale::add_cropped_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &region,
                                    const FineRect &crop) const
{
  const FineRect seen = overlap (rect_of (region), crop);
  if (seen.empty ()) return;
  const auto scaled = [] (double v, int to, double from) {
    return static_cast<int> (v * to / from + 0.5);
  };
  add_region (out, region,
              {scaled (seen.x - crop.x, out_.width, crop.width),
               scaled (seen.y - crop.y, out_.height, crop.height),
               scaled (seen.width, out_.width, crop.width),
               scaled (seen.height, out_.height, crop.height)});
}

void Downscale::translate_pointer (GstEvent *event) const
{
  gdouble x, y;
  if (!gst_navigation_event_get_coordinates (event, &x, &y)) return;
  const std::lock_guard lock{mutex_};
  if (out_.width < 1 || out_.height < 1) return;
  const FineRect part = zoomed_part (picture_of (rect_of ({in_.width, in_.height})));
  gst_navigation_event_set_coordinates (event, part.x + x * part.width / out_.width,
                                        part.y + y * part.height / out_.height);
}

// Upstream retries with every buffer.
void Downscale::report_no_memory ()
{
  if (reported_no_memory_) return;
  reported_no_memory_ = true;
  GST_ELEMENT_ERROR (
      element_, RESOURCE, NO_SPACE_LEFT,
      ("There is no memory for a scaled frame: make it smaller, or free some memory, "
       "the device's for frames that lie on one."),
      (nullptr));
}

void Downscale::stop ()
{
  reported_no_memory_ = false;
  input_.forget ();
  stage_.reset ();
  backends_.close ();
  reported_.clear ();
  set_reduced (std::nullopt);
  allowed_.reset ();
  unchanged_ = converts_ = false;
  const std::lock_guard lock{mutex_};
  in_ = out_ = {};
}

}  // namespace quad

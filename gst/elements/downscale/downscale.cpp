#include "elements/downscale/downscale.h"

#include <string_view>

#include "elements/downscale/caps.h"
#include "glue/backend.h"
#include "glue/drawable_caps.h"
#include "glue/frame.h"
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

// The tags of metas that hold for the scaled picture too, some after scaling.
bool is_of_video (std::string_view tag)
{
  return tag == GST_META_TAG_VIDEO_STR || tag == GST_META_TAG_VIDEO_COLORSPACE_STR ||
         tag == GST_META_TAG_VIDEO_ORIENTATION_STR || tag == GST_META_TAG_VIDEO_SIZE_STR;
}

std::string size_of (const GstVideoInfo &info)
{
  return std::to_string (info.width) + "x" + std::to_string (info.height);
}

// What failed, why, and what the user can do.
std::string failure (const std::string &what, Status status)
{
  std::string text = what + ": " + describe (status) + ".";
  if (status == Status::device_failed)
    text += " Start the pipeline again or, where that fails too, the program.";
  if (status == Status::device_failed || status == Status::no_kernels)
    text += " With cudadownload before quaddownscale frames are scaled in system memory.";
  return text;
}

}  // namespace

Owned<GstCaps> Downscale::fixate (GstCaps *in, Owned<GstCaps> allowed)
{
  insisted_ = gst_caps_get_size (allowed.get ()) == 1;
  return downscale_fixate (in, std::move (allowed), rules_of (settings ()));
}

// Upstream tries again with every event and buffer: the bus is told once.
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
  const Owned<GstCaps> offered = downscale_transform (in, GST_PAD_SINK);
  if (gst_caps_is_empty (taken.get ()) || gst_caps_can_intersect (offered.get (), taken.get ()))
    return;
  const Owned<char> is{gst_caps_to_string (in)}, wanted{gst_caps_to_string (taken.get ())};
  report_caps ("What comes after quaddownscale takes the video in no size: the video is " +
               std::string{is.get ()} + ", and downstream takes " + wanted.get () +
               ". Put videoconvert (videorate for another framerate) after quaddownscale.");
}

// Says on the bus what downstream's wish means for the picture; false where it
// is not carried out.
bool Downscale::agree (const GstCaps *in_caps, const GstVideoInfo &in, const GstVideoInfo &out)
{
  const Outcome outcome = downscale_outcome (in, out);
  if (outcome.enlarged && !settings ().upscale) {
    report_caps ("Downstream asks for " + size_of (out) + ", more than the video's " +
                 size_of (in) +
                 ". Set upscale=true on quaddownscale to have it enlarged, or let the caps after "
                 "quaddownscale allow a smaller size.");
    return false;
  }
  if (const std::string text = downscale_relabels (in_caps, in, out); !text.empty ())
    GST_ELEMENT_WARNING (element_, STREAM, FORMAT, ("%s", text.c_str ()), (nullptr));
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
    report_caps ("The video's caps cannot be understood.");
    return false;
  }
  if (!agree (in_caps, in, out)) return false;
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
  gst_base_transform_set_passthrough (element_, nothing_to_do);
  if (nothing_to_do) {
    reported_.clear ();
    return true;
  }

  const DownscaleSettings s = settings ();
  if (!ready_renderer (s)) return false;
  const FrameView source{from_gst (GST_VIDEO_INFO_FORMAT (&in)), {in.width, in.height}, memory_};
  const Status status = renderer_->prepare (scene (s, source, rect_of (source.size)));
  if (status == Status::ok) {
    reported_.clear ();
    return true;
  }
  report_caps (failure ("Cannot scale " + size_of (in) + " to " + size_of (out), status));
  return false;
}

// Makes the renderer for the frames' memory, again where n-threads changed and counts.
bool Downscale::ready_renderer (const DownscaleSettings &settings)
{
  const bool same_threads = memory_ != Memory::host || renderer_threads_ == settings.threads;
  if (renderer_ && renderer_->memory () == memory_ && same_threads) return true;
  Threads threads (static_cast<int> (settings.threads));
  renderer_ = make_renderer (memory_, threads, &device_);
  renderer_threads_ = settings.threads;
  if (renderer_) return true;
  if (memory_ == Memory::cuda && device_available ()) return false;  // the device has said why
  GST_ELEMENT_ERROR (element_, RESOURCE, NOT_FOUND,
                     ("This machine cannot scale frames in this kind of memory."), (nullptr));
  return false;
}

Scene Downscale::scene (const DownscaleSettings &settings, const FrameView &source,
                        const Rect &crop) const
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

// Whether both buffers are of the device; says why not.
bool Downscale::usable (GstBuffer *in, GstBuffer *out)
{
  for (GstBuffer *buffer : {in, out}) {
    const char *problem = device_.problem_of (buffer);
    if (!problem) continue;
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                       ("A buffer %s quaddownscale cannot be used: the buffer %s.",
                        buffer == in ? "before" : "after", problem),
                       (nullptr));
    return false;
  }
  return true;
}

Status Downscale::draw (const Scene &scene, GstBuffer *in, GstBuffer *out, const FrameView &view)
{
  Status status = renderer_->prepare (scene);
  if (memory_ == Memory::host) return status == Status::ok ? renderer_->draw (scene, view) : status;
  if (status == Status::ok) status = device_.begin ({&in, 1}, out);
  if (status == Status::ok) status = renderer_->draw (scene, view);
  return status == Status::ok ? device_.end ({&in, 1}, out) : status;
}

GstFlowReturn Downscale::transform (GstBuffer *inbuf, GstBuffer *outbuf)
{
  const DownscaleSettings s = settings ();
  if (memory_ == Memory::cuda && !usable (inbuf, outbuf)) return GST_FLOW_ERROR;
  const MappedFrame in{in_, inbuf, GST_MAP_READ, memory_};
  if (!in) {
    GST_ELEMENT_ERROR (element_, STREAM, FORMAT,
                       ("A video buffer does not hold the frame that its caps describe: the "
                        "buffer %s. The element before quaddownscale is at fault.",
                        in.problem ()),
                       ("%" G_GSIZE_FORMAT " bytes, %dx%d %s", gst_buffer_get_size (inbuf),
                        in_.width, in_.height, gst_video_format_to_string (in_.finfo->format)));
    return GST_FLOW_ERROR;
  }
  const MappedFrame out{out_, outbuf, GST_MAP_WRITE, memory_};
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
  const Status status = draw (picture, inbuf, outbuf, out.view ());
  if (status == Status::ok) return GST_FLOW_OK;
  GST_ELEMENT_ERROR (element_, STREAM, FAILED,
                     ("%s", failure ("Cannot scale the video", status).c_str ()), (nullptr));
  return GST_FLOW_ERROR;
}

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

void Downscale::translate_pointer (GstEvent *event) const
{
  gdouble x, y;
  if (!gst_navigation_event_get_coordinates (event, &x, &y)) return;
  const std::lock_guard lock{mutex_};
  if (out_.width < 1 || out_.height < 1) return;
  gst_navigation_event_set_coordinates (event, x * in_.width / out_.width,
                                        y * in_.height / out_.height);
}

// Upstream tries again with every buffer.
void Downscale::report_no_memory ()
{
  if (reported_no_memory_) return;
  reported_no_memory_ = true;
  GST_ELEMENT_ERROR (
      element_, RESOURCE, NO_SPACE_LEFT,
      ("There is no memory for a scaled frame: make it smaller, or free some memory, "
       "the GPU's for frames in CUDA memory."),
      (nullptr));
}

void Downscale::stop ()
{
  reported_no_memory_ = false;
  renderer_.reset ();
  device_.close ();
  reported_.clear ();
  const std::lock_guard lock{mutex_};
  in_ = out_ = {};
}

}  // namespace quad

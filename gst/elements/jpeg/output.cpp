#include "elements/jpeg/output.h"

#include <array>

#include "elements/jpeg/log.h"
#include "glue/target.h"
#include "glue/video.h"
#include "jpeg/scale.h"

namespace quad::jpegdec {
namespace {

// The values of the tag image-orientation, in the order of Orientation. GStreamer mirrors first,
// then turns clockwise.
constexpr std::array kTags{"rotate-0",      "rotate-90",       "rotate-180",      "rotate-270",
                           "flip-rotate-0", "flip-rotate-180", "flip-rotate-270", "flip-rotate-90"};

// What all JPEGs have in common; nothing of it is left to the input's caps.
void describe (GstVideoInfo &info, bool limited_range)
{
  info.par_n = info.par_d = 1;
  info.interlace_mode = GST_VIDEO_INTERLACE_MODE_PROGRESSIVE;
  GST_VIDEO_INFO_FIELD_ORDER (&info) = GST_VIDEO_FIELD_ORDER_UNKNOWN;
  info.chroma_site = GST_VIDEO_CHROMA_SITE_UNKNOWN;
  if (GST_VIDEO_INFO_IS_RGB (&info)) {
    gst_video_colorimetry_from_string (&info.colorimetry, GST_VIDEO_COLORIMETRY_SRGB);
    return;
  }
  // JFIF 1.02: BT.601 of full range. It names no primaries and no transfer.
  info.colorimetry = {limited_range ? GST_VIDEO_COLOR_RANGE_16_235 : GST_VIDEO_COLOR_RANGE_0_255,
                      GST_VIDEO_COLOR_MATRIX_BT601, GST_VIDEO_TRANSFER_UNKNOWN,
                      GST_VIDEO_COLOR_PRIMARIES_UNKNOWN};
  if (GST_VIDEO_INFO_IS_YUV (&info)) info.chroma_site = GST_VIDEO_CHROMA_SITE_JPEG;
}

}  // namespace

bool is_taken (GstPad *src, PixelFormat format, Size size)
{
  const Owned<GstCaps> filter{
      gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, info_of (format).name, "width",
                           G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height, nullptr)};
  const Owned<GstCaps> taken{gst_pad_peer_query_caps (src, filter.get ())};
  return !gst_caps_is_empty (taken.get ());
}

void Output::forget_input ()
{
  if (input_) gst_video_codec_state_unref (input_);
  input_ = nullptr;
}

void Output::set_input (GstVideoCodecState *state)
{
  forget_input ();
  input_ = gst_video_codec_state_ref (state);
  negotiated_.reset ();
}

void Output::reset ()
{
  forget_input ();
  negotiated_.reset ();
  told_full_picture_ = false;
  told_orientation_.reset ();
}

void Output::push_full_picture (const Shape &shape)
{
  const bool smaller = shape.for_target && shape.size != shape.full;
  if (!smaller && !told_full_picture_) return;
  // Without a target, what is decoded is the picture.
  const Size full = smaller ? shape.full : shape.size;
  const double scale = smaller ? shape.scale / double{jpeg::kFullScale} : 1;
  const ReducedPicture reduced = {.full = full,
                                  .decoded = shape.size,
                                  .covered_width = full.width * scale,
                                  .covered_height = full.height * scale};
  gst_pad_push_event (GST_VIDEO_DECODER_SRC_PAD (decoder_),
                      full_picture_event (reduced).release ());
  told_full_picture_ = smaller;
}

bool Output::negotiate (const Shape &shape)
{
  GstVideoCodecState *state = gst_video_decoder_set_output_state (
      decoder_, to_gst (shape.format), static_cast<guint> (shape.size.width),
      static_cast<guint> (shape.size.height), input_);
  if (!state) return false;
  describe (state->info, shape.limited_range);
  gst_video_codec_state_unref (state);
  push_full_picture (shape);
  return gst_video_decoder_negotiate (decoder_);
}

GstFlowReturn Output::prepare (const Shape &shape, const std::string &why)
{
  if (negotiated_ == shape) return GST_FLOW_OK;
  const char *format = info_of (shape.format).name;
  GST_INFO_OBJECT (decoder_, "A picture of %dx%d is decoded at %dx%d to %s: %s", shape.full.width,
                   shape.full.height, shape.size.width, shape.size.height, format, why.c_str ());
  negotiated_.reset ();
  GstPad *src = GST_VIDEO_DECODER_SRC_PAD (decoder_);
  // The base class notices only with the next buffer that caps were refused.
  if (is_taken (src, shape.format, shape.size) && negotiate (shape)) {
    negotiated_ = shape;
    return GST_FLOW_OK;
  }
  if (GST_PAD_IS_FLUSHING (src)) return GST_FLOW_FLUSHING;
  GST_ELEMENT_ERROR (decoder_, CORE, NEGOTIATION,
                     ("What follows takes no %s frames of %dx%d. Put videoconvert behind this "
                      "element, and a scaler if the caps fix a size; or set max-width and "
                      "max-height to what it takes.",
                      format, shape.size.width, shape.size.height),
                     (nullptr));
  return GST_FLOW_NOT_NEGOTIATED;
}

void Output::set_orientation (std::optional<Orientation> orientation)
{
  // Where no picture says anything, a container's tag holds.
  if (!orientation && !told_orientation_) return;
  const Orientation now = orientation.value_or (Orientation::identity);
  if (told_orientation_ == now) return;
  told_orientation_ = now;
  const char *value = kTags[static_cast<std::size_t> (now)];
  GST_INFO_OBJECT (decoder_, "The picture's EXIF says %s", value);
  GstTagList *tags = gst_tag_list_new (GST_TAG_IMAGE_ORIENTATION, value, nullptr);
  gst_video_decoder_merge_tags (decoder_, tags, GST_TAG_MERGE_REPLACE);
  gst_tag_list_unref (tags);
}

void Output::begin_stream ()
{
  // The base class keeps caps that come again, but downstream has forgotten what goes before them.
  negotiated_.reset ();
  if (!told_orientation_) return;
  told_orientation_.reset ();
  gst_video_decoder_merge_tags (decoder_, nullptr, GST_TAG_MERGE_REPLACE);
}

}  // namespace quad::jpegdec

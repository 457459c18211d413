#include "tensor/source.h"

#include <gst/video/video.h>

#include <cstdlib>
#include <string>

#include "glue/owned.h"

namespace quad::tensor {
namespace {

// Reads a value of GST_TAG_IMAGE_ORIENTATION: "rotate-90", "flip-rotate-0".
Turn turn_of (const std::string &orientation)
{
  const auto number = orientation.rfind ('-');
  if (number == std::string::npos) return {};
  const int rotation = std::atoi (orientation.c_str () + number + 1);
  if (rotation != 90 && rotation != 180 && rotation != 270 && rotation != 0) return {};
  return {rotation, orientation.starts_with ("flip-")};
}

void read_caps (const GstCaps *caps, Source &source)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, 0);
  source.on_device = features && gst_caps_features_contains (features, "memory:CUDAMemory");
  GstVideoInfo info;
  if (!gst_caps_is_fixed (caps) || !gst_video_info_from_caps (&info, caps)) return;
  source.par = {GST_VIDEO_INFO_PAR_N (&info), GST_VIDEO_INFO_PAR_D (&info)};
  source.width = GST_VIDEO_INFO_WIDTH (&info);
  source.height = GST_VIDEO_INFO_HEIGHT (&info);
  source.interlaced = GST_VIDEO_INFO_IS_INTERLACED (&info) != FALSE;
  source.pairs = GST_VIDEO_FORMAT_INFO_N_COMPONENTS (info.finfo) > 1 &&
                 GST_VIDEO_FORMAT_INFO_W_SUB (info.finfo, 1) > 0;
}

}  // namespace

Source source_of (GstPad *pad)
{
  Source source;
  if (const Owned<GstCaps> caps{gst_pad_get_current_caps (pad)}) read_caps (caps.get (), source);
  // There are tags of the container and of the stream; only one of them has the orientation.
  for (guint i = 0;; i++) {
    const Owned<GstEvent> event{gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i)};
    if (!event) return source;
    GstTagList *tags = nullptr;
    char *orientation = nullptr;
    gst_event_parse_tag (event.get (), &tags);
    if (!gst_tag_list_get_string (tags, GST_TAG_IMAGE_ORIENTATION, &orientation)) continue;
    source.turn = turn_of (Owned<char>{orientation}.get ());
  }
}

}  // namespace quad::tensor

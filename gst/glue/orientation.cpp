#include "glue/orientation.h"

namespace quad {

Orientation orientation_of (GstVideoOrientationMethod method, Orientation tagged)
{
  if (method == GST_VIDEO_ORIENTATION_AUTO) return tagged;
  if (method == GST_VIDEO_ORIENTATION_CUSTOM) return Orientation::identity;
  return static_cast<Orientation> (method);  // both are in the same order
}

std::optional<Orientation> tagged_orientation (GstEvent *event)
{
  GstTagList *tags = nullptr;
  gst_event_parse_tag (event, &tags);
  GstVideoOrientationMethod method = GST_VIDEO_ORIENTATION_IDENTITY;
  if (!gst_video_orientation_from_tag (tags, &method)) return std::nullopt;
  return orientation_of (method, Orientation::identity);
}

}  // namespace quad

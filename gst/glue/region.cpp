#include "glue/region.h"

#include <algorithm>

#include "core/renderer.h"

namespace quad {

void add_region (GstBuffer *out, const GstVideoRegionOfInterestMeta &like, const Rect &at)
{
  GstVideoRegionOfInterestMeta *added = gst_buffer_add_video_region_of_interest_meta_id (
      out, like.roi_type, static_cast<guint> (at.x), static_cast<guint> (at.y),
      static_cast<guint> (at.width), static_cast<guint> (at.height));
  added->id = like.id;
  added->parent_id = like.parent_id;
  for (const GList *p = like.params; p; p = p->next)
    gst_video_region_of_interest_meta_add_param (
        added, gst_structure_copy (static_cast<const GstStructure *> (p->data)));
}

Rect rect_of (const GstVideoRegionOfInterestMeta &region)
{
  const auto limited = [] (guint v) { return static_cast<int> (std::min<guint> (v, kMaxSide)); };
  return {limited (region.x), limited (region.y), limited (region.w), limited (region.h)};
}

}  // namespace quad

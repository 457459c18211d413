#include "elements/matte/metas.h"

#include <gst/video/video.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "elements/matte/log.h"
#include "glue/region.h"

namespace quad {
namespace {

// What lies of [at, at + length) in a crop that begins at `from`: its place there, and its length.
std::pair<guint, guint> shown (guint at, guint length, guint from, guint size)
{
  const guint64 end = std::min (guint64{at} + length, guint64{from} + size);
  const guint begin = std::max (at, from);
  return end > begin ? std::pair{begin - from, static_cast<guint> (end - begin)}
                     : std::pair{0u, 0u};
}

}  // namespace

bool move_region (GstBuffer *from, const GstMeta *meta, GstBuffer *to)
{
  const GstVideoCropMeta *crop = gst_buffer_get_video_crop_meta (from);
  if (!crop || meta->info->api != GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) return false;
  const auto &region = *reinterpret_cast<const GstVideoRegionOfInterestMeta *> (meta);
  const auto [x, width] = shown (region.x, region.w, crop->x, crop->width);
  const auto [y, height] = shown (region.y, region.h, crop->y, crop->height);
  if (width == 0 || height == 0) return true;
  const auto whole = [] (guint v) { return static_cast<int> (v); };
  add_region (to, region, {whole (x), whole (y), whole (width), whole (height)});
  return true;
}

bool stays_with_picture (const GstMetaInfo *meta)
{
  if (meta->api == GST_VIDEO_META_API_TYPE || meta->api == GST_VIDEO_CROP_META_API_TYPE)
    return false;
  for (const gchar *const *tag = gst_meta_api_type_get_tags (meta->api); tag && *tag; tag++) {
    const std::string_view name = *tag;
    if (name != GST_META_TAG_VIDEO_STR && name != GST_META_TAG_VIDEO_ORIENTATION_STR &&
        name != GST_META_TAG_VIDEO_SIZE_STR)
      return false;
  }
  return true;
}

void copy_metas (GstBuffer *from, GstBuffer *to)
{
  gpointer state = nullptr;
  while (GstMeta *meta = gst_buffer_iterate_meta (from, &state)) {
    if (move_region (from, meta, to)) continue;
    if (!stays_with_picture (meta->info) || !meta->info->transform_func) continue;
    GstMetaTransformCopy copy = {FALSE, 0, static_cast<gsize> (-1)};
    meta->info->transform_func (to, meta, from, _gst_meta_transform_copy, &copy);
  }
}

GstDebugCategory *matte_debug ()
{
  static GstDebugCategory *const category =
      _gst_debug_category_new ("quadmatte", 0, "Background removal: quadmatte, quadmatterefine");
  return category;
}

}  // namespace quad

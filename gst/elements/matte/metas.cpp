#include "elements/matte/metas.h"

#include <gst/video/video.h>

#include <string_view>

#include "elements/matte/log.h"

namespace quad {

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

// Which metas a picture keeps when it gets alpha.
#pragma once

#include <gst/gst.h>

namespace quad {

// True for what describes neither the buffer's memory nor its colours.
bool stays_with_picture (const GstMetaInfo *meta);

// True if `meta` of `from` is a region of a cropped picture. The output is the crop alone: `to`
// gets what that shows of the region, if anything.
bool move_region (GstBuffer *from, const GstMeta *meta, GstBuffer *to);

// Copies those of `from`, a picture, to the same picture with alpha.
void copy_metas (GstBuffer *from, GstBuffer *to);

}  // namespace quad

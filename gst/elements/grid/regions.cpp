#include "elements/grid/regions.h"

#include "glue/region.h"
#include "public/gstquad.h"

namespace quad {
namespace {

// `type` is the cells' type as a quark.
void add_cell (const PadSnapshot &pad, const Rect &box, GQuark type, GstClockTime time,
               GstBuffer *out)
{
  GstVideoRegionOfInterestMeta *region = gst_buffer_add_video_region_of_interest_meta_id (
      out, type, static_cast<guint> (box.x), static_cast<guint> (box.y),
      static_cast<guint> (box.width), static_cast<guint> (box.height));
  const bool own = pad.buffer && pad.shown == GridPad::picture;
  const GstClockTime pts = own ? GST_BUFFER_PTS (pad.buffer.get ()) : GST_CLOCK_TIME_NONE;
  gst_video_region_of_interest_meta_add_param (
      region, gst_structure_new (GST_QUAD_META_CELL, GST_QUAD_FIELD_PAD, G_TYPE_STRING,
                                 GST_PAD_NAME (pad.pad.get ()), GST_QUAD_FIELD_STATE,
                                 GST_TYPE_QUAD_CELL_STATE, static_cast<gint> (pad.state),
                                 GST_QUAD_FIELD_PTS, G_TYPE_UINT64, pts, GST_QUAD_FIELD_AGE,
                                 G_TYPE_UINT64, pad.pad->impl->watch.age (time), nullptr));
}

void add_regions_of (GstBuffer *picture, const ShownPicture &shown, GstBuffer *out)
{
  gpointer state = nullptr;
  while (GstMeta *meta = gst_buffer_iterate_meta_filtered (
             picture, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
    const auto &region = *reinterpret_cast<const GstVideoRegionOfInterestMeta *> (meta);
    const Rect at = canvas_rect (shown.placement, shown.orientation, rect_of (region));
    if (!at.empty ()) add_region (out, region, at);
  }
}

}  // namespace

void add_regions (const GridSnapshot &snapshot, std::span<const ShownPicture> shown,
                  GstClockTime time, GstBuffer *out)
{
  static const GQuark kCell = g_quark_from_static_string (GST_QUAD_META_CELL);
  for (std::size_t i = 0; i < snapshot.pads.size (); i++) {
    const PadSnapshot &pad = snapshot.pads[i];
    if (pad.leaves) continue;
    if (snapshot.settings.cell_metas && !pad.settings.is_background && !shown[i].box.empty ())
      add_cell (pad, shown[i].box, kCell, time, out);
    if (pad.buffer && pad.shown == GridPad::picture)
      add_regions_of (pad.buffer.get (), shown[i], out);
  }
}

}  // namespace quad

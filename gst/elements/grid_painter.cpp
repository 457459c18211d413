#include "elements/grid_painter.h"

#include <cmath>

#include "elements/grid_cells.h"
#include "glue/backend.h"

namespace quad {
namespace {

bool is_gap (GstBuffer *buffer)
{
  return gst_buffer_get_size (buffer) == 0 && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

// What the pad shows now: its current frame, or, after its end, the last one where
// it is to be repeated. None where there is nothing to see.
struct Current {
  Owned<GstBuffer> buffer;
  GstVideoInfo info = {};
};

Current current_of (const PadSnapshot &snapshot)
{
  GstVideoAggregatorPad *pad = &snapshot.pad->parent;
  GridPad &impl = *snapshot.pad->impl;
  const bool eos = gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
  Owned<GstBuffer> dropped;
  // A flush takes the base class's buffer away with the lock held.
  const std::lock_guard guard (impl.lock);
  GstBuffer *buffer = gst_video_aggregator_pad_get_current_buffer (pad);
  if (buffer && is_gap (buffer)) buffer = nullptr;
  if (!buffer && eos && snapshot.settings.repeat_after_eos && impl.held)
    return {Owned<GstBuffer>{gst_buffer_ref (impl.held.get ())}, impl.held_info};
  if (!buffer || !snapshot.settings.repeat_after_eos) dropped = std::move (impl.held);
  if (!buffer) return {};
  if (snapshot.settings.repeat_after_eos) {
    if (impl.held.get () != buffer) {
      dropped = std::move (impl.held);
      impl.held.reset (gst_buffer_ref (buffer));
    }
    impl.held_info = pad->info;
  }
  return {Owned<GstBuffer>{gst_buffer_ref (buffer)}, pad->info};
}

Canvas canvas_of (const GstVideoInfo &info)
{
  return {{info.width, info.height},
          {std::max (1, info.par_n), std::max (1, info.par_d)},
          info_of (from_gst (GST_VIDEO_INFO_FORMAT (&info))).chroma_unit ()};
}

int alpha_of (double alpha) { return static_cast<int> (std::lround (alpha * 255)); }

void remember (const PadSnapshot &pad, const ShownPicture &shown)
{
  const std::lock_guard guard (pad.pad->impl->lock);
  pad.pad->impl->shown = shown;
}

// Said once until the pad has a cell again.
void warn_of_cell (GstQuadMuxGrid *self, const GridSnapshot &snapshot, const PadSnapshot &pad,
                   bool has_room)
{
  bool &warned = pad.pad->impl->warned_of_cell;
  if (has_room) warned = false;
  if (has_room || warned) return;
  warned = true;
  const char *name = GST_PAD_NAME (pad.pad.get ());
  if (pad.cell < 0)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: there is no cell %d among %d rows and %d columns.",
                          name, pad.settings.cell, snapshot.grid.rows, snapshot.grid.columns),
                         ("Set the pad's cell, or the element's rows and columns."));
  else
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
                         ("%s is not shown: nothing is left of cell %d.", name, pad.cell),
                         ("Make the output larger, or gap, margin and border-width smaller."));
}

}  // namespace

void GridPainter::reset ()
{
  frames_.clear ();
  buffers_.clear ();
  scene_ = {};
  renderer_.reset ();
  threads_ = -1;
}

GstFlowReturn GridPainter::draw (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                                 const GstVideoInfo &info, GstBuffer *out)
{
  if (threads_ != snapshot.settings.n_threads) {
    threads_ = snapshot.settings.n_threads;
    renderer_ = make_renderer (Memory::host, threads_);
    for (const PadSnapshot &p : snapshot.pads) p.pad->impl->converted.reset ();
  }
  scene_.format = from_gst (GST_VIDEO_INFO_FORMAT (&info));
  scene_.canvas = {info.width, info.height};
  scene_.site = chroma_site_of (info);
  scene_.background = color_of (snapshot.settings.background_color, info);
  scene_.tiles.clear ();

  bool good = true;
  for (const PadSnapshot &pad : snapshot.pads)
    good = good && add_picture (self, snapshot, pad, info);
  if (good) {
    MappedFrame canvas (info, out, GST_MAP_WRITE);
    if (!canvas) {
      GST_ELEMENT_ERROR (self, RESOURCE, WRITE, ("The output's memory cannot be written."),
                         ("Downstream's buffers cannot be mapped or are too small."));
      good = false;
    } else {
      Status status = renderer_->prepare (scene_);
      if (status == Status::ok) status = renderer_->draw (scene_, canvas.view ());
      good = status == Status::ok;
      if (!good)
        GST_ELEMENT_ERROR (self, LIBRARY, FAILED,
                           ("The grid cannot be drawn: %s.", describe (status)), (nullptr));
    }
  }
  frames_.clear ();
  buffers_.clear ();
  return good ? GST_FLOW_OK : GST_FLOW_ERROR;
}

bool GridPainter::add_picture (GstQuadMuxGrid *self, const GridSnapshot &snapshot,
                               const PadSnapshot &pad, const GstVideoInfo &info)
{
  remember (pad, {});
  const Canvas canvas = canvas_of (info);
  const CellBox box = box_of (snapshot, pad, canvas);
  Current current = current_of (pad);
  if (!current.buffer) return true;
  warn_of_cell (self, snapshot, pad, !box.cell.empty ());
  const int alpha = alpha_of (pad.settings.alpha);
  if (box.cell.empty () || alpha == 0) return true;
  add_border (pad, box.cell, box.picture, snapshot.settings.border_color, info);
  if (box.picture.empty ()) return true;

  GstBuffer *buffer = buffers_.emplace_back (std::move (current.buffer)).get ();
  MappedFrame &frame = frames_.emplace_back (current.info, buffer, GST_MAP_READ);
  if (!frame) {
    GST_ELEMENT_ERROR (
        self, STREAM, FORMAT,
        ("A buffer of %s %s.", GST_PAD_NAME (pad.pad.get ()), frame.problem ()),
        ("%" G_GSIZE_FORMAT " bytes, %dx%d %s", gst_buffer_get_size (buffer), current.info.width,
         current.info.height, gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&current.info))));
    return false;
  }
  Picture picture;
  picture.part = crop_of (buffer, frame.view ().size);
  picture.sample = {std::max (1, current.info.par_n), std::max (1, current.info.par_d)};
  picture.chroma_unit = info_of (frame.view ().format).chroma_unit ();
  picture.orientation = pad.orientation;
  const Placement placement = place (picture, pad.settings.fit, box.picture, canvas,
                                     pad.settings.xalign, pad.settings.yalign);
  if (placement.crop.empty () || placement.target.empty ()) return true;
  remember (pad, {placement, pad.orientation});

  Tile tile;
  tile.target = placement.target;
  tile.source = frame.view ();
  tile.crop = placement.crop;
  // An unknown site is taken for the canvas's: nothing is moved on a guess.
  const bool known = GST_VIDEO_INFO_CHROMA_SITE (&current.info) != GST_VIDEO_CHROMA_SITE_UNKNOWN;
  tile.site = known ? chroma_site_of (current.info) : scene_.site;
  tile.orientation = pad.orientation;
  tile.filter = snapshot.settings.method;
  tile.alpha = alpha;
  if (!same_pixels (current.info, info)) {
    if (!convert (self, pad, current.info, info, snapshot.settings.background_color, frame, tile))
      return false;
  } else {
    pad.pad->impl->converted.reset ();
  }
  scene_.tiles.push_back (tile);
  return true;
}

// Replaces the tile's source by the picture as it is shown, in the canvas's format.
bool GridPainter::convert (GstQuadMuxGrid *self, const PadSnapshot &pad, const GstVideoInfo &from,
                           const GstVideoInfo &to, guint background, MappedFrame &frame, Tile &tile)
{
  std::unique_ptr<ConvertedTile> &converted = pad.pad->impl->converted;
  if (!converted) converted = std::make_unique<ConvertedTile> (threads_);
  FrameView view;
  Status status = converted->prepare (tile, from, to, background);
  if (status == Status::ok) status = converted->draw (tile, frame.frame (), view);
  if (status != Status::ok) {
    GST_ELEMENT_ERROR (self, STREAM, FORMAT,
                       ("The pictures of %s cannot be converted to the output's format: %s.",
                        GST_PAD_NAME (pad.pad.get ()), describe (status)),
                       ("Put videoconvert in front of the pad."));
    return false;
  }
  tile.source = view;
  tile.crop = rect_of (view.size);
  tile.site = chroma_site_of (to);
  tile.orientation = Orientation::identity;
  return true;
}

// Four strips between the cell's edge and the picture's box.
void GridPainter::add_border (const PadSnapshot &pad, const Rect &cell, const Rect &inner,
                              guint argb, const GstVideoInfo &info)
{
  if (cell == inner) return;
  Tile strip;
  strip.solid = color_of (argb | 0xff000000u, info);
  strip.alpha = alpha_of (pad.settings.alpha * (argb >> 24) / 255.0);
  if (strip.alpha == 0) return;
  auto add = [&] (const Rect &r) {
    strip.target = r;
    if (!r.empty ()) scene_.tiles.push_back (strip);
  };
  if (inner.empty ()) {
    add (cell);
    return;
  }
  add ({cell.x, cell.y, cell.width, inner.y - cell.y});
  add ({cell.x, inner.bottom (), cell.width, cell.bottom () - inner.bottom ()});
  add ({cell.x, inner.y, inner.x - cell.x, inner.height});
  add ({inner.right (), inner.y, cell.right () - inner.right (), inner.height});
}

}  // namespace quad

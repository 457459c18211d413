#include "elements/grid/cell_size.h"

#include <algorithm>

#include "elements/grid/log.h"
#include "glue/orientation.h"
#include "public/gstquad.h"

namespace quad {
namespace {

Owned<GstMessage> message_of (GstQuadMuxGrid *self, const GridPadRef &pad, const CellSize &cell)
{
  return Owned<GstMessage>{gst_message_new_element (
      GST_OBJECT (self),
      gst_structure_new (GST_QUAD_MESSAGE_CELL_SIZE, GST_QUAD_FIELD_PAD, GST_TYPE_PAD,
                         GST_PAD (pad.get ()), GST_QUAD_FIELD_WIDTH, G_TYPE_INT, cell.size.width,
                         GST_QUAD_FIELD_HEIGHT, G_TYPE_INT, cell.size.height,
                         GST_QUAD_FIELD_CROP_WIDTH, G_TYPE_DOUBLE, cell.shown_width,
                         GST_QUAD_FIELD_CROP_HEIGHT, G_TYPE_DOUBLE, cell.shown_height, nullptr))};
}

// The pad's size, if it has one that was not posted.
std::optional<CellSize> untold_size (GridPad &impl)
{
  const std::lock_guard guard (impl.lock);
  if (impl.cell_size == impl.told_size) return std::nullopt;
  return impl.told_size = impl.cell_size;
}

void post_sizes (GstQuadMuxGrid *self)
{
  for (const GridPadRef &pad : sink_pads_of (self))
    if (const auto size = untold_size (*pad->impl)) {
      GST_INFO_OBJECT (pad.get (), "its picture has %dx%d", size->size.width, size->size.height);
      gst_element_post_message (GST_ELEMENT (self), message_of (self, pad, *size).release ());
    }
}

}  // namespace

std::optional<Canvas> room_of (const GridSnapshot &snapshot, const PadSnapshot &pad,
                               const std::optional<Canvas> &canvas)
{
  if (!canvas && asked_rect (pad.settings).empty ()) return std::nullopt;
  // The size of a picture that lies freely does not depend on the canvas's.
  const Canvas on = canvas.value_or (Canvas{.size = {kMaxSide, kMaxSide}});
  const Rect box = box_of (cells_of (snapshot), seat_of (pad), on).picture;
  if (box.empty ()) return std::nullopt;
  return Canvas{larger (box.size (), pad.glides), on.sample};
}

ShownPart shown_part (const Canvas &room, const PadSettings &settings, const FullPicture &picture)
{
  const Picture all = {.part = rect_of (picture.size),
                       .sample = picture.sample,
                       .orientation = orientation_of (settings.orientation, picture.orientation),
                       .zoom = settings.zoom};
  const Placement placed =
      place (all, settings.fit, rect_of (room.size), room, settings.xalign, settings.yalign);
  const Size drawn = placed.target.size ();
  return shown_part (steps_of (all.orientation).swap_axes ? drawn.transposed () : drawn,
                     placed.crop, picture.size);
}

CellSize cell_size_of (const GridSnapshot &snapshot, const PadSnapshot &pad,
                       const std::optional<Canvas> &canvas)
{
  const auto room = room_of (snapshot, pad, canvas);
  if (!room) return {};
  CellSize cell = {.size = room->size};
  if (pad.frame.size.empty ()) return cell;
  FullPicture picture = pad.frame;
  picture.orientation = pad.orientation;
  const ShownPart shown = shown_part (*room, pad.settings, picture);
  const bool swap = steps_of (pad.orientation).swap_axes;
  cell.shown_width = swap ? shown.height : shown.width;
  cell.shown_height = swap ? shown.width : shown.height;
  return cell;
}

void tell_cells (GstQuadMuxGrid *self)
{
  for (const GridPadRef &pad : sink_pads_of (self)) tell_cell (pad.get ());
  // A thread that finds another one posting leaves the rest to it, so that the last message has the
  // last size and nobody waits for an application that handles a message.
  std::atomic<int> &turns = self->impl->size_turns;
  if (turns.fetch_add (1) != 0) return;
  int done = 1;
  do post_sizes (self);
  while ((done = turns.fetch_sub (done) - done) != 0);
}

}  // namespace quad

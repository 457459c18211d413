#include "elements/grid/glides.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "elements/grid/cells.h"
#include "elements/grid/log.h"

namespace quad {
namespace {

// The properties that decide where a pad's picture lies, and where all cells do.
constexpr std::array<const char *, 7> kPlaceOfPad = {"cell", "row-span", "column-span", "xpos",
                                                     "ypos", "width",    "height"};
constexpr std::array<const char *, 5> kPlaceOfCells = {"rows", "columns", "gap", "margin",
                                                       "border-width"};

// True if a control source drives one of the properties: it says itself where the picture is in
// each frame.
template <std::size_t n>
bool is_driven (gpointer object, const std::array<const char *, n> &properties)
{
  if (!gst_object_has_active_control_bindings (GST_OBJECT (object))) return false;
  return std::any_of (properties.begin (), properties.end (), [object] (const char *name) {
    const Owned<GstObject> binding{
        GST_OBJECT (gst_object_get_control_binding (GST_OBJECT (object), name))};
    return binding && !GST_CONTROL_BINDING (binding.get ())->disabled;
  });
}

// The background lies below all.
std::int64_t height_of (const PadSnapshot &pad)
{
  guint zorder = 0;
  if (pad.settings.is_background) return -1;
  g_object_get (pad.pad.get (), "zorder", &zorder, nullptr);
  return zorder;
}

}  // namespace

void forget_kept (GridPad &pad)
{
  for (Input &input : pad.inputs) input.forget ();
  pad.texts = {};
}

Glides::Glides () = default;
Glides::~Glides () = default;

void Glides::move (GstQuadMuxGrid *self, const GridSnapshot &snapshot, PadSnapshot &pad,
                   const Canvas &canvas, GstClockTime time)
{
  GridPad &impl = *pad.pad->impl;
  const bool driven = is_driven (pad.pad.get (), kPlaceOfPad) ||
                      (!pad.settings.lies_freely () && is_driven (self, kPlaceOfCells));
  const Glided now =
      impl.glide.next ({.target = box_of (cells_of (snapshot), seat_of (pad), canvas),
                        .time = time,
                        .transition = snapshot.settings.transition,
                        .jumps = driven,
                        .has_picture = pad.buffer != nullptr,
                        .is_first = !begun_},
                       canvas);
  pad.glided_to = now.box;
  pad.opacity = now.opacity;
  if (pad.glides == now.largest) return;
  sizes_changed |= now.largest.width < pad.glides.width || now.largest.height < pad.glides.height;
  const std::lock_guard guard (impl.lock);
  impl.glides = now.largest;
}

// Each lies above those whose zorder is lower or equal, as a pad that was requested last.
void Glides::add_leaving (GridSnapshot &snapshot, const Canvas &canvas, GstClockTime time)
{
  std::swap (leaving_, before_);
  for (PadSnapshot &pad : before_) {
    const bool released = std::none_of (snapshot.pads.begin (), snapshot.pads.end (),
                                        [&] (const PadSnapshot &p) { return p.pad == pad.pad; });
    if (!released) {
      leaving_.push_back (std::move (pad));
      continue;
    }
    const Glided now = pad.pad->impl->glide.next (
        {.time = time, .transition = snapshot.settings.transition, .has_picture = true}, canvas);
    pad.glided_to = now.box;
    pad.opacity = now.opacity;
    if (now.is_over) {
      GST_LOG_OBJECT (pad.pad.get (), "has faded out");
      forget_kept (*pad.pad->impl);
      continue;
    }
    const auto above =
        std::find_if (snapshot.pads.begin (), snapshot.pads.end (),
                      [h = height_of (pad)] (const PadSnapshot &p) { return height_of (p) > h; });
    snapshot.pads.insert (above, std::move (pad));
  }
  before_.clear ();
}

void Glides::arrange (GstQuadMuxGrid *self, GridSnapshot &snapshot, const Canvas &canvas,
                      GstClockTime time)
{
  last_.clear ();
  for (PadSnapshot &pad : snapshot.pads) move (self, snapshot, pad, canvas, time);
  if (!leaving_.empty ()) add_leaving (snapshot, canvas, time);
}

void Glides::keep (GridSnapshot snapshot)
{
  begun_ = true;
  const bool keeps = snapshot.settings.transition.is_on ();
  for (PadSnapshot &pad : snapshot.pads) {
    pad.dropped.reset ();
    if (pad.leaves)
      leaving_.push_back (std::move (pad));
    else if (keeps && pad.buffer)
      last_.push_back (std::move (pad));
  }
}

bool Glides::leave (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad)
{
  const auto shown = std::find_if (last_.begin (), last_.end (),
                                   [pad] (const PadSnapshot &p) { return p.pad.get () == pad; });
  if (shown == last_.end ()) return false;
  // Without an input a file's output stops, and the picture would be kept for nothing.
  const bool goes_on =
      sink_pads_of (self).size () > 1 || gst_aggregator_get_force_live (GST_AGGREGATOR (self));
  if (goes_on) {
    leaving_.push_back (std::move (*shown));
    leaving_.back ().leaves = true;
    leaving_.back ().is_new = false;
  }
  last_.erase (shown);
  return goes_on;
}

void Glides::reset ()
{
  for (const PadSnapshot &pad : leaving_) forget_kept (*pad.pad->impl);
  leaving_.clear ();
  last_.clear ();
  begun_ = sizes_changed = false;
}

}  // namespace quad

// Where the pictures of a grid are while the layout changes.
#pragma once

#include <gst/gst.h>

#include <vector>

#include "core/placement.h"

struct GstQuadMuxGrid;
struct GstQuadMuxGridPad;

namespace quad {

struct GridSnapshot;
struct GridPad;
struct PadSnapshot;

// Lets go of the memory that the pad keeps for its pictures and texts from frame to frame. Call it
// with the element's lock `drawing` held.
void forget_kept (GridPad &pad);

// Moves the pictures of all pads to their places, and shows the last ones of pads that were
// released until they have faded out. Protected by the element's lock `drawing`.
class Glides {
 public:
  Glides ();
  ~Glides ();
  Glides (const Glides &) = delete;
  Glides &operator= (const Glides &) = delete;

  // Before a frame is drawn: says where each picture of `snapshot` is at the running time `time`,
  // and adds those of pads that leave.
  void arrange (GstQuadMuxGrid *self, GridSnapshot &snapshot, const Canvas &canvas,
                GstClockTime time);

  // After it was drawn. With a transition its buffers are kept until the next frame is arranged.
  void keep (GridSnapshot snapshot);

  // `pad` is to be released. True if its last picture fades out: it lets go of it and of the
  // pad's inputs when that is over. Call it before the pad is taken out of the element.
  bool leave (GstQuadMuxGrid *self, GstQuadMuxGridPad *pad);

  // Lets go of all pictures.
  void reset ();

  // A picture has come to its place, so upstream may send smaller ones. Used only by the thread
  // that makes the output.
  bool sizes_changed = false;

 private:
  void move (GstQuadMuxGrid *self, const GridSnapshot &snapshot, PadSnapshot &pad,
             const Canvas &canvas, GstClockTime time);
  void add_leaving (GridSnapshot &snapshot, const Canvas &canvas, GstClockTime time);

  bool begun_ = false;             // a frame was drawn
  std::vector<PadSnapshot> last_;  // what the last frame showed; empty without a transition
  std::vector<PadSnapshot> leaving_, before_;  // of released pads; those before the frame
};

}  // namespace quad

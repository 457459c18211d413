// How one picture goes from an old place to a new one.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "elements/grid/composition.h"
#include "elements/grid/enums.h"

namespace quad {

// What the user sets for all pictures.
struct Transition {
  GstClockTime duration = 0;
  TransitionMode mode = TransitionMode::ease;

  bool is_on () const { return duration > 0 && mode != TransitionMode::none; }
};

// How far a transition has come, from 0 to 1, after `age` of its duration.
double progress_of (const Transition &transition, GstClockTime age);

// A picture's place in one output frame.
struct Glided {
  CellBox box;           // on whole chroma samples; empty: none
  double opacity = 1;    // of the picture and its border
  bool is_over = false;  // it has faded out
  // The largest that the picture's box is on the way, each side; 0x0: the layout alone says it, as
  // the picture does not glide.
  Size largest;
};

// Used only by the thread that makes the output. Times are running times.
class Glide {
 public:
  // What one output frame asks for.
  struct Step {
    CellBox target;  // where the layout puts the picture; empty: nowhere
    GstClockTime time = GST_CLOCK_TIME_NONE;
    Transition transition;
    bool jumps = false;        // the picture is there at once
    bool has_picture = false;  // there is something to see
    bool is_first = false;     // of the output's frames: nothing fades in
  };

  // A target that differs from the last one begins a way to it, in this frame at the place where
  // the picture is now. A picture fades in from its first frame on, and when it gets a place; it
  // fades out when it loses its place.
  Glided next (const Step &step, const Canvas &canvas);

 private:
  struct FineBox {
    FineRect cell, picture;
  };
  FineBox place_at (GstClockTime time) const;
  double opacity_at (GstClockTime time) const;
  void aim (const Step &step, bool appears);
  bool can_go_on (const Step &step, const Canvas &canvas) const;
  void jump (const Step &step);
  void go_to (const CellBox &target, const Step &step);
  void fade (bool in, double from, const Step &step);

  CellBox target_;     // empty: it has had no place yet
  bool seen_ = false;  // it has had a picture
  std::optional<Canvas> canvas_;
  GstClockTime time_ = GST_CLOCK_TIME_NONE;  // of the last frame

  // The way to target_.
  FineBox from_;
  GstClockTime moved_ = GST_CLOCK_TIME_NONE;  // when it began; none: the picture is there
  Transition way_;

  // The change of opacity.
  bool visible_ = true;
  double opacity_ = 1;                        // where it began
  GstClockTime faded_ = GST_CLOCK_TIME_NONE;  // when it began; none: it is over
  Transition fade_;
};

}  // namespace quad

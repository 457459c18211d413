// quaddownscale's caps: which of the possible ones a video gets.
#pragma once

#include "core/format.h"
#include "core/placement.h"
#include "core/size_choice.h"
#include "glue/target.h"
#include "glue/video.h"

namespace quad {

// The shape of the picture that the caps of `info` describe. `reduced` is null, or tells of
// pictures that were decoded smaller than they are: those count with their full size.
Shape downscale_shape (const GstVideoInfo &info, const ReducedPicture *reduced);

// The shape, as it lies, of the part that `zoom` shows of a picture of the shape `whole` that is
// shown turned by `orientation`.
Shape zoomed_shape (const Shape &whole, const Zoom &zoom, Orientation orientation);

// `allowed` as `taken`, which downstream takes unasked. Formats get its order; GStreamer puts them
// into the order of the pad's template. Colorimetry that it leaves open is open: encoders repeat
// what they are asked.
Owned<GstCaps> as_unasked (GstCaps *taken, Owned<GstCaps> allowed);

// What a picture gets.
struct CapsChoice {
  guint structure = 0;                        // an index of the allowed caps
  PixelFormat format = PixelFormat::unknown;  // unknown if the input's is not known
  Shape shape;
};

// The choice for a picture of the shape `source` with the caps `in` among `allowed` (not empty):
// what loses least and needs no enlarging. `even_sides`: for a format with half the chroma.
CapsChoice downscale_choice (GstCaps *in, const Shape &source, const GstCaps *allowed,
                             SizeRules rules, bool even_sides);

// The source caps for sink caps `in` (fixed) of pictures of the shape `source`, one of `allowed`
// (not empty).
Owned<GstCaps> downscale_fixate (GstCaps *in, const Shape &source, Owned<GstCaps> allowed,
                                 const SizeRules &rules);

// How a picture of the shape `source` changes to `out`.
struct Outcome {
  bool enlarged = false;
  bool stretched = false;
};
Outcome downscale_outcome (const Shape &source, const GstVideoInfo &out);

// True if downstream leaves no choice of size and sample shape between the structures of `allowed`.
bool insists_on_shape (const GstCaps *allowed);

}  // namespace quad

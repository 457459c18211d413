// quaddownscale's caps: which are possible, and which are chosen.
#pragma once

#include <string>

#include "core/placement.h"
#include "core/size_choice.h"
#include "glue/target.h"
#include "glue/video.h"

namespace quad {

// The caps of both pads: any frame rate, or none.
Owned<GstCaps> downscale_caps ();

// The caps of one pad for `caps` on the pad `from`: any size, the rest unchanged. An incomplete
// colorimetry may also be given in full.
Owned<GstCaps> downscale_transform (GstCaps *caps, GstPadDirection from);

// The colorimetry of `info` and its caps' structure `s`, completed by what the size implies.
// GStreamer forgets a range that is given without a matrix; here it is kept.
GstVideoColorimetry downscale_colorimetry (const GstStructure *s, const GstVideoInfo &info);

// The shape of the picture that the caps of `info` describe. `reduced` is null, or tells of
// pictures that were decoded smaller than they are: those count with their full size.
Shape downscale_shape (const GstVideoInfo &info, const ReducedPicture *reduced);

// The shape of the part that `zoom` shows of a picture of the shape `whole`.
Shape zoomed_shape (const Shape &whole, const Zoom &zoom);

// The size that a picture of the shape `source` gets, and the index of its caps in `allowed` (not
// empty).
SizeChoice downscale_size (const Shape &source, const GstCaps *allowed, const SizeRules &rules,
                           std::size_t &which);

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

// A sentence for the user if downstream insists on another colorimetry than the input's; else
// empty.
std::string downscale_relabels (const GstCaps *in_caps, const GstVideoInfo &in,
                                const GstVideoInfo &out);

// Why the sink pad cannot take `caps`, for the user: what the video is and what to do. Empty if it
// can, and for caps that are not fixed or no raw video.
std::string downscale_refusal (const GstCaps *caps);

}  // namespace quad

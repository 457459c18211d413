// quaddownscale's caps: which are possible, and which are chosen.
#pragma once

#include <string>

#include "core/size_choice.h"
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

// The source caps for sink caps `in` (fixed), one of `allowed` (not empty).
Owned<GstCaps> downscale_fixate (GstCaps *in, Owned<GstCaps> allowed, const SizeRules &rules);

// How a picture changes from `in` to `out`.
struct Outcome {
  bool enlarged = false;
  bool stretched = false;
};
Outcome downscale_outcome (const GstVideoInfo &in, const GstVideoInfo &out);

// A sentence for the user if downstream insists on another colorimetry than the input's; else
// empty.
std::string downscale_relabels (const GstCaps *in_caps, const GstVideoInfo &in,
                                const GstVideoInfo &out);

// Why the sink pad cannot take `caps`, for the user: what the video is and what to do. Empty if it
// can, and for caps that are not fixed or no raw video.
std::string downscale_refusal (const GstCaps *caps);

}  // namespace quad

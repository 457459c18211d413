// quaddownscale's caps: what it can make of them and which it settles on.
#pragma once

#include <string>

#include "elements/size_choice.h"
#include "glue/video.h"

namespace quad {

// The caps of one pad for `caps` on the other: any size, all else as it is.
Owned<GstCaps> downscale_transform (GstCaps *caps);

// The source caps for sink caps `in` (fixed), one of `allowed` (not empty).
Owned<GstCaps> downscale_fixate (GstCaps *in, Owned<GstCaps> allowed, const SizeRules &rules);

// What becomes of a picture on its way from `in` to `out`.
struct Outcome {
  bool enlarged = false;
  bool stretched = false;
};
Outcome downscale_outcome (const GstVideoInfo &in, const GstVideoInfo &out);

// Why a sink pad cannot take `caps` (fixed), in words for the user, where it can
// tell better than a failed negotiation: interlaced video, sizes out of range.
// Empty for all others.
std::string downscale_refusal (const GstCaps *caps);

}  // namespace quad

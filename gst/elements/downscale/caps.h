// quaddownscale's caps: what it can make of them and which it settles on.
#pragma once

#include <string>

#include "core/size_choice.h"
#include "glue/video.h"

namespace quad {

// What both pads take: any rate, or none that is said.
Owned<GstCaps> downscale_caps ();

// The caps of one pad for `caps` on the other, the pad `from`: any size, all else as it is, but
// that an incomplete colorimetry may be said in full.
Owned<GstCaps> downscale_transform (GstCaps *caps, GstPadDirection from);

// What `info` and its caps' structure `s` say of the colours, and what the size implies for the
// rest. GStreamer forgets a range that is said without a matrix; here it is kept.
GstVideoColorimetry downscale_colorimetry (const GstStructure *s, const GstVideoInfo &info);

// The source caps for sink caps `in` (fixed), one of `allowed` (not empty).
Owned<GstCaps> downscale_fixate (GstCaps *in, Owned<GstCaps> allowed, const SizeRules &rules);

// What becomes of a picture on its way from `in` to `out`.
struct Outcome {
  bool enlarged = false;
  bool stretched = false;
};
Outcome downscale_outcome (const GstVideoInfo &in, const GstVideoInfo &out);

// Where downstream insists on another colorimetry than the input has: in words for the user. Else
// empty.
std::string downscale_relabels (const GstCaps *in_caps, const GstVideoInfo &in,
                                const GstVideoInfo &out);

// Why a sink pad cannot take `caps`, in words for the user: what the video is and what to do. Empty
// for caps that it takes, and for what is not fixed or no raw video.
std::string downscale_refusal (const GstCaps *caps);

}  // namespace quad

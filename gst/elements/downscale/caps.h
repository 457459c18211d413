// quaddownscale's caps: which are possible.
#pragma once

#include <string>

#include "glue/video.h"

namespace quad {

// The caps of both pads: any frame rate, or none.
Owned<GstCaps> downscale_caps ();

// The caps of one pad for `caps` on the pad `from`: first the same in any size, where an incomplete
// colorimetry may also be given in full; then what these are converted from or to, where the
// backend of their memory converts while it draws.
Owned<GstCaps> downscale_transform (GstCaps *caps, GstPadDirection from);

// What the source pad can make of `in`.
Owned<GstCaps> downscale_offer (GstCaps *in);

// Why no frame of the caps `in` suits a downstream that takes `taken`, for the user.
std::string downscale_unwanted (GstCaps *in, GstCaps *taken);

// Why the sink pad cannot take `caps`, for the user: what the video is and what to do. Empty if it
// can, and for caps that are not fixed or no raw video.
std::string downscale_refusal (const GstCaps *caps);

}  // namespace quad

// What caps a picture gets with its alpha.
#pragma once

#include <gst/gst.h>

#include <string>

#include "glue/owned.h"

namespace quad {

// Of the pads: every format that is drawn; the formats with alpha, and GRAY8 for alpha
// alone; masks.
Owned<GstCaps> matte_sink_caps ();
Owned<GstCaps> matte_src_caps ();
Owned<GstCaps> matte_mask_caps ();

// What one pad takes for `caps` of the other one, before the pads' own caps count.
Owned<GstCaps> matte_transform (const GstCaps *caps, GstPadDirection from);

// Of `allowed`, the format that loses least of a video of `in`; alpha alone only if nothing else is
// allowed.
Owned<GstCaps> matte_fixate (const GstCaps *in, Owned<GstCaps> allowed);

// Why fixed caps cannot be an input of `element`, or empty.
std::string matte_refusal (const GstCaps *caps, const char *element);

}  // namespace quad

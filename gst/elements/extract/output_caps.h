// Caps on one side of frameextract, by those on the other.
#pragma once

#include <gst/gst.h>

#include "elements/extract/settings.h"
#include "glue/owned.h"

namespace quad::extract {

// What decides on the framerate in caps.
struct RateChange {
  Selection selection = Selection::everything;
  int rate_n = 0, rate_d = 1;
  guint every_nth = 0;
};

// The caps that the other pad has, if the pad of the direction `from` has `caps`. They differ in
// the framerate alone, and may hold a range of it. Any thread.
Owned<GstCaps> other_caps (const RateChange &change, GstPadDirection from, const GstCaps *caps);

}  // namespace quad::extract

// What a pad of quadmux-grid asks its upstream for.
#pragma once

#include <gst/gst.h>

#include <string>

#include "glue/owned.h"

namespace quad::test {

// The size of the first of the caps that the pad offers.
inline std::string wished (GstPad *pad)
{
  const Owned<GstCaps> caps{gst_pad_query_caps (pad, nullptr)};
  const GstStructure *s = gst_caps_get_structure (caps.get (), 0);
  gint w = 0, h = 0;
  gst_structure_get_int (s, "width", &w);
  gst_structure_get_int (s, "height", &h);
  return std::to_string (w) + "x" + std::to_string (h);
}

}  // namespace quad::test

// The properties crop-x, crop-y, crop-width and crop-height of elements and pads.
#pragma once

#include <gst/gst.h>

#include <array>

#include "core/placement.h"

namespace quad {

struct ZoomProperty {
  const char *name, *nick, *blurb;
  double Zoom::*field;
};

inline constexpr std::array<ZoomProperty, 4> kZoomProperties = {
    {{"crop-x", "Crop X", "Left edge of the part that is shown, as a fraction of the picture",
      &Zoom::x},
     {"crop-y", "Crop Y", "Upper edge of the part that is shown, as a fraction of the picture",
      &Zoom::y},
     {"crop-width", "Crop width", "Width of the part that is shown, as a fraction of the picture",
      &Zoom::width},
     {"crop-height", "Crop height",
      "Height of the part that is shown, as a fraction of the picture", &Zoom::height}}};

// They get the ids from `first` on, in the table's order.
void install_zoom (GObjectClass *klass, guint first);

// Takes a value from 0 to 1. The property system's range check accepts NaN; this ignores it.
void set_fraction (double &field, const GValue *value);

}  // namespace quad

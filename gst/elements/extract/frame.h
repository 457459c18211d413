// A frame that frameextract holds.
#pragma once

#include <gst/gst.h>

#include "elements/extract/times.h"
#include "glue/owned.h"

namespace quad::extract {

// Times are the film's.
struct Frame {
  Owned<GstBuffer> buffer;  // none if it was damaged
  Owned<GstCaps> caps;      // what it came with
  Nanoseconds time = 0;     // on screen from here
  Nanoseconds end = 0;      // to here, as far as is known
  FrameLength length;
  Nanoseconds shown = 0;  // when the picture in `buffer` began
  bool damaged = false;
};

}  // namespace quad::extract

// Chooses the scale of each picture, and asks downstream for it.
#pragma once

#include <gst/gst.h>

#include <string>

#include "elements/jpeg/settings.h"
#include "jpeg/header.h"
#include "jpeg/scale.h"

namespace quad::jpegdec {

struct Choice {
  int scale = jpeg::kFullScale;
  bool by_target = false;  // downstream was asked
  bool answered = false;   // and did not need all pixels
  std::string why;         // for the log
};

class ScaleChooser {
 public:
  // Asks through `src`.
  explicit ScaleChooser (GstPad *src) : src_ (src) {}

  // For a picture that is decoded to `format`.
  Choice choose (const Settings &settings, const jpeg::Header &header, PixelFormat format);
  void reset () { steady_.reset (); }

 private:
  Choice choose_for_target (const Settings &settings, const jpeg::Header &header,
                            PixelFormat format);

  GstPad *src_;
  jpeg::SteadyScale steady_;
  Size last_size_;
  Orientation last_orientation_ = Orientation::identity;
  PixelFormat last_format_ = PixelFormat::unknown;
};

}  // namespace quad::jpegdec

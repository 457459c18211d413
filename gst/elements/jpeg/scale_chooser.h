// Chooses the scale of each picture, and asks downstream for it.
#pragma once

#include <gst/gst.h>

#include <string>

#include "elements/jpeg/settings.h"
#include "jpeg/header.h"
#include "jpeg/scale.h"

namespace quad::jpegdec {

struct Choice {
  int scale = jpeg::kFullScale;  // in eighths
  bool by_target = false;        // downstream was asked, and its caps do not force less
  bool answered = false;         // and did not need all pixels
  std::string why;               // for the log
};

// For the decoder's streaming thread.
class ScaleChooser {
 public:
  // Asks through `src`, which has to live longer.
  explicit ScaleChooser (GstPad *src) : src_ (src) {}

  // For a picture that is decoded to `format`. Sends queries downstream, so hold no lock.
  Choice choose (const Settings &settings, const jpeg::Header &header, PixelFormat format);
  // The next picture is the first one.
  void reset ()
  {
    steady_.reset ();
    asked_ = {};
  }

 private:
  struct Picture {
    Size size;
    Orientation orientation = Orientation::identity;
    PixelFormat format = PixelFormat::unknown;

    bool operator== (const Picture &) const = default;
  };
  struct Asked {
    Picture picture;
    int scale = 0;

    bool operator== (const Asked &) const = default;
  };

  Choice choose_for_target (const Settings &settings, const Picture &picture);
  // The largest scale up to `scale` whose size the caps of what follows allow; `scale` if there is
  // none. Asks only if something has changed.
  int allowed (const Picture &picture, int scale);
  jpeg::Accepts taken (const Picture &picture) const;

  GstPad *src_;
  jpeg::SteadyScale steady_;
  Picture last_;
  Asked asked_;
  int allowed_ = jpeg::kFullScale;  // the answer
};

}  // namespace quad::jpegdec

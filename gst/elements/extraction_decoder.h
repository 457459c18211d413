// Whether keyframes alone are decoded, where nothing but keyframes was asked for.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>

#include "glue/owned.h"

namespace quad {

class DecoderWatch {
 public:
  DecoderWatch () = default;
  DecoderWatch (const DecoderWatch &) = delete;
  DecoderWatch &operator= (const DecoderWatch &) = delete;
  ~DecoderWatch () { forget (); }

  // Watches what the decoder before `sink` is given, from now on. There may be none; and libav's
  // skip what is no keyframe themselves.
  void watch (GstPad *sink);
  void forget ();
  // Another stream begins.
  void reset () { *seen_ = false; }
  // Whether the decoder was given more than keyframes in a segment for keyframes only. On any
  // thread.
  bool decodes_all () const { return *seen_; }

 private:
  // Shared with the probe, which may outlive this.
  using Seen = std::shared_ptr<std::atomic<bool>>;
  Seen seen_ = std::make_shared<std::atomic<bool>> (false);
  Owned<GstPad> pad_;
  gulong probe_ = 0;
};

}  // namespace quad

// Watches the input of the decoder before frameextract.
#pragma once

#include <gst/gst.h>

#include <memory>

#include "elements/extract/container_check.h"
#include "elements/extract/seek_plan.h"
#include "glue/owned.h"

namespace quad::extract {

// A probe on the decoder's input sees where decoding can begin, and whether only keyframes come
// when only keyframes were asked for. The probe runs in the decoder's thread; what it has seen is
// atomic. All functions are the streaming thread's.
class DecoderWatch {
 public:
  DecoderWatch ();
  DecoderWatch (const DecoderWatch &) = delete;
  DecoderWatch &operator= (const DecoderWatch &) = delete;
  ~DecoderWatch () { forget (); }

  // Watches the decoder before `sink` from now on. There may be none.
  void watch (GstPad *sink);
  void forget ();
  // Another stream begins.
  void reset ();
  // True if the decoder got more than keyframes in a segment of only keyframes, and decodes all of
  // them. libav's decoders skip the others.
  bool decodes_all () const;
  // Where decoding could begin since the last flush, in the film's times. The film begins at stream
  // time `origin`. Without a decoder: anywhere.
  EntryPoints entries (Nanoseconds origin) const;
  // True if pictures came without a time since the last flush. A decoder guesses such times, and
  // its guess depends on where it began.
  bool guesses () const;
  // Drops all buffers for the decoder before `sink` until a flush or another segment, so that
  // errors in the unwanted rest do no harm.
  void close (GstPad *sink);
  // True if enough came since watch () to judge guesses (). Always true without a decoder.
  bool knows () const;

 private:
  struct Seen;
  static GstPadProbeReturn see (GstPad *decoder, GstPadProbeInfo *info, Seen &seen);

  std::shared_ptr<Seen> seen_;  // shared with the probe, which may outlive this
  Owned<GstPad> pad_;
  gulong probe_ = 0;
};

}  // namespace quad::extract

// Watches what the decoder before frameextract is given.
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
  // Whether the decoder was given more than keyframes in a segment of keyframes only, and decodes
  // it. libav's decoders skip it.
  bool decodes_all () const;
  // Where decoding could begin since the last flush, in the film's times. The film begins at stream
  // time `origin`. Without a decoder: anywhere.
  EntryPoints entries (Nanoseconds origin) const;
  // Whether pictures came without a time since the last flush. A decoder guesses such times, and
  // its guess depends on where it began.
  bool guesses () const;
  // Keeps all buffers from the decoder before `sink` until a flush or another segment. So errors in
  // the rest, which nobody wants, end nothing.
  void close (GstPad *sink);
  // Whether enough came since watch () to judge guesses (). True without a decoder.
  bool knows () const;

 private:
  struct Seen;
  static GstPadProbeReturn see (GstPad *decoder, GstPadProbeInfo *info, Seen &seen);

  std::shared_ptr<Seen> seen_;  // shared with the probe, which may outlive this
  Owned<GstPad> pad_;
  gulong probe_ = 0;
};

}  // namespace quad::extract

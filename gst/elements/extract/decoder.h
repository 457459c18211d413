// What the decoder before frameextract is given: where decoding can begin, and whether keyframes
// alone come where nothing else was asked for.
#pragma once

#include <gst/gst.h>

#include <memory>

#include "elements/extract/container_check.h"
#include "elements/extract/seek_plan.h"
#include "glue/owned.h"

namespace quad::extract {

class DecoderWatch {
 public:
  DecoderWatch ();
  DecoderWatch (const DecoderWatch &) = delete;
  DecoderWatch &operator= (const DecoderWatch &) = delete;
  ~DecoderWatch () { forget (); }

  // Watches what the decoder before `sink` is given, from now on. There may be none.
  void watch (GstPad *sink);
  void forget ();
  // Another stream begins.
  void reset ();
  // Whether the decoder was given more than keyframes in a segment for keyframes only, and decodes
  // that (libav's skip it). On any thread.
  bool decodes_all () const;
  // Where decoding can begin since the last flush, in times of the film, which begins at stream
  // time `origin`. Without a decoder, anywhere.
  EntryPoints entries (Nanoseconds origin) const;
  // Whether pictures came without a time since the last flush. What decoders make of that depends
  // on where they began.
  bool guesses () const;
  // From now on the decoder before `sink` is given nothing, until a flush or another segment:
  // what it would make of the rest does not matter, errors least of all.
  void close (GstPad *sink);
  // Whether enough came since watch () to judge that. Without a decoder there is nothing to wait
  // for.
  bool knows () const;

 private:
  struct Seen;
  static GstPadProbeReturn see (GstPad *decoder, GstPadProbeInfo *info, Seen &seen);

  std::shared_ptr<Seen> seen_;  // shared with the probe, which may outlive this
  Owned<GstPad> pad_;
  gulong probe_ = 0;
};

}  // namespace quad::extract

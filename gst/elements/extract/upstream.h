// Queries about the elements before frameextract.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "core/frame_choice.h"
#include "elements/extract/container_check.h"
#include "glue/owned.h"

namespace quad::extract {

// The input of the decoder before `sink`. None if there is no decoder.
Owned<GstPad> decoder_input (GstPad *sink);

// The segment that a pad was given last.
std::optional<GstSegment> segment_of (GstPad *pad);

// The element that gives a stream its times: the first one before `sink` whose input has none.
struct TimeSource {
  // True if that is the parser of a stream without a container. After a seek it guesses times by
  // the position in the file.
  bool guesses = false;
  Seeks seeks = Seeks::well;
};
TimeSource time_source_of (GstPad *sink);

// True if that is a demuxer whose timestamps stay while their stream times change. matroskademux
// does so when it finds that another stream begins earlier, tsdemux after a seek to before the
// first frame.
bool keeps_timestamps (GstPad *sink);

// True if upstream answers that it can seek.
bool is_seekable (GstPad *sink);

// The stream's length by upstream's answer.
std::optional<Nanoseconds> duration_of (GstPad *sink);

}  // namespace quad::extract

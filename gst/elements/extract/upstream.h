// What the elements before frameextract are, and what they say.
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

// What gives a stream its times: the first element before `sink` whose input has none.
struct TimeSource {
  // Whether that is the parser of a stream without a container. After a seek it guesses times by
  // the position in the file.
  bool guesses = false;
  Seeks seeks = Seeks::well;
};
TimeSource time_source_of (GstPad *sink);

// Whether that is a demuxer whose timestamps stay while their stream times change. matroskademux
// does so when it finds that another stream begins earlier, tsdemux after a seek to before the
// first frame.
bool keeps_timestamps (GstPad *sink);

// Whether upstream says that it can seek.
bool is_seekable (GstPad *sink);

// How long upstream says that the stream is.
std::optional<Nanoseconds> duration_of (GstPad *sink);

}  // namespace quad::extract

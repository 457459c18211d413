// Whether the buffers of a stream are images, or cut anywhere.
#pragma once

#include "jpeg/bytes.h"

namespace quad::jpegdec {

enum class Packing {
  unknown,  // give the next buffer, too
  packets,  // each buffer is an image
  bytes,    // an image ends with its EOI, wherever that is
};

// A segment in time does not tell: a source stamps its blocks, too, when it is asked to. The images
// themselves do. `bytes` are the first buffers of the stream, the first one of `first` bytes.
Packing packing_of (jpeg::Bytes bytes, std::size_t first);

}  // namespace quad::jpegdec

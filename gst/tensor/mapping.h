// Frames mapped for reading, once for all buffers that share their memory.
#pragma once

#include <memory>

#include "glue/frame.h"
#include "glue/owned.h"

namespace quad::tensor {

// Call it on any thread. GStreamer counts a memory's maps in 8 bits, and a frame that frameextract
// gives again and again is one memory in many buffers.
class Mapping {
 public:
  // Null where the buffer cannot be mapped: `problem` says why, as MappedBuffer::problem does.
  // `memory` is where the buffer lies.
  static std::shared_ptr<const Mapping> of (GstBuffer *buffer, const GstVideoInfo &info,
                                            Memory memory, const char *&problem);
  // For `of`. `first` is the buffer's first memory.
  Mapping (const GstVideoInfo &info, GstBuffer *buffer, Memory memory, const GstMemory *first);
  Mapping (const Mapping &) = delete;
  Mapping &operator= (const Mapping &) = delete;
  ~Mapping ();

  // May be that of another buffer, which shares the memory.
  const MappedBuffer &mapped () const { return mapped_; }

 private:
  GstVideoInfo info_;
  // Mapping may have put another memory into the buffer since.
  const GstMemory *first_;
  Owned<GstBuffer> buffer_;
  MappedBuffer mapped_;
};

}  // namespace quad::tensor

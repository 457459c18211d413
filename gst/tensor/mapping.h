// Video frames mapped for reading, once for all buffers that share their memory.
#pragma once

#include <gst/video/video.h>

#include <memory>

namespace quad::tensor {

// On any thread. GStreamer counts a memory's maps in 8 bits, and a frame that frameextract gives
// again and again is one memory in many buffers.
class Mapping {
 public:
  // Null where it cannot be mapped. `flags` are the same for all buffers of a memory.
  static std::shared_ptr<const Mapping> of (GstBuffer *buffer, const GstVideoInfo &info,
                                            GstMapFlags flags);
  // Nothing is mapped yet: for `of`.
  Mapping (const GstVideoInfo &info, const GstMemory *first) : info_{info}, first_{first} {}
  Mapping (const Mapping &) = delete;
  Mapping &operator= (const Mapping &) = delete;
  ~Mapping ();

  // Its buffer may be another one that shares the memory.
  const GstVideoFrame &frame () const { return frame_; }

 private:
  GstVideoFrame frame_ = {};
  GstVideoInfo info_;
  // Of its buffer, in which mapping may have put another one since.
  const GstMemory *first_;
};

}  // namespace quad::tensor

// CUDA memory as tensors need it. Without CUDA in this build there is none.
#pragma once

#include <gst/video/video.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "glue/owned.h"

namespace quad::tensor {

// The functions here return a sentence where they fail, else an empty string.

inline constexpr gint64 kNoStream = -1, kLegacyStream = 1, kUnknownStream = 0;

// Whether this library was built with CUDA.
bool knows_cuda ();
// Which CUDA device the buffer's memory lies on; -1 for memory of the host.
int device_of (GstBuffer *buffer);

// Work queued in `stream` from now on comes after what fills the buffer.
std::string order_after_writer (GstBuffer *buffer, gint64 stream);
// Waits until the buffer is filled.
std::string wait_for_writer (GstBuffer *buffer);
// Whether CUDA's runtime, and so PyTorch, can use the buffer's pointers.
std::string check_primary_context (GstBuffer *buffer);
// Keeps the buffer from being filled again before the work is done that `reader` has queued so far;
// kUnknownStream: the work of all streams. Waits if there is no other way.
void keep_until_read (GstBuffer *buffer, gint64 reader);

// Rows that lie at equal distances, to be copied.
struct Rows {
  const std::byte *from;
  std::byte *to;
  std::size_t step;  // from row to row in `from`, in bytes
  std::size_t length, count;
  std::size_t to_step = 0;  // from row to row in `to`; 0: no gaps
};

// Allocates `size` bytes in the buffer's context; `block` frees them, on any thread.
std::string allocate_beside (GstBuffer *buffer, std::size_t size, std::shared_ptr<void> &block,
                             std::byte *&data);
// Copies from the buffer to memory of its device when the buffer is filled. Returns when that is
// done.
std::string copy_on_device (GstBuffer *buffer, std::span<const Rows> rows);
// A buffer for one picture in CUDA memory of `context`, which is a primary_context ().
std::string allocate_picture (GstContext *context, const GstVideoInfo &info,
                              Owned<GstBuffer> &picture);
// Copies to a picture on the device when that has done all that is queued there. Returns when it is
// done.
std::string fill_on_device (GstBuffer *picture, std::span<const Rows> rows);

// The device's primary context, as a GstContext for elements; null where `problem` says why.
GstContext *primary_context (int device, std::string &problem);
bool can_decode (int device);

}  // namespace quad::tensor

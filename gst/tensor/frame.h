// QuadFrame, for this library's own sources.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "tensor/mapping.h"
#include "tensor/planes.h"
#include "tensor/source.h"

struct _QuadFrame {
  std::atomic<int> references{1};
  GstSample *sample = nullptr;
  GstVideoInfo info = {};
  std::shared_ptr<const quad::tensor::Mapping> mapping;
  int device = -1;  // CUDA's ordinal
  quad::Planes planes;
  quad::tensor::Source source;  // what the picture was made of
  // Who may read CUDA memory that was exported: nobody, the legacy stream alone, or anybody.
  enum Readers { nobody, legacy_stream, anybody };
  std::atomic<int> readers{nobody};

  GstBuffer *buffer () const { return gst_sample_get_buffer (sample); }
  bool on_device () const { return device >= 0; }
};

namespace quad::tensor {

// Sets `error` to `text`, and returns false.
bool refuse (GError **error, QuadTensorError code, const std::string &text);
// As refuse, where `text` is not empty; else returns true.
bool accept (GError **error, QuadTensorError code, const std::string &text);

// From where the film begins, as far as that is known; GST_CLOCK_TIME_NONE where there is none. Of
// a sample with a buffer.
GstClockTime stream_time_of (GstSample *sample);

}  // namespace quad::tensor

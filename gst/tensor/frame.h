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
  GstClockTime film_begin = 0;  // in stream time, where frameextract does not say it
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

// From where the film begins, which frameextract says, or else `film_begin`; GST_CLOCK_TIME_NONE
// where there is no time. Of a sample with a buffer.
GstClockTime time_of (GstSample *sample, GstClockTime film_begin);

}  // namespace quad::tensor

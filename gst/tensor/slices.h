// One block of memory for the frames of a batch, which elements draw into.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <vector>

#include "tensor/block.h"

namespace quad::tensor {

// Gives out pieces of the block. Thread-safe.
class Slices {
 public:
  // The k-th frame that is drawn lies at places[k].
  explicit Slices (std::vector<guint> places) : places_{std::move (places)} {}

  // A buffer of `size` bytes: the next piece, or memory of its own where all pieces are given out
  // or have another size. May throw.
  GstBuffer *next (gsize size);

 private:
  std::mutex mutex_;
  std::vector<guint> places_;
  std::size_t given_ = 0;
  gsize size_ = 0;  // of a piece; 0 before the first one
  std::shared_ptr<Block> block_;
};

// The block that all of `buffer` is a piece of, or null.
const Block *block_of (GstBuffer *buffer);

// Answers allocation queries for system memory on this pad with a pool of the slices.
void offer_slices (GstPad *pad, const std::shared_ptr<Slices> &slices);

}  // namespace quad::tensor

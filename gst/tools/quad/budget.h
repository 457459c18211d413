// How lossy a GIF's pictures have to be for the file to stay within a number of bytes.
#pragma once

#include <cstdint>
#include <vector>

namespace quad {

// Steers while a GIF is written, from what its frames have taken so far. A second pass knows how
// much the frames need in proportion. To be used by one thread at a time.
class Budget {
 public:
  // `frames` is how many are to come. `needs` are what they need in proportion, from needs () of
  // another pass; empty: each as much.
  Budget (std::uint64_t bytes, std::uint64_t frames, std::vector<double> needs, int lossy);

  // A frame has taken so many bytes. Returns `lossy` for the next one.
  int next (std::uint64_t bytes);

  int lossy () const;
  std::uint64_t written () const { return written_; }
  // What the frames would have taken without a loss, as far as can be told.
  const std::vector<double> &needs () const { return taken_; }
  // The value that would have been right for all frames.
  int learnt (std::uint64_t bytes) const;
  // Whether the whole file was written with all the loss that there is.
  bool exhausted () const { return exhausted_; }

 private:
  double need_left () const;

  std::uint64_t bytes_, frames_;
  std::vector<double> needs_, taken_;
  double lossy_, need_left_;
  std::uint64_t written_ = 0;
  double recent_ =
      -1;  // how much more frames take than their needs say, lately; below 0: not known
  bool exhausted_ = true;
};

}  // namespace quad

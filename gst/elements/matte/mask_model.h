// A neural network that makes a mask of a picture.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "elements/matte/image_shape.h"
#include "glue/matting.h"
#include "infer/inference.h"
#include "infer/model_info.h"

namespace quad {

// One thread at a time may use it.
class MaskModel {
 public:
  // Loads the model; null if that fails: `problem` says why. A model has one input that is a
  // picture of three channels (float32 or uint8), and its first output is a mask (float32 from 0 to
  // 1, or uint8) of one channel, or of two of which the second is the foreground.
  static std::unique_ptr<MaskModel> open (const infer::Settings &settings, const infer::Log &log,
                                          infer::Problem &problem);

  const infer::Inference &inference () const { return *inference_; }

  // The size at which it sees pictures of `picture`.
  Size seen_size (Size picture) const;

  // Runs it on RGB planes of a size that seen_size () gave. `mask` gets the size that comes out.
  infer::Problem run (const matte::SmallPicture &rgb, SmallFrame &mask);

 private:
  explicit MaskModel (std::unique_ptr<infer::Inference> inference);
  std::string fault_of_tensors ();
  std::string read_info (const std::string &model_file);
  void resize (Size size);
  void fill_input (const matte::SmallPicture &rgb);
  void take_mask (SmallFrame &mask) const;

  std::unique_ptr<infer::Inference> inference_;
  ImageShape image_, mask_;  // of the input and the output
  std::array<infer::Range, 3> ranges_;
  GstVideoColorimetry mask_colors_;
  // For pictures of size_.
  Size size_, mask_size_;
  std::vector<std::int64_t> input_shape_, output_shape_;
  std::vector<std::byte> input_, output_;
};

}  // namespace quad

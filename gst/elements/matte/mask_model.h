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

// What a model sees: a picture, or a picture and a mask that it makes finer.
enum class Sees { picture, picture_and_mask };

// How long runs take.
struct RunTimes {
  GstClockTime first = 0;  // this one may compile and allocate
  GstClockTime usual = 0;
};

// One thread at a time may use it.
class MaskModel {
 public:
  // Loads the model; null if that fails: `problem` says why. A picture has three channels, a mask
  // one; both are float32 or uint8, and as large as each other. The first output is a mask of one
  // channel (float32 from 0 to 1, or uint8), or of two of which the second is the foreground.
  static std::unique_ptr<MaskModel> open (const infer::Settings &settings, Sees sees,
                                          const infer::Log &log, infer::Problem &problem);

  const infer::Inference &inference () const { return *inference_; }

  // The size at which it sees pictures of `picture`.
  Size seen_size (Size picture) const;

  // Runs it on RGB planes of a size that seen_size () gave, and on levels of the same size if it
  // sees a mask, too. `mask` gets the size that comes out.
  infer::Problem run (const matte::SmallPicture &rgb, const matte::SmallPicture *levels,
                      SmallFrame &mask);

  // Runs it twice on black, at the size at which it sees pictures of `picture`.
  infer::Problem measure (Size picture, RunTimes &times);

 private:
  // An input: planes of a small picture as numbers.
  struct Input {
    ImageShape image;
    std::array<infer::Range, 3> ranges;
    std::vector<std::int64_t> shape;
    std::vector<std::byte> data;
  };

  explicit MaskModel (std::unique_ptr<infer::Inference> inference);
  std::string fault_of_inputs (Sees sees);
  std::string fault_of_output ();
  std::string read_info (const std::string &model_file);
  std::string take_section (Input &input, const infer::ModelInfo &info,
                            const infer::TensorInfo &tensor, std::size_t index);
  void resize (Size size);
  void fill (std::size_t input, const matte::SmallPicture &planes);
  void take_mask (SmallFrame &mask) const;

  std::unique_ptr<infer::Inference> inference_;
  std::vector<Input> inputs_;
  std::size_t picture_ = 0;  // which input that is; the other one is the mask
  ImageShape mask_;          // of the output
  // For pictures of size_.
  Size size_, mask_size_;
  std::vector<std::int64_t> output_shape_;
  std::vector<std::byte> output_;
};

}  // namespace quad

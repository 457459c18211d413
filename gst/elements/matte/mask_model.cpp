#include "elements/matte/mask_model.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace quad {
namespace {

using infer::ElementType;

constexpr int kPictureChannels[] = {3};
constexpr int kMaskChannels[] = {1, 2};
// The longer side of what a model without a size of its own sees, and of what its sides are
// multiples. Networks halve their input some times.
constexpr int kFreeSide = 512;
constexpr int kFreeUnit = 32;

std::size_t count_of (std::span<const std::int64_t> shape)
{
  return std::accumulate (shape.begin (), shape.end (), std::size_t{1},
                          [] (std::size_t n, std::int64_t side) { return n * std::size_t (side); });
}

bool is_usable (ElementType type)
{
  return type == ElementType::float32 || type == ElementType::uint8;
}

std::string names_of (std::span<const infer::TensorInfo> tensors)
{
  std::string text;
  for (const infer::TensorInfo &t : tensors)
    text += (text.empty () ? "" : ", ") + t.name + " (" + shape_text (t.shape) + ")";
  return text;
}

std::uint8_t level_of (float v)
{
  // NaN becomes background.
  return v > 0 ? static_cast<std::uint8_t> (std::min (v, 1.0f) * 255 + 0.5f) : std::uint8_t{0};
}

}  // namespace

MaskModel::MaskModel (std::unique_ptr<infer::Inference> inference)
    : inference_ (std::move (inference))
{
  GstVideoInfo gray;
  gst_video_info_set_format (&gray, GST_VIDEO_FORMAT_GRAY8, 1, 1);
  mask_colors_ = gray.colorimetry;
}

std::unique_ptr<MaskModel> MaskModel::open (const infer::Settings &settings, const infer::Log &log,
                                            infer::Problem &problem)
{
  auto inference = infer::open (settings, log, problem);
  if (!inference) return nullptr;
  std::unique_ptr<MaskModel> model{new MaskModel (std::move (inference))};
  std::string why = model->fault_of_tensors ();
  if (why.empty ()) why = model->read_info (settings.model_file);
  if (why.empty ()) return model;
  problem = {infer::Problem::Kind::no_model,
             "The model " + settings.model_file + " makes no mask of a picture: " + why};
  return nullptr;
}

// A sentence on what is wrong with the model's inputs and outputs; empty if nothing is.
std::string MaskModel::fault_of_tensors ()
{
  const auto in = inference_->inputs (), out = inference_->outputs ();
  if (in.size () != 1)
    return "it has " + std::to_string (in.size ()) +
           " inputs, and one is wanted, the picture. They are: " + names_of (in) + ".";
  const auto image = image_shape (in[0].shape, kPictureChannels);
  if (!image)
    return "its input " + in[0].name + " has the shape " + shape_text (in[0].shape) +
           ", and a picture has 1x3xHEIGHTxWIDTH or 1xHEIGHTxWIDTHx3.";
  if (!is_usable (in[0].type))
    return "its input " + in[0].name + " has elements that are neither float32 nor uint8.";
  image_ = *image;
  if (out.empty ()) return "it has no output.";
  const auto mask = image_shape (out[0].shape, kMaskChannels);
  if (!mask)
    return "its first output " + out[0].name + " has the shape " + shape_text (out[0].shape) +
           ", and a mask has 1x1xHEIGHTxWIDTH or 1xHEIGHTxWIDTHx1 (or two channels).";
  if (!is_usable (out[0].type))
    return "its first output " + out[0].name + " has elements that are neither float32 nor uint8.";
  outputs_.push_back ({*mask, {}, {}});
  return {};
}

std::string MaskModel::read_info (const std::string &) { return {}; }

Size MaskModel::seen_size (Size picture) const
{
  const double scale = double (kFreeSide) / std::max (picture.width, picture.height);
  const auto side = [scale] (int v) {
    return std::max (1, static_cast<int> (v * scale / kFreeUnit + 0.5)) * kFreeUnit;
  };
  return image_.size ({side (picture.width), side (picture.height)});
}

void MaskModel::resize (Size size)
{
  if (size == size_) return;
  size_ = size;
  const infer::TensorInfo &in = inference_->inputs ()[0];
  shape_ = filled (in.shape, image_, size);
  input_.resize (count_of (shape_) * infer::bytes_of (in.type));
  Output &mask = outputs_[0];
  const infer::TensorInfo &out = inference_->outputs ()[0];
  mask_size_ = mask.image.size (size);
  mask.shape = filled (out.shape, mask.image, mask_size_);
  mask.data.resize (count_of (mask.shape) * infer::bytes_of (out.type));
}

void MaskModel::fill_input (const matte::SmallPicture &rgb)
{
  const bool floats = inference_->inputs ()[0].type == ElementType::float32;
  const std::size_t count = std::size_t (size_.width) * std::size_t (size_.height);
  for (int c = 0; c < 3; c++) {
    const InputRange &range = ranges_[std::size_t (c)];
    std::array<float, 256> value;
    for (int v = 0; v < 256; v++)
      value[std::size_t (v)] =
          static_cast<float> (range.black + (range.white - range.black) * v / 255);
    for (int y = 0; y < size_.height; y++) {
      const std::uint8_t *row = rgb.row (c, y);
      const std::size_t first = std::size_t (y) * std::size_t (size_.width);
      for (int x = 0; x < size_.width; x++) {
        const std::size_t at = image_.index (c, first + std::size_t (x), count);
        if (floats)
          std::memcpy (&input_[at * sizeof (float)], &value[row[x]], sizeof (float));
        else
          input_[at] = std::byte{row[x]};
      }
    }
  }
}

void MaskModel::take_mask (SmallFrame &mask) const
{
  const Output &out = outputs_[0];
  const bool floats = inference_->outputs ()[0].type == ElementType::float32;
  const std::size_t count = std::size_t (mask_size_.width) * std::size_t (mask_size_.height);
  mask.set (GST_VIDEO_FORMAT_GRAY8, mask_size_, mask_colors_);
  for (int y = 0; y < mask_size_.height; y++) {
    std::uint8_t *row = mask.picture ().row (0, y);
    const std::size_t first = std::size_t (y) * std::size_t (mask_size_.width);
    for (int x = 0; x < mask_size_.width; x++) {
      const std::size_t at =
          out.image.index (out.image.channels - 1, first + std::size_t (x), count);
      float value = 0;
      if (floats) std::memcpy (&value, &out.data[at * sizeof (float)], sizeof (float));
      row[x] = floats ? level_of (value) : static_cast<std::uint8_t> (out.data[at]);
    }
  }
}

infer::Problem MaskModel::run (const matte::SmallPicture &rgb, SmallFrame &mask)
{
  resize (rgb.size ());
  fill_input (rgb);
  const infer::Tensor in = {input_, shape_};
  std::vector<infer::Tensor> out (inference_->outputs ().size ());
  out[0] = {outputs_[0].data, outputs_[0].shape};
  if (infer::Problem p = inference_->run ({&in, 1}, out)) return p;
  take_mask (mask);
  return {};
}

}  // namespace quad

#include "elements/matte/mask_model.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace quad {
namespace {

using infer::ElementType, infer::shape_text;

constexpr int kPictureChannels[] = {3};
constexpr int kLevelChannels[] = {1};    // of a mask that comes in
constexpr int kMaskChannels[] = {1, 2};  // and out
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

// A sentence on a tensor whose elements cannot be used.
std::string fault_of_type (const std::string &which, const infer::TensorInfo &tensor)
{
  struct Row {
    ElementType type;
    const char *name;
  };
  constexpr Row kRows[] = {{ElementType::float16, "float16"},
                           {ElementType::int8, "int8"},
                           {ElementType::int32, "int32"},
                           {ElementType::int64, "int64"}};
  const auto row = std::ranges::find (kRows, tensor.type, &Row::type);
  const std::string of =
      row == std::end (kRows) ? " that" : std::string (" of ") + row->name + ", which";
  return which + tensor.name + " has elements" + of + " are neither float32 nor uint8.";
}

std::string names_of (std::span<const infer::TensorInfo> tensors)
{
  std::string text;
  for (const infer::TensorInfo &t : tensors)
    text += (text.empty () ? "" : ", ") + t.name + " (" + shape_text (t.shape) + ")";
  return text;
}

std::byte byte_of (float v) { return static_cast<std::byte> (std::clamp (v, 0.0f, 255.0f) + 0.5f); }

std::uint8_t level_of (float v)
{
  // NaN becomes background.
  return v > 0 ? static_cast<std::uint8_t> (std::min (v, 1.0f) * 255 + 0.5f) : std::uint8_t{0};
}

}  // namespace

MaskModel::MaskModel (std::unique_ptr<infer::Inference> inference)
    : inference_ (std::move (inference))
{
}

std::unique_ptr<MaskModel> MaskModel::open (const infer::Settings &settings, Sees sees,
                                            const infer::Log &log, infer::Problem &problem)
{
  auto inference = infer::open (settings, log, problem);
  if (!inference) return nullptr;
  std::unique_ptr<MaskModel> model{new MaskModel (std::move (inference))};
  std::string why = model->fault_of_inputs (sees);
  if (why.empty ()) why = model->fault_of_output ();
  if (!why.empty ())
    why = "The model " + settings.model_file + " makes no mask of a picture: " + why;
  else
    why = model->read_info (settings.model_file);
  if (why.empty ()) return model;
  problem = {infer::Problem::Kind::no_model, why};
  return nullptr;
}

// A sentence on what is wrong with the model's inputs; empty if nothing is.
std::string MaskModel::fault_of_inputs (Sees sees)
{
  const auto in = inference_->inputs ();
  const std::size_t wanted = sees == Sees::picture ? 1 : 2;
  if (in.size () != wanted)
    return "it has " + std::to_string (in.size ()) + " inputs, and " +
           (wanted == 1 ? "one is wanted, the picture"
                        : "two are wanted, the picture and the mask") +
           ". They are: " + names_of (in) + ".";
  int pictures = 0;
  for (const infer::TensorInfo &tensor : in) {
    const auto picture = image_shape (tensor.shape, kPictureChannels);
    const auto mask = image_shape (tensor.shape, kLevelChannels);
    if (!picture && (wanted == 1 || !mask))
      return "its input " + tensor.name + " has the shape " + shape_text (tensor.shape) +
             ", and a picture has 1x3xHEIGHTxWIDTH or 1xHEIGHTxWIDTHx3" +
             (wanted == 1 ? "." : ", a mask 1 instead of 3.");
    if (!is_usable (tensor.type)) return fault_of_type ("its input ", tensor);
    if (picture) picture_ = inputs_.size (), pictures++;
    Input input = {picture ? *picture : *mask, {}, {}, {}};
    const bool floats = tensor.type == ElementType::float32;
    input.ranges.fill (floats ? infer::Range{0, 1} : infer::Range{0, 255});
    inputs_.push_back (std::move (input));
  }
  if (pictures != 1) return "none, or both, of its two inputs can be the picture.";
  const ImageShape &a = inputs_.front ().image, &b = inputs_.back ().image;
  if (a.width != b.width || a.height != b.height)
    return "its picture and its mask have different sizes: " + names_of (in) + ".";
  return {};
}

std::string MaskModel::fault_of_output ()
{
  const auto out = inference_->outputs ();
  if (out.empty ()) return "it has no output.";
  const auto mask = image_shape (out[0].shape, kMaskChannels);
  if (!mask)
    return "its first output " + out[0].name + " has the shape " + shape_text (out[0].shape) +
           ", and a mask has 1x1xHEIGHTxWIDTH or 1xHEIGHTxWIDTHx1 (or two channels).";
  if (!is_usable (out[0].type)) return fault_of_type ("its first output ", out[0]);
  mask_ = *mask;
  return {};
}

// Takes the inputs' ranges, and their size if the model leaves that open, from the file beside the
// model. Returns a sentence on what is wrong with it; empty if nothing is, or if there is none.
std::string MaskModel::read_info (const std::string &model_file)
{
  std::string problem;
  const auto info = infer::read_model_info (model_file, problem);
  if (!info) return problem;
  for (std::size_t i = 0; i < inputs_.size () && problem.empty (); i++)
    problem = take_section (inputs_[i], *info, inference_->inputs ()[i], i);
  return problem;
}

std::string MaskModel::take_section (Input &input, const infer::ModelInfo &info,
                                     const infer::TensorInfo &tensor, std::size_t index)
{
  const infer::TensorSection *section = info.find (infer::Direction::input, index, tensor);
  if (!section)
    return "The file " + info.file + " has no section for the model's input " + tensor.name + " (" +
           shape_text (tensor.shape) + ").";
  const std::string of = "The section [" + section->name + "] of " + info.file;
  if (section->column_major)
    return of + " says dims-order=col-major, which is not read. Convert the model.";
  const auto &ranges = section->ranges;
  const auto channels = static_cast<std::size_t> (input.image.channels);
  if (ranges.size () > 1 && ranges.size () != channels)
    return of + " has " + std::to_string (ranges.size ()) + " ranges: give one, or " +
           std::to_string (channels) + ".";
  for (std::size_t c = 0; c < channels && !ranges.empty (); c++)
    input.ranges[c] = ranges[ranges.size () == 1 ? 0 : c];
  if (!section->dims) return {};
  const std::array counts = {input.image.channels};
  if (const auto said = image_shape (*section->dims, counts)) {
    if (input.image.height < 0) input.image.height = said->height;
    if (input.image.width < 0) input.image.width = said->width;
  }
  return {};
}

Size MaskModel::seen_size (Size picture) const
{
  const double scale = double (kFreeSide) / std::max (picture.width, picture.height);
  const auto side = [scale] (int v) {
    return std::max (1, static_cast<int> (v * scale / kFreeUnit + 0.5)) * kFreeUnit;
  };
  return inputs_[picture_].image.size ({side (picture.width), side (picture.height)});
}

void MaskModel::resize (Size size)
{
  if (size == size_) return;
  size_ = size;
  for (std::size_t i = 0; i < inputs_.size (); i++) {
    const infer::TensorInfo &in = inference_->inputs ()[i];
    inputs_[i].shape = filled (in.shape, inputs_[i].image, size);
    inputs_[i].data.resize (count_of (inputs_[i].shape) * infer::bytes_of (in.type));
  }
  const infer::TensorInfo &out = inference_->outputs ()[0];
  mask_size_ = mask_.size (size);
  output_shape_ = filled (out.shape, mask_, mask_size_);
  output_.resize (count_of (output_shape_) * infer::bytes_of (out.type));
}

void MaskModel::fill (std::size_t i, const matte::SmallPicture &planes)
{
  Input &input = inputs_[i];
  const bool floats = inference_->inputs ()[i].type == ElementType::float32;
  const std::size_t count = std::size_t (size_.width) * std::size_t (size_.height);
  for (int c = 0; c < input.image.channels; c++) {
    const infer::Range &range = input.ranges[std::size_t (c)];
    std::array<float, 256> value;
    for (int v = 0; v < 256; v++)
      value[std::size_t (v)] = static_cast<float> (range.min + range.scale () * v);
    for (int y = 0; y < size_.height; y++) {
      const std::uint8_t *row = planes.row (c, y);
      const std::size_t first = std::size_t (y) * std::size_t (size_.width);
      for (int x = 0; x < size_.width; x++) {
        const std::size_t at = input.image.index (c, first + std::size_t (x), count);
        if (floats)
          std::memcpy (&input.data[at * sizeof (float)], &value[row[x]], sizeof (float));
        else
          input.data[at] = byte_of (value[row[x]]);
      }
    }
  }
}

void MaskModel::take_mask (SmallFrame &mask) const
{
  const bool floats = inference_->outputs ()[0].type == ElementType::float32;
  const std::size_t count = std::size_t (mask_size_.width) * std::size_t (mask_size_.height);
  mask.set (GST_VIDEO_FORMAT_GRAY8, mask_size_);
  for (int y = 0; y < mask_size_.height; y++) {
    std::uint8_t *row = mask.picture ().row (0, y);
    const std::size_t first = std::size_t (y) * std::size_t (mask_size_.width);
    for (int x = 0; x < mask_size_.width; x++) {
      const std::size_t at = mask_.index (mask_.channels - 1, first + std::size_t (x), count);
      float value = 0;
      if (floats) std::memcpy (&value, &output_[at * sizeof (float)], sizeof (float));
      row[x] = floats ? level_of (value) : static_cast<std::uint8_t> (output_[at]);
    }
  }
}

infer::Problem MaskModel::run (const matte::SmallPicture &rgb, const matte::SmallPicture *levels,
                               SmallFrame &mask)
{
  resize (rgb.size ());
  fill (picture_, rgb);
  if (levels) fill (1 - picture_, *levels);
  std::array<infer::Tensor, 2> in;
  for (std::size_t i = 0; i < inputs_.size (); i++) in[i] = {inputs_[i].data, inputs_[i].shape};
  const infer::Tensor out = {output_, output_shape_};
  if (infer::Problem p = inference_->run ({in.data (), inputs_.size ()}, {&out, 1})) return p;
  take_mask (mask);
  return {};
}

infer::Problem MaskModel::measure (Size picture, RunTimes &times)
{
  const Size size = seen_size (picture);
  SmallFrame black, levels, mask;
  black.set (GST_VIDEO_FORMAT_RGBP, size);
  levels.set (GST_VIDEO_FORMAT_GRAY8, size);
  for (GstClockTime *time : {&times.first, &times.usual}) {
    const gint64 begin = g_get_monotonic_time ();
    const matte::SmallPicture *second = inputs_.size () > 1 ? &levels.picture () : nullptr;
    if (infer::Problem p = run (black.picture (), second, mask)) return p;
    *time = static_cast<GstClockTime> (g_get_monotonic_time () - begin) * GST_USECOND;
  }
  return {};
}

}  // namespace quad

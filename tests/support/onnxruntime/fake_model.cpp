#include "support/onnxruntime/fake_model.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <sstream>
#include <string_view>
#include <thread>

namespace quad::fake_ort {
namespace {

using infer::ort::DataType;
using infer::ort::Kind;

struct TypeName {
  std::string_view name;
  Kind kind;
  DataType type;
};
constexpr std::array kTypes{
    TypeName{"float32", Kind::tensor, DataType::float32},
    TypeName{"float16", Kind::tensor, DataType::float16},
    TypeName{"uint8", Kind::tensor, DataType::uint8},
    TypeName{"int8", Kind::tensor, DataType::int8},
    TypeName{"int32", Kind::tensor, DataType::int32},
    TypeName{"int64", Kind::tensor, DataType::int64},
    TypeName{"string", Kind::tensor, DataType::string},
    TypeName{"sequence", Kind::sequence, DataType::undefined},
    TypeName{"map", Kind::map, DataType::undefined},
};

bool read_tensor (std::istringstream &line, FakeTensor &to)
{
  std::string type, shape;
  if (!(line >> to.name >> type >> shape)) return false;
  const auto found = std::find_if (kTypes.begin (), kTypes.end (),
                                   [&] (const TypeName &row) { return row.name == type; });
  if (found == kTypes.end ()) return false;
  to.kind = found->kind;
  to.type = found->type;
  if (shape == "-") return true;
  std::istringstream sizes (shape);
  for (std::string size; std::getline (sizes, size, 'x');)
    to.shape.push_back (size == "?" ? -1 : std::atoll (size.c_str ()));
  return true;
}

double value_at (const View &view, std::size_t i)
{
  float number = 0;
  switch (view.type) {
    case DataType::float32:
      std::memcpy (&number, view.data + i * sizeof number, sizeof number);
      return static_cast<double> (number);
    case DataType::uint8: return static_cast<double> (view.data[i]);
    default: return 0;
  }
}

void set_all (const View &view, double value)
{
  const auto number = static_cast<float> (value);
  if (view.type == DataType::float32)
    for (std::size_t at = 0; at + sizeof number <= view.bytes; at += sizeof number)
      std::memcpy (view.data + at, &number, sizeof number);
  else
    std::memset (view.data, static_cast<int> (value), view.bytes);
}

void set_value (const View &view, std::size_t i, double value)
{
  if (view.type == DataType::float32)
    set_all ({view.data + i * sizeof (float), sizeof (float), view.type, {}}, value);
  else
    set_all ({view.data + i, 1, view.type, {}}, value);
}

// A picture of 1xHxWxC or 1xCxHxW.
class Pixels {
 public:
  explicit Pixels (const View &view) : view_ (view)
  {
    if (view.shape.size () != 4) return;
    const bool last = view.shape[3] <= 4;
    channels_ = static_cast<std::size_t> (last ? view.shape[3] : view.shape[1]);
    count_ = static_cast<std::size_t> (last ? view.shape[1] * view.shape[2]
                                            : view.shape[2] * view.shape[3]);
    pixel_step_ = last ? channels_ : 1;
    channel_step_ = last ? 1 : count_;
  }
  std::size_t count () const { return count_; }
  double channel (std::size_t pixel, std::size_t c) const
  {
    return value_at (view_, pixel * pixel_step_ + c * channel_step_);
  }
  double mean (std::size_t pixel) const
  {
    double sum = 0;
    for (std::size_t c = 0; c < channels_; c++) sum += channel (pixel, c);
    return channels_ == 0 ? 0 : sum / static_cast<double> (channels_);
  }

 private:
  const View &view_;
  std::size_t channels_ = 0, count_ = 0, pixel_step_ = 1, channel_step_ = 1;
};

std::size_t elements_of (const View &view)
{
  return view.type == DataType::float32 ? view.bytes / sizeof (float) : view.bytes;
}

void apply_to_pixels (const Operation &operation, const View &in, const View &out)
{
  const Pixels pixels (in);
  const double number = std::atof (operation.words.c_str ());
  const std::size_t count = std::min (pixels.count (), elements_of (out));
  for (std::size_t i = 0; i < count; i++) {
    double value = pixels.mean (i);
    if (operation.name == "channel") value = pixels.channel (i, static_cast<std::size_t> (number));
    if (operation.name == "threshold") value = value > number ? 1 : 0;
    set_value (out, i, value);
  }
}

}  // namespace

bool read_model (const std::string &text, FakeModel &to, std::string &why)
{
  std::istringstream lines (text);
  std::string first;
  why = "Protobuf parsing failed.";
  if (!std::getline (lines, first) || first != "fake-model") return false;
  for (std::string one; std::getline (lines, one);) {
    std::istringstream line (one);
    std::string word;
    line >> word;
    FakeTensor tensor;
    why = "The line cannot be read: " + one;
    if (word == "input" || word == "output") {
      if (!read_tensor (line, tensor)) return false;
      (word == "input" ? to.inputs : to.outputs).push_back (tensor);
    } else if (word == "operation") {
      Operation &operation = to.operations.emplace_back ();
      line >> operation.name >> std::ws;
      std::getline (line, operation.words);
    } else if (word == "optimized") {
      to.optimized = true;
    } else if (!word.empty ()) {
      return false;
    }
  }
  return true;
}

void apply (const Operation &operation, const std::vector<View> &in, const std::vector<View> &out,
            int runs)
{
  const std::string &name = operation.name;
  if (name == "sleep")
    std::this_thread::sleep_for (std::chrono::milliseconds (std::atoi (operation.words.c_str ())));
  for (std::size_t i = 0; i < out.size (); i++) {
    if (name == "fill") set_all (out[i], std::atof (operation.words.c_str ()));
    if (name == "count") set_all (out[i], runs);
    if (name == "copy" && i < in.size ())
      std::memcpy (out[i].data, in[i].data, std::min (out[i].bytes, in[i].bytes));
    if ((name == "mean" || name == "channel" || name == "threshold") && !in.empty ())
      apply_to_pixels (operation, in.front (), out[i]);
  }
}

}  // namespace quad::fake_ort

// Writes ONNX models, byte by byte: the fields of onnx.proto3, as Protobuf encodes them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace quad::infer::onnx {

// A message that is being written.
class Proto {
 public:
  Proto &number (int field, std::int64_t value)
  {
    varint (static_cast<std::uint64_t> (field) << 3);
    varint (static_cast<std::uint64_t> (value));
    return *this;
  }
  Proto &bytes (int field, const std::string &value)
  {
    varint (static_cast<std::uint64_t> (field) << 3 | 2);
    varint (value.size ());
    bytes_ += value;
    return *this;
  }
  Proto &message (int field, const Proto &value) { return bytes (field, value.bytes_); }
  const std::string &written () const { return bytes_; }

 private:
  void varint (std::uint64_t value)
  {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char> (value | 0x80);
    bytes_ += static_cast<char> (value);
  }
  std::string bytes_;
};

inline constexpr int kFloat = 1, kInt64 = 7;

// The type of a tensor. A size below 0 is a free one.
inline Proto tensor_type (int element, const std::vector<std::int64_t> &shape)
{
  Proto sizes;
  for (const std::int64_t size : shape)
    sizes.message (1, size < 0 ? Proto ().bytes (2, "any" + std::to_string (-size))
                               : Proto ().number (1, size));
  return Proto ().message (1, Proto ().number (1, element).message (2, sizes));
}

inline Proto sequence_type (const Proto &element)
{
  return Proto ().message (4, Proto ().message (1, element));
}

inline Proto value_info (const std::string &name, const Proto &type)
{
  return Proto ().bytes (1, name).message (2, type);
}

// Weights.
inline Proto initializer (const std::string &name, const std::vector<std::int64_t> &shape,
                          const std::vector<float> &values)
{
  Proto tensor;
  for (const std::int64_t size : shape) tensor.number (1, size);
  std::string raw (values.size () * sizeof (float), '\0');
  std::memcpy (raw.data (), values.data (), raw.size ());
  return tensor.number (2, kFloat).bytes (8, name).bytes (9, raw);
}

// Weights in another file.
inline Proto external_initializer (const std::string &name, const std::vector<std::int64_t> &shape,
                                   const std::string &file)
{
  Proto tensor;
  for (const std::int64_t size : shape) tensor.number (1, size);
  return tensor.number (2, kFloat)
      .bytes (8, name)
      .message (13, Proto ().bytes (1, "location").bytes (2, file))
      .number (14, 1);
}

inline Proto node (const std::string &operation, const std::vector<std::string> &in,
                   const std::string &out)
{
  Proto one;
  for (const std::string &name : in) one.bytes (1, name);
  return one.bytes (2, out).bytes (4, operation);
}

inline Proto integers (const std::string &name, const std::vector<std::int64_t> &values)
{
  Proto one;
  one.bytes (1, name);
  for (const std::int64_t value : values) one.number (8, value);
  return one.number (20, 7);
}

struct Graph {
  std::vector<Proto> nodes, initializers, inputs, outputs;

  // The file.
  std::string model () const
  {
    Proto graph;
    for (const Proto &one : nodes) graph.message (1, one);
    graph.bytes (2, "test");
    for (const Proto &one : initializers) graph.message (5, one);
    for (const Proto &one : inputs) graph.message (11, one);
    for (const Proto &one : outputs) graph.message (12, one);
    return Proto ()
        .number (1, 7)
        .message (7, graph)
        .message (8, Proto ().bytes (1, "").number (2, 13))
        .written ();
  }
};

// y = x + (1, 2, 3); x is ?x3.
inline std::string add_model ()
{
  return Graph{{node ("Add", {"x", "b"}, "y")},
               {initializer ("b", {3}, {1, 2, 3})},
               {value_info ("x", tensor_type (kFloat, {-1, 3}))},
               {value_info ("y", tensor_type (kFloat, {-1, 3}))}}
      .model ();
}

// Convolutions of 3x3 and Relu, `layers` of them, of a picture 1x3xHxW and with `channels` between.
inline std::string conv_model (int layers, int channels, int height, int width)
{
  Graph graph;
  std::string last = "picture";
  int from = 3;
  for (int i = 0; i < layers; i++) {
    const std::string n = std::to_string (i);
    const int to = i + 1 == layers ? 1 : channels;
    std::vector<float> weights;
    for (int k = 0; k < to * from * 9; k++)
      weights.push_back (static_cast<float> ((k * 37 + i * 11) % 101 - 50) / 400.f);
    graph.initializers.push_back (initializer ("w" + n, {to, from, 3, 3}, weights));
    Proto convolution = node ("Conv", {last, "w" + n}, "c" + n);
    convolution.message (5, integers ("pads", {1, 1, 1, 1}));
    graph.nodes.push_back (convolution);
    last = i + 1 == layers ? "mask" : "r" + n;
    graph.nodes.push_back (node ("Relu", {"c" + n}, last));
    from = to;
  }
  graph.inputs = {value_info ("picture", tensor_type (kFloat, {1, 3, height, width}))};
  graph.outputs = {value_info ("mask", tensor_type (kFloat, {1, 1, height, width}))};
  return graph.model ();
}

}  // namespace quad::infer::onnx

#include "infer/tensors.h"

#include <array>

#include "infer/problems.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;
using ort::DataType;
using ort::Failure;

struct TypeRow {
  ElementType type;
  DataType runtime;
  std::size_t bytes;
};
constexpr std::array kTypes{
    TypeRow{ElementType::float32, DataType::float32, 4},
    TypeRow{ElementType::float16, DataType::float16, 2},
    TypeRow{ElementType::uint8, DataType::uint8, 1},
    TypeRow{ElementType::int8, DataType::int8, 1},
    TypeRow{ElementType::int32, DataType::int32, 4},
    TypeRow{ElementType::int64, DataType::int64, 8},
};

// What differs between the two directions.
struct DirectionRow {
  const char *name;
  Failure (*count) (const ort::Api &, const ort::Session *, std::size_t *);
  Failure (*info) (const ort::Api &, const ort::Session *, std::size_t, ort::TypeInfoHandle &);
  Failure (*title) (const ort::Api &, const ort::Session *, std::size_t, ort::Allocator *, char **);
};

template <typename Count, typename Info, typename Title>
constexpr DirectionRow direction_row (const char *name)
{
  return {name,
          [] (const ort::Api &api, const ort::Session *session, std::size_t *to) {
            return api.check<Count> (session, to);
          },
          [] (const ort::Api &api, const ort::Session *session, std::size_t i,
              ort::TypeInfoHandle &to) { return ort::make<Info> (api, to, session, i); },
          [] (const ort::Api &api, const ort::Session *session, std::size_t i,
              ort::Allocator *allocator,
              char **to) { return api.check<Title> (session, i, allocator, to); }};
}

constexpr DirectionRow kInput =
    direction_row<ort::SessionGetInputCount, ort::SessionGetInputTypeInfo,
                  ort::SessionGetInputName> ("input");
constexpr DirectionRow kOutput =
    direction_row<ort::SessionGetOutputCount, ort::SessionGetOutputTypeInfo,
                  ort::SessionGetOutputName> ("output");

const DirectionRow &row_of (Direction direction)
{
  return direction == Direction::input ? kInput : kOutput;
}

// The runtime allocates names, and frees them again.
class Name {
 public:
  explicit Name (const ort::Api &api) : api_ (api) {}
  ~Name ()
  {
    if (text_) static_cast<void> (api_.check<ort::AllocatorFree> (allocator_, text_));
  }
  Name (const Name &) = delete;
  Name &operator= (const Name &) = delete;

  Failure read (const DirectionRow &row, const ort::Session *session, std::size_t i)
  {
    if (Failure f = api_.check<ort::GetAllocatorWithDefaultOptions> (&allocator_)) return f;
    return row.title (api_, session, i, allocator_, &text_);
  }
  const char *text () const { return text_ ? text_ : ""; }

 private:
  const ort::Api &api_;
  ort::Allocator *allocator_ = nullptr;
  char *text_ = nullptr;
};

Failure read_shape (const ort::Api &api, const ort::TensorShape *shape, TensorInfo &to)
{
  DataType type = DataType::undefined;
  if (Failure f = api.check<ort::GetTensorElementType> (shape, &type)) return f;
  for (const TypeRow &row : kTypes)
    if (row.runtime == type) to.type = row.type;
  std::size_t dims = 0;
  if (Failure f = api.check<ort::GetDimensionsCount> (shape, &dims)) return f;
  to.shape.resize (dims);
  if (Failure f = api.check<ort::GetDimensions> (shape, to.shape.data (), dims)) return f;
  for (std::int64_t &size : to.shape)
    if (size < 0) size = -1;
  return {};
}

// Leaves `is_tensor` false if it is none; then only the name is read.
Failure read_tensor (const ort::Api &api, const ort::Session *session, const DirectionRow &row,
                     std::size_t i, TensorInfo &to, bool &is_tensor)
{
  Name name (api);
  if (Failure f = name.read (row, session, i)) return f;
  to.name = name.text ();
  ort::TypeInfoHandle info;
  if (Failure f = row.info (api, session, i, info)) return f;
  ort::Kind kind = ort::Kind::unknown;
  if (Failure f = api.check<ort::GetOnnxTypeFromTypeInfo> (info.get (), &kind)) return f;
  const ort::TensorShape *shape = nullptr;
  if (Failure f = api.check<ort::CastTypeInfoToTensorInfo> (info.get (), &shape)) return f;
  is_tensor = kind == ort::Kind::tensor && shape;
  return is_tensor ? read_shape (api, shape, to) : Failure{};
}

bool fits (std::span<const std::int64_t> given, std::span<const std::int64_t> needed)
{
  if (given.size () != needed.size ()) return false;
  for (std::size_t i = 0; i < given.size (); i++)
    if (given[i] < 0 || (needed[i] >= 0 && given[i] != needed[i])) return false;
  return true;
}

// False if that is more than can be counted.
bool count_bytes (const TensorInfo &info, std::span<const std::int64_t> shape, std::size_t &bytes)
{
  bytes = bytes_of (info.type);
  for (const std::int64_t size : shape)
    if (__builtin_mul_overflow (bytes, static_cast<std::size_t> (size), &bytes)) return false;
  return true;
}

Problem check_tensor (const Tensor &given, const char *direction, const TensorInfo &needed)
{
  const std::string about = std::string ("The ") + direction + " " + needed.name;
  if (needed.type == ElementType::other)
    return {Kind::wrong_tensor, about + " has elements of a type that cannot be given."};
  if (!fits (given.shape, needed.shape))
    return {Kind::wrong_tensor, about + " has the shape " + shape_text (needed.shape) + ", not " +
                                    shape_text (given.shape) + "."};
  std::size_t bytes = 0;
  if (!count_bytes (needed, given.shape, bytes))
    return {Kind::wrong_tensor, about + " is too large: " + shape_text (given.shape) + "."};
  if (bytes == given.data.size ()) return {};
  return {Kind::wrong_tensor, about + " with the shape " + shape_text (given.shape) + " has " +
                                  std::to_string (bytes) + " bytes, not " +
                                  std::to_string (given.data.size ()) + "."};
}

}  // namespace

std::size_t bytes_of (ElementType type)
{
  for (const TypeRow &row : kTypes)
    if (row.type == type) return row.bytes;
  return 0;
}

DataType data_type_of (ElementType type)
{
  for (const TypeRow &row : kTypes)
    if (row.type == type) return row.runtime;
  return DataType::undefined;
}

std::string shape_text (std::span<const std::int64_t> shape)
{
  if (shape.empty ()) return "of a single value";
  std::string text;
  for (const std::int64_t size : shape) {
    if (!text.empty ()) text += 'x';
    text += size < 0 ? "?" : std::to_string (size);
  }
  return text;
}

Problem read_tensors (const ort::Api &api, const ort::Session *session, Direction direction,
                      std::vector<TensorInfo> &to)
{
  const DirectionRow &row = row_of (direction);
  const std::string about = std::string ("The model's ") + row.name + "s cannot be read: ";
  std::size_t count = 0;
  if (const Failure f = row.count (api, session, &count)) return loading_problem (f, about);
  to.resize (count);
  for (std::size_t i = 0; i < count; i++) {
    bool is_tensor = false;
    if (const Failure f = read_tensor (api, session, row, i, to[i], is_tensor))
      return loading_problem (f, about);
    if (!is_tensor)
      return {Kind::no_model, std::string ("The model's ") + row.name + " " + to[i].name +
                                  " is no tensor, so the model cannot be used."};
  }
  return {};
}

Problem check_tensors (std::span<const Tensor> given, Direction direction,
                       std::span<const TensorInfo> needed)
{
  const char *name = row_of (direction).name;
  const bool some = direction == Direction::output && !given.empty ();
  if (some ? given.size () > needed.size () : given.size () != needed.size ())
    return {Kind::wrong_tensor, "The model has " + std::to_string (needed.size ()) + " " + name +
                                    "s, not " + std::to_string (given.size ()) + "."};
  for (std::size_t i = 0; i < given.size (); i++)
    if (Problem problem = check_tensor (given[i], name, needed[i])) return problem;
  return {};
}

}  // namespace quad::infer

// The objects of the double, and what its calls share.
#pragma once

#include <atomic>
#include <cstdlib>
#include <map>
#include <string>

#include "support/onnxruntime/fake_model.h"

namespace quad::fake_ort {

// Counts what lives.
class Counted {
 public:
  Counted () { live ()++; }
  Counted (const Counted &) { live ()++; }
  Counted &operator= (const Counted &) = default;
  ~Counted () { live ()--; }
  static std::atomic<int> &live ();
};

// The value of a variable, or another one if it is not set.
std::string setting (const char *name, const char *otherwise);

// A failure of the call that begins here, if it is the one that is to fail; else null.
infer::ort::Status *begin_call (const char *name);
infer::ort::Status *failure (infer::ort::ErrorCode code, const std::string &text);

}  // namespace quad::fake_ort

namespace quad::infer::ort {

using fake_ort::Counted;

struct Allocator {};
struct Status : Counted {
  ErrorCode code = ErrorCode::ok;
  std::string text;
};
struct Env : Counted {
  LogFunction *log = nullptr;
  void *user = nullptr;
};
struct MemoryInfo : Counted {};
struct RunOptions : Counted {};
struct ProviderOptions : Counted {
  std::map<std::string, std::string> values;
};
struct CudaOptions : ProviderOptions {};
struct TensorRtOptions : ProviderOptions {};
struct SessionOptions : Counted {
  std::string log_id, optimized_file;
  std::map<std::string, std::string> values;
  bool on_device = false;
};
struct Session : Counted {
  const Env *env = nullptr;
  std::string log_id;
  fake_ort::FakeModel model;
  int runs = 0;
  bool on_device = false;
};
struct TensorShape {
  DataType type = DataType::undefined;
  std::vector<std::int64_t> shape;
};
struct TypeInfo : Counted {
  Kind kind = Kind::unknown;
  TensorShape tensor;
};
struct Value : Counted {
  fake_ort::View view;
};

}  // namespace quad::infer::ort

// Runs neural networks: opens a model, says what goes in and comes out, runs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace quad::infer {

// The compute unit that runs a model.
enum class Provider { automatic, cpu, cuda, tensorrt };

// How much the graph is rewritten when a model is loaded.
enum class Optimization { none, basic, extended, all };

enum class ElementType { other, float32, float16, uint8, int8, int32, int64 };

// Bytes of an element; 0 for `other`.
std::size_t bytes_of (ElementType type);

struct TensorInfo {
  std::string name;
  ElementType type = ElementType::other;
  std::vector<std::int64_t> shape;  // -1: any

  bool operator== (const TensorInfo &) const = default;
};

struct Settings {
  std::string model_file;
  Provider provider = Provider::automatic;
  int device_id = 0;
  int threads = 0;  // of one run; 0: one per processor
  Optimization optimization = Optimization::all;
  std::string cache_dir = {};  // keeps compiled models; empty: none are kept
};

// "1x256x256x3"; "?" for a size that is free.
std::string shape_text (std::span<const std::int64_t> shape);

// Why something cannot be done. Converts to true if there is a problem.
struct Problem {
  enum class Kind {
    none,
    no_runtime,    // the library is missing or too old; `text` says what to install
    no_model,      // the file cannot be read, or is no model that the runtime knows
    no_provider,   // the asked provider cannot be had
    wrong_tensor,  // a tensor that run () got does not fit the model
    out_of_memory,
    failed,  // anything else that the runtime reports
  };
  Kind kind = Kind::none;
  std::string text = {};  // one or more sentences for the user

  explicit operator bool () const { return kind != Kind::none; }
};

// A line of the runtime's log, without its end. May be called from any of the runtime's threads.
// It must not open, run or free a model.
enum class Severity { debug, info, warning, error };
using Log = std::function<void (Severity, const std::string &)>;

// A tensor in system memory, dense, in row-major order.
struct Tensor {
  std::span<std::byte> data;
  std::span<const std::int64_t> shape;  // no free sizes
};

// A loaded model. One thread at a time may use it; which one may change.
class Inference {
 public:
  virtual ~Inference () = default;

  virtual Provider provider () const = 0;  // which one runs: never `automatic`
  // What `automatic` could not have, and why; what is wrong with the cache. Sentences, or empty.
  virtual const std::string &warning () const = 0;
  virtual const std::string &runtime () const = 0;  // name and version
  virtual std::span<const TensorInfo> inputs () const = 0;
  virtual std::span<const TensorInfo> outputs () const = 0;

  // Runs the model. `in` and `out` are in the order of inputs () and outputs (), of their types;
  // shapes fill the free sizes. `out` may be the first outputs alone. Outputs are written into the
  // caller's memory. Blocks.
  virtual Problem run (std::span<const Tensor> in, std::span<const Tensor> out) = 0;
};

// Loads a model with ONNX Runtime, which is opened when it is first needed. Null: `problem` says
// why. `log` may be empty; it is called until the model is freed. Any thread.
std::unique_ptr<Inference> open (const Settings &settings, const Log &log, Problem &problem);

}  // namespace quad::infer

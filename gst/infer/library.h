// Opens ONNX Runtime when it is first needed.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "infer/api.h"
#include "infer/inference.h"

namespace quad::infer {

// The runtime of this process.
struct Runtime {
  ort::Api api;
  std::string version;  // "1.21.0"
  ort::EnvHandle env;

  std::string name () const { return "ONNX Runtime " + version; }
};

// Any thread.
class Library {
 public:
  // The one of the process. What it has opened stays open.
  static Library &shared ();

  Library () = default;
  ~Library ();
  Library (const Library &) = delete;
  Library &operator= (const Library &) = delete;

  // Null: `problem` says why, and what the user can install. The next call tries again.
  const Runtime *open (Problem &problem);

 private:
  Problem find ();
  Problem load (const char *name);

  std::mutex lock_;
  void *handle_ = nullptr;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace quad::infer

// What the runtime says, on its way to the log of whoever opened the model.
#pragma once

#include <string>

#include "infer/inference.h"
#include "infer/ort_api.h"

namespace quad::infer {

// Brings lines to `log` while it lives: those of the session with its id, and those of the runtime
// itself. `log` may be empty, and must not open or free a model. Any thread.
class LogRoute {
 public:
  explicit LogRoute (const Log &log);
  ~LogRoute ();
  LogRoute (const LogRoute &) = delete;
  LogRoute &operator= (const LogRoute &) = delete;

  const std::string &id () const { return id_; }
  // False if nobody reads the lines.
  bool wanted () const { return wanted_; }
  void say (Severity severity, const std::string &line) const;

 private:
  std::string id_;
  bool wanted_;
};

// The id of lines that belong to no session.
inline constexpr char kRuntimeLogId[] = "quad";

// The function that the runtime calls for each line.
ort::LogFunction log_line;

}  // namespace quad::infer

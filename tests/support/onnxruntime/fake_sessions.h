// Sessions of the double.
#pragma once

#include <mutex>

#include "support/onnxruntime/fake_objects.h"

namespace quad::fake_ort {

using namespace infer::ort;

// What the last session was made with. Any thread.
class LastSession {
 public:
  static LastSession &shared ();
  void set (const std::string &text);
  std::string get ();

 private:
  std::mutex lock_;
  std::string text_;
};

// The functions of the slots CreateSession and Run.
Status *create_session (const Env *env, const char *path, const SessionOptions *options,
                        Session **to);
Status *run (Session *session, const RunOptions *, Strings in_names, const Value *const *in,
             std::size_t ins, Strings out_names, std::size_t outs, Value **out);

}  // namespace quad::fake_ort

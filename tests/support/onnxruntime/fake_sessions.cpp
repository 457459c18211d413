#include "support/onnxruntime/fake_sessions.h"

#include <fstream>
#include <memory>
#include <sstream>

namespace quad::fake_ort {
namespace {

void log (const Session &session, const std::string &line)
{
  session.env->log (session.env->user, LoggingLevel::warning, "fake", session.log_id.c_str (),
                    "nowhere", line.c_str ());
}

// What operations do when they begin: a failure, or null.
Status *start (const Session &session, const char *failing)
{
  for (const Operation &operation : session.model.operations) {
    if (operation.name == "log") log (session, operation.words);
    if (operation.name != failing) continue;
    std::size_t end = 0;
    const int code = std::stoi (operation.words, &end);
    return failure (static_cast<ErrorCode> (code), operation.words.substr (end + 1));
  }
  return nullptr;
}

std::string description (const SessionOptions &options, const FakeModel &model)
{
  std::string text;
  for (const auto &[key, value] : options.values) text += key + "=" + value + " ";
  return text + (model.optimized ? "optimized" : "not optimized");
}

Status *keep_optimized (const SessionOptions &options, const std::string &text)
{
  if (options.optimized_file.empty ()) return nullptr;
  std::ofstream file (options.optimized_file);
  file << text << "\noptimized\n";
  file.flush ();
  return file ? nullptr : failure (ErrorCode::fail, "The optimized model cannot be written.");
}

// Whether values have the names, the types and the shapes of the model's tensors.
bool fit (const std::vector<FakeTensor> &tensors, Strings names, std::vector<View> &views)
{
  if (views.size () > tensors.size ()) return false;
  for (std::size_t i = 0; i < views.size (); i++) {
    const std::vector<std::int64_t> &given = views[i].shape, &needed = tensors[i].shape;
    if (names[i] != tensors[i].name || views[i].type != tensors[i].type ||
        given.size () != needed.size ())
      return false;
    for (std::size_t d = 0; d < given.size (); d++)
      if (needed[d] >= 0 && needed[d] != given[d]) return false;
  }
  return true;
}

}  // namespace

LastSession &LastSession::shared ()
{
  static LastSession last;
  return last;
}

void LastSession::set (const std::string &text)
{
  const std::lock_guard held (lock_);
  text_ = text;
}

std::string LastSession::get ()
{
  const std::lock_guard held (lock_);
  return text_;
}

Status *create_session (const Env *env, const char *path, const SessionOptions *options,
                        Session **to)
{
  if (Status *status = begin_call ("CreateSession")) return status;
  const std::string error = setting ("QUAD_FAKE_ORT_SESSION_ERROR", "");
  if (options->on_device && !error.empty ()) return failure (ErrorCode::fail, error);
  std::ifstream file (path);
  if (!file) return failure (ErrorCode::no_such_file, "File doesn't exist.");
  std::stringstream text;
  text << file.rdbuf ();
  auto session = std::make_unique<Session> ();
  std::string why;
  if (!read_model (text.str (), session->model, why))
    return failure (ErrorCode::invalid_protobuf, why);
  session->env = env;
  session->log_id = options->log_id;
  session->on_device = options->on_device;
  if (Status *status = start (*session, "fail-load")) return status;
  if (Status *status = keep_optimized (*options, text.str ())) return status;
  LastSession::shared ().set (description (*options, session->model));
  *to = session.release ();
  return nullptr;
}

Status *run (Session *session, const RunOptions *, Strings in_names, const Value *const *in,
             std::size_t ins, Strings out_names, std::size_t outs, Value **out)
{
  if (Status *status = begin_call ("Run")) return status;
  const std::string error = setting ("QUAD_FAKE_ORT_RUN_ERROR", "");
  if (session->on_device && !error.empty ()) return failure (ErrorCode::fail, error);
  std::vector<View> from, to;
  for (std::size_t i = 0; i < ins; i++) from.push_back (in[i]->view);
  for (std::size_t i = 0; i < outs; i++) to.push_back (out[i]->view);
  // Outputs that nobody asks for are not written.
  if (ins != session->model.inputs.size () || !fit (session->model.inputs, in_names, from) ||
      !fit (session->model.outputs, out_names, to))
    return failure (ErrorCode::invalid_argument, "Unexpected tensor.");
  if (Status *status = start (*session, "fail-run")) return status;
  session->runs++;
  for (const Operation &operation : session->model.operations)
    apply (operation, from, to, session->runs);
  return nullptr;
}

}  // namespace quad::fake_ort

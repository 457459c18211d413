#include "infer/library.h"

#include <dlfcn.h>
#include <glib.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "infer/log.h"
#include "infer/problems.h"

namespace quad::infer {
namespace {

using Kind = Problem::Kind;

constexpr char kVariable[] = "QUAD_ONNXRUNTIME";
constexpr char kAdvice[] =
    " Install ONNX Runtime 1.11 or newer: Debian 13 has it as libonnxruntime1.21, elsewhere run "
    "`quad-models fetch onnxruntime`. Or set QUAD_ONNXRUNTIME to the file of its library.";

// How the loader's message goes on behind a name that it does not find.
constexpr char kMissing[] = ": cannot open shared object file";

// Where `quad-models fetch onnxruntime` puts it.
std::string fetched_file ()
{
  return std::string (g_get_user_cache_dir ()) + "/gst-quad/libonnxruntime.so.1";
}

// The names that the loader may know it by. Its makers call it libonnxruntime.so.1. Debian puts the
// minor version into the name too.
std::vector<std::string> installed_names ()
{
  constexpr unsigned kNewest = 60;  // versions of the next years
  std::vector<std::string> names{"libonnxruntime.so.1", "libonnxruntime.so"};
  for (unsigned minor = kNewest; minor >= ort::kApiVersion; minor--)
    names.push_back ("libonnxruntime.so.1." + std::to_string (minor));
  return names;
}

// Whether a version such as "1.21.0" has the functions that are used. An older library would
// print a line when it is asked for them.
bool is_new_enough (const char *version)
{
  char *end = nullptr;
  const long major = std::strtol (version, &end, 10);
  const long minor = *end == '.' ? std::strtol (end + 1, nullptr, 10) : 0;
  return major > 1 || (major == 1 && minor >= long{ort::kApiVersion});
}

std::string last_error ()
{
  const char *error = dlerror ();
  return error ? error : "no reason given";
}

}  // namespace

Library &Library::shared ()
{
  // Never freed: the runtime's threads and its own static objects end in no known order.
  static auto *const library = new Library;
  return *library;
}

Library::~Library ()
{
  runtime_.reset ();
  if (handle_) dlclose (handle_);
}

// Opens the library of this name or file.
Problem Library::load (const char *name)
{
  void *handle = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return {Kind::no_runtime, last_error ()};
  const auto entry = reinterpret_cast<ort::Entry *> (dlsym (handle, ort::kEntry));
  const ort::ApiBase *base = entry ? entry () : nullptr;
  const char *version = base ? base->get_version () : "";
  const void *table = base && is_new_enough (version) ? base->get_api (ort::kApiVersion) : nullptr;
  if (table) {
    handle_ = handle;
    runtime_ = std::make_unique<Runtime> (Runtime{ort::Api (table), version, {}});
    return {};
  }
  dlclose (handle);
  if (!base) return {Kind::no_runtime, std::string (name) + " is not ONNX Runtime"};
  return {Kind::no_runtime, std::string (name) + " is version " + version + ", which is too old"};
}

Problem Library::find ()
{
  std::vector<std::string> names = installed_names ();
  if (const char *file = std::getenv (kVariable); file && *file) {
    names = {file};
  } else if (std::error_code none; std::filesystem::exists (fetched_file (), none)) {
    names.push_back (fetched_file ());
  }
  // What is said of a library that is there counts more than which ones are missing.
  std::string missing, unfit;
  for (const std::string &name : names) {
    const Problem problem = load (name.c_str ());
    if (!problem) return {};
    std::string &why = problem.text.starts_with (name + kMissing) ? missing : unfit;
    if (why.empty ()) why = problem.text;
  }
  const std::string &why = unfit.empty () ? missing : unfit;
  return {Kind::no_runtime, "ONNX Runtime cannot be opened: " + why + "." + kAdvice};
}

const Runtime *Library::open (Problem &problem)
{
  const std::lock_guard held (lock_);
  problem = runtime_ ? Problem{} : find ();
  if (problem) return nullptr;
  if (runtime_->env) return runtime_.get ();
  const ort::Failure failure = ort::make<ort::CreateEnvWithCustomLogger> (
      runtime_->api, runtime_->env, log_line, nullptr, ort::LoggingLevel::warning, kRuntimeLogId);
  if (!failure) return runtime_.get ();
  problem = loading_problem (failure, runtime_->name () + " cannot be started: ");
  if (problem.kind == Kind::no_model) problem.kind = Kind::failed;
  return nullptr;
}

}  // namespace quad::infer

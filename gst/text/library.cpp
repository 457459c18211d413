#include "text/library.h"

#include <dlfcn.h>

#include <filesystem>

#include "text/plain.h"

namespace quad::text {
namespace {

namespace fs = std::filesystem;

constexpr char kAdvice[] =
    " Build gst-quad where libpango1.0-dev is installed, and install all of its files.";

// The folder of the plugin or program that this code is in; empty if it is not known.
fs::path own_folder ()
{
  Dl_info info = {};
  const auto *const here = reinterpret_cast<const void *> (&own_folder);
  if (dladdr (here, &info) == 0 || !info.dli_fname) return {};
  std::error_code none;
  return fs::weakly_canonical (info.dli_fname, none).parent_path ();
}

// In the build tree, installed beside the plugin, and installed with another prefix than the
// plugin.
std::vector<std::string> module_files ()
{
  std::vector<std::string> files;
  const fs::path own = own_folder ();
  if (!own.empty ())
    for (const char *folder : {"text", "gst-quad"})
      files.push_back (own.parent_path () / folder / QUAD_TEXT_MODULE);
  files.push_back (fs::path (QUAD_TEXT_FOLDER) / QUAD_TEXT_MODULE);
  return files;
}

std::string last_error ()
{
  const char *error = dlerror ();
  return error ? error : "no reason given";
}

}  // namespace

Library &Library::shared ()
{
  // Never freed, as its users' threads end in no known order.
  static auto *const library = new Library (module_files ());
  return *library;
}

// Returns why the module cannot be opened.
std::string Library::load (const std::string &file)
{
  void *handle = dlopen (file.c_str (), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!handle)
    return "Text cannot be rendered: " + last_error () +
           ". Install libpangocairo-1.0-0, which the module needs, or all files of gst-quad again.";
  render_ = reinterpret_cast<Render *> (dlsym (handle, kRender));
  if (render_) return {};
  return "Text cannot be rendered: " + file +
         " is of another version of gst-quad. Install all files of "
         "one version.";
}

Render *Library::open ()
{
  const std::lock_guard guard (lock_);
  if (tried_) return render_;
  tried_ = true;
  problem_ = "Text cannot be rendered: there is no module " +
             (files_.empty () ? "" : files_.back ()) + "." + kAdvice;
  for (const std::string &file : files_) {
    std::error_code none;
    if (!fs::exists (file, none)) continue;
    problem_ = load (file);
    break;
  }
  return render_;
}

std::string Library::render (const Request &request, Picture &picture)
{
  picture = {};
  Request plain_request = request;
  plain_request.text = plain (request.text, !request.wraps);
  if (plain_request.text.empty ()) return {};
  Render *const render = open ();
  if (!render) return problem_;
  std::string problem;
  render (plain_request, picture, problem);
  return problem;
}

}  // namespace quad::text

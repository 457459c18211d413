#include "infer/model_cache.h"

#include <glib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>

#include "infer/model_file.h"

namespace quad::infer {
namespace {

namespace fs = std::filesystem;

// What the CPU can do. The highest level lays weights out for it.
std::string cpu_features ()
{
  std::ifstream file ("/proc/cpuinfo");
  for (std::string line; std::getline (file, line);)
    if (line.starts_with ("flags") || line.starts_with ("Features")) return line;
  return {};
}

std::string key_of (const Settings &settings, const std::string &runtime, const char *provider,
                    const std::string &content)
{
  const std::string all = content + '\n' + runtime + '\n' + provider + '\n' +
                          std::to_string (static_cast<int> (settings.optimization)) + '\n' +
                          cpu_features ();
  const std::unique_ptr<char, void (*) (void *)> hash (
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, all.data (),
                                     static_cast<gssize> (all.size ())),
      g_free);
  return hash.get ();
}

}  // namespace

CachedModel::CachedModel (const Settings &settings, const std::string &runtime,
                          const char *provider)
{
  const fs::path model (settings.model_file);
  // The runtime's own format is optimized already.
  if (settings.cache_dir.empty () || settings.optimization == Optimization::none ||
      model.extension () == ".ort")
    return;
  const Content content = read_content (settings.model_file);
  if (content.hash.empty () || content.refers_to_files) return;
  path_ = settings.cache_dir + "/" + model.stem ().string () + "-" +
          key_of (settings, runtime, provider, content.hash).substr (0, 32) + ".onnx";
}

CachedModel::~CachedModel ()
{
  if (!unfinished_.empty ()) unlink (unfinished_.c_str ());
}

bool CachedModel::exists () const
{
  std::error_code none;
  return has_place () && fs::is_regular_file (path_, none);
}

void CachedModel::remove () { unlink (path_.c_str ()); }

std::string CachedModel::begin ()
{
  std::error_code error;
  fs::create_directories (fs::path (path_).parent_path (), error);
  if (error) return error.message ();
  std::string name = path_ + ".XXXXXX";
  const int file = mkstemp (name.data ());
  if (file < 0) return std::strerror (errno);
  close (file);
  unfinished_ = name;
  return {};
}

std::string CachedModel::finish ()
{
  if (std::rename (unfinished_.c_str (), path_.c_str ()) != 0) return std::strerror (errno);
  unfinished_.clear ();
  return {};
}

}  // namespace quad::infer

#include "tools/quad/temporary.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>

#include "tools/quad/disk.h"
#include "tools/quad/failure.h"

namespace quad {
namespace {

namespace fs = std::filesystem;

struct Register {
  std::mutex lock;
  std::multiset<std::string> paths;
};

// Never destroyed: threads may use it when main () has ended.
Register &known ()
{
  static auto *all = new Register;
  return *all;
}

// What mkstemp makes, with the rights that other new files have.
bool make_file (std::string &path)
{
  const int fd = mkstemp (path.data ());
  if (fd < 0) return false;
  const mode_t mask = umask (0);
  umask (mask);
  fchmod (fd, 0666 & ~mask);
  close (fd);
  return true;
}

void remove_path (const std::string &path)
{
  constexpr int kTries = 10;  // another thread may still write into it
  std::error_code error;
  for (int i = 0; i < kTries; i++) {
    fs::remove_all (path, error);
    if (!error) return;
  }
}

}  // namespace

Temporary::Temporary (Kind kind, const std::string &folder) : path_{folder + ".quad-XXXXXX"}
{
  Register &all = known ();
  const std::lock_guard guard{all.lock};
  const bool made = kind == Kind::file ? make_file (path_) : mkdtemp (path_.data ()) != nullptr;
  if (!made) {
    const int error = errno;
    const std::string sentence = text ("no ", kind == Kind::file ? "file" : "folder",
                                       " can be made in ", folder, ": ", std::strerror (error));
    if (is_storage_fault (error)) throw StorageFailure (sentence);
    throw Failure (sentence);
  }
  all.paths.insert (path_);
}

Temporary::~Temporary ()
{
  if (!path_.empty ()) remove_path (path_);
  release ();
}

void Temporary::release ()
{
  Register &all = known ();
  const std::lock_guard guard{all.lock};
  const auto own = all.paths.find (path_);
  if (own != all.paths.end ()) all.paths.erase (own);
  path_.clear ();
}

bool Temporary::any ()
{
  Register &all = known ();
  const std::lock_guard guard{all.lock};
  return !all.paths.empty ();
}

std::string Temporary::storage_fault ()
{
  std::set<std::string> folders;
  {
    Register &all = known ();
    const std::lock_guard guard{all.lock};
    for (const std::string &path : all.paths) folders.insert (folder_of (path));
  }
  for (const std::string &folder : folders) {
    const std::string fault = quad::storage_fault (folder);
    if (!fault.empty ()) return text ("no more can be written to ", folder, ": ", fault);
  }
  return "";
}

void Temporary::remove_all ()
{
  Register &all = known ();
  all.lock.lock ();  // for good
  for (const std::string &path : all.paths) remove_path (path);
}

Temporary new_folder ()
{
  std::error_code error;
  const std::string folder = fs::temp_directory_path (error).string ();
  if (error) {
    const char *given = std::getenv ("TMPDIR");
    throw Failure (text ("there is no folder for temporary files: TMPDIR is ", given ? given : "",
                         ", and that cannot be used (", error.message (), ')'));
  }
  return Temporary{Temporary::Kind::folder, folder + "/"};
}

}  // namespace quad

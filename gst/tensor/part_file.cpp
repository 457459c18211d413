#include "tensor/part_file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

namespace quad::tensor {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kNewFile = 0666;  // without what the umask forbids

// `path` as it was given; `target` is the file that is meant.
Failure failed (const std::string &path, const fs::path &target, int why)
{
  const std::string text = path + " cannot be written: ";
  if (why != ENOENT && why != ENOTDIR)
    return {QUAD_TENSOR_ERROR_PIPELINE, text + g_strerror (why) + "."};
  // The kernel's own folders answer so, too, where no file can be made.
  std::error_code unknown;
  if (fs::is_directory (target.parent_path (), unknown))
    return {QUAD_TENSOR_ERROR_PIPELINE, text + "its folder takes no new files."};
  return {QUAD_TENSOR_ERROR_NOT_FOUND, text + g_strerror (why) + ". Make its folder first."};
}

// The name of the part, for mkstemp: no longer than names may be, where `target`'s is not.
std::string part_for (const fs::path &target)
{
  constexpr std::string_view kMark = ".part-XXXXXX";
  std::string stem = target.stem ().string ();
  const std::string ending = target.extension ().string ();
  const std::size_t most =
      NAME_MAX - std::min<std::size_t> (NAME_MAX, kMark.size () + ending.size ());
  if (stem.size () > most) {
    std::size_t end = most;
    while (end > 0 && (stem[end] & 0xc0) == 0x80) end--;  // not inside of a letter in UTF-8
    stem.resize (end);
  }
  return (target.parent_path () / stem.append (kMark).append (ending)).string ();
}

// The file that is meant, also where links lead to one that is not there yet.
fs::path followed (const std::string &given, std::error_code &error)
{
  constexpr int kMostLinks = 40;  // as Linux
  fs::path path = fs::absolute (given, error);
  std::error_code none;
  for (int i = 0; i < kMostLinks && fs::is_symlink (fs::symlink_status (path, none)); i++)
    path = path.parent_path () / fs::read_symlink (path, none);
  return fs::weakly_canonical (path, error);
}

bool bring_to_disk (const std::string &path)
{
  const int file = open (path.c_str (), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool done = fsync (file) == 0;
  const int why = errno;
  close (file);
  errno = why;
  return done;
}

}  // namespace

PartFile::~PartFile ()
{
  if (!part_.empty () && !published_) g_unlink (part_.c_str ());
}

Failure PartFile::make (const std::string &path)
{
  given_ = path;
  std::error_code error;
  const fs::path target = followed (path, error);
  target_ = error ? fs::absolute (path).string () : target.string ();
  if (error) return failed (given_, target_, error.value ());
  struct stat old;
  const bool exists = stat (target_.c_str (), &old) == 0;
  if (exists && !S_ISREG (old.st_mode))
    return {QUAD_TENSOR_ERROR_ARGUMENT,
            given_ + " is there already, and it is no file. Give the name of a file."};
  // A file that may not be written is not replaced either.
  if (exists && access (target_.c_str (), W_OK) != 0) return failed (given_, target_, errno);
  std::string part = part_for (target);
  const int file = g_mkstemp_full (part.data (), O_RDWR | O_CLOEXEC, kNewFile);
  if (file < 0) return failed (given_, target_, errno);
  // As the file that it replaces, but its owner has to write it.
  if (exists) (void)!fchmod (file, (old.st_mode & 0777) | S_IRUSR | S_IWUSR);
  close (file);
  part_ = part;
  return {};
}

Failure PartFile::publish ()
{
  if (!bring_to_disk (part_) || std::rename (part_.c_str (), target_.c_str ()) != 0)
    return errno == ENOENT || errno == ENOTDIR
               ? Failure{QUAD_TENSOR_ERROR_NOT_FOUND,
                         given_ + " was not written: " + part_ +
                             ", which had its frames, was removed or moved in the meantime."}
               : failed (given_, target_, errno);
  published_ = true;
  return {};
}

guint64 PartFile::size () const
{
  struct stat facts;
  const std::string &now = published_ ? target_ : part_;
  return stat (now.c_str (), &facts) == 0 ? static_cast<guint64> (facts.st_size) : 0;
}

}  // namespace quad::tensor

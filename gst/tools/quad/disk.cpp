#include "tools/quad/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace quad {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kRights = 0777;
constexpr int kMostLinks = 40;  // as Linux follows
// What file systems answer that cannot: those of networks about folders, and read-only ones.
constexpr std::array kCannot = {EINVAL, ENOTSUP, ENOSYS, EROFS};

constexpr std::array kStorageFaults = {ENOSPC, EDQUOT, EROFS, EIO};
// More than a buffer or a picture that did not fit and is gone again.
constexpr off_t kRoom = 4 << 20;
// One by one, a file takes some milliseconds. The whole file system may hold others' data, too.
constexpr std::ptrdiff_t kManyFiles = 64;

bool has_many_files (const std::string &path)
{
  std::error_code error;
  std::ptrdiff_t count = 0;
  if (!fs::is_directory (path, error)) return false;
  for (fs::recursive_directory_iterator i (path, error), end; !error && i != end;
       i.increment (error)) {
    if (++count >= kManyFiles) return true;
  }
  return false;
}

// Gives what `sync` gives for the opened file or folder, with its errno.
bool sync_opened (const std::string &path, bool (*sync) (int))
{
  const int fd = open (path.c_str (), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool done = sync (fd);
  const int why = errno;
  close (fd);
  errno = why;
  return done;
}

bool sync_each (const std::string &path)
{
  std::error_code error;
  if (fs::is_directory (path, error)) {
    for (fs::directory_iterator i (path, error), end; !error && i != end; i.increment (error))
      if (!sync_each (i->path ().string ())) return false;
  }
  if (error) {
    errno = error.value ();
    return false;
  }
  return sync_to_disk (path);
}

}  // namespace

bool sync_to_disk (int descriptor)
{
  return fsync (descriptor) == 0 ||
         std::find (kCannot.begin (), kCannot.end (), errno) != kCannot.end ();
}

bool sync_to_disk (const std::string &path) { return sync_opened (path, sync_to_disk); }

bool sync_tree_to_disk (const std::string &path)
{
  const auto all = [] (int fd) { return syncfs (fd) == 0; };
  return (has_many_files (path) && sync_opened (path, all)) || sync_each (path);
}

bool rename_on_disk (const std::string &from, const std::string &to)
{
  return rename_over (from, to) && sync_to_disk (folder_of (to));
}

bool take_rights (const std::string &made, const std::string &old, mode_t more)
{
  struct stat facts;
  return lstat (old.c_str (), &facts) != 0 || !S_ISREG (facts.st_mode) ||
         chmod (made.c_str (), (facts.st_mode & kRights) | more) == 0;
}

bool rename_over (const std::string &from, const std::string &to)
{
  struct stat old;
  if (lstat (to.c_str (), &old) == 0 && !S_ISREG (old.st_mode) && !S_ISDIR (old.st_mode) &&
      !S_ISLNK (old.st_mode)) {
    errno = EEXIST;
    return false;
  }
  return take_rights (from, to) && std::rename (from.c_str (), to.c_str ()) == 0;
}

std::string behind_links (const std::string &path)
{
  fs::path at{path};
  for (int i = 0; i < kMostLinks; i++) {
    struct stat facts;
    if (lstat (at.c_str (), &facts) < 0 || !S_ISLNK (facts.st_mode)) return at.string ();
    // In a folder for all, such as /tmp, another user's link may lead to a file of this one.
    if (facts.st_uid != geteuid () && facts.st_uid != 0) return at.string ();
    std::error_code error;
    const fs::path target = fs::read_symlink (at, error);
    if (error) return at.string ();
    at = at.parent_path () / target;
  }
  return path;
}

bool is_storage_fault (int error)
{
  return std::find (kStorageFaults.begin (), kStorageFaults.end (), error) != kStorageFaults.end ();
}

std::string storage_fault (const std::string &folder)
{
  std::string path = folder + "/.quad-room-XXXXXX";
  const int fd = mkostemp (path.data (), O_CLOEXEC);
  int error = fd < 0 ? errno : posix_fallocate (fd, 0, kRoom);
  // Servers of networks say it here.
  if (error == 0 && !sync_to_disk (fd)) error = errno;
  if (fd >= 0) {
    unlink (path.c_str ());
    close (fd);
  }
  return is_storage_fault (error) ? std::strerror (error) : "";
}

std::string folder_of (const std::string &path)
{
  const std::size_t slash = path.rfind ('/');
  return slash == std::string::npos ? "./" : path.substr (0, slash + 1);
}

}  // namespace quad

#include "tools/quad/batch/files.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "glue/owned.h"
#include "tools/quad/batch/descriptor.h"
#include "tools/quad/batch/problem.h"
#include "tools/quad/disk.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 200;  // bytes; file systems take 255, and endings are added

struct ChecksumFree {
  void operator() (GChecksum *p) const { g_checksum_free (p); }
};
using Checksum = std::unique_ptr<GChecksum, ChecksumFree>;

}  // namespace

void throw_system_problem (const std::string &what, const std::string &path, int error)
{
  std::string said = "Cannot " + what + " " + path + ": " + std::strerror (error) + ".";
  if (is_storage_fault (error)) said += kStorageAdvice;
  constexpr std::array kTaken = {EEXIST, EISDIR, ENOTDIR, ENOTEMPTY};
  if (std::ranges::find (kTaken, error) != kTaken.end ()) throw Taken (said);
  throw Problem (said);
}

void throw_system_problem (const std::string &what, const std::string &path)
{
  throw_system_problem (what, path, errno);
}

std::optional<std::string> read_file (const Path &path)
{
  const Descriptor file (open (path.c_str (), O_RDONLY | O_CLOEXEC));
  if (file.get () < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    throw_system_problem ("read", path);
  }
  std::string bytes;
  std::array<char, 65536> part;
  while (const ssize_t n = read (file.get (), part.data (), part.size ())) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == ESRCH) return {};  // in /proc, of a process that has just ended
    if (n < 0) throw_system_problem ("read", path);
    bytes.append (part.data (), std::size_t (n));
  }
  return bytes;
}

void write_file (const Path &path, const std::string &bytes, const Path &temporary)
{
  const Descriptor file (open (temporary.c_str (), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (file.get () < 0) throw_system_problem ("write", temporary);
  for (std::size_t at = 0; at < bytes.size ();) {
    const ssize_t n = write (file.get (), bytes.data () + at, bytes.size () - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_system_problem ("write", temporary);
    at += std::size_t (n);
  }
  if (!sync_to_disk (file.get ())) throw_system_problem ("write", temporary);
  if (rename (temporary.c_str (), path.c_str ()) < 0) throw_system_problem ("write", path);
}

void write_file (const Path &path, const std::string &bytes)
{
  write_file (path, bytes, Path (path) += kPart);
}

void make_folders (const Path &path)
{
  std::error_code ignored;
  if (fs::is_directory (path, ignored)) return;
  const Path above = path.parent_path ();
  if (!above.empty () && above != path) make_folders (above);
  // Another worker may make it at the same time.
  if (!path.filename ().empty () && mkdir (path.c_str (), 0777) < 0) {
    const int error = errno;
    if (!fs::is_directory (path, ignored)) throw_system_problem ("make", path.string (), error);
  }
  sync_folder (above.empty () ? Path (".") : above);
}

void sync_tree (const Path &path)
{
  if (!sync_tree_to_disk (path)) throw_system_problem ("write", path);
}

void sync_folder (const Path &path)
{
  if (!sync_to_disk (path.string ())) throw_system_problem ("write", path);
}

void remove_tree (const Path &path)
{
  std::error_code ignored;
  fs::remove_all (path, ignored);
}

std::optional<FileFacts> facts_of (const Path &path)
{
  struct stat facts;
  if (stat (path.c_str (), &facts) < 0) return {};
  return FileFacts{facts.st_size,
                   std::int64_t (facts.st_mtim.tv_sec) * 1000000000 + facts.st_mtim.tv_nsec,
                   S_ISDIR (facts.st_mode)};
}

std::string escaped_name (const std::string &text)
{
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string name;
  for (std::size_t i = 0; i < text.size (); i++) {
    const auto c = static_cast<unsigned char> (text[i]);
    const bool leading = i == 0 && (c == '.' || c == '-');  // hidden, or taken for an option
    if (c < 0x20 || c == 0x7F || c == '/' || c == '%' || leading)
      name += {'%', kDigits[c >> 4], kDigits[c & 15]};
    else
      name += text[i];
  }
  if (name.size () <= kLongestName) return name;
  // Not in the middle of a character of UTF-8.
  std::size_t end = kLongestName - 18;
  while (end > 0 && (static_cast<unsigned char> (name[end]) & 0xC0) == 0x80) end--;
  return name.substr (0, end) + "%-" + sha256_of (text).substr (0, 16);
}

std::string sha256_of (const std::string &bytes)
{
  const Owned<char> sum (g_compute_checksum_for_data (
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar *> (bytes.data ()), bytes.size ()));
  return sum.get ();
}

std::optional<std::string> sha256_of_file (const Path &path, const std::stop_token &stop)
{
  const Descriptor file (open (path.c_str (), O_RDONLY | O_CLOEXEC));
  if (file.get () < 0) return {};
  const Checksum sum (g_checksum_new (G_CHECKSUM_SHA256));
  std::array<guchar, 65536> part;
  while (const ssize_t n = read (file.get (), part.data (), part.size ())) {
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 || stop.stop_requested ()) return {};
    g_checksum_update (sum.get (), part.data (), n);
  }
  return g_checksum_get_string (sum.get ());
}

}  // namespace quad::batch

#include "tools/quad/names.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/quad/failure.h"

namespace quad {
namespace {

namespace fs = std::filesystem;

bool is_kind (const std::string &path, mode_t kind)
{
  struct stat info;
  return stat (path.c_str (), &info) == 0 && (info.st_mode & S_IFMT) == kind;
}

void check_folder (const std::string &folder)
{
  if (!is_kind (folder, S_IFDIR) || access (folder.c_str (), W_OK | X_OK) != 0) {
    throw Failure (text (folder, " is not a folder that can be written to"));
  }
}

// Writes to the disk what is in a file or folder.
void sync (const std::string &path)
{
  const int fd = open (path.c_str (), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Failure (text (path, " cannot be opened: ", std::strerror (errno)));
  const bool done = fsync (fd) == 0 || errno == EINVAL;  // some file systems cannot
  const int why = errno;
  close (fd);
  if (!done)
    throw Failure (text (path, " could not be written to the disk: ", std::strerror (why)));
}

std::string new_file_beside (const std::string &out)
{
  std::string path = folder_of (out).append (".quad-XXXXXX");
  const int fd = mkstemp (path.data ());
  if (fd < 0)
    throw Failure (text ("no file can be made in ", folder_of (out), ": ", std::strerror (errno)));
  const mode_t mask = umask (0);
  umask (mask);
  fchmod (fd, 0666 & ~mask);
  close (fd);
  return path;
}

}  // namespace

void check_name (const std::string &name)
{
  if (name.empty ()) throw Failure ("a name of a file is empty");
  if (!g_utf8_validate (name.c_str (), static_cast<gssize> (name.size ()), nullptr)) {
    throw Failure (
        text ("the name ", name, " is not UTF-8, and GStreamer takes no other: rename it"));
  }
}

void check_input (const std::string &path)
{
  if (!path.empty () && access (path.c_str (), F_OK) != 0)
    throw Failure (text ("there is no file ", path));
  check_name (path);
  if (!is_kind (path, S_IFREG) || access (path.c_str (), R_OK) != 0) {
    throw Failure (text (path, " is not a file that can be read"));
  }
}

void check_output (const std::string &out, const std::vector<std::string> &inputs)
{
  check_name (out);
  check_folder (folder_of (out));
  if (access (out.c_str (), F_OK) == 0 && !is_kind (out, S_IFREG)) {
    throw Failure (text (out, " is there already and not a file: choose another name"));
  }
  for (const std::string &input : inputs) {
    if (same_file (input, out))
      throw Failure (text (out, " is the clip itself: choose another name"));
  }
}

void check_output_folder (const std::string &out)
{
  check_name (out);
  std::string path = out;
  while (path.size () > 1 && path.ends_with ('/')) path.pop_back ();
  check_folder (access (path.c_str (), F_OK) == 0 ? path : folder_of (path));
}

bool same_file (const std::string &a, const std::string &b)
{
  struct stat one, other;
  return stat (a.c_str (), &one) == 0 && stat (b.c_str (), &other) == 0 &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

std::string folder_of (const std::string &path)
{
  const std::size_t slash = path.rfind ('/');
  return slash == std::string::npos ? "./" : path.substr (0, slash + 1);
}

std::string base_name (const std::string &path)
{
  const std::size_t slash = path.rfind ('/');
  return slash == std::string::npos ? path : path.substr (slash + 1);
}

std::string ending_of (const std::string &path)
{
  const std::string name = base_name (path);
  const std::size_t dot = name.rfind ('.');
  if (dot == std::string::npos) return "";
  std::string ending = name.substr (dot + 1);
  std::transform (ending.begin (), ending.end (), ending.begin (), g_ascii_tolower);
  return ending;
}

Partial::Partial (std::string out) : out_{std::move (out)}, file_{new_file_beside (out_)} {}

void Partial::finish ()
{
  sync (path ());
  if (std::rename (path ().c_str (), out_.c_str ()) != 0) {
    throw Failure (text (out_, " cannot be written: ", std::strerror (errno)));
  }
  file_.release ();
  sync (folder_of (out_));
}

std::string new_folder (const std::string &beside)
{
  std::string path =
      beside.empty () ? fs::temp_directory_path ().string () + "/" : folder_of (beside);
  path += ".quad-XXXXXX";
  if (!mkdtemp (path.data ()))
    throw Failure (
        text ("no folder can be made in ", folder_of (path), ": ", std::strerror (errno)));
  return path;
}

std::vector<std::string> files_in (const std::string &folder)
{
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry &entry : fs::directory_iterator (folder, error)) {
    files.push_back (entry.path ().string ());
  }
  if (error) throw Failure (text (folder, " cannot be read: ", error.message ()));
  std::sort (files.begin (), files.end ());
  return files;
}

void make_folder (const std::string &path)
{
  std::error_code error;
  fs::create_directory (path, error);
  if (error) throw Failure (text (path, " cannot be made: ", error.message ()));
}

void move_files (Temporary &from, const std::string &to)
{
  for (const std::string &file : files_in (from.path ())) sync (file);
  const mode_t mask = umask (0);
  umask (mask);
  std::error_code error;
  if (!fs::exists (to)) {
    chmod (from.path ().c_str (), 0777 & ~mask);
    fs::rename (from.path (), to, error);
    if (!error) from.release ();
  } else {
    for (const std::string &file : files_in (from.path ())) {
      if (!error) fs::rename (file, text (to, '/', base_name (file)), error);
    }
  }
  if (error) throw Failure (text (to, " cannot be written: ", error.message ()));
  sync (to);
}

}  // namespace quad

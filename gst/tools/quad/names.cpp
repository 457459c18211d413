#include "tools/quad/names.h"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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
  check_folder (folder_of (behind_links (out)));
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
  check_folder (access (path.c_str (), F_OK) == 0 ? path : folder_of (behind_links (path)));
}

void check_report (const std::string &report, const std::vector<std::string> &others)
{
  if (report.empty ()) return;
  for (const std::string &other : others) {
    if (!other.empty () && same_place (report, other))
      throw NoReport (text (report, " cannot be the report, too: choose another name"));
  }
}

void check_different (const std::vector<std::string> &outs)
{
  for (std::size_t i = 0; i < outs.size (); i++) {
    for (std::size_t k = 0; k < i; k++) {
      if (!outs[i].empty () && !outs[k].empty () && same_place (outs[i], outs[k]))
        throw Failure (
            text ("two results would both be ", outs[i], ": choose another name for one"));
    }
  }
}

bool is_folder (const std::string &path)
{
  std::error_code ignored;
  return fs::is_directory (path, ignored);
}

bool same_file (const std::string &a, const std::string &b)
{
  struct stat one, other;
  return stat (a.c_str (), &one) == 0 && stat (b.c_str (), &other) == 0 &&
         one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

bool same_place (const std::string &a, const std::string &b)
{
  if (same_file (a, b)) return true;
  const auto plain = [] (std::string path) {
    while (path.size () > 1 && path.ends_with ('/')) path.pop_back ();
    return behind_links (path);
  };
  const std::string one = plain (a), other = plain (b);
  return base_name (one) == base_name (other) && same_file (folder_of (one), folder_of (other));
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

}  // namespace quad

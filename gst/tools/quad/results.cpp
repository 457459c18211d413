#include "tools/quad/results.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "tools/quad/disk.h"
#include "tools/quad/ending.h"
#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail (const std::string &out, int error)
{
  const std::string sentence = text (out, " cannot be written: ", std::strerror (error));
  if (is_storage_fault (error)) throw StorageFailure (sentence);
  throw Failure (sentence);
}

// "frame-#.jpg" for frame-012.jpg; empty where there are not as many digits as quad writes.
std::string pattern_of (const std::string &name)
{
  const auto is_digit = [] (char c) { return c >= '0' && c <= '9'; };
  const auto begin = std::find_if (name.begin (), name.end (), is_digit);
  const auto end = std::find_if_not (begin, name.end (), is_digit);
  if (end - begin != 3 && end - begin != 6) return "";
  return std::string{name.begin (), begin}.append ("#").append (end, name.end ());
}

// What an older run with more pictures has left.
void remove_older (const std::string &folder, const std::set<std::string> &names)
{
  std::set<std::string> patterns;
  for (const std::string &name : names) patterns.insert (pattern_of (name));
  patterns.erase ("");
  for (const std::string &file : files_in (folder)) {
    const std::string name = base_name (file);
    std::error_code ignored;
    if (!names.count (name) && patterns.count (pattern_of (name)) && !is_folder (file))
      fs::remove (file, ignored);
  }
}

void move_into (const std::string &from, const std::string &to)
{
  std::set<std::string> names;
  for (const std::string &file : files_in (from)) {
    const std::string target = text (to, '/', base_name (file));
    if (is_folder (file) && is_folder (target))
      move_into (file, target);
    else if (!rename_over (file, target))
      fail (target, errno);
    names.insert (base_name (file));
  }
  remove_older (to, names);
  if (!sync_to_disk (to)) fail (to, errno);
}

// mkdtemp makes folders for their owner alone.
void open_folders (const std::string &folder)
{
  const mode_t mask = umask (0);
  umask (mask);
  chmod (folder.c_str (), 0777 & ~mask);
}

}  // namespace

std::string Results::add (Temporary::Kind kind, const std::string &out)
{
  const std::string target = behind_links (out);
  // In a folder if it is there, as it may be another file system.
  const std::string beside = is_folder (target) ? target + "/" : target;
  parts_.push_back (std::unique_ptr<Part>{new Part{out, target, {kind, folder_of (beside)}, kind}});
  const std::string &made = parts_.back ()->made.path ();
  // From the first moment, as the older file may be its owner's alone; but it has to be written.
  if (kind == Temporary::Kind::file) take_rights (made, target, S_IRUSR | S_IWUSR);
  return made;
}

std::string Results::file (const std::string &out) { return add (Temporary::Kind::file, out); }

std::string Results::folder (const std::string &out)
{
  std::string path = out;
  while (path.size () > 1 && path.ends_with ('/')) path.pop_back ();
  return add (Temporary::Kind::folder, path);
}

void Results::drop_last ()
{
  if (!parts_.empty ()) parts_.pop_back ();
}

void Results::publish ()
{
  for (const auto &part : parts_)
    if (!sync_tree_to_disk (part->made.path ())) fail (part->out, errno);
  // The last chance of a signal.
  if (interrupted ()) throw Interrupted{};
  for (const auto &part : parts_) {
    const std::string &made = part->made.path ();
    if (part->kind == Temporary::Kind::folder) open_folders (made);
    if (part->kind == Temporary::Kind::folder && is_folder (part->target)) {
      move_into (made, part->target);
    } else {
      if (!rename_on_disk (made, part->target)) fail (part->out, errno);
      part->made.release ();
    }
    names_.push_back (part->out);
  }
  parts_.clear ();
}

}  // namespace quad

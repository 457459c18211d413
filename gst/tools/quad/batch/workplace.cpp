#include "tools/quad/batch/workplace.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

// Says whose folder it is. Its time is when the worker was last there.
constexpr char kAlive[] = "alive";
constexpr double kLongest = 60;  // seconds for a worker that has not written it yet

bool is_left (const Path &folder, std::int64_t now)
{
  double seconds = kLongest;
  const Path file = folder / kAlive;
  try {
    const Json<JsonObject> object = parse_object (read_file (file).value_or (""));
    if (is_gone (owner_of (object.get ()))) return true;
    seconds = number_of (object.get (), "seconds", kLongest);
  } catch (const Problem &) {
    // Not written yet, or the worker was killed when it wrote it.
  }
  auto facts = facts_of (file);
  if (!facts) facts = facts_of (folder);
  // Leases end first: then the worker knows that it was away.
  return facts && double (now - facts->modified) / 1e9 > 2 * seconds;
}

}  // namespace

Workplace::Workplace (Path parent, double seconds)
    : parent_ (std::move (parent)),
      owner_ (this_process ()),
      folder_ (parent_ / owner_.token),
      clock_ (folder_ / kAlive)
{
  make_folders (folder_);
  const Json<JsonObject> object = to_json (owner_);
  set (object.get (), "seconds", seconds);
  write_file (folder_ / kAlive, to_text (object.get ()) + "\n");
}

Workplace::~Workplace () { remove_tree (folder_); }

Path scratch_folder ()
{
  std::error_code error;
  const Path parent = fs::temp_directory_path (error);
  if (error) throw Problem ("TMPDIR names no folder: name one that is there.");
  Path folder = fs::absolute (parent) / ("quad-batch-" + std::to_string (geteuid ()));
  struct stat facts;
  if (mkdir (folder.c_str (), 0700) < 0 && errno != EEXIST) throw_system_problem ("make", folder);
  // Anybody may make such a folder in /tmp.
  if (lstat (folder.c_str (), &facts) < 0 || !S_ISDIR (facts.st_mode) ||
      facts.st_uid != geteuid () || (facts.st_mode & 022) != 0)
    throw Problem (folder.string () +
                   " is not a folder of this user alone: set TMPDIR to another.");
  return folder;
}

void clean_up (const Path &parent, std::int64_t now)
{
  std::error_code error;
  for (fs::directory_iterator i (parent, error), end; !error && i != end; i.increment (error))
    if (is_left (i->path (), now)) remove_tree (i->path ());
}

}  // namespace quad::batch

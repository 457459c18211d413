#include "tools/quad/batch/workplace.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

namespace fs = std::filesystem;

// Tells others how long a worker may be away. Its time is when the worker was last there.
constexpr char kAlive[] = "alive";
// After which a folder without it, of another machine, is taken for left: the worker was killed
// when it began. One that is only slow makes its folder again.
constexpr double kMostToSign = 20;
// The same of a file, such as a new index, that is being written.
constexpr double kMostToWrite = 120;
constexpr int kTries = 10;

bool is_left (const Path &path, std::int64_t now)
{
  if (is_owner_gone (path.filename ().string ())) return true;
  const auto facts = facts_of (path);
  if (!facts) return false;
  const auto is_older = [now] (const FileFacts &of, double seconds) {
    return double (now - of.modified) / 1e9 > seconds;
  };
  if (!facts->is_folder) return is_older (*facts, kMostToWrite);
  const auto sign = facts_of (path / kAlive);
  if (!sign) return is_older (*facts, kMostToSign);
  double seconds = kMostToSign;
  try {
    const Json<JsonObject> object = parse_object (read_file (path / kAlive).value_or (""));
    seconds = number_of (object.get (), "seconds", seconds);
  } catch (const Problem &) {
    // The clock made it again. The worker writes it when it keeps its folder the next time.
  }
  // Leases end first: then the worker knows that it was away.
  return is_older (*sign, 2 * seconds);
}

}  // namespace

Workplace::Workplace (Path parent, double seconds)
    : parent_ (std::move (parent)),
      owner_ (this_process ()),
      folder_ (parent_ / owner_.token),
      seconds_ (seconds),
      clock_ (folder_ / kAlive)
{
  sign ();
}

Workplace::~Workplace () { remove_tree (folder_); }

void Workplace::sign ()
{
  const Json<JsonObject> object = new_object ();
  set (object.get (), "seconds", seconds_);
  for (int tries = 1;; tries++) try {
      make_folders (folder_);
      return write_file (folder_ / kAlive, to_text (object.get ()) + "\n");
    } catch (const Problem &) {
      // Another may have taken this process for gone, and be removing the folder at this moment.
      if (tries == kTries) throw;
    }
}

void Workplace::keep ()
{
  const auto facts = facts_of (folder_ / kAlive);
  if (!facts || facts->size == 0) sign ();
  clean_up (parent_, clock_.now ());
}

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

#include "tools/quad/batch/lease.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "tools/quad/batch/descriptor.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

constexpr double kNanoseconds = 1e9;  // of a second
// Of a lease whose text another file system shows before it is written.
constexpr double kUnknownSeconds = 60;

bool is_there (const Path &path)
{
  // Opening asks a network file system, which stat may not.
  const Descriptor file (open (path.c_str (), O_RDONLY | O_CLOEXEC));
  return file.get () >= 0 || errno != ENOENT;
}

void write_all (const Path &path, int flags, const std::string &text)
{
  const Descriptor file (open (path.c_str (), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666));
  if (file.get () < 0 || write (file.get (), text.data (), text.size ()) != ssize_t (text.size ()))
    throw_system_problem ("write", path);
}

}  // namespace

std::int64_t FileClock::now ()
{
  Descriptor file (open (file_.c_str (), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  if (file.get () < 0 && errno == ENOENT) {
    // This process was away for so long that another took it for dead and removed its folder.
    make_folders (file_.parent_path ());
    file = Descriptor (open (file_.c_str (), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  }
  struct stat facts;
  // No times: the server's clock, not this machine's.
  if (file.get () < 0 || futimens (file.get (), nullptr) < 0 || fstat (file.get (), &facts) < 0)
    throw_system_problem ("write", file_);
  return std::int64_t (facts.st_mtim.tv_sec) * 1000000000 + facts.st_mtim.tv_nsec;
}

Leases::Leases (Path folder, Owner owner, double seconds, Clock &clock)
    : folder_ (std::move (folder)), owner_ (std::move (owner)), seconds_ (seconds), clock_ (clock)
{
  make_folders (folder_);
}

Path Leases::file (const std::string &name, int generation) const
{
  return folder_ / (name + "." + std::to_string (generation));
}

int Leases::highest (const std::string &name)
{
  int &generation = seen_.try_emplace (name, -1).first->second;
  while (is_there (file (name, generation + 1))) generation++;
  return generation;
}

std::optional<Holder> Leases::holder (const std::string &name)
{
  return holder_of (name, highest (name));
}

std::optional<Holder> Leases::holder_of (const std::string &name, int generation)
{
  if (generation < 0) return {};
  const Path path = file (name, generation);
  Holder holder{{}, 0, kUnknownSeconds};
  try {
    const Json<JsonObject> object = parse_object (read_file (path).value_or (""));
    holder.owner = owner_of (object.get ());
    holder.seconds = number_of (object.get (), "seconds", kUnknownSeconds);
  } catch (const Problem &) {
    // Not written yet.
  }
  const auto facts = facts_of (path);
  if (!facts || facts->modified == 0) return {};
  holder.age = double (clock_.now () - facts->modified) / kNanoseconds;
  if (holder.age > holder.seconds || is_gone (holder.owner)) return {};
  return holder;
}

bool Leases::make (const Path &path)
{
  const Json<JsonObject> object = to_json (owner_);
  set (object.get (), "seconds", seconds_);
  const std::string text = to_text (object.get ()) + "\n";
  const Path temporary = folder_ / ("." + owner_.token);
  write_all (temporary, O_TRUNC, text);
  int made = link (temporary.c_str (), path.c_str ());
  const int error = errno;
  // A server whose answer was lost is asked again, and says that the link is there: it is ours if
  // there are two names.
  struct stat facts;
  if (made < 0 && stat (temporary.c_str (), &facts) == 0 && facts.st_nlink == 2) made = 0;
  unlink (temporary.c_str ());
  if (made == 0 || error == EEXIST) return made == 0;
  if (error != EPERM && error != ENOTSUP && error != ENOSYS) throw_system_problem ("write", path);
  // No links here, as on exFAT.
  try {
    write_all (path, O_EXCL, text);
    return true;
  } catch (const Problem &) {
    if (is_there (path)) return false;
    throw;
  }
}

std::optional<Lease> Leases::take (const std::string &name)
{
  const int generation = highest (name);
  // The next one after the one that was seen to be free, and no later one.
  if (holder_of (name, generation) || !make (file (name, generation + 1))) return {};
  return Lease (*this, name, generation + 1);
}

void Leases::clean_up ()
{
  const std::int64_t now = clock_.now ();
  std::error_code error;
  for (std::filesystem::directory_iterator i (folder_, error), end; !error && i != end;
       i.increment (error)) {
    const std::string file = i->path ().filename ().string ();
    if (!file.starts_with ('.')) continue;
    const auto facts = facts_of (i->path ());
    // A living worker has such a file for a moment.
    if (is_owner_gone (file) ||
        (facts && double (now - facts->modified) / kNanoseconds > 10 * kUnknownSeconds))
      remove_tree (i->path ());
  }
}

bool Leases::has_next (const std::string &name, int generation)
{
  // A network file system remembers names that were not there until the folder changes, so it is
  // changed.
  const Path probe = folder_ / ("." + owner_.token + ".probe");
  write_all (probe, 0, "");
  unlink (probe.c_str ());
  return is_there (file (name, generation + 1));
}

Lease::Lease (Lease &&other) noexcept
    : leases_ (std::exchange (other.leases_, nullptr)),
      name_ (std::move (other.name_)),
      generation_ (other.generation_)
{
}

Lease::~Lease ()
{
  if (!leases_) return;
  const std::array<timespec, 2> never = {};
  utimensat (AT_FDCWD, leases_->file (name_, generation_).c_str (), never.data (), 0);
}

bool Lease::is_ours () { return !leases_->has_next (name_, generation_); }

bool Lease::renew ()
{
  if (!is_ours ()) return false;
  utimensat (AT_FDCWD, leases_->file (name_, generation_).c_str (), nullptr, 0);
  return is_ours ();
}

}  // namespace quad::batch

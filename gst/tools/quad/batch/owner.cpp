#include "tools/quad/batch/owner.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <random>

#include "tools/quad/batch/files.h"

namespace quad::batch {
namespace {

std::string link_text (const char *path)
{
  std::array<char, 256> text;
  const ssize_t n = readlink (path, text.data (), text.size ());
  return {text.data (), std::size_t (std::max<ssize_t> (n, 0))};
}

// The 22nd field of /proc/PID/stat. The second is a name in brackets, which may hold anything.
std::string begin_of (pid_t pid)
{
  const std::string text = read_file ("/proc/" + std::to_string (pid) + "/stat").value_or ("");
  std::size_t at = text.rfind (')');
  for (int field = 2; field < 22 && at != std::string::npos; field++) at = text.find (' ', at + 1);
  return at == std::string::npos ? "" : text.substr (at + 1, text.find (' ', at + 1) - at - 1);
}

std::string boot_id ()
{
  std::string text = read_file ("/proc/sys/kernel/random/boot_id").value_or ("");
  while (text.ends_with ('\n')) text.pop_back ();
  return text;
}

std::string host_name ()
{
  std::array<char, 256> name = {};
  gethostname (name.data (), name.size () - 1);
  return name.data ();
}

}  // namespace

Owner this_process ()
{
  Owner owner;
  owner.host = host_name ();
  owner.boot = boot_id ();
  owner.space = link_text ("/proc/self/ns/pid");
  owner.pid = getpid ();
  owner.begun = begin_of (owner.pid);
  std::random_device random;
  owner.token = escaped_name (owner.host + "." + std::to_string (owner.pid) + "." +
                              std::to_string (random ()) + std::to_string (random ()));
  return owner;
}

bool is_gone (const Owner &owner)
{
  if (owner.boot.empty () || owner.space.empty () || owner.begun.empty () || owner.pid <= 0)
    return false;
  if (owner.boot != boot_id () || owner.space != link_text ("/proc/self/ns/pid")) return false;
  if (kill (owner.pid, 0) < 0 && errno == ESRCH) return true;
  const std::string begun = begin_of (owner.pid);
  return !begun.empty () && begun != owner.begun;
}

Json<JsonObject> to_json (const Owner &owner)
{
  Json<JsonObject> object = new_object ();
  set (object.get (), "token", owner.token);
  set (object.get (), "host", owner.host);
  set (object.get (), "boot", owner.boot);
  set (object.get (), "space", owner.space);
  set (object.get (), "pid", std::int64_t (owner.pid));
  set (object.get (), "begun", owner.begun);
  return object;
}

Owner owner_of (JsonObject *object)
{
  return {string_of (object, "token"),        string_of (object, "host"),
          string_of (object, "boot"),         string_of (object, "space"),
          pid_t (integer_of (object, "pid")), string_of (object, "begun")};
}

}  // namespace quad::batch

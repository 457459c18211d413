#include "tools/quad/batch/owner.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
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

// Where this process's numbers of processes count. Empty: not known.
struct Here {
  std::string boot = boot_id ();
  std::string space = link_text ("/proc/self/ns/pid");

  bool is_known () const { return !boot.empty () && !space.empty (); }
  std::string hash () const { return sha256_of (boot + space).substr (0, 16); }
};

const Here &here ()
{
  static const Here it;
  return it;
}

// Of a process of this machine.
bool has_ended (pid_t pid, const std::string &begun)
{
  if (pid <= 0 || begun.empty ()) return false;
  if (kill (pid, 0) < 0 && errno == ESRCH) return true;
  const std::string now = begin_of (pid);
  return !now.empty () && now != begun;
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
  owner.boot = here ().boot;
  owner.space = here ().space;
  owner.pid = getpid ();
  owner.begun = begin_of (owner.pid);
  std::random_device random;
  std::array<char, 100> token;
  std::snprintf (token.data (), token.size (), "%d-%s-%s-%08x%08x.", int (owner.pid),
                 owner.begun.c_str (), here ().hash ().c_str (), random (), random ());
  owner.token = escaped_name (std::string (token.data ()) + owner.host);
  return owner;
}

bool is_gone (const Owner &owner)
{
  return here ().is_known () && owner.boot == here ().boot && owner.space == here ().space &&
         has_ended (owner.pid, owner.begun);
}

bool is_owner_gone (const std::string &name)
{
  int pid = 0;
  std::array<char, 32> begun = {}, hash = {};
  const char *token = name.c_str () + name.starts_with ('.');
  return std::sscanf (token, "%d-%31[0-9]-%31[0-9a-f]-", &pid, begun.data (), hash.data ()) == 3 &&
         here ().is_known () && here ().hash () == hash.data () && has_ended (pid, begun.data ());
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

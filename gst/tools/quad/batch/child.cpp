#include "tools/quad/batch/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <thread>

#include "tools/quad/batch/descriptor.h"
#include "tools/quad/batch/problem.h"

namespace quad::batch {
namespace {

constexpr int kNotStarted = 127;  // as shells say it
// How often is looked whether a killed process has ended.
constexpr int kEndChecks = 1000;
constexpr std::chrono::milliseconds kEndPause (2);

// Between fork and exec: only what is safe there.
[[noreturn]] void guard (int life)
{
  setpgid (0, 0);
  prctl (PR_SET_NAME, "quad-guard");
  // Nothing of the worker's stays open: neither its output nor the other end of the pipe.
  dup2 (life, 0);
  if (close_range (1, ~0U, 0) < 0)
    for (int i = 1; i < 1024; i++) close (i);
  char byte;
  while (read (0, &byte, 1) < 0 && errno == EINTR) {
  }
  ::kill (0, SIGKILL);
  _exit (0);
}

// The same.
[[noreturn]] void become (const char *program, char *const *words, char *const *environment,
                          int input, int log, pid_t group, pid_t parent)
{
  setpgid (0, group);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent) _exit (kNotStarted);  // it died before the call
  sigset_t none;
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, nullptr);
  signal (SIGPIPE, SIG_DFL);
  // Where memory gets scarce, the kernel takes the job and not the worker.
  const int score = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (score >= 0 && write (score, "800", 3) != 3) {
    // Then it may take either.
  }
  dup2 (input, STDIN_FILENO);
  dup2 (log, STDOUT_FILENO);
  dup2 (log, STDERR_FILENO);
  execve (program, words, environment);
  dprintf (STDERR_FILENO, "Cannot run %s: %s.\n", program, strerror (errno));
  _exit (kNotStarted);
}

double seconds_of (const timeval &time)
{
  return double (time.tv_sec) + double (time.tv_usec) / 1e6;
}

// Bytes that a process has in memory; 0 if it is gone.
std::int64_t resident (const std::string &pid)
{
  long long all = 0, in_memory = 0;
  const std::string text = read_file ("/proc/" + pid + "/statm").value_or ("");
  std::sscanf (text.c_str (), "%lld %lld", &all, &in_memory);
  return in_memory * sysconf (_SC_PAGESIZE);
}

// Of a process and of all that it started, as far as the kernel tells which.
std::int64_t resident_tree (const std::string &pid, int depth = 0)
{
  std::int64_t sum = resident (pid);
  // Each thread has its own.
  std::string children;
  std::error_code error;
  using Tasks = std::filesystem::directory_iterator;
  for (Tasks i ("/proc/" + pid + "/task", error), end; !error && i != end; i.increment (error))
    children += read_file (i->path () / "children").value_or ("");
  for (std::size_t at = 0, end; depth < 8 && (end = children.find (' ', at)) != std::string::npos;
       at = end + 1)
    sum += resident_tree (children.substr (at, end - at), depth + 1);
  return sum;
}

}  // namespace

Child::Child (const std::string &program, const std::vector<std::string> &words, const Path &log,
              const Path &scratch, const Limits &limits)
    : limits_ (limits), begin_ (std::chrono::steady_clock::now ())
{
  const Descriptor input (open ("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor output (
      open (log.c_str (), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
  if (input.get () < 0 || output.get () < 0) throw_system_problem ("write", log);
  std::vector<char *> arguments = {const_cast<char *> ("quad")};
  for (const std::string &word : words) arguments.push_back (const_cast<char *> (word.c_str ()));
  arguments.push_back (nullptr);
  const std::string folder = "TMPDIR=" + scratch.string ();
  std::vector<char *> variables = {const_cast<char *> (folder.c_str ())};
  for (char **one = environ; *one; one++)
    if (std::strncmp (*one, "TMPDIR=", 7) != 0) variables.push_back (*one);
  variables.push_back (nullptr);
  const pid_t parent = getpid ();
  start_guard ();
  pid_ = fork ();
  if (pid_ == 0)
    become (program.c_str (), arguments.data (), variables.data (), input.get (), output.get (),
            guard_, parent);
  if (pid_ < 0) {
    const int error = errno;
    wait_for_guard ();
    throw_system_problem ("run", program, error);
  }
  setpgid (pid_, guard_);  // also here, so that it is done before anybody kills the group
}

void Child::start_guard ()
{
  std::array<int, 2> ends;
  if (pipe2 (ends.data (), O_CLOEXEC) < 0) throw_system_problem ("make", "a pipe");
  const Descriptor read_end (ends[0]);
  life_ = Descriptor (ends[1]);
  guard_ = fork ();
  if (guard_ == 0) guard (read_end.get ());
  if (guard_ < 0) throw_system_problem ("run", "the guard of a job");
  setpgid (guard_, guard_);
}

void Child::wait_for_guard ()
{
  kill ();
  waitpid (guard_, nullptr, 0);
}

Child::~Child ()
{
  if (pid_ < 0) return;
  kill ();
  for (int i = 0; i < kEndChecks && waitpid (pid_, nullptr, WNOHANG) == 0; i++)
    std::this_thread::sleep_for (kEndPause);
  wait_for_guard ();
}

double Child::elapsed () const
{
  return std::chrono::duration<double> (std::chrono::steady_clock::now () - begin_).count ();
}

double Child::left () const
{
  if (limits_.timeout <= 0 || by_ != Ending::By::itself) return -1;
  return std::max (limits_.timeout - elapsed (), 0.);
}

void Child::kill () { ::kill (-guard_, SIGKILL); }

void Child::check_limits ()
{
  if (by_ != Ending::By::itself) return;
  if (limits_.timeout > 0 && elapsed () >= limits_.timeout) {
    by_ = Ending::By::timeout;
  } else if (limits_.memory > 0 && resident_tree (std::to_string (pid_)) > limits_.memory) {
    by_ = Ending::By::memory;
  } else {
    return;
  }
  kill ();
}

std::optional<Ending> Child::poll ()
{
  Ending ending;
  rusage usage = {};
  siginfo_t info = {};
  waitid (P_PID, id_t (pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  if (info.si_pid == 0) {
    check_limits ();
    return {};
  }
  // Also what it started and left behind, as long as no other process can get its number.
  wait4 (pid_, &ending.status, 0, &usage);
  wait_for_guard ();
  pid_ = -1;
  // It may have ended by itself just before it was killed.
  const bool was_killed = WIFSIGNALED (ending.status) && WTERMSIG (ending.status) == SIGKILL;
  ending.by = was_killed ? by_ : Ending::By::itself;
  ending.elapsed = elapsed ();
  ending.cpu = seconds_of (usage.ru_utime) + seconds_of (usage.ru_stime);
  ending.peak = std::int64_t (usage.ru_maxrss) * 1024;
  return ending;
}

}  // namespace quad::batch

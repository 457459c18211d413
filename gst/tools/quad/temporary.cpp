// Temporary files, and signals, which remove them.
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "tools/quad/failure.h"
#include "tools/quad/names.h"

namespace quad {
namespace {

// What a signal's handler reads: paths of temporary files, and whether a signal has come.
constexpr std::size_t kMost = 16;
std::array<std::atomic<char *>, kMost> temporaries;
std::atomic<int> signals = 0;
std::atomic<int> late_status = 0;

void say (const char *sentence)
{
  const ssize_t written = write (STDERR_FILENO, sentence, std::strlen (sentence));
  static_cast<void> (written);
}

// Calls only what a handler of a signal may.
[[noreturn]] void end_at_once (int status)
{
  std::array<char *, kMost + 4> arguments{};
  static char name[] = "rm", options[] = "-rf", end[] = "--";
  std::size_t n = 0;
  for (char *word : {name, options, end}) arguments[n++] = word;
  for (const std::atomic<char *> &path : temporaries) {
    if (char *p = path.load ()) arguments[n++] = p;
  }
  if (n > 3) {
    const pid_t child = fork ();
    if (child == 0) {
      execv ("/bin/rm", arguments.data ());
      _exit (1);
    }
    if (child > 0) waitpid (child, nullptr, 0);
  }
  _exit (status);
}

void handle (int)
{
  bool any = false;
  for (const std::atomic<char *> &path : temporaries) any = any || path.load ();
  if (signals.fetch_add (1) > 0 || !any) {
    say ("\nquad: interrupted\n");
    end_at_once (130);
  }
}

void handle_late (int)
{
  say ("\nquad: the pipeline does not stop, so it is left\n");
  end_at_once (late_status.load ());
}

void set_handler (int signal, void (*handler) (int))
{
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset (&action.sa_mask);
  sigaction (signal, &action, nullptr);
}

}  // namespace

Temporary::Temporary (std::string path) : path_{std::move (path)}
{
  for (std::atomic<char *> &slot : temporaries) {
    char *none = nullptr;
    if (slot.compare_exchange_strong (none, path_.data ())) return;
  }
  throw std::logic_error ("too many temporary files");
}

Temporary::~Temporary ()
{
  std::error_code ignored;
  const bool removed = !path_.empty ();
  if (removed) std::filesystem::remove_all (path_, ignored);
  release ();
}

void Temporary::release ()
{
  for (std::atomic<char *> &slot : temporaries) {
    char *own = path_.data ();
    if (slot.compare_exchange_strong (own, nullptr)) break;
  }
  path_.clear ();
}

void catch_signals ()
{
  set_handler (SIGINT, handle);
  set_handler (SIGTERM, handle);
  set_handler (SIGALRM, handle_late);
}

bool interrupted () { return signals.load () > 0; }

void end_after (unsigned seconds, int status)
{
  late_status = status;
  alarm (seconds);
}

}  // namespace quad

#include "tools/quad/ending.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "tools/quad/command.h"
#include "tools/quad/failure.h"
#include "tools/quad/temporary.h"

namespace quad {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};
// The storage may hang, too: then temporary files are left.
constexpr unsigned kEndSeconds = 20;
constexpr char kSignalCame = 's', kDeadlineSet = 'd';

// What a signal's handler uses.
std::atomic<int> signals = 0;
std::atomic<int> wake_up = -1;  // the pipe to the thread that watches

void wake (char why)
{
  const int before = errno;
  const ssize_t written = write (wake_up.load (), &why, 1);
  static_cast<void> (written);
  errno = before;
}

void handle (int)
{
  signals.fetch_add (1);
  wake (kSignalCame);
}

// Ends the program early. All of that is done in a thread of its own: a signal's handler may do
// next to nothing.
class Watch {
 public:
  Watch ();
  void set_last_words (LastWords words);
  void add (const Deadline *deadline, Clock::time_point when, std::string sentence);
  void remove (const Deadline *deadline);

 private:
  struct Limit {
    Clock::time_point when;
    std::string sentence;
  };

  [[noreturn]] void run ();
  [[noreturn]] void end (const std::string &sentence, Exit status);
  int milliseconds_left ();
  void check_deadlines ();

  std::mutex lock_;
  LastWords last_words_;
  std::multimap<const Deadline *, Limit> limits_;
  std::array<int, 2> pipe_{-1, -1};
};

// Never destroyed, as its thread never ends.
Watch &watch ()
{
  static auto *only = new Watch;
  return *only;
}

Watch::Watch ()
{
  if (pipe2 (pipe_.data (), O_CLOEXEC | O_NONBLOCK) != 0)
    throw Failure ("too many files are open: end some programs");
  wake_up = pipe_[1];
  std::thread ([this] { run (); }).detach ();
}

void Watch::set_last_words (LastWords words)
{
  const std::lock_guard guard{lock_};
  last_words_ = std::move (words);
}

void Watch::add (const Deadline *deadline, Clock::time_point when, std::string sentence)
{
  const std::lock_guard guard{lock_};
  limits_.emplace (deadline, Limit{when, std::move (sentence)});
  wake (kDeadlineSet);
}

void Watch::remove (const Deadline *deadline)
{
  const std::lock_guard guard{lock_};
  limits_.erase (deadline);
}

int Watch::milliseconds_left ()
{
  const std::lock_guard guard{lock_};
  if (limits_.empty ()) return -1;
  const auto first = std::min_element (
      limits_.begin (), limits_.end (),
      [] (const auto &a, const auto &b) { return a.second.when < b.second.when; });
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds> (first->second.when - Clock::now ());
  return static_cast<int> (std::clamp<std::int64_t> (left.count (), 0, 3600 * 1000));
}

// Whoever waits behind the deadline that has passed stays there: the lock is kept.
void Watch::check_deadlines ()
{
  const std::lock_guard guard{lock_};
  for (const auto &[deadline, limit] : limits_) {
    if (limit.when <= Clock::now ())
      end (limit.sentence, interrupted () ? Exit::interrupted : Exit::failed);
  }
}

void Watch::end (const std::string &sentence, Exit status)
{
  signal (SIGALRM, SIG_DFL);
  alarm (kEndSeconds);
  const std::string line = text ("\nquad: ", shown (sentence), '\n');
  const ssize_t written = write (STDERR_FILENO, line.data (), line.size ());
  static_cast<void> (written);
  if (last_words_) last_words_ (sentence);
  Temporary::remove_all ();
  _exit (static_cast<int> (status));
}

void Watch::run ()
{
  for (;;) {
    pollfd wanted{pipe_[0], POLLIN, 0};
    poll (&wanted, 1, milliseconds_left ());
    std::array<char, 64> bytes{};
    const ssize_t n = read (pipe_[0], bytes.data (), bytes.size ());
    const bool signal_came = n > 0 && std::count (bytes.begin (), bytes.begin () + n, kSignalCame);
    if (signal_came && (signals.load () > 1 || !Temporary::any ())) {
      const std::lock_guard guard{lock_};
      end ("interrupted", Exit::interrupted);
    }
    check_deadlines ();
  }
}

void set_handler (int number, void (*handler) (int))
{
  struct sigaction action = {};
  sigaction (number, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset (&action.sa_mask);
  sigaction (number, &action, nullptr);
}

}  // namespace

void catch_signals (LastWords last_words)
{
  watch ().set_last_words (std::move (last_words));
  for (const int number : kSignals) set_handler (number, handle);
  set_handler (SIGPIPE, SIG_IGN);
}

bool interrupted () { return signals.load () > 0; }

Deadline::Deadline (std::chrono::milliseconds time, std::string sentence)
{
  watch ().add (this, Clock::now () + time, std::move (sentence));
}

Deadline::~Deadline () { watch ().remove (this); }

}  // namespace quad

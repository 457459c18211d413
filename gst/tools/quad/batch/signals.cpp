#include "tools/quad/batch/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "tools/quad/batch/problem.h"

namespace quad::batch {

Signals::Signals ()
{
  sigset_t set;
  sigemptyset (&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) sigaddset (&set, number);
  pthread_sigmask (SIG_BLOCK, &set, &before_);
  signal (SIGPIPE, SIG_IGN);
  descriptor_ = Descriptor (signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (descriptor_.get () < 0) throw_system_problem ("wait for", "signals");
}

Signals::~Signals () { pthread_sigmask (SIG_SETMASK, &before_, nullptr); }

void Signals::wait (double seconds)
{
  pollfd wanted = {descriptor_.get (), POLLIN, 0};
  const int milliseconds = int (std::clamp (seconds, 0., 3600.) * 1000) + 1;
  if (poll (&wanted, 1, milliseconds) <= 0) return;
  signalfd_siginfo info;
  while (read (descriptor_.get (), &info, sizeof info) == ssize_t (sizeof info))
    if (info.ssi_signo != SIGCHLD) stop_ = true;
}

// As if a child had ended: then, too, there is something to look at.
void Signals::wake () { kill (getpid (), SIGCHLD); }

}  // namespace quad::batch
